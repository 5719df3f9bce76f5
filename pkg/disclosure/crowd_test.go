package disclosure

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// crowd is a larger plan: n persons of some organisations, twelve one-way
// tables of four codes and a chain of two-way tables.
func crowd(seed uint64, n, organisations, pairs int) Problem {
	return crowdOf(seed, n, organisations, 4, pairs)
}

func crowdOf(seed uint64, n, organisations, codes, pairs int) Problem {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	s := plan.System{Cells: []plan.Cell{{Name: "persons", Rank: plan.Total}}}
	org := plan.Axis{Name: plan.OrganisationAxis, Hidden: true}
	for o := range organisations {
		org.Categories = append(org.Categories, fmt.Sprintf("O%02d", o+1))
	}
	s.Axes = append(s.Axes, org)
	var names []string
	var single plan.Grouping
	for c := range codes {
		names, single = append(names, fmt.Sprintf("c%d", c+1)), append(single, []int{c})
	}
	for a := range 12 {
		s.Axes = append(s.Axes, plan.Axis{Name: fmt.Sprintf("a%02d", a+1), Categories: names})
	}
	for a := 1; a <= 12; a++ {
		addCells(&s, plan.Table{Name: s.Axes[a].Name, Axes: []int{a}}, []plan.Grouping{single})
	}
	for k := range pairs {
		a := 1 + k%11
		addCells(&s, plan.Table{Name: fmt.Sprintf("pair%02d", k+1), Axes: []int{a, a + 1}}, []plan.Grouping{single, single})
	}
	p := Problem{System: s, Policy: plan.Defaults()}
	for range n {
		atom := []int{rng.IntN(organisations)}
		for a := range 12 {
			atom = append(atom, skewed(rng, codes, uint64(a)))
		}
		p.Data = append(p.Data, plan.Count{Atom: atom, N: 1})
	}
	p.Data = tally(p.Data)
	return p
}

// BenchmarkProtect measures the recoded slide, and unrecoded crowds with all
// standard views: what is shown, what had to be proved, and how long it takes.
func BenchmarkProtect(b *testing.B) {
	b.Run("slide=35", func(b *testing.B) {
		p, _, _, err := slideProblem(b.Context(), 0, 12, 3)
		if err != nil {
			b.Fatal(err)
		}
		benchmark(b, p)
	})
	for _, c := range []struct{ persons, organisations, codes, pairs int }{
		{35, 5, 4, 8},
		{200, 10, 4, 8},
		{2_000, 30, 4, 8},
		{2_000, 30, 8, 8},
		{100_000, 30, 8, 8},
	} {
		b.Run(fmt.Sprintf("persons=%d/codes=%d", c.persons, c.codes), func(b *testing.B) {
			p := crowdOf(1, c.persons, c.organisations, c.codes, c.pairs)
			var err error
			if p.Views, err = Views(p.System, p.Data, p.Policy); err != nil {
				b.Fatal(err)
			}
			benchmark(b, p)
		})
	}
}

func benchmark(b *testing.B, p Problem) {
	var s Solution
	for b.Loop() {
		var err error
		if s, err = Protect(b.Context(), p, Seed{1}); err != nil {
			b.Fatal(err, s.Findings)
		}
	}
	oneWay, of := 0, 0
	for i, c := range p.System.Cells {
		if c.Rank == plan.OneWay {
			oneWay, of = oneWay+int(bit(s.Pattern[i])), of+1
		}
	}
	b.ReportMetric(float64(s.Shown())/float64(len(s.Pattern)), "shown/cell")
	b.ReportMetric(share(oneWay, of), "shown/one-way")
	b.ReportMetric(float64(len(p.System.Cells)), "cells")
	b.ReportMetric(float64(len(p.Views)), "views")
	b.ReportMetric(float64(s.Stats.Searches), "searches")
	b.ReportMetric(float64(len(s.Witnesses)), "witnesses")
	b.ReportMetric(float64(s.Stats.Populations), "populations")
}
