package disclosure

import "manniskohandel.se/casestat/pkg/plan"

// Limits of the atoms that are looked for around records.
const (
	nearLimit = 20_000 // atoms besides those of the records themselves
	mendDepth = 5      // how many bans one change may lead to mending
	mendWays  = 6      // how many ways of mending are kept
)

// nearRecords lists the atoms of a neighbourhood that records can move to: with
// other classes on the functional's own axes, and whatever else the bans then
// require, or with another class on one axis.
func (c *component) nearRecords(data []plan.Count) {
	for _, d := range data {
		c.add(c.project(d.Atom))
	}
	records := len(c.atoms)
	for _, r := range c.atoms[:records] {
		if len(c.atoms) > records+nearLimit {
			return
		}
		c.bendCore(r)
		c.neighbours(r)
	}
}

// bendCore tries a record with all classes on the functional's own axes or, if
// they are too many, with other classes on one of them.
func (c *component) bendCore(record []int) {
	if c.combinations(c.core) > maxLoose {
		return
	}
	locked := make([]bool, len(c.axes))
	var at []int
	for i, a := range c.axes {
		for _, own := range c.core {
			if a == own {
				locked[i] = true
				at = append(at, i)
			}
		}
	}
	bent := append([]int(nil), record...)
	var walk func(depth int)
	walk = func(depth int) {
		if depth == len(at) {
			c.reach(bent, locked)
			return
		}
		i := at[depth]
		was := bent[i]
		for class := range c.space.example[c.axes[i]] {
			if c.space.pen[c.axes[i]][class] == c.space.pen[c.axes[i]][record[i]] {
				bent[i] = class
				walk(depth + 1)
			}
		}
		bent[i] = was
	}
	walk(0)
}

// reach lists an atom or, if it is banned, the nearest ones that are not and
// have the same classes on the locked axes.
func (c *component) reach(atom []int, locked []bool) {
	m := mender{c: c, full: c.spread(atom), atom: append([]int(nil), atom...), locked: append([]bool(nil), locked...)}
	m.mend(0)
}

// mender changes an atom until no ban holds of it.
type mender struct {
	c      *component
	full   []int // the atom among all axes
	atom   []int
	locked []bool
	ways   int
}

func (m *mender) mend(depth int) {
	broken := m.broken()
	if broken == nil {
		m.c.add(m.atom)
		m.ways++
		return
	}
	if depth == mendDepth {
		return
	}
	for i, a := range m.c.axes {
		if m.locked[i] || !m.c.moves(a) {
			continue
		}
		for _, p := range broken {
			if p.axis == a {
				m.leave(i, p, depth)
			}
		}
	}
}

// leave tries the classes of one axis that keep out of a ban.
func (m *mender) leave(i int, p maskPart, depth int) {
	was := m.atom[i]
	m.locked[i] = true
	for class, in := range p.in {
		if in || m.c.space.pen[p.axis][class] != m.c.space.pen[p.axis][was] || m.ways >= mendWays {
			continue
		}
		m.atom[i], m.full[p.axis] = class, class
		m.mend(depth + 1)
	}
	m.locked[i] = false
	m.atom[i], m.full[p.axis] = was, was
}

// broken is a ban that holds of the atom, or nil.
func (m *mender) broken() mask {
	for _, b := range m.c.bans {
		if b.holds(m.full) {
			return b
		}
	}
	return nil
}
