package disclosure

import (
	"cmp"
	"fmt"
	"slices"
)

// sweeps bounds how often the withheld cells are gone through.
const sweeps = 4

// cleanUp tries to show each cell that only witnesses need withheld, the most
// valuable first: the witnesses that change it are sought again without it. What
// that withholds in exchange must be worth less.
func (e *engine) cleanUp() error {
	for range sweeps {
		better := false
		for _, cell := range e.secondary() {
			if err := e.ctx.Err(); err != nil {
				return fmt.Errorf("clean up: %w", err)
			}
			if e.withheld[cell] && e.safe.redeem(e, cell) {
				better = true
			}
		}
		if !better {
			break
		}
	}
	return nil
}

// secondary lists the cells withheld for witnesses alone, dearest first.
func (e *engine) secondary() []int {
	var out []int
	for i, w := range e.withheld {
		if w && !e.primary[i] {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(e.cost[b], e.cost[a]) })
	return out
}

// redeem shows a cell if that lowers the cost of what is withheld. It leaves
// everything as it was otherwise.
func (e *engine) redeem(cell int) bool {
	before, held := e.loss(), slices.Clone(e.withheld)
	former := make(map[*duty]duty)
	undo := func() bool {
		e.withheld = held
		for d, was := range former {
			*d = was
		}
		return false
	}
	e.withheld[cell] = false
	budget := e.cost[cell]
	for _, d := range e.duties {
		if !d.found.alters(cell) {
			continue
		}
		former[d] = *d
		if d.found = e.reuse(d); d.found != nil {
			continue
		}
		if d.found = e.cheapest(d, e.prices(cell), startsAgain); d.found == nil {
			return undo()
		}
		for _, c := range d.found.changes {
			if !e.withheld[c.cell] {
				e.withheld[c.cell] = true
				budget -= e.cost[c.cell]
			}
		}
		if budget <= 0 && !e.worthwhile(before) {
			return undo()
		}
	}
	e.recount()
	if e.loss() >= before {
		return undo()
	}
	return true
}

// worthwhile says whether the present witnesses withhold less than before.
func (e *engine) worthwhile(before float64) bool {
	now := e.withheld
	e.recount()
	better := e.loss() < before
	e.withheld = now
	return better
}

// alters says whether a population changes a cell.
func (f *found) alters(cell int) bool {
	_, hit := slices.BinarySearchFunc(f.changes, cell, func(g gain, c int) int { return cmp.Compare(g.cell, c) })
	return hit
}

// recount withholds what is primary or changed by a witness in use, no more.
func (e *engine) recount() {
	e.withheld = slices.Clone(e.primary)
	for _, d := range e.duties {
		for _, c := range d.found.changes {
			e.withheld[c.cell] = true
		}
	}
}

// loss is the cost of all that is withheld beyond the primary cells.
func (e *engine) loss() float64 {
	sum := 0.0
	for i, w := range e.withheld {
		if w && !e.primary[i] {
			sum += e.cost[i]
		}
	}
	return sum
}
