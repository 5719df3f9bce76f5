package disclosure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/plan"
)

// The slide: 35 persons met by five organisations, with the spread of its
// figures over the organisations that the design page prints.
var slideSpread = []struct {
	organisation string
	persons      int
	figures      [6]int // civil society first, never dared, undocumented, violence, relation, minor
	children     []int  // of each person who has any
}{
	{"A", 9, [6]int{4, 3, 2, 3, 7, 2}, []int{1, 1, 2, 2}},
	{"B", 8, [6]int{3, 2, 2, 2, 6, 2}, []int{1, 1, 2, 2}},
	{"C", 7, [6]int{3, 2, 1, 2, 5, 1}, []int{1, 2, 2}},
	{"D", 6, [6]int{3, 2, 1, 1, 4, 1}, []int{1, 1, 2}},
	{"E", 5, [6]int{2, 1, 1, 1, 4, 1}, []int{1, 2}},
}

var slideFigures = []string{"civil_society", "never_dared", "undocumented", "violence", "relation", "minor"}

// Axes of the slide's system.
const (
	slideOrganisation = 0
	slideFigure       = 1 // six of them
	slideChildren     = 7
	slideAttribute    = 8 // and more
)

// slide makes the records: the figures as printed, and attributes drawn from
// skewed distributions, the last category of each being other or unknown.
func slide(seed uint64, attributes int) (plan.System, []plan.Count) {
	rng := rand.New(rand.NewPCG(seed, 35))
	system := slideSystem(rng, attributes)
	var data []plan.Count
	for org, s := range slideSpread {
		people := make([][]int, s.persons)
		for i := range people {
			people[i] = make([]int, len(system.Axes))
			people[i][slideOrganisation] = org
		}
		for f, n := range s.figures {
			for _, i := range rng.Perm(s.persons)[:n] {
				people[i][slideFigure+f] = 1
			}
		}
		for k, i := range rng.Perm(s.persons)[:len(s.children)] {
			people[i][slideChildren] = s.children[k]
		}
		for _, p := range people {
			for a := slideAttribute; a < len(system.Axes); a++ {
				p[a] = skewed(rng, len(system.Axes[a].Categories), uint64(a)+seed)
			}
			data = append(data, plan.Count{Atom: p, N: 1})
		}
	}
	return system, data
}

// skewed draws a category: the first are common, the last is other or unknown.
func skewed(rng *rand.Rand, n int, salt uint64) int {
	weights := make([]float64, n)
	sum := 0.0
	steep := 1.3 + 0.9*float64(salt*2654435761%97)/97
	for i := range weights {
		weights[i] = 1
		for range i {
			weights[i] /= steep
		}
		sum += weights[i]
	}
	at := rng.Float64() * sum
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return n - 1
}

func slideSystem(rng *rand.Rand, attributes int) plan.System {
	s := plan.System{Axes: []plan.Axis{{Name: plan.OrganisationAxis, Categories: []string{"A", "B", "C", "D", "E"}, Hidden: true}}}
	s.Cells = []plan.Cell{{Name: "persons", Rank: plan.Total}}
	for i, f := range slideFigures {
		s.Axes = append(s.Axes, plan.Axis{Name: f, Categories: []string{"no", "yes"}})
		s.Cells = append(s.Cells, plan.Cell{
			Name: f, Rank: plan.Headline, Where: plan.Selection{{Axis: slideFigure + i, Categories: []int{1}}},
		})
	}
	s.Axes = append(s.Axes, plan.Axis{Name: "children", Categories: []string{"0", "1", "2", "3"}})
	s.Cells = append(s.Cells,
		plan.Cell{Name: "has_children", Rank: plan.Headline, Where: plan.Selection{{Axis: slideChildren, Categories: []int{1, 2, 3}}}},
		plan.Cell{Name: "children", Rank: plan.Headline, Weighted: true, WeightAxis: slideChildren, Weights: []int{0, 1, 2, 3}},
	)
	for a := range attributes {
		axis := plan.Axis{Name: fmt.Sprintf("attribute%02d", a+1)}
		for c := range 3 + rng.IntN(5) {
			axis.Categories = append(axis.Categories, fmt.Sprintf("c%d", c+1))
		}
		axis.Categories[len(axis.Categories)-1] = "other"
		s.Axes = append(s.Axes, axis)
	}
	return s
}

// slideLayout asks for a one-way table of every attribute and the two-way
// tables of the first pairs of them.
func slideLayout(base plan.System, pairs int) plan.Layout {
	l := plan.Layout{Base: base}
	for a := slideAttribute; a < len(base.Axes); a++ {
		n := len(base.Axes[a].Categories)
		var each, stated []int
		var fine plan.Grouping
		for c := range n {
			each = append(each, c)
			fine = append(fine, []int{c})
		}
		stated = each[:n-1]
		l.Ladders = append(l.Ladders, plan.Ladder{Axis: a, Residual: n - 1, Rungs: []plan.Grouping{fine, {stated, {n - 1}}}})
		l.Tables = append(l.Tables, plan.Table{Name: base.Axes[a].Name, Axes: []int{a}})
	}
	for i := range pairs {
		a := slideAttribute + 2*i
		l.Tables = append(l.Tables, plan.Table{Name: fmt.Sprintf("pair%d", i+1), Axes: []int{a, a + 1}})
	}
	return l
}

// slideProblem recodes the plan and takes every standard view.
func slideProblem(ctx context.Context, seed uint64, attributes, pairs int) (Problem, plan.Layout, []plan.Presentation, error) {
	return slideProblemFor(ctx, seed, attributes, pairs, false)
}

// slideProblemFor leaves out, if lone, who recognises somebody else's record.
func slideProblemFor(ctx context.Context, seed uint64, attributes, pairs int, lone bool) (Problem, plan.Layout, []plan.Presentation, error) {
	base, data := slide(seed, attributes)
	layout := slideLayout(base, pairs)
	p := Problem{System: base, Data: data, Policy: plan.Defaults()}
	var err error
	if p.Views, err = Views(base, data, p.Policy); err != nil {
		return p, layout, nil, err
	}
	drop := func(v plan.View) bool { return lone && strings.Contains(v.Name, "+duplicate:") }
	p.Views = slices.DeleteFunc(p.Views, drop)
	var shown []plan.Presentation
	r := newRecoder(ctx, layout, p)
	r.lone = lone
	if p.System, shown, err = r.recode(p); err != nil {
		return p, layout, nil, err
	}
	p.Views, err = Views(p.System, data, p.Policy)
	p.Views = slices.DeleteFunc(p.Views, drop)
	return p, layout, shown, err
}
