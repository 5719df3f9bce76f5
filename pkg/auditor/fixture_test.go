package auditor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// A crowd says how an invented population is made.
type crowd struct {
	seed    uint64
	persons int
	axes    int // public ones; the organisation comes on top
	pairs   int // two-way tables
	orgs    int
}

// planned makes a population whose categories grow rarer along each axis, and
// the system of its one-way and two-way tables.
func (sp crowd) planned() (plan.System, []plan.Count) {
	rng := rand.New(rand.NewPCG(sp.seed, 1))
	var s plan.System
	for a := range sp.axes {
		s.Axes = append(s.Axes, plan.Axis{Name: fmt.Sprintf("d%d", a), Categories: numbered(2 + a%4)})
	}
	s.Axes = append(s.Axes, plan.Axis{Name: "organisation", Categories: numbered(sp.orgs), Hidden: true})
	s.Cells = []plan.Cell{{Name: "total", Rank: plan.Total}}
	for a := range sp.axes {
		for c := range s.Axes[a].Categories {
			s.Cells = append(s.Cells, plan.Cell{
				Name: fmt.Sprintf("d%d=%d", a, c), Rank: plan.OneWay,
				Where: plan.Selection{{Axis: a, Categories: []int{c}}},
			})
		}
	}
	var pairs [][2]int
	for a := range sp.axes {
		for b := range a {
			pairs = append(pairs, [2]int{b, a})
		}
	}
	rng.Shuffle(len(pairs), func(i, k int) { pairs[i], pairs[k] = pairs[k], pairs[i] })
	for _, p := range pairs[:sp.pairs] {
		s.Cells = append(s.Cells, twoWay(s.Axes, p[0], p[1])...)
	}
	return s, sp.people(rng, s.Axes)
}

func (sp crowd) people(rng *rand.Rand, axes []plan.Axis) []plan.Count {
	tally := map[string]int{}
	var people []plan.Count
	for range sp.persons {
		atom := make([]int, len(axes))
		for a, axis := range axes {
			for atom[a] < len(axis.Categories)-1 && rng.IntN(5) < 2 {
				atom[a]++
			}
		}
		atom[len(axes)-1] = rng.IntN(sp.orgs)
		key := keyOf(atom)
		if at, known := tally[key]; known {
			people[at].N++
			continue
		}
		tally[key] = len(people)
		people = append(people, plan.Count{Atom: atom, N: 1})
	}
	slices.SortFunc(people, func(x, y plan.Count) int { return slices.Compare(x.Atom, y.Atom) })
	return people
}

func twoWay(axes []plan.Axis, a, b int) []plan.Cell {
	var cells []plan.Cell
	for x := range axes[a].Categories {
		for y := range axes[b].Categories {
			cells = append(cells, plan.Cell{
				Name:  fmt.Sprintf("d%d=%d,d%d=%d", a, x, b, y),
				Where: plan.Selection{{Axis: a, Categories: []int{x}}, {Axis: b, Categories: []int{y}}},
			})
		}
	}
	return cells
}

// threshold shows whatever is at least t, which is the baseline that attacks
// must break.
func threshold(s plan.System, people []plan.Count, t int) Published {
	p := Published{System: s}
	for i, c := range s.Cells {
		v := quantity{{termOf(c), 1}}.of(people)
		p.Shown, p.Values = append(p.Shown, i == 0 || v >= t), append(p.Values, v)
	}
	return p
}

func benchmarkBounds(b *testing.B, sp crowd) {
	s, people := sp.planned()
	p := threshold(s, people, 5)
	b.ReportAllocs()
	for b.Loop() {
		intervals, err := Bounds(context.Background(), p)
		if err != nil {
			b.Fatal(err)
		}
		unproved, loose := 0, 0
		for _, i := range intervals {
			if !i.Bounded {
				unproved++
			} else if !i.ProvedWhole {
				loose++
			}
		}
		b.ReportMetric(float64(unproved), "unproved")
		b.ReportMetric(float64(loose), "loose")
		b.ReportMetric(float64(len(p.Shown)-tick(p.Shown)), "withheld")
	}
}

func tick(shown plan.Pattern) int {
	n := 0
	for _, s := range shown {
		if s {
			n++
		}
	}
	return n
}

func BenchmarkBounds35(b *testing.B)   { benchmarkBounds(b, crowd{1, 35, 12, 3, 5}) }
func BenchmarkBounds35x8(b *testing.B) { benchmarkBounds(b, crowd{1, 35, 12, 8, 5}) }
func BenchmarkBounds2000(b *testing.B) { benchmarkBounds(b, crowd{1, 2000, 12, 20, 5}) }
