package auditor

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/demo"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
)

// trendReport is the default plan over the demo's records, every table at the
// coarsest rung of its ladders or, finest, at the one that the plan asks for.
func trendReport(tb testing.TB, finest bool) (plan.System, []plan.Count) {
	tb.Helper()
	const year = 2025
	book := codelist.Current()
	set, err := figure.Current(book)
	if err != nil {
		tb.Fatal(err)
	}
	p, err := plan.Default(year)
	if err != nil {
		tb.Fatal(err)
	}
	f, err := frame.Lay(p, set, frame.Hidden{Organisations: []access.OrganisationID{"A", "B", "C", "D", "E"}})
	if err != nil {
		tb.Fatal(err)
	}
	data, err := f.Data(func(yield func(record.Answers, frame.Origin) bool) {
		for _, r := range scripted(tb, book, year) {
			if !yield(r.answers, r.from) {
				return
			}
		}
	})
	if err != nil {
		tb.Fatal(err)
	}
	s := f.Layout.Base
	for _, t := range f.Layout.Tables {
		s.Cells = append(s.Cells, tabulated(s, f.Layout, t, finest)...)
	}
	return s, data
}

type submitted struct {
	answers record.Answers
	from    frame.Origin
}

func scripted(tb testing.TB, book *codelist.Book, year int) []submitted {
	tb.Helper()
	out, err := script(book, year)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// script reads the demo's records of one year.
func script(book *codelist.Book, year int) (out []submitted, err error) {
	written, err := demo.Write(book, year)
	if err != nil {
		return nil, err
	}
	reader, err := record.NewReader(record.NewSchema(book))
	if err != nil {
		return nil, err
	}
	for _, r := range written.Records {
		row := reader.Decode(r.JSON(book), record.Options{})
		if err := row.Refusal(); err != nil {
			return nil, err
		}
		if r.Year == year {
			out = append(out, submitted{row.Record.Answers, frame.Origin{Organisation: int(r.Member[0] - 'A')}})
		}
	}
	return out, nil
}

// tabulated are a table's cells; combinations that the system has already, or
// that no valid record has, are left out.
func tabulated(s plan.System, l plan.Layout, t plan.Table, finest bool) (cells []plan.Cell) {
	wheres := []plan.Selection{t.Universe}
	for i, axis := range t.Axes {
		at := slices.IndexFunc(l.Ladders, func(l plan.Ladder) bool { return l.Axis == axis })
		rung := len(l.Ladders[at].Rungs) - 1
		if finest {
			rung = t.Finest[i]
		}
		var narrower []plan.Selection
		for _, where := range wheres {
			for _, group := range l.Ladders[at].Rungs[rung] {
				if both, any := meet(where, plan.Selection{{Axis: axis, Categories: group}}); any {
					narrower = append(narrower, both)
				}
			}
		}
		wheres = narrower
	}
	for i, where := range wheres {
		old := slices.ContainsFunc(s.Cells, func(c plan.Cell) bool {
			return !c.Weighted && implies(s, c.Where, where) && implies(s, where, c.Where)
		})
		if old || !populated(s, plan.Functional{Within: where}, s.Bans) {
			continue
		}
		rank := plan.Inner
		if len(t.Axes) == 1 {
			rank = plan.OneWay
		}
		cells = append(cells, plan.Cell{Name: t.Name + "/" + strconv.Itoa(i), Where: where, Rank: rank})
	}
	return cells
}

// cautious withholds every cell of which the count, or what it leaves of a cell
// around it, is below a threshold for the public or for an organisation, until
// none is left. It is no protection; it is something to attack.
func cautious(s plan.System, data []plan.Count, policy plan.Policy) Published {
	p := threshold(s, data, policy.Threshold)
	c := Certificate{System: s, Data: data, Policy: policy}
	for again := true; again; {
		again = false
		fs, exposed := derive(s, nil, p.Shown)
		for _, v := range required(c, nil) {
			for i, f := range fs {
				n := count(f, data) - count(f, v.Known)
				if !exposed[i] || n >= v.Threshold || n == 0 && f.Except == nil && v.ZeroIsSafe || !populated(s, f, s.Bans) {
					continue
				}
				if at := expendable(s, p, f); at >= 0 && p.Shown[at] {
					p.Shown[at], again = false, true
				}
			}
		}
	}
	return p
}

// expendable is the cell to withhold so that a functional is not given.
func expendable(s plan.System, p Published, f plan.Functional) int {
	best := -1
	for i, c := range s.Cells {
		made := slices.EqualFunc(c.Where, f.Within, sameSubset) || f.Except != nil && slices.EqualFunc(c.Where, *f.Except, sameSubset)
		if made && !c.Weighted && c.Rank != plan.Total && p.Shown[i] && (best < 0 || c.Rank < s.Cells[best].Rank) {
			best = i
		}
	}
	return best
}

// TestTheTrendReportIsExamined: the default plan over the demo's records, from
// what is published alone. What is shown there is no solution of the
// protector's: the attack has something to find.
func TestTheTrendReportIsExamined(t *testing.T) {
	s, data := trendReport(t, false)
	p := cautious(s, data, plan.Defaults())
	a := attacked(t, p)
	tight := 0
	for _, r := range a.Ranges {
		at := slices.IndexFunc(s.Cells, func(c plan.Cell) bool { return c.Name == r.Cell })
		if v := p.Values[at]; !r.Known || v < r.From || !r.Open && v > r.To {
			t.Errorf("%s is %d: %+v", r.Cell, v, r)
		}
		if r.Tight {
			tight++
		}
	}
	if len(a.Ranges) < 40 || 10*tight < 9*len(a.Ranges) {
		t.Errorf("%d of %d ranges are tight", tight, len(a.Ranges))
	}
	// Of those who returned three of four ways are shown, and everybody is.
	if !slices.ContainsFunc(a.Findings, func(f Finding) bool {
		return f.Rule == RuleDetermined && f.Scope == "count:figure:returned_on_own" && f.Desk.Value == 4
	}) {
		t.Errorf("what is left of a sum is not found: %+v", a.Findings)
	}
	t.Logf("%d cells, %d shown, %d of %d ranges tight, findings %v", len(s.Cells), tick(p.Shown), tight, len(a.Ranges), tallyRules(a.Findings))
}

// TestWhatThereWasNoTimeForIsNotSafe: a deadline leaves nothing established, and
// says so of everything.
func TestWhatThereWasNoTimeForIsNotSafe(t *testing.T) {
	s, people := crowd{1, 35, 6, 2, 5}.planned()
	p := threshold(s, people, 5)
	late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	a, err := Attack(late, p, plan.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	if Worst(a.Findings) == Pass || tallyRules(a.Findings)[RuleTruncated] == 0 {
		t.Errorf("without time: %v", tallyRules(a.Findings))
	}
	for _, r := range a.Ranges {
		if r.Known {
			t.Errorf("without time: %+v", r)
		}
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Attack(gone, p, plan.Defaults()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
