package auditor

import (
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// beside is what two cells tell together that differ in nothing but the panel:
// whom, or how much, the wider one counts and the narrower does not.
type beside struct {
	wide, narrow int
	left         plan.Cell
}

// besides lists them. They are derived from the cells and the axis called
// [plan.PanelAxis] alone, so that a certificate cannot leave one out.
func besides(s plan.System) (found []beside) {
	h := history{system: s, axis: slices.IndexFunc(s.Axes, func(a plan.Axis) bool { return a.Name == plan.PanelAxis })}
	if h.axis < 0 {
		return nil
	}
	alike := map[string][]int{}
	for i, c := range s.Cells {
		key := fmt.Sprint(h.lean(h.apart(c.Where)), c.Weighted, c.WeightAxis, c.Weights)
		for _, k := range alike[key] {
			for _, two := range [][2]int{{i, k}, {k, i}} {
				if b, any := h.beside(two[0], two[1]); any {
					found = append(found, b)
				}
			}
		}
		alike[key] = append(alike[key], i)
	}
	return found
}

func (h history) beside(wide, narrow int) (b beside, any bool) {
	outer, inner := h.system.Cells[wide], h.system.Cells[narrow]
	groups := except(h.batches(outer.Where), h.batches(inner.Where))
	if len(groups) == 0 || len(except(h.batches(inner.Where), h.batches(outer.Where))) > 0 ||
		outer.StructuralZero || inner.StructuralZero {
		return beside{}, false
	}
	b = beside{wide: wide, narrow: narrow, left: outer}
	b.left.Name = "rest:" + outer.Name + "-" + inner.Name
	b.left.Where, _ = meet(h.apart(outer.Where), plan.Selection{{Axis: h.axis, Categories: groups}})
	return b, true
}

// outsiders lists what panels tell of those outside of them and what is not in a
// list yet, whatever it is called there: of two remainders of which one lies
// inside the other, or of a remainder and a cell inside it, the difference.
func outsiders(s plan.System, listed []plan.Functional) (found []plan.Functional) {
	left := counted(besides(s))
	if len(left) == 0 {
		return nil
	}
	h := history{system: s}
	have := map[string]bool{}
	for _, f := range listed {
		have[h.persons(f)] = true
	}
	for _, outer := range left {
		for _, inner := range slices.Concat(left, s.Cells) {
			if inner.Weighted || inner.StructuralZero || !implies(s, inner.Where, outer.Where) || implies(s, outer.Where, inner.Where) {
				continue
			}
			where := inner.Where
			f := plan.Functional{Name: outer.Name + " " + inner.Name, Within: outer.Where, Except: &where}
			if key := h.persons(f); !have[key] {
				have[key], found = true, append(found, f)
			}
		}
	}
	return found
}

func counted(all []beside) (cells []plan.Cell) {
	for _, b := range all {
		if !b.left.Weighted {
			cells = append(cells, b.left)
		}
	}
	return cells
}

// withOutsiders is a system in which what panels leave of cells are cells: two
// releases tell of them what they tell of others.
func withOutsiders(s plan.System) plan.System {
	s.Cells = append(slices.Clip(s.Cells), counted(besides(s))...)
	return s
}

// withSums is a system in which the sums that panels leave of sums are cells,
// known where both are.
func withSums(s plan.System, known plan.Pattern) (plan.System, plan.Pattern) {
	left := besidePanels(s, known, true)
	s.Cells = append(slices.Clip(s.Cells), left...)
	return s, append(slices.Clip(known), slices.Repeat(plan.Pattern{true}, len(left))...)
}

// besidePanels are the counts, or the sums, that panels leave of cells that are
// known: everybody can subtract.
func besidePanels(s plan.System, known plan.Pattern, weighted bool) (cells []plan.Cell) {
	for _, b := range besides(s) {
		if known[b.wide] && known[b.narrow] && b.left.Weighted == weighted {
			cells = append(cells, b.left)
		}
	}
	return cells
}
