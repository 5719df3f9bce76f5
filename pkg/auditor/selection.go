package auditor

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// meet is what two selections share; none when they share no atom.
func meet(a, b plan.Selection) (shared plan.Selection, any bool) {
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].Axis < b[0].Axis:
			shared, a = append(shared, a[0]), a[1:]
		case len(a) == 0 || b[0].Axis < a[0].Axis:
			shared, b = append(shared, b[0]), b[1:]
		default:
			both := intersect(a[0].Categories, b[0].Categories)
			if len(both) == 0 {
				return nil, false
			}
			shared = append(shared, plan.Subset{Axis: a[0].Axis, Categories: both})
			a, b = a[1:], b[1:]
		}
	}
	return shared, true
}

func intersect(a, b []int) []int {
	var both []int
	for _, c := range a {
		if _, in := slices.BinarySearch(b, c); in {
			both = append(both, c)
		}
	}
	return both
}

// A term is a number that every atom has: 1 inside the selection and 0
// outside, or there the weight of the atom's category on an axis.
type term struct {
	where   plan.Selection
	axis    int
	weights []int // nil: a count
}

func termOf(c plan.Cell) term {
	if c.Weighted {
		return term{where: c.Where, axis: c.WeightAxis, weights: c.Weights}
	}
	return term{where: c.Where}
}

func (t term) at(atom []int) int {
	if !holds(t.where, atom) {
		return 0
	}
	if t.weights == nil {
		return 1
	}
	return t.weights[atom[t.axis]]
}

// axes are those that the term looks at.
func (t term) axes() []int {
	var axes []int
	for _, s := range t.where {
		axes = append(axes, s.Axis)
	}
	if t.weights != nil && !slices.Contains(axes, t.axis) {
		axes = append(axes, t.axis)
	}
	return axes
}

// A part of a quantity is a term times a sign.
type part struct {
	term
	sign int
}

// A quantity is what is asked about: a cell, or the persons of a functional.
type quantity []part

// quantityOf writes "within and not except" as within minus what both share.
func quantityOf(f plan.Functional) quantity {
	q := quantity{{term{where: f.Within}, 1}}
	if f.Except == nil {
		return q
	}
	if both, any := meet(f.Within, *f.Except); any {
		q = append(q, part{term{where: both}, -1})
	}
	return q
}

func (q quantity) at(atom []int) int {
	sum := 0
	for _, p := range q {
		sum += p.sign * p.term.at(atom)
	}
	return sum
}

// of is the quantity in a population.
func (q quantity) of(people []plan.Count) int {
	sum := 0
	for _, c := range people {
		sum += c.N * q.at(c.Atom)
	}
	return sum
}
