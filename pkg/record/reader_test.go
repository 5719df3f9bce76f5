package record_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
)

func TestNewReaderRefusesABookThatDoesNotFit(t *testing.T) {
	clause := func(when, then codelist.Condition) func(*codelist.Book) {
		return func(b *codelist.Book) {
			b.Rules = []codelist.Rule{{Code: "R1", Clauses: []codelist.Clause{{When: []codelist.Condition{when}, Then: then}}}}
		}
	}
	red := codelist.Condition{Field: "colour", Codes: []codelist.Code{"red"}}
	for name, spoil := range map[string]func(*codelist.Book){
		"a condition on no field":     clause(codelist.Condition{Field: "weight"}, red),
		"a conclusion on no field":    clause(red, codelist.Condition{Field: "contact_year"}),
		"a condition on no code":      clause(red, codelist.Condition{Field: "shades", Codes: []codelist.Code{"s99"}}),
		"a number out of range":       clause(red, codelist.Condition{Field: "size", Codes: []codelist.Code{"13"}}),
		"a number too many":           func(b *codelist.Book) { b.Fields[3].Max = 253 },
		"an index too many":           func(b *codelist.Book) { b.Lists["colours"].Entries[0].Index = 250 },
		"an index beyond the columns": func(b *codelist.Book) { b.Lists["shades"].Entries[0].Index = 15 },
		"an order that cannot be filled in": clause(
			codelist.Condition{Field: "shades", Codes: []codelist.Code{"s1"}},
			codelist.Condition{Field: "size", Codes: []codelist.Code{codelist.NotApplicable}}),
		"a consent without minimal": func(b *codelist.Book) {
			b.Fields = append(b.Fields, codelist.Field{Name: record.FieldConsent, Kind: codelist.Coded, List: "colours"})
		},
		"too many fields": func(b *codelist.Book) {
			for n := range 62 {
				name := codelist.FieldName(fmt.Sprint("f", n))
				b.Fields = append(b.Fields, codelist.Field{Name: name, Kind: codelist.Coded, List: "colours"})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			book := smallBook()
			if _, err := record.NewReader(record.NewSchema(book)); err != nil {
				t.Fatalf("the unspoilt book: %v", err)
			}
			spoil(book)
			if _, err := record.NewReader(record.NewSchema(book)); err == nil {
				t.Error("was taken")
			}
		})
	}
}

func TestRefusalKindFollowsTheWorstDetail(t *testing.T) {
	row := func(codes ...fault.Code) record.Row {
		var r record.Row
		for _, c := range codes {
			r.Details = append(r.Details, fault.Detail{Code: c})
		}
		return r
	}
	if err := row().Refusal(); err != nil {
		t.Errorf("a good row gives %v", err)
	}
	for _, tt := range []struct {
		row  record.Row
		want fault.Kind
	}{
		{row(record.CodeRequired, record.CodeR1), fault.Invalid},
		{row(record.CodeRequired, record.CodeMalformedJSON), fault.Malformed},
		{row(record.CodeTooLarge), fault.TooLarge},
	} {
		err := tt.row.Refusal()
		if fault.KindOf(err) != tt.want || fault.CodeOf(err) != record.CodeRecordRefused {
			t.Errorf("%v: %v", tt.row.Details, err)
		}
	}
}

func TestEveryCodeIsListedOnce(t *testing.T) {
	seen := make(map[fault.Code]bool)
	for _, c := range record.AllCodes() {
		if seen[c] || c == "" {
			t.Errorf("code %q stands twice or is empty", c)
		}
		seen[c] = true
	}
	declared := declaredCodes(t)
	for c := range seen {
		if !declared[c] {
			t.Errorf("%q is listed, not declared", c)
		}
	}
	if diff := cmp.Diff(len(declared), len(seen)); diff != "" {
		t.Errorf("declared against listed (-want +got)\n%s", diff)
	}
}

func TestNothingOfARecordIsKept(t *testing.T) {
	body := with("gender", `"w\u006fman_canary"`)
	before, after := recordtest.NewReader(t).Remains(body, recordtest.Options())
	if !strings.Contains(before, "woman_canary") || !strings.Contains(before, "undocumented") {
		t.Error("contrast: nothing is held even before")
	}
	if strings.Trim(after, "\x00") != "" {
		t.Errorf("%d bytes are held", len(strings.Trim(after, "\x00")))
	}
}

func TestAReaderIsSafeForConcurrentUse(t *testing.T) {
	r, opt := recordtest.NewReader(t), recordtest.Options()
	bodies := [][]byte{recordtest.Core(), recordtest.Full(), recordtest.CountOnly(), []byte(`{"gender":["\u0000"]}`)}
	var want []record.Row
	for _, body := range bodies {
		want = append(want, r.Decode(body, opt))
	}
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for i := range 400 {
				k := (n + i) % len(bodies)
				if diff := cmp.Diff(want[k], r.Decode(bodies[k], opt)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
					return
				}
			}
		})
	}
	all.Wait()
}
