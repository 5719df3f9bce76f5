package auditor

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/plan"
)

// smallSystem draws a system small enough to list every population, with a
// population, and says which cells are shown.
func smallSystem(t *rapid.T) (Published, []plan.Count) {
	var s plan.System
	for i, n := range rapid.SliceOfN(rapid.IntRange(2, 3), 1, 3).Draw(t, "sizes") {
		if i == 2 {
			n = 2 // at most 18 atoms, so that every population can be listed
		}
		s.Axes = append(s.Axes, plan.Axis{Name: string(rune('a' + i)), Categories: numbered(n)})
	}
	for range rapid.IntRange(0, 1).Draw(t, "bans") {
		s.Bans = append(s.Bans, someSelection(t, s.Axes, 2))
	}
	s.Cells = []plan.Cell{{Name: "total", Rank: plan.Total}}
	for range rapid.IntRange(1, 7).Draw(t, "cells") {
		c := plan.Cell{Name: "cell" + numbered(20)[len(s.Cells)], Where: someSelection(t, s.Axes, 0)}
		if rapid.IntRange(0, 4).Draw(t, "weighted") == 0 {
			c.Weighted = true
			for k := range s.Axes[0].Categories {
				c.Weights = append(c.Weights, k)
			}
		}
		s.Cells = append(s.Cells, c)
	}
	var people []plan.Count
	for _, atom := range atomsOf(s) {
		if n := rapid.SampledFrom([]int{0, 0, 0, 1, 1, 2}).Draw(t, "n"); n > 0 && size(people)+n <= 6 {
			people = append(people, plan.Count{Atom: atom, N: n})
		}
	}
	p := Published{System: s}
	for i, c := range s.Cells {
		p.Shown = append(p.Shown, i == 0 || rapid.Bool().Draw(t, "shown"))
		p.Values = append(p.Values, quantity{{termOf(c), 1}}.of(people))
	}
	return p, people
}

func someSelection(t *rapid.T, axes []plan.Axis, least int) plan.Selection {
	var s plan.Selection
	for a, axis := range axes {
		if len(axes)-a > least-len(s) && rapid.Bool().Draw(t, "free") {
			continue
		}
		var categories []int
		for c := range axis.Categories {
			if rapid.Bool().Draw(t, "in") {
				categories = append(categories, c)
			}
		}
		if len(categories) > 0 {
			s = append(s, plan.Subset{Axis: a, Categories: categories})
		}
	}
	if len(s) == 0 && least > 0 {
		s = plan.Selection{{Axis: 0, Categories: []int{0}}}
	}
	return s
}

func size(people []plan.Count) int {
	n := 0
	for _, c := range people {
		n += c.N
	}
	return n
}

// atomsOf lists the atoms that no ban covers.
func atomsOf(s plan.System) [][]int {
	atoms := [][]int{{}}
	for _, axis := range s.Axes {
		var longer [][]int
		for _, a := range atoms {
			for c := range axis.Categories {
				longer = append(longer, append(append([]int{}, a...), c))
			}
		}
		atoms = longer
	}
	var valid [][]int
next:
	for _, a := range atoms {
		for _, b := range s.Bans {
			if holds(b, a) {
				continue next
			}
		}
		valid = append(valid, a)
	}
	return valid
}

// everyPopulation calls visit with each population of the right size that has
// all shown values.
func everyPopulation(p Published, visit func([]plan.Count)) {
	atoms := atomsOf(p.System)
	people := make([]plan.Count, len(atoms))
	for i, a := range atoms {
		people[i].Atom = a
	}
	var place func(i, left int)
	place = func(i, left int) {
		if i == len(atoms)-1 {
			people[i].N = left
			for k, c := range p.System.Cells {
				if p.Shown[k] && (quantity{{termOf(c), 1}}).of(people) != p.Values[k] {
					return
				}
			}
			visit(people)
			return
		}
		for n := 0; n <= left; n++ {
			people[i].N = n
			place(i+1, left-n)
		}
	}
	if len(atoms) > 0 {
		place(0, p.Values[0])
	}
}

func TestBoundsAgreeWithEveryPopulationListed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := smallSystem(t)
		prober, err := Probe(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		var asked []quantity
		for _, c := range p.System.Cells {
			asked = append(asked, quantity{{termOf(c), 1}})
		}
		except := someSelection(t, p.System.Axes, 1)
		asked = append(asked, quantityOf(plan.Functional{Within: someSelection(t, p.System.Axes, 0), Except: &except}))
		least, most := make([]int, len(asked)), make([]int, len(asked))
		for i := range least {
			least[i], most[i] = 1<<30, -1
		}
		everyPopulation(p, func(people []plan.Count) {
			for i, q := range asked {
				v := q.of(people)
				least[i], most[i] = min(least[i], v), max(most[i], v)
			}
		})
		for i, q := range asked {
			got, err := prober.interval(q)
			if most[i] < 0 {
				continue
			}
			if err != nil || !got.ProvedWhole || got.Open || got.Least != least[i] || got.Most != most[i] {
				t.Errorf("quantity %d of %+v: %+v (%v), listed [%d, %d]", i, p, got, err, least[i], most[i])
			}
			if got.Low.Float() > float64(got.Least) || got.High.Float() < float64(got.Most) {
				t.Errorf("quantity %d: splitting persons narrows %+v", i, got)
			}
		}
	})
}
