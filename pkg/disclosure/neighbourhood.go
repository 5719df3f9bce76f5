package disclosure

import (
	"encoding/binary"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// maxLoose is up to how many tuples of classes on the axes along which persons
// move in a neighbourhood are all tried.
const maxLoose = 512

// own are the component's axes that a functional names.
func (c *component) own(f plan.Functional) []int {
	var axes []int
	for _, sel := range selections(f) {
		for _, a := range c.space.loose(sel) {
			if c.moves(a) {
				axes = append(axes, a)
			}
		}
	}
	slices.Sort(axes)
	return slices.Compact(axes)
}

// How far a search goes out from a functional's own axes, one ring at a time.
const (
	ownAxes   = iota // the axes that it names
	bannedBy         // and those that share a ban with one of them
	countedBy        // and those that share a ban or a cell with one of these
	wholePart        // the whole component
)

// ring gives the axes on which persons are moved in a ring around a functional.
func (c *component) ring(f plan.Functional, ring int) []int {
	in := make([]bool, len(c.space.sys.Axes))
	for _, a := range c.own(f) {
		in[a] = true
	}
	if ring >= bannedBy {
		c.reachOut(in, c.space.ties)
	}
	if ring >= countedBy {
		sels := slices.Clone(c.space.ties)
		for _, i := range c.cells {
			sels = append(sels, extent(c.space.sys.Cells[i]))
		}
		c.reachOut(in, sels)
	}
	var axes []int
	for a, yes := range in {
		if yes {
			axes = append(axes, a)
		}
	}
	return axes
}

// reachOut adds the component's axes that share a selection with one that is in.
func (c *component) reachOut(in []bool, sels []plan.Selection) {
	from := slices.Clone(in)
	for _, sel := range sels {
		if slices.ContainsFunc(sel, func(p plan.Subset) bool { return from[p.Axis] }) {
			for _, p := range sel {
				in[p.Axis] = in[p.Axis] || c.moves(p.Axis)
			}
		}
	}
}

// neighbourhood is the part of a large component in which persons move along
// some axes alone. All axes that share a cell or a ban with these are fixed, so
// that few atoms matter. It gives nil if nobody can move, or if the functional's
// own axes have too many tuples of classes for all to be listed.
func (c *component) neighbourhood(f plan.Functional, ring int) *component {
	n := &component{space: c.space, whole: c, balanced: true, loose: c.ring(f, ring), index: make(map[string]int)}
	if n.core = c.own(f); len(n.core) == 0 {
		return nil
	}
	if n.every = n.combinations(n.loose) <= maxLoose; !n.every && ring == ownAxes {
		return nil
	}
	n.surround()
	return n
}

// surround finds the cells that moves along the loose axes can change, and fixes
// all axes that share a cell or a ban with them.
func (c *component) surround() {
	whole := c.whole
	near := make([]bool, len(whole.space.sys.Axes))
	for _, a := range c.loose {
		near[a] = true
	}
	for _, i := range whole.cells {
		if cell := whole.space.sys.Cells[i]; c.movesAny(whole.space.named(cell)) {
			c.cells = append(c.cells, i)
			mark(near, extent(cell))
		}
	}
	for _, tied := range whole.space.ties {
		if c.meets(tied) {
			mark(near, tied)
		}
	}
	for a, yes := range near {
		if yes && len(whole.space.example[a]) > 1 || whole.space.penned(a) {
			c.axes = append(c.axes, a)
		}
	}
	c.collectBans()
}

// patterns lists the atoms to which persons can move. Fixed tuples from which the
// same moves are possible, with the same effect on all cells, are one: only the
// first of them is listed, and the others' atoms lead there.
func (c *component) patterns(data []plan.Count) {
	first := make(map[string][]int)
	seen := make(map[string]bool)
	for _, d := range data {
		classes := c.project(d.Atom)
		origin := key(c.retuple(make([]int, len(classes)), classes))
		if seen[origin] {
			continue
		}
		seen[origin] = true
		sign := c.pattern(classes)
		if first[sign] == nil {
			first[sign] = slices.Clone(classes)
		}
		c.everyAtom(classes, 0, func(atom []int) {
			same := c.retuple(atom, first[sign])
			c.add(same)
			if at, valid := c.index[key(same)]; valid {
				c.index[key(atom)] = at
			}
		})
	}
}

// retuple is an atom with another's classes on the fixed axes.
func (c *component) retuple(atom, fixed []int) []int {
	out := slices.Clone(atom)
	for i, a := range c.axes {
		if !c.moves(a) {
			out[i] = fixed[i]
		}
	}
	return out
}

// pattern says of a fixed tuple all that matters: which moves are valid, what
// they do to the cells, what views know of them, to which population it belongs.
func (c *component) pattern(classes []int) string {
	var b []byte
	for i, a := range c.axes {
		if c.space.penned(a) && !c.moves(a) {
			b = binary.AppendUvarint(b, uint64(c.space.pen[a][classes[i]]))
		}
	}
	c.everyAtom(slices.Clone(classes), 0, func(atom []int) {
		full := c.spread(atom)
		if c.banned(full) {
			b = append(b, 0)
			return
		}
		b = append(b, 1)
		for _, m := range c.space.empties {
			b = append(b, bit(c.decides(m) && m.holds(full)))
		}
		for k, i := range c.cells {
			if by := c.worth(i, full); by != 0 {
				b = binary.AppendUvarint(b, uint64(k))
				b = binary.AppendUvarint(b, uint64(by))
			}
		}
	})
	return string(b)
}

func selections(f plan.Functional) []plan.Selection {
	if f.Except == nil {
		return []plan.Selection{f.Within}
	}
	return []plan.Selection{f.Within, *f.Except}
}

// extent is the selection of a cell, with the axis of its weights.
func extent(c plan.Cell) plan.Selection {
	if !c.Weighted {
		return c.Where
	}
	return append(slices.Clone(c.Where), plan.Subset{Axis: c.WeightAxis})
}

// meets says whether a selection names an axis on which persons are moved.
func (c *component) meets(sel plan.Selection) bool {
	return slices.ContainsFunc(sel, func(p plan.Subset) bool { return c.moves(p.Axis) })
}

func mark(near []bool, sel plan.Selection) {
	for _, p := range sel {
		near[p.Axis] = true
	}
}
