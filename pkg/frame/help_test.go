package frame_test

import (
	"errors"
	"iter"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/demo"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/table"
)

const year = 2025

func details(err error) []fault.Detail {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Details
	}
	return nil
}

func figures(t testing.TB) *figure.Set {
	t.Helper()
	set, err := figure.Current(codelist.Current())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

var five = frame.Hidden{Organisations: []access.OrganisationID{"A", "B", "C", "D", "E"}}

func lay(t testing.TB, p *plan.Plan) *frame.Frame {
	t.Helper()
	f, err := frame.Lay(p, figures(t), five)
	if err != nil {
		t.Fatalf("%v %v", err, details(err))
	}
	return f
}

func defaults(t testing.TB) *plan.Plan {
	t.Helper()
	p, err := plan.Default(year)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// submitted is a valid record with the organisation that submitted it.
type submitted struct {
	answers record.Answers
	from    frame.Origin
}

// script reads the demo's records of one year.
var script = sync.OnceValues(func() ([]submitted, error) {
	written, err := demo.Write(codelist.Current(), year)
	if err != nil {
		return nil, err
	}
	reader, err := record.NewReader(record.NewSchema(codelist.Current()))
	if err != nil {
		return nil, err
	}
	var out []submitted
	for _, r := range written.Records {
		row := reader.Decode(r.JSON(codelist.Current()), record.Options{})
		if err := row.Refusal(); err != nil {
			return nil, err
		}
		if r.Year == year {
			out = append(out, submitted{row.Record.Answers, frame.Origin{Organisation: int(r.Member[0] - 'A')}})
		}
	}
	return out, nil
})

func demoRecords(t testing.TB) []submitted {
	t.Helper()
	records, err := script()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// generated are valid records of every kind, the same ones in every run.
var generated = sync.OnceValue(func() []submitted {
	reader, err := record.NewReader(record.NewSchema(codelist.Current()))
	if err != nil {
		panic(err)
	}
	records := recordtest.Records(reader)
	var out []submitted
	for i := range 400 {
		out = append(out, submitted{records.Example(i).Answers, frame.Origin{Organisation: i % 5}})
	}
	return out
})

func pool(t testing.TB) []submitted { return slices.Concat(demoRecords(t), generated()) }

func each(records []submitted) iter.Seq2[record.Answers, frame.Origin] {
	return func(yield func(record.Answers, frame.Origin) bool) {
		for _, r := range records {
			if !yield(r.answers, r.from) {
				return
			}
		}
	}
}

// columns are the same records for package table, which counts on its own.
func columns(t testing.TB, records []submitted) *table.Columns {
	t.Helper()
	b, err := table.NewBuilder(figures(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := b.Add(codelist.Current().Version, r.answers); err != nil {
			t.Fatal(err)
		}
	}
	return b.Columns()
}

type tester interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

var _ tester = (*rapid.T)(nil)

// holds says whether an atom stands in a selection.
func holds(s plan.Selection, atom []int) bool {
	for _, part := range s {
		if !slices.Contains(part.Categories, atom[part.Axis]) {
			return false
		}
	}
	return true
}

// value evaluates a cell over counts.
func value(c plan.Cell, data []plan.Count) int {
	n := 0
	for _, d := range data {
		switch {
		case !holds(c.Where, d.Atom):
		case c.Weighted:
			n += d.N * c.Weights[d.Atom[c.WeightAxis]]
		default:
			n += d.N
		}
	}
	return n
}

func data(t tester, f *frame.Frame, records []submitted) []plan.Count {
	t.Helper()
	counts, err := f.Data(each(records))
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

// of gives the records of one organisation.
func of(organisation int, records []submitted) []submitted {
	return slices.DeleteFunc(slices.Clone(records), func(r submitted) bool { return r.from.Organisation != organisation })
}
