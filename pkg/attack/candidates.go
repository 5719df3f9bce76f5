package attack

import (
	"context"
	"slices"
)

// candidates are all the records that can be there at all: those that are in no
// cell known to be empty.
type candidates struct {
	atoms [][]int
	most  []int // by atom: how often it can be there
	rows  []row
	cols  [][]entry // by atom: the rows it counts in
}

// row says that the persons of a cell are from lo to hi.
type row struct{ lo, hi int }

// entry says how much one person adds to a row.
type entry struct {
	row    int32
	weight float64
}

// candidateLimit bounds how many records are told apart.
const candidateLimit = 60_000

// enumerate lists the candidates; ok is false if there are too many of them.
func (k *knowledge) enumerate(ctx context.Context) (_ *candidates, ok bool) {
	empty := make([][]box, len(k.sizes)) // by the last axis that they name
	for _, b := range k.bans {
		if len(b) > 0 {
			last := b[len(b)-1].axis
			empty[last] = append(empty[last], b)
		}
	}
	for _, c := range k.cells {
		if c.counts() && c.hi == 0 && len(c.where) > 0 {
			last := c.where[len(c.where)-1].axis
			empty[last] = append(empty[last], c.where)
		}
	}
	out, steps := &candidates{}, 0
	var extend func(atom []int) bool
	extend = func(atom []int) bool {
		if steps++; steps%4096 == 0 && ctx.Err() != nil || steps > 200*candidateLimit {
			return false
		}
		a := len(atom)
		if a == len(k.sizes) {
			out.atoms = append(out.atoms, slices.Clone(atom))
			return len(out.atoms) <= candidateLimit
		}
		for c := range k.sizes[a] {
			next := append(atom, c)
			if !slices.ContainsFunc(empty[a], func(b box) bool { return b.holds(next) }) && !extend(next) {
				return false
			}
		}
		return true
	}
	if !extend(make([]int, 0, len(k.sizes))) {
		return nil, false
	}
	out.equate(k)
	return out, true
}

// equate writes the cells as equations over the candidates. Of those that are
// known exactly, a set is enough from which the others follow.
func (c *candidates) equate(k *knowledge) {
	c.most, c.cols = make([]int, len(c.atoms)), make([][]entry, len(c.atoms))
	for i := range c.most {
		c.most[i] = k.persons()
	}
	independent := &span{columns: map[string]int{}, lead: map[int]int{}}
	independent.classify(k)
	for _, cell := range k.cells {
		follows := cell.known() && !independent.add(cell.where, cell.weights, cell.axis, cell.lo)
		r := len(c.rows)
		for i, atom := range c.atoms {
			w := cell.weight(atom)
			if w > 0 {
				c.most[i] = min(c.most[i], cell.hi/w)
			}
			if w != 0 && !follows {
				c.cols[i] = append(c.cols[i], entry{int32(r), float64(w)})
			}
		}
		if !follows {
			c.rows = append(c.rows, row{cell.lo, cell.hi})
		}
	}
}
