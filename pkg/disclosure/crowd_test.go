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
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	s := plan.System{Cells: []plan.Cell{{Name: "persons", Rank: plan.Total}}}
	org := plan.Axis{Name: plan.OrganisationAxis, Hidden: true}
	for o := range organisations {
		org.Categories = append(org.Categories, fmt.Sprintf("O%02d", o+1))
	}
	s.Axes = append(s.Axes, org)
	for a := range 12 {
		s.Axes = append(s.Axes, plan.Axis{Name: fmt.Sprintf("a%02d", a+1), Categories: []string{"c1", "c2", "c3", "other"}})
	}
	single := plan.Grouping{{0}, {1}, {2}, {3}}
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
			atom = append(atom, skewed(rng, 4, uint64(a)))
		}
		p.Data = append(p.Data, plan.Count{Atom: atom, N: 1})
	}
	p.Data = tally(p.Data)
	return p
}

func benchmarkCrowd(b *testing.B, n, organisations int) {
	p := crowd(1, n, organisations, 8)
	var err error
	if p.Views, err = Views(p.System, p.Data, p.Policy); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := Protect(b.Context(), p, Seed{1})
		if err != nil {
			b.Fatal(err, s.Findings)
		}
		b.ReportMetric(float64(s.Shown()), "shown")
		b.ReportMetric(float64(len(p.System.Cells)), "cells")
		b.ReportMetric(float64(len(p.Views)), "views")
		b.ReportMetric(float64(s.Stats.Searches), "searches")
		b.ReportMetric(float64(len(s.Witnesses)), "witnesses")
	}
}

func BenchmarkPersons35(b *testing.B)     { benchmarkCrowd(b, 35, 5) }
func BenchmarkPersons200(b *testing.B)    { benchmarkCrowd(b, 200, 10) }
func BenchmarkPersons2000(b *testing.B)   { benchmarkCrowd(b, 2000, 30) }
func BenchmarkPersons100000(b *testing.B) { benchmarkCrowd(b, 100_000, 30) }
