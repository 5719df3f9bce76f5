package ledger_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/ledger"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestEntryLimits(t *testing.T) {
	long := strings.Repeat("a", ledger.MaxWord+1)
	with := func(change func(*ledger.Entry)) ledger.Entry {
		e := ledger.Entry{Day: "2026-02-28", Actor: "a", Deed: "d", Subjects: []string{"s"}, Reason: "r"}
		change(&e)
		return e
	}
	tests := []struct {
		name string
		e    ledger.Entry
		ok   bool
	}{
		{"as it should be", with(func(*ledger.Entry) {}), true},
		{"no subjects, no reason", with(func(e *ledger.Entry) { e.Subjects, e.Reason = nil, "" }), true},
		{"the longest word", with(func(e *ledger.Entry) { e.Actor = long[1:] }), true},
		{"the most subjects", with(func(e *ledger.Entry) { e.Subjects = slices.Repeat([]string{"s"}, ledger.MaxSubjects) }), true},
		{"no day", with(func(e *ledger.Entry) { e.Day = "" }), false},
		{"a day that never was", with(func(e *ledger.Entry) { e.Day = "2026-02-30" }), false},
		{"a time of day", with(func(e *ledger.Entry) { e.Day = "2026-02-28T10:00:00Z" }), false},
		{"no actor", with(func(e *ledger.Entry) { e.Actor = "" }), false},
		{"no deed", with(func(e *ledger.Entry) { e.Deed = "" }), false},
		{"a long actor", with(func(e *ledger.Entry) { e.Actor = long }), false},
		{"a long deed", with(func(e *ledger.Entry) { e.Deed = ledger.Deed(long) }), false},
		{"a long reason", with(func(e *ledger.Entry) { e.Reason = long }), false},
		{"an empty subject", with(func(e *ledger.Entry) { e.Subjects = []string{""} }), false},
		{"too many subjects", with(func(e *ledger.Entry) { e.Subjects = slices.Repeat([]string{"s"}, ledger.MaxSubjects+1) }), false},
		{"a space", with(func(e *ledger.Entry) { e.Reason = "free text" }), false},
		{"a quote", with(func(e *ledger.Entry) { e.Actor = `a"b` }), false},
		{"a backslash", with(func(e *ledger.Entry) { e.Actor = `a\b` }), false},
		{"a line feed", with(func(e *ledger.Entry) { e.Actor = "a\nb" }), false},
		{"not ASCII", with(func(e *ledger.Entry) { e.Actor = "å" }), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows, head, err := ledger.Head{}.Append([]ledger.Entry{entry(0), tt.e})
			if tt.ok != (err == nil) || tt.ok == errors.Is(err, ledger.ErrEntry) {
				t.Fatalf("err = %v", err)
			}
			if !tt.ok {
				if rows != nil || head.Size != 0 {
					t.Error("part of a refused group was appended")
				}
				return
			}
			index, got, err := ledger.ParseBody(rows[1].Body)
			if err != nil || index != 1 {
				t.Fatalf("ParseBody: index %d, %v", index, err)
			}
			if diff := cmp.Diff(tt.e, got); diff != "" {
				t.Errorf("read back (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseBodyTakesTheCanonicalFormAlone(t *testing.T) {
	const good = `{"index":0,"day":"2026-11-23","actor":"a","deed":"d"}`
	if _, _, err := ledger.ParseBody([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"nothing":           ``,
		"null":              `null`,
		"no index":          `{"day":"2026-11-23","actor":"a","deed":"d"}`,
		"a negative index":  `{"index":-1,"day":"2026-11-23","actor":"a","deed":"d"}`,
		"a space":           `{"index":0, "day":"2026-11-23","actor":"a","deed":"d"}`,
		"another order":     `{"day":"2026-11-23","index":0,"actor":"a","deed":"d"}`,
		"trailing data":     good + ` `,
		"an unknown member": `{"index":0,"day":"2026-11-23","actor":"a","deed":"d","ip":"x"}`,
		"a member twice":    `{"index":0,"index":0,"day":"2026-11-23","actor":"a","deed":"d"}`,
		"another case":      `{"Index":0,"day":"2026-11-23","actor":"a","deed":"d"}`,
		"an empty reason":   `{"index":0,"day":"2026-11-23","actor":"a","deed":"d","reason":""}`,
		"an escape":         `{"index":0,"day":"2026-11-23","actor":"\u0061","deed":"d"}`,
		"a float":           `{"index":0.0,"day":"2026-11-23","actor":"a","deed":"d"}`,
		"no such day":       `{"index":0,"day":"2026-13-01","actor":"a","deed":"d"}`,
	} {
		if _, _, err := ledger.ParseBody([]byte(body)); !errors.Is(err, ledger.ErrEntry) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The body, the link and the root of a small log never change: witnesses
// compare them over years.
func TestGoldenLog(t *testing.T) {
	rows, head := written(t, 5)
	text, err := head.Checkpoint("casestat.example/records").MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	for _, r := range rows {
		got.Write(r.Body)
		got.WriteString("\n" + r.Link.String() + "\n")
	}
	got.Write(text)
	name := filepath.Join("testdata", "log.golden")
	if *update {
		if err := os.WriteFile(name, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzParseBody(f *testing.F) {
	rows, _ := written(f, 3)
	for _, r := range rows {
		f.Add(r.Body)
	}
	f.Add([]byte(`{"index":0,"day":"2026-11-23","actor":"\u0061","deed":"d"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		index, e, err := ledger.ParseBody(body)
		if err != nil {
			return
		}
		var plain struct {
			Index int64
			ledger.Entry
		}
		if err := json.Unmarshal(body, &plain); err != nil {
			t.Fatalf("taken, but not JSON: %v", err)
		}
		if diff := cmp.Diff(e, plain.Entry); diff != "" || plain.Index != index {
			t.Fatalf("another reader sees another entry:\n%s", diff)
		}
		rows, _, err := ledger.Head{}.Append([]ledger.Entry{e})
		if err != nil {
			t.Fatalf("read, but not writable: %v", err)
		}
		if index == 0 && !bytes.Equal(rows[0].Body, body) {
			t.Fatal("two bodies for one entry")
		}
	})
}
