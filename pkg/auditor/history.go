package auditor

import (
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// newcomers lists what two releases tell together about those who came between
// them and those who went, and what is not in a list yet, whatever it is called
// there: of every quantity that both count, those who are counted by one and not
// by the other; and of those, who are counted by a quantity and not by another
// one inside it. The functionals are derived from the cells alone, so that a
// certificate cannot leave them out by not declaring them.
//
// Two cells count the same quantity when they differ in nothing but the
// categories of the hidden axis [plan.BatchAxis].
func newcomers(s plan.System, listed []plan.Functional) (found []plan.Functional) {
	h, any := historyOf(s)
	if !any {
		return nil
	}
	have := map[string]bool{}
	for _, f := range listed {
		have[h.persons(f)] = true
	}
	add := func(f plan.Functional) {
		if key := h.persons(f); !have[key] {
			have[key], found = true, append(found, f)
		}
	}
	pairs := h.pairs(func(i int) bool { return !s.Cells[i].Weighted && !s.Cells[i].StructuralZero })
	for _, p := range pairs {
		except := p.later.Where
		add(plan.Functional{Name: "rest:" + p.sooner.Name + "-" + p.later.Name, Within: p.sooner.Where, Except: &except})
		for _, inner := range pairs {
			if h.insideBoth(inner, p) {
				add(h.without(p, inner))
			}
		}
	}
	return found
}

// betweenReleases are the sums that two releases tell together, of those who
// came and of those who went between them.
func betweenReleases(s plan.System, known plan.Pattern) (sums []plan.Cell) {
	h, any := historyOf(s)
	if !any {
		return nil
	}
	for _, p := range h.pairs(func(i int) bool { return known[i] && s.Cells[i].Weighted }) {
		between := p.sooner
		between.Name = "rest:" + p.sooner.Name + "-" + p.later.Name
		between.Where, _ = meet(h.apart(p.sooner.Where), plan.Selection{{Axis: h.axis, Categories: p.batches}})
		sums = append(sums, between)
	}
	return sums
}

// history compares the cells of releases.
type history struct {
	system plan.System
	axis   int
}

// historyOf: a system without batches has no history.
func historyOf(s plan.System) (h history, any bool) {
	axis := slices.IndexFunc(s.Axes, func(a plan.Axis) bool { return a.Hidden && a.Name == plan.BatchAxis })
	return history{system: s, axis: axis}, axis >= 0
}

// A release pair is one quantity at two moments, either of which may be the
// later one: who is counted at the sooner and not at the later one is asked
// about.
type releasePair struct {
	sooner, later plan.Cell
	batches       []int // counted at the sooner, not at the later
}

// pairs are all of the named cells that have somebody to ask about.
func (h history) pairs(of func(cell int) bool) (found []releasePair) {
	same := map[string][]plan.Cell{}
	var order []string
	for i, c := range h.system.Cells {
		if !of(i) {
			continue
		}
		key := fmt.Sprint(h.lean(h.apart(c.Where)), c.WeightAxis, c.Weights)
		if same[key] == nil {
			order = append(order, key)
		}
		same[key] = append(same[key], c)
	}
	for _, key := range order {
		for i, sooner := range same[key] {
			for k, later := range same[key] {
				gone := except(h.batches(sooner.Where), h.batches(later.Where))
				if i != k && len(gone) > 0 {
					found = append(found, releasePair{sooner, later, gone})
				}
			}
		}
	}
	return found
}

// apart is a selection without its batches.
func (h history) apart(where plan.Selection) plan.Selection {
	return slices.DeleteFunc(slices.Clone(where), func(s plan.Subset) bool { return s.Axis == h.axis })
}

// batches are those of a selection.
func (h history) batches(where plan.Selection) []int {
	for _, s := range where {
		if s.Axis == h.axis {
			return s.Categories
		}
	}
	return except(numbers(len(h.system.Axes[h.axis].Categories)), nil)
}

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func except(some, others []int) []int {
	return slices.DeleteFunc(slices.Clone(some), func(c int) bool { return slices.Contains(others, c) })
}

// insideBoth: at both moments one quantity lies inside the other, and the same
// batches lie between them.
func (h history) insideBoth(inner, outer releasePair) bool {
	within := func(narrow, wide plan.Cell) bool {
		return implies(h.system, narrow.Where, wide.Where) && !implies(h.system, wide.Where, narrow.Where)
	}
	return slices.Equal(inner.batches, outer.batches) && within(inner.sooner, outer.sooner) && within(inner.later, outer.later)
}

// without are those asked about whom the outer quantity counts and the inner
// does not.
func (h history) without(outer, inner releasePair) plan.Functional {
	of := plan.Selection{{Axis: h.axis, Categories: outer.batches}}
	within, _ := meet(h.apart(outer.sooner.Where), of)
	left, _ := meet(h.apart(inner.sooner.Where), of)
	return plan.Functional{
		Name:   "rest:" + outer.sooner.Name + "-" + inner.sooner.Name + " rest:" + outer.sooner.Name + "-" + outer.later.Name,
		Within: within, Except: &left,
	}
}

// lean drops the axes on which a selection names every category.
func (h history) lean(where plan.Selection) plan.Selection {
	return slices.DeleteFunc(slices.Clone(where), func(s plan.Subset) bool {
		return len(s.Categories) == len(h.system.Axes[s.Axis].Categories)
	})
}

// persons are whom a functional counts, as text.
func (h history) persons(f plan.Functional) string {
	text := fmt.Sprint(h.lean(f.Within))
	if f.Except == nil {
		return text
	}
	both, any := meet(f.Within, *f.Except)
	if !any {
		return text
	}
	if one, ok := h.slice(h.lean(f.Within), h.lean(both)); ok {
		return fmt.Sprint(h.lean(one))
	}
	return text + `\` + fmt.Sprint(h.lean(both))
}

// slice writes "within and not both" as one selection where the two differ on
// one axis alone.
func (h history) slice(within, both plan.Selection) (plan.Selection, bool) {
	out := slices.Clone(within)
	differ := 0
	for _, s := range both {
		at := slices.IndexFunc(out, func(o plan.Subset) bool { return o.Axis == s.Axis })
		switch {
		case at < 0:
			out = append(out, plan.Subset{Axis: s.Axis, Categories: complement(s.Categories, len(h.system.Axes[s.Axis].Categories))})
			differ++
		case !slices.Equal(out[at].Categories, s.Categories):
			out[at] = plan.Subset{Axis: s.Axis, Categories: except(out[at].Categories, s.Categories)}
			differ++
		}
	}
	slices.SortFunc(out, func(a, b plan.Subset) int { return a.Axis - b.Axis })
	return out, differ == 1
}
