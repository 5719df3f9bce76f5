package disclosure

import "manniskohandel.se/casestat/pkg/plan"

// withholdChanges withholds at once what no search can show: a count that, with
// what an earlier release shows of it, tells that somebody came, or went, of whom
// there are too few. How many more came than went is then known, and not that
// nobody did. The same holds of those who came without the property, where the
// size of the population is shown.
func (e *engine) withholdChanges() {
	s := e.problem.System
	b := batches{system: s, axis: batchAxis(s)}
	if b.axis < 0 {
		return
	}
	shown := e.safe.shownBefore(e.problem)
	var sizes []twin
	each := func(visit func(t twin, now int)) {
		for i, old := range s.Cells {
			for k, now := range s.Cells[i+1:] {
				if at := i + 1 + k; shown[i] && !shown[at] && b.same(old, now) {
					visit(twin{old, now}, at)
				}
			}
		}
	}
	each(func(t twin, _ int) {
		if t.now.Rank == plan.Total {
			sizes = append(sizes, t)
		}
	})
	each(func(t twin, now int) {
		if t.now.Rank == plan.Total || t.now.Required {
			return
		}
		for _, v := range e.sights {
			if !e.primary[now] && e.tells(b, t, sizes, v) {
				e.withhold(now, RuleSensitive, v.view.Name)
			}
		}
	})
}

// tells says whether a quantity shown twice gives away to a view that a few came
// or went with it, or of a population without it.
func (e *engine) tells(b batches, t twin, sizes []twin, v *sight) bool {
	changed, except := b.changed(t), b.within(t.now.Where, nil)
	if few(b, t, changed, nil, v) {
		return true
	}
	for _, outer := range sizes {
		if nested(b.system, outer.now, t.now) && nested(b.system, outer.old, t.old) && few(b, outer, changed, &except, v) {
			return true
		}
	}
	return false
}

// few says whether more came than went, or fewer, and those are not enough.
func few(b batches, t twin, changed map[string][]int, except *plan.Selection, v *sight) bool {
	n := make(map[string]int)
	for what, in := range changed {
		if len(in) > 0 {
			n[what] = total(plan.Functional{Within: b.within(t.now.Where, in), Except: except}, v.rest)
		}
	}
	come, gone := n["come"], n["gone"]
	return come > gone && come < v.view.Threshold || gone > come && gone < v.view.Threshold
}
