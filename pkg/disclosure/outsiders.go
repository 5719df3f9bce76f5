package disclosure

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// Outsiders gives what panels tell of those outside of them. Where a cell and
// what a panel has of it are both known, so is their difference: the persons
// whom entrants and leavers met. That is a nested difference, which [Derive]
// finds. Two such differences make one more: 6 of the 35 are outside and 6 of
// the 26, so all of those outside have the property, although no two cells say
// it. The functionals are declared besides those of Derive, under the names
// rest:beyond:<cell>-<cell of the panel>-<...>.
func Outsiders(system plan.System) (out []plan.Functional) {
	left := beyond(system, system.Cells)
	for _, outer := range left {
		for _, inner := range slices.Concat(system.Cells, left) {
			if nested(system, outer, inner) {
				except := inner.Where
				out = append(out, plan.Functional{
					Name: "rest:" + outer.Name + "-" + inner.Name, Within: outer.Where, Except: &except,
				})
			}
		}
	}
	return out
}

// panelAxis is the axis that says which panels a record counts in, or -1.
func panelAxis(s plan.System) int {
	return slices.IndexFunc(s.Axes, func(a plan.Axis) bool { return !a.Hidden && a.Name == plan.PanelAxis })
}

// remainder is what a panel leaves of a cell.
type remainder struct {
	outer, inner int
	cell         plan.Cell
}

// remainders are what panels leave of cells: two that differ in nothing but the
// panel, and one of which includes the other, make one.
func remainders(s plan.System, cells []plan.Cell) (out []remainder) {
	b := batches{system: s, axis: panelAxis(s)}
	if b.axis < 0 {
		return nil
	}
	for k, inner := range cells {
		if !namesAxis(inner.Where, b.axis) {
			continue
		}
		for i, outer := range cells {
			if !twinned(outer, inner) || !implies(s, inner.Where, outer.Where) || implies(s, outer.Where, inner.Where) ||
				!sameSelection(s, b.within(outer.Where, nil), b.within(inner.Where, nil)) {
				continue
			}
			left := outer
			left.Name = "beyond:" + outer.Name + "-" + inner.Name
			left.Rank, left.Required = plan.Inner, false
			left.Where = b.within(outer.Where, except(b.of(outer.Where), b.of(inner.Where)))
			out = append(out, remainder{i, k, left})
		}
	}
	return out
}

// twinned says whether two cells count, or add up, the same.
func twinned(a, b plan.Cell) bool {
	if a.StructuralZero || b.StructuralZero {
		return false
	}
	return !a.Weighted && !b.Weighted || sameSum(a, b)
}

// beyond are the remainders that count.
func beyond(s plan.System, cells []plan.Cell) (out []plan.Cell) {
	for _, r := range remainders(s, cells) {
		if !r.cell.Weighted {
			out = append(out, r.cell)
		}
	}
	return out
}

// loneOutsiders says whether what a panel leaves of a count is the caseload of
// one organisation, or of two of which each knows the other's.
func loneOutsiders(organisations int) bool { return organisations > 0 && organisations < plan.MinPanel }

// withholdPanels withholds what a panel has of a cell where the remainder, which
// everybody can subtract, is that of too few organisations or a sum that gives a
// contributor away. If an earlier release shows the panel's, it is the other.
func (e *engine) withholdPanels(axis int) {
	shown := e.safe.shownBefore(e.problem)
	all := remainders(e.problem.System, e.problem.System.Cells)
	for _, r := range all {
		if e.primary[r.outer] || e.primary[r.inner] || shown[r.outer] && shown[r.inner] {
			continue
		}
		if !e.tellsOfOutsiders(r.cell, axis) && !e.tellsOfThoseWhoCame(r, all, axis) {
			continue
		}
		cell, rule := r.inner, RuleOrganisations
		if shown[cell] && !shown[r.outer] {
			cell = r.outer
		}
		if r.cell.Weighted {
			rule = RuleSum
		}
		e.withhold(cell, rule, "")
	}
}

// tellsOfThoseWhoCame says whether a sum outside a panel, with the same sum as
// earlier releases show it, gives away who came or went.
func (e *engine) tellsOfThoseWhoCame(r remainder, all []remainder, axis int) bool {
	s, shown := e.problem.System, e.safe.shownBefore(e.problem)
	b := batches{system: s, axis: batchAxis(s)}
	if b.axis < 0 || !r.cell.Weighted {
		return false
	}
	for _, old := range all {
		if !shown[old.outer] || !shown[old.inner] || !sameSum(old.cell, r.cell) ||
			!sameSelection(s, b.within(old.cell.Where, nil), b.within(r.cell.Where, nil)) {
			continue
		}
		for _, in := range b.changed(twin{old.cell, r.cell}) {
			between := r.cell
			between.Where = b.within(r.cell.Where, in)
			if len(in) > 0 && !e.safe.publishable(between, e.data, axis, e.problem.Policy) {
				return true
			}
		}
	}
	return false
}

func (e *engine) tellsOfOutsiders(left plan.Cell, axis int) bool {
	if left.Weighted {
		return !e.safe.publishable(left, e.data, axis, e.problem.Policy)
	}
	n := 0
	if axis >= 0 {
		for _, v := range contributions(left, e.data, axis) {
			n += int(bit(v > 0))
		}
	}
	return e.safe.lone(n)
}
