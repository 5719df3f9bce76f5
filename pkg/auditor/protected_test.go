package auditor

import (
	"context"
	"slices"
	"sync"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
)

// A protection is a plan over records as it is published, and what the desk
// holds besides.
type protection struct {
	published Published   // to everybody
	inside    Published   // the same over all axes, every value filled in
	views     []plan.View // of the public first
	data      []plan.Count
	veiled    []plan.Count // the records as the public's axes show them
}

// protectedReport is the default plan over the demo's records as the product
// protects and publishes it.
func protectedReport(tb testing.TB) protection {
	tb.Helper()
	p, err := protectReport()
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

var protectReport = sync.OnceValues(func() (protection, error) {
	const year = 2025
	book := codelist.Current()
	set, err := figure.Current(book)
	if err != nil {
		return protection{}, err
	}
	p, err := plan.Default(year)
	if err != nil {
		return protection{}, err
	}
	f, err := frame.Lay(p, set, frame.Hidden{Organisations: []access.OrganisationID{"A", "B", "C", "D", "E"}})
	if err != nil {
		return protection{}, err
	}
	records, err := script(book, year)
	if err != nil {
		return protection{}, err
	}
	data, err := f.Data(func(yield func(record.Answers, frame.Origin) bool) {
		for _, r := range records {
			if !yield(r.answers, r.from) {
				return
			}
		}
	})
	if err != nil {
		return protection{}, err
	}
	return protect(f, disclosure.Problem{System: f.Layout.Base, Data: data, Policy: plan.Defaults()})
})

// protect does what a computation of a release does.
func protect(f *frame.Frame, problem disclosure.Problem) (_ protection, err error) {
	if problem.Views, err = disclosure.Views(problem.System, problem.Data, problem.Policy); err != nil {
		return protection{}, err
	}
	var shown []plan.Presentation
	if problem.System, shown, err = disclosure.Recode(context.Background(), f.Layout, problem); err != nil {
		return protection{}, err
	}
	if problem.Views, err = disclosure.Views(problem.System, problem.Data, problem.Policy); err != nil {
		return protection{}, err
	}
	solution, err := disclosure.Protect(context.Background(), problem, disclosure.Seed{1})
	if err != nil {
		return protection{}, err
	}
	described, err := f.Describe(problem.System, shown)
	if err != nil {
		return protection{}, err
	}
	year, err := solution.Publish(described)
	if err != nil {
		return protection{}, err
	}
	out := protection{views: problem.Views, data: problem.Data, inside: Published{System: problem.System, Shown: solution.Pattern}}
	for _, c := range problem.System.Cells {
		out.inside.Values = append(out.inside.Values, quantity{{termOf(c), 1}}.of(problem.Data))
	}
	y := year.Publication()
	out.published.System = plan.System{Axes: y.Axes, Bans: y.Bans}
	for _, c := range y.Cells {
		out.published.System.Cells = append(out.published.System.Cells, c.Cell)
		out.published.Shown, out.published.Values = append(out.published.Shown, c.Shown), append(out.published.Values, c.Value)
	}
	hidden := organisationAxis(problem.System)
	for _, d := range problem.Data {
		out.veiled = append(out.veiled, plan.Count{Atom: slices.Delete(slices.Clone(d.Atom), hidden, hidden+1), N: d.N})
	}
	return out, nil
}
