package disclosure

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// holds says whether an atom, given by its categories, stands in a selection.
func holds(s plan.Selection, atom []int) bool {
	for _, part := range s {
		if _, in := slices.BinarySearch(part.Categories, atom[part.Axis]); !in {
			return false
		}
	}
	return true
}

// inside says whether an atom counts towards a functional.
func inside(f plan.Functional, atom []int) bool {
	return holds(f.Within, atom) && (f.Except == nil || !holds(*f.Except, atom))
}

// implies says whether every atom of child is one of parent, judged by what the
// two selections say and not by what the bans make of them.
func implies(s plan.System, child, parent plan.Selection) bool {
	for _, want := range parent {
		if len(want.Categories) == len(s.Axes[want.Axis].Categories) {
			continue
		}
		i := slices.IndexFunc(child, func(p plan.Subset) bool { return p.Axis == want.Axis })
		if i < 0 || !subset(child[i].Categories, want.Categories) {
			return false
		}
	}
	return true
}

func subset(small, large []int) bool {
	for _, c := range small {
		if _, in := slices.BinarySearch(large, c); !in {
			return false
		}
	}
	return true
}

func sameSelection(s plan.System, a, b plan.Selection) bool {
	return implies(s, a, b) && implies(s, b, a)
}

// coefficient is how much one person of an atom adds to a cell.
func coefficient(c plan.Cell, atom []int) int {
	switch {
	case !holds(c.Where, atom):
		return 0
	case c.Weighted:
		return c.Weights[atom[c.WeightAxis]]
	}
	return 1
}

// total adds a functional up over counts, which may be signed.
func total(f plan.Functional, counts []plan.Count) int {
	n := 0
	for _, c := range counts {
		if inside(f, c.Atom) {
			n += c.N
		}
	}
	return n
}

// conditions is how many axes a functional names: the fewer, the earlier it is
// protected.
func conditions(f plan.Functional) int {
	n := len(f.Within)
	if f.Except != nil {
		n = max(n, len(*f.Except))
	}
	return n
}
