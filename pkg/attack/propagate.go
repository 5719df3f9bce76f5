package attack

import (
	"manniskohandel.se/casestat/pkg/plan"
)

// line is a row or column of a table with its total: the parts add up.
type line struct {
	total int
	parts []int
}

// lines finds every line of every table of which the total is a cell.
func (k *knowledge) lines() []line {
	var out []line
	for _, t := range k.tables {
		if t.Dropped {
			continue
		}
		stride := len(t.Cells)
		for _, d := range t.Dimensions {
			n := len(d.Categories)
			stride /= n
			axis, found := k.axisAlong(t, stride, n)
			if d.Options || !found && len(t.Dimensions) > 1 { // of options, a person may have several
				continue
			}
			for start := range t.Cells {
				if start/stride%n != 0 {
					continue
				}
				l, sums := k.lineFrom(t, start, stride, n)
				if len(t.Dimensions) > 1 && sums {
					l.total, sums = k.totalAlong(l, t, axis)
				}
				if sums {
					out = append(out, l)
				}
			}
		}
	}
	return out
}

// lineFrom collects the cells of a line; places where no record can be are left out.
func (k *knowledge) lineFrom(t plan.PublishedTable, start, stride, n int) (line, bool) {
	l := line{total: t.Total}
	for i := range n {
		if c := t.Cells[start+i*stride]; c != plan.NoCell {
			l.parts = append(l.parts, c)
		}
	}
	return l, len(l.parts) > 0
}

// axisAlong finds the axis that a dimension stands for: the one on which two
// neighbouring cells differ.
func (k *knowledge) axisAlong(t plan.PublishedTable, stride, n int) (axis int, found bool) {
	for start := range t.Cells {
		if start/stride%n == n-1 || t.Cells[start] == plan.NoCell || t.Cells[start+stride] == plan.NoCell {
			continue
		}
		other := k.cells[t.Cells[start+stride]].where
		for _, s := range k.cells[t.Cells[start]].where {
			if in, named := other.on(s.axis); !named || in.and(s.in).empty() {
				return s.axis, true
			}
		}
	}
	return 0, false
}

// totalAlong finds the published cell that a line adds up to: its selection
// with the axis along which it runs as the table's total has it.
func (k *knowledge) totalAlong(l line, t plan.PublishedTable, axis int) (int, bool) {
	first := k.cells[l.parts[0]].where
	margin := first.without(axis)
	if in, named := k.cells[t.Total].where.on(axis); named {
		margin = first.narrowed(axis, in)
	}
	i, known := k.byKey[margin.key()]
	return i, known
}

// propagate narrows every cell by the lines through it and by the cells that
// contain it, until nothing changes. possible is false if the numbers
// contradict each other.
func (k *knowledge) propagate(lines []line, nested [][2]int) (possible bool) {
	for changed := true; changed; {
		changed = false
		for _, l := range lines {
			changed = k.narrowLine(l) || changed
		}
		for _, n := range nested {
			changed = k.narrow(n[1], 0, k.cells[n[0]].hi) || changed
			changed = k.narrow(n[0], k.cells[n[1]].lo, unbounded) || changed
		}
		for _, c := range k.cells {
			if c.lo > c.hi {
				return false
			}
		}
	}
	return true
}

func (k *knowledge) narrowLine(l line) (changed bool) {
	lo, hi := 0, 0
	for _, p := range l.parts {
		lo, hi = lo+k.cells[p].lo, min(unbounded, hi+k.cells[p].hi)
	}
	changed = k.narrow(l.total, lo, hi)
	for _, p := range l.parts {
		c := k.cells[p]
		others := unbounded
		if hi < unbounded {
			others = hi - c.hi
		}
		most := unbounded
		if k.cells[l.total].hi < unbounded {
			most = k.cells[l.total].hi - (lo - c.lo)
		}
		changed = k.narrow(p, k.cells[l.total].lo-others, most) || changed
	}
	return changed
}

// narrow intersects what is known of a cell with an interval. A cell that
// becomes impossible stays so.
func (k *knowledge) narrow(i, lo, hi int) (changed bool) {
	c := &k.cells[i]
	if c.lo > c.hi {
		return false
	}
	if lo > c.lo {
		c.lo, changed = lo, true
	}
	if hi < c.hi {
		c.hi, changed = hi, true
	}
	return changed
}

// nestedLimit bounds the pairs of cells that are compared.
const nestedLimit = 4_000_000

// nested lists the pairs of counted cells of which the second is inside the
// first, and differs from it by somebody who can exist.
func (k *knowledge) nested() (pairs [][2]int, all bool) {
	if len(k.cells)*len(k.cells) > nestedLimit {
		return nil, false
	}
	for i, parent := range k.cells {
		for j, child := range k.cells {
			if i == j || !parent.counts() || !child.counts() || child.zero || !child.where.implies(parent.where) {
				continue
			}
			if !k.nobody(parent.where.minus(k.sizes, child.where)) {
				pairs = append(pairs, [2]int{i, j})
			}
		}
	}
	return pairs, true
}

// nobody says whether no valid record is in any of the boxes.
func (k *knowledge) nobody(boxes []box) bool {
	for _, b := range boxes {
		if !b.vacant(k.sizes, k.bans) {
			return false
		}
	}
	return true
}
