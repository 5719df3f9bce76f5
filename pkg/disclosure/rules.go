package disclosure

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// withholdByRule withholds what the witnesses would not notice: cells with too
// few contributing organisations, sums that give a contributor away, and cells
// that an earlier release withholds.
func (e *engine) withholdByRule() {
	axis := organisationAxis(e.problem.System)
	data := tally(e.problem.Data)
	for i, c := range e.problem.System.Cells {
		switch {
		case c.StructuralZero:
		case c.Weighted:
			if !e.safe.publishable(c, data, axis, e.problem.Policy) || !e.sumsApart(i, axis) {
				e.withhold(i, RuleSum, "")
			}
		case axis >= 0:
			e.contributors(i, contributions(c, data, axis))
		}
	}
	e.withholdPanels(axis)
	e.sticky()
}

// sumsApart says whether a sum tells nothing about who came or went since an
// earlier release showed the same sum: what these add is a sum as well.
func (e *engine) sumsApart(cell, axis int) bool {
	s, shown := e.problem.System, e.safe.shownBefore(e.problem)
	b := batches{system: s, axis: batchAxis(s)}
	for i, old := range s.Cells[:cell] {
		now := s.Cells[cell]
		if b.axis < 0 || !shown[i] || shown[cell] || !sameSum(old, now) ||
			!sameSelection(s, b.within(old.Where, nil), b.within(now.Where, nil)) {
			continue
		}
		for _, in := range b.changed(twin{old, now}) {
			between := now
			between.Where = b.within(now.Where, in)
			if len(in) > 0 && !e.safe.publishable(between, e.data, axis, e.problem.Policy) {
				return false
			}
		}
	}
	return true
}

// sameSum says whether two cells add the same number up.
func sameSum(a, b plan.Cell) bool {
	return a.Weighted && b.Weighted && a.WeightAxis == b.WeightAxis && slices.Equal(a.Weights, b.Weights)
}

// contributors withholds a count that too few organisations contributed to, or
// brings it before the reviewer.
func (e *engine) contributors(cell int, by []int) {
	n, c := 0, e.problem.System.Cells[cell]
	for _, v := range by {
		if v > 0 {
			n++
		}
	}
	switch {
	case n == 0 || e.primary[cell]:
	case e.safe.few(n, e.problem.Policy):
		e.withhold(cell, RuleOrganisations, "")
	case n <= e.problem.Policy.OrganisationsReview:
		e.findings = append(e.findings, Finding{Rule: RuleOrganisations, Class: Review, Scope: c.Name})
	}
}

// fewOrganisations says whether a count is so few organisations' caseload that it
// may not be shown.
func fewOrganisations(n int, p plan.Policy) bool { return n <= p.OrganisationsFail }

// sticky keeps withheld what earlier releases had and never showed.
func (e *engine) sticky() {
	shown := e.safe.shownBefore(e.problem)
	for _, pattern := range e.problem.Earlier {
		for i := range pattern {
			if !shown[i] {
				e.withhold(i, RuleHistory, "")
			}
		}
	}
}

// organisationAxis is the axis that says who submitted a record, or -1.
func organisationAxis(s plan.System) int {
	return slices.IndexFunc(s.Axes, func(a plan.Axis) bool { return a.Hidden && a.Name == plan.OrganisationAxis })
}

// contributions is what each organisation adds to a cell.
func contributions(c plan.Cell, data []plan.Count, axis int) []int {
	by := make([]int, 0)
	for _, d := range data {
		org := d.Atom[axis]
		for len(by) <= org {
			by = append(by, 0)
		}
		by[org] += d.N * coefficient(c, d.Atom)
	}
	return by
}

// sumPublishable is the rule for sums: enough persons and organisations add
// something to it, not all of them the least or the most possible, and none of
// them could be estimated by the next largest too closely, persons and
// organisations alike.
func sumPublishable(c plan.Cell, data []plan.Count, axis int, p plan.Policy) bool {
	var persons []int // each contributing person's number; at most two largest matter
	count, sum := 0, 0
	for _, d := range data {
		if v := coefficient(c, d.Atom); v > 0 {
			count += d.N
			sum += d.N * v
			persons = append(persons, slices.Repeat([]int{v}, min(d.N, 2))...)
		}
	}
	if count < p.Contributors || extreme(c, count, sum) || dominated(persons, sum, p.DominancePercent) {
		return false
	}
	if axis < 0 {
		return true
	}
	orgs := slices.DeleteFunc(contributions(c, data, axis), func(v int) bool { return v == 0 })
	return len(orgs) > p.OrganisationsReview && !dominated(orgs, sum, p.DominancePercent)
}

// extreme says whether a sum tells everybody's number: all who add anything add
// the least, or the most, that is possible. Where there is one number only, the
// sum tells no more than the count.
func extreme(c plan.Cell, count, sum int) bool {
	adds := slices.DeleteFunc(slices.Clone(c.Weights), func(w int) bool { return w == 0 })
	if len(adds) == 0 || slices.Min(adds) == slices.Max(adds) {
		return false
	}
	return sum == count*slices.Min(adds) || sum == count*slices.Max(adds)
}

// dominated is the p% rule with its companion: the second largest contributor
// could estimate the largest to within p per cent, or the largest makes up more
// than half.
func dominated(contributions []int, sum, percent int) bool {
	sorted := slices.Clone(contributions)
	slices.Sort(sorted)
	slices.Reverse(sorted)
	first, second := 0, 0
	if len(sorted) > 0 {
		first = sorted[0]
	}
	if len(sorted) > 1 {
		second = sorted[1]
	}
	return 100*(sum-first-second) < percent*first || 2*first > sum
}
