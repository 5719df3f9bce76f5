package simulation

import (
	"fmt"
	"sync"
	"testing"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
)

// spread are fields in which records differ, so that each has answers that
// stand nowhere else: a canary that can be looked for in a file.
var spread = []codelist.FieldName{"contact_region", "referral_source", "citizenship_group", "contact_outcome"}

// forms makes records. It is read-only.
type forms struct {
	reader        *record.Reader
	full, minimal record.Answers
	codes         [][]codelist.Code
	distinct      int // how many different full records there are
}

var book = sync.OnceValue(func() *forms {
	f := &forms{distinct: 1}
	var err error
	if f.reader, err = record.NewReader(record.NewSchema(codelist.Current())); err != nil {
		panic(err)
	}
	full := f.reader.Decode(recordtest.With(recordtest.Full(), "record_id", `"`+string(recordtest.ID(0))+`"`), record.Options{})
	minimal := f.reader.Decode(recordtest.With(recordtest.CountOnly(), "record_id", `"`+string(recordtest.ID(0))+`"`), record.Options{})
	f.full, f.minimal = full.Record.Answers, minimal.Record.Answers
	for _, name := range spread {
		column, _ := f.reader.Schema().Column(name)
		var codes []codelist.Code
		for _, e := range column.List.Entries {
			codes = append(codes, e.Code)
		}
		f.codes = append(f.codes, codes)
		f.distinct *= len(codes)
	}
	return f
})

// full gives the n-th of many different full records.
func (f *forms) fullOf(n int) record.Answers {
	answers := append(record.Answers(nil), f.full...)
	for i, name := range spread {
		column, _ := f.reader.Schema().Column(name)
		if err := f.reader.Schema().Set(answers, column, f.codes[i][n%len(f.codes[i])]); err != nil {
			panic(err)
		}
		n /= len(f.codes[i])
	}
	return answers
}

// contentOf gives the n-th content, in a year. One in seven is of a contact of
// which only the number may be known; those are all alike.
func contentOf(n, year int) (c content, minimal bool) {
	f := book()
	if n%7 == 6 {
		return content{year, string(f.minimal)}, true
	}
	return content{year, string(f.fullOf(n % f.distinct))}, false
}

func (c content) record(id string) record.Record {
	return record.Record{ID: record.ID(id), Year: c.year, Codebook: book().reader.Schema().Book.Version, Answers: record.Answers(c.answers)}
}

func TestTheRecordsOfTheSimulationAreValid(t *testing.T) {
	f, seen := book(), map[string]bool{}
	t.Logf("%d different records", f.distinct)
	for n := range 2000 {
		c, minimal := contentOf(n, 2025)
		if broken, _ := f.reader.Validate(c.record(string(recordtest.ID(n))), record.Options{}); len(broken) > 0 {
			t.Fatalf("record %d: %v", n, broken)
		}
		if seen[c.answers] && !minimal {
			t.Fatalf("record %d is like another", n)
		}
		seen[c.answers] = true
	}
	if fmt.Sprint(f.full) == fmt.Sprint(f.minimal) {
		t.Error("the full record holds nothing")
	}
}
