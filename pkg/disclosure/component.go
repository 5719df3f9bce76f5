package disclosure

import (
	"encoding/binary"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// explicitAtoms is up to how many atoms of a component are listed one by one.
// Beyond, only atoms near records are considered, which can miss a witness but
// never accept a wrong one.
const explicitAtoms = 6_000

// component is a set of axes that hang together. Moving persons inside it
// changes no cell of any other component.
type component struct {
	space    *space
	loose    []int      // the axes on which persons are moved
	axes     []int      // loose and fixed, increasing
	cells    []int      // the cells that moves here can change
	balanced bool       // among those alike on the fixed axes and in their pens as many persons come as go
	bans     []mask     // those that name axes of the component alone
	whole    *component // of a neighbourhood: the component that it is part of
	core     []int      // of a neighbourhood: the functional's own axes
	every    bool       // of a neighbourhood: all tuples of classes on loose are listed

	atoms  [][]int // classes of axes, in the order of axes
	index  map[string]int
	gains  [][]gain // per atom: the cells it counts in
	block  []int    // per atom: which fixed classes and pens it has
	blocks int

	partings  []parting // of atoms
	exchanges []parting // of blocks
}

// gain is how much one person more in an atom adds to a cell.
type gain struct{ cell, by int }

// layOut finds the component's axes and cells. Its atoms follow from the data.
func (c *component) layOut() {
	s := c.space
	for a := range s.sys.Axes {
		if slices.Contains(c.loose, a) || s.penned(a) {
			c.axes = append(c.axes, a)
		}
	}
	for i, cell := range s.sys.Cells {
		if c.movesAny(s.named(cell)) || !c.balanced && len(cell.Where) == 0 {
			c.cells = append(c.cells, i)
		}
	}
	c.index = make(map[string]int)
	c.collectBans()
}

func (c *component) collectBans() {
	for _, b := range c.space.bans {
		if c.decides(b) {
			c.bans = append(c.bans, b)
		}
	}
}

// project gives the classes of an atom on the component's axes.
func (c *component) project(atom []int) []int {
	out := make([]int, len(c.axes))
	for i, a := range c.axes {
		out[i] = c.space.classOf[a][atom[a]]
	}
	return out
}

func key(atom []int) string {
	b := make([]byte, 0, 2*len(atom))
	for _, v := range atom {
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	return string(b)
}

// spread puts classes of the component's axes back among all axes; the others
// stand at class 0.
func (c *component) spread(classes []int) []int {
	out := make([]int, len(c.space.sys.Axes))
	for i, a := range c.axes {
		out[a] = classes[i]
	}
	return out
}

// add lists an atom unless it is listed or banned.
func (c *component) add(classes []int) {
	k := key(classes)
	if _, known := c.index[k]; known {
		return
	}
	if c.banned(c.spread(classes)) {
		return
	}
	c.index[k] = len(c.atoms)
	c.atoms = append(c.atoms, slices.Clone(classes))
}

func (c *component) banned(full []int) bool {
	return slices.ContainsFunc(c.bans, func(b mask) bool { return b.holds(full) })
}

// decides says whether a mask names axes of this component alone.
func (c *component) decides(m mask) bool {
	for _, p := range m {
		if len(c.space.example[p.axis]) > 1 && !slices.Contains(c.axes, p.axis) {
			return false
		}
	}
	return true
}

// moves says whether persons are moved along an axis.
func (c *component) moves(axis int) bool { return slices.Contains(c.loose, axis) }

func (c *component) movesAny(axes []int) bool { return slices.ContainsFunc(axes, c.moves) }

// small says whether all atoms can be listed one by one.
func (c *component) small() bool { return c.combinations(c.axes) <= explicitAtoms }

// combinations is how many tuples of classes the axes have, or more than
// explicitAtoms if that is exceeded.
func (c *component) combinations(axes []int) int {
	size := 1
	for _, a := range axes {
		if size *= len(c.space.example[a]); size > explicitAtoms {
			break
		}
	}
	return size
}

// populate lists the atoms: all of them in a small component, all that persons
// can move to in a neighbourhood, otherwise those near records.
func (c *component) populate(data []plan.Count, functionals []plan.Functional) {
	switch {
	case c.atoms != nil:
		return
	case c.whole != nil && c.every:
		c.patterns(data)
	case c.whole != nil:
		c.nearRecords(data)
	case c.small():
		c.everyAtom(make([]int, len(c.axes)), 0, c.add)
	default:
		c.nearAtoms(data, functionals)
	}
	c.describe()
}

// everyAtom visits the atoms that agree with classes on the axes before depth
// and, in a neighbourhood, on the fixed ones.
func (c *component) everyAtom(classes []int, depth int, visit func([]int)) {
	if depth == len(classes) {
		visit(classes)
		return
	}
	if c.whole != nil && !c.moves(c.axes[depth]) {
		c.everyAtom(classes, depth+1, visit)
		return
	}
	was := classes[depth]
	for v := range c.space.example[c.axes[depth]] {
		classes[depth] = v
		c.everyAtom(classes, depth+1, visit)
	}
	classes[depth] = was
}

// nearAtoms lists the records, those that differ from one on one axis and those
// bent to meet a functional of several conditions.
func (c *component) nearAtoms(data []plan.Count, functionals []plan.Functional) {
	for _, d := range data {
		c.add(c.project(d.Atom))
	}
	records := len(c.atoms)
	for _, r := range c.atoms[:records] {
		if len(c.atoms) > records+nearLimit {
			break
		}
		c.neighbours(r)
	}
	for _, f := range functionals {
		for _, r := range c.atoms[:min(records, bentRecords)] {
			if len(f.Within) > 1 {
				c.bend(r, f.Within)
			}
		}
	}
}

// bentRecords is how many records are bent to meet each functional.
const bentRecords = 5

// bend adds a record changed, as little as possible, so as to meet a selection.
func (c *component) bend(record []int, sel plan.Selection) {
	bent := slices.Clone(record)
	for _, part := range sel {
		i := slices.Index(c.axes, part.Axis)
		want := c.space.classOf[part.Axis][part.Categories[0]]
		if i < 0 || !c.moves(part.Axis) || slices.ContainsFunc(part.Categories, func(k int) bool { return c.space.classOf[part.Axis][k] == bent[i] }) {
			continue
		}
		bent[i] = want
	}
	c.add(bent)
}

// neighbours lists the atoms that differ from one on a single axis, and on what
// the bans then require.
func (c *component) neighbours(atom []int) {
	near, locked := slices.Clone(atom), make([]bool, len(c.axes))
	for i, a := range c.axes {
		if !c.moves(a) {
			continue
		}
		locked[i] = true
		for v := range c.space.example[a] {
			if c.space.pen[a][v] == c.space.pen[a][atom[i]] {
				near[i] = v
				c.reach(near, locked)
			}
		}
		near[i], locked[i] = atom[i], false
	}
}

// describe notes of every atom in which cells and which population it counts.
func (c *component) describe() {
	seen := make(map[string]int)
	for _, atom := range c.atoms {
		full := c.spread(atom)
		var gains []gain
		for _, i := range c.cells {
			if by := c.worth(i, full); by != 0 {
				gains = append(gains, gain{i, by})
			}
		}
		c.gains = append(c.gains, gains)
		var tuple []int
		for i, a := range c.axes {
			class := atom[i]
			if c.moves(a) {
				class = c.space.pen[a][class]
			}
			tuple = append(tuple, class)
		}
		k := key(tuple)
		if _, known := seen[k]; !known {
			seen[k] = len(seen)
		}
		c.block = append(c.block, seen[k])
	}
	c.blocks = len(seen)
	c.part()
}

func (c *component) worth(cell int, full []int) int {
	if !c.space.cells[cell].holds(full) {
		return 0
	}
	if def := c.space.sys.Cells[cell]; def.Weighted {
		return def.Weights[c.space.example[def.WeightAxis][full[def.WeightAxis]]]
	}
	return 1
}

// members says of each atom whether it counts towards a functional.
func (c *component) members(f plan.Functional) []bool {
	within := c.space.mask(f.Within)
	var except mask
	if f.Except != nil {
		except = c.space.mask(*f.Except)
	}
	out := make([]bool, len(c.atoms))
	for i, atom := range c.atoms {
		full := c.spread(atom)
		out[i] = within.holds(full) && (f.Except == nil || !except.holds(full))
	}
	return out
}

// unknown is what a view does not know of this component.
type unknown struct {
	y      []int  // persons per atom
	barred []bool // atoms that nobody unknown can stand in
	at     []int  // per record of the unknown part: its atom
	joins  []int  // per exchange: how often it may be reversed
}

// seenBy gives a view's unknown part: the truth less what it knows.
func (c *component) seenBy(rest []plan.Count, view plan.View) *unknown {
	u := &unknown{y: make([]int, len(c.atoms)), barred: make([]bool, len(c.atoms)), at: make([]int, 0, len(rest))}
	for _, r := range rest {
		atom := c.index[key(c.project(r.Atom))]
		u.y[atom] += r.N
		u.at = append(u.at, atom)
	}
	for _, sel := range view.Empty {
		m := c.space.mask(sel)
		if !c.decides(m) || !c.touches(m) {
			continue
		}
		for i, atom := range c.atoms {
			u.barred[i] = u.barred[i] || m.holds(c.spread(atom))
		}
	}
	return u
}

// touches says whether a mask names an axis on which persons are moved here.
func (c *component) touches(m mask) bool {
	return slices.ContainsFunc(m, func(p maskPart) bool { return slices.Contains(c.loose, p.axis) })
}
