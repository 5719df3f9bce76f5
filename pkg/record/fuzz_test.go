package record_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
)

// invariants is what must hold of every row, whatever was sent.
type invariants struct {
	reader *record.Reader
	opt    record.Options
	codes  map[fault.Code]bool
}

func newInvariants(tb testing.TB) *invariants {
	v := &invariants{reader: recordtest.NewReader(tb), opt: recordtest.Options(), codes: make(map[fault.Code]bool)}
	for _, c := range record.AllCodes() {
		v.codes[c] = true
	}
	return v
}

// pointers are those that name nothing but a field or an element of one.
var pointers = regexp.MustCompile(`^(?:|/([a-z_]+)(?:/[0-9]{1,5})?)$`)

func (v *invariants) pointer(p string) bool {
	m := pointers.FindStringSubmatch(p)
	if m == nil {
		return false
	}
	_, packed := v.reader.Schema().Column(codelist.FieldName(m[1]))
	return packed || slices.Contains([]string{"", "record_id", "contact_year", "version"}, m[1])
}

// details checks that what is said about a row is made of declared codes and
// field names alone, so that it cannot repeat what was sent.
func (v *invariants) details(t *testing.T, details []fault.Detail, row int) {
	t.Helper()
	for _, d := range details {
		if !v.codes[d.Code] || !v.pointer(d.Pointer) || d.Row != row {
			t.Fatalf("a detail that nobody declared: %+v in row %d", d, row)
		}
	}
}

func (v *invariants) check(t *testing.T, row record.Row, batch bool) {
	t.Helper()
	v.details(t, row.Details, row.Number)
	v.details(t, row.Warnings, row.Number)
	if len(row.Details) > 20 {
		t.Fatalf("%d details", len(row.Details))
	}
	if len(row.Details) > 0 {
		return
	}
	if broken, _ := v.reader.Validate(row.Record, v.opt); len(broken) > 0 {
		t.Fatalf("accepted, but %v", broken)
	}
	again := v.reader.Decode(v.reader.Schema().Encode(row.Record), v.opt)
	want := row
	want.Number, want.Version, want.Record.ID = 0, 0, ""
	for i := range want.Warnings {
		want.Warnings[i].Row = 0
	}
	if diff := cmp.Diff(want, again); diff != "" {
		t.Fatalf("not read back (-want +got)\n%s", diff)
	}
	if _, err := record.ParseID(string(row.Record.ID)); batch && err != nil {
		t.Fatalf("accepted with a bad id")
	}
}

func FuzzDecode(f *testing.F) {
	v := newInvariants(f)
	for _, body := range [][]byte{recordtest.Core(), recordtest.Full(), recordtest.CountOnly(), []byte(`{"a":[{"b":"\ud800"}]}`)} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		row := v.reader.Decode(body, v.opt)
		v.check(t, row, false)
		if twice := v.reader.Decode(body, v.opt); fmt.Sprint(twice) != fmt.Sprint(row) && len(row.Warnings) == 0 {
			t.Fatal("the same bytes read otherwise")
		}
	})
}

func FuzzNDJSON(f *testing.F) {
	v := newInvariants(f)
	f.Add([]byte(core(1) + "\n" + core(2)))
	f.Add(recordtest.Line(recordtest.ID(3), recordtest.CountOnly()))
	f.Fuzz(func(t *testing.T, text []byte) {
		rows, last := 0, 0
		for row, err := range v.reader.ReadNDJSON(bytes.NewReader(text), v.opt) {
			if err != nil {
				v.details(t, detailsOf(err), 0)
				continue
			}
			if v.check(t, row, true); row.Number <= last {
				t.Fatal("row numbers do not grow")
			}
			rows, last = rows+1, row.Number
		}
		if lines := bytes.Count(text, []byte("\n")) + 1; last > lines || rows > lines {
			t.Fatalf("%d rows, the last numbered %d, of %d lines", rows, last, lines)
		}
	})
}

func FuzzCSV(f *testing.F) {
	v := newInvariants(f)
	f.Add([]byte(header + "\n" + csvRow(1) + "\n" + csvRow(2)))
	f.Add([]byte(strings.ReplaceAll(header+"\n"+csvRow(1), ",", ";")))
	f.Add([]byte("\ufeff" + `"record_id","version"` + "\r\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for row, err := range v.reader.ReadCSV(bytes.NewReader(text), v.opt) {
			if err != nil {
				v.details(t, detailsOf(err), 0)
				continue
			}
			v.check(t, row, true)
		}
	})
}

func FuzzParseID(f *testing.F) {
	f.Add(string(recordtest.ID(1)))
	f.Add(canaryNumber)
	f.Fuzz(func(t *testing.T, text string) {
		id, err := record.ParseID(text)
		if err == nil && string(id) != text {
			t.Fatal("an id was changed")
		}
		if err != nil && len(text) > 8 && strings.Contains(err.Error(), text) {
			t.Fatal("the refused id is repeated")
		}
	})
}
