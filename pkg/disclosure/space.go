package disclosure

import (
	"encoding/binary"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// space is a system seen through what its cells can tell apart: categories that
// no selection distinguishes are one class, and axes that nothing ties together
// fall into components that are protected one at a time.
type space struct {
	sys      plan.System
	classOf  [][]int // axis -> category -> class
	example  [][]int // axis -> class -> its first category
	pen      [][]int // axis -> class -> pen: nobody is moved from one pen to another
	pens     []int   // axis -> how many pens
	bans     []mask
	cells    []mask
	comps    []*component
	home     []int            // axis -> component, or -1
	ties     []plan.Selection // bans and what views know to be empty
	empties  []mask           // what views know to be empty, on several axes or those of components
	batch    int              // the axis of the splits, if there are any
	turnover []split          // the longest stay first
	pairs    bool             // there are two moments
	room     room             // for joins
	ignored  []bool           // cells that joins may change; nil is none
	stay     *component       // in which nobody changes but by splits; nil without them
}

// mask is a selection over classes: per axis that it names, which classes it
// allows.
type mask []maskPart

type maskPart struct {
	axis int
	in   []bool
}

func (m mask) holds(classes []int) bool {
	for _, p := range m {
		if !p.in[classes[p.axis]] {
			return false
		}
	}
	return true
}

// newSpace finds classes and components for everything that will be asked.
func newSpace(p *Problem, functionals []plan.Functional) *space {
	s := &space{sys: p.System}
	s.classify(everySelection(p, functionals))
	s.ties = slices.Clone(p.System.Bans)
	for _, v := range p.Views {
		s.ties = append(s.ties, v.Empty...)
	}
	for _, b := range p.System.Bans {
		s.bans = append(s.bans, s.mask(b))
	}
	for _, c := range p.System.Cells {
		s.cells = append(s.cells, s.mask(c.Where))
	}
	s.fence()
	s.findSplits()
	s.connect(p, functionals)
	for _, v := range p.Views {
		for _, e := range v.Empty {
			if s.homeOf(e) >= 0 && s.inCells(e) {
				s.empties = append(s.empties, s.mask(e))
			}
		}
	}
	return s
}

// everySelection lists what classes must be fine enough for.
func everySelection(p *Problem, functionals []plan.Functional) []plan.Selection {
	all := slices.Clone(p.System.Bans)
	for _, c := range p.System.Cells {
		all = append(all, c.Where)
	}
	for _, v := range p.Views {
		all = append(all, v.Empty...)
	}
	for _, f := range functionals {
		all = append(all, selections(f)...)
	}
	return all
}

// classify refines the categories of each axis by every selection and weight.
func (s *space) classify(all []plan.Selection) {
	marks := make([][][]byte, len(s.sys.Axes))
	for a, axis := range s.sys.Axes {
		marks[a] = make([][]byte, len(axis.Categories))
	}
	for _, sel := range all {
		for _, part := range sel {
			for c := range marks[part.Axis] {
				_, in := slices.BinarySearch(part.Categories, c)
				marks[part.Axis][c] = append(marks[part.Axis][c], bit(in))
			}
		}
	}
	for _, cell := range s.sys.Cells {
		if cell.Weighted {
			for c, w := range cell.Weights {
				marks[cell.WeightAxis][c] = binary.AppendUvarint(marks[cell.WeightAxis][c], uint64(w))
			}
		}
	}
	for _, axis := range marks {
		s.addClasses(axis)
	}
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func (s *space) addClasses(marks [][]byte) {
	seen := make(map[string]int)
	var of, example []int
	for c, m := range marks {
		class, known := seen[string(m)]
		if !known {
			class = len(example)
			seen[string(m)] = class
			example = append(example, c)
		}
		of = append(of, class)
	}
	s.classOf = append(s.classOf, of)
	s.example = append(s.example, example)
}

// fence divides the classes of the axes that cells of rank Total name into pens.
// Nobody is moved from one pen to another, so nobody leaves or enters a
// population of published size, and tables that share nothing but their universe
// can be protected apart and glued together: their totals agree. The pens are
// also fine enough for the bans, so that these tie no axis to a population.
func (s *space) fence() {
	named := make([]bool, len(s.sys.Axes))
	var marks []mask
	for i, c := range s.sys.Cells {
		if c.Rank == plan.Total {
			mark(named, c.Where)
			marks = append(marks, s.cells[i])
		}
	}
	for _, sel := range s.ties {
		marks = append(marks, s.mask(sel))
	}
	s.pen, s.pens = make([][]int, len(named)), make([]int, len(named))
	for a := range s.sys.Axes {
		s.pen[a], s.pens[a] = make([]int, len(s.example[a])), 1
		if named[a] {
			s.pen[a], s.pens[a] = divide(a, len(s.example[a]), marks)
		}
	}
}

// divide puts the classes of an axis into one pen if no mask tells them apart.
func divide(axis, classes int, marks []mask) (pen []int, pens int) {
	seen := make(map[string]int)
	for class := range classes {
		var k []byte
		for _, m := range marks {
			for _, p := range m {
				if p.axis == axis {
					k = append(k, bit(p.in[class]))
				}
			}
		}
		if _, known := seen[string(k)]; !known {
			seen[string(k)] = len(seen)
		}
		pen = append(pen, seen[string(k)])
	}
	return pen, len(seen)
}

// penned says whether an axis tells to which published population persons belong.
func (s *space) penned(axis int) bool { return s.pens[axis] > 1 }

// fixed says whether nobody can be moved along an axis.
func (s *space) fixed(axis int) bool { return s.pens[axis] == len(s.example[axis]) }

// splits says whether a part of a selection tells two classes of one pen apart.
func (s *space) splits(part plan.Subset) bool {
	if s.pens == nil || s.fixed(part.Axis) {
		return false
	}
	in := make(map[int]bool)
	for class, c := range s.example[part.Axis] {
		_, has := slices.BinarySearch(part.Categories, c)
		pen := s.pen[part.Axis][class]
		if before, seen := in[pen]; seen && before != has {
			return true
		}
		in[pen] = has
	}
	return false
}

func (s *space) mask(sel plan.Selection) mask {
	m := make(mask, 0, len(sel))
	for _, part := range sel {
		p := maskPart{axis: part.Axis, in: make([]bool, len(s.example[part.Axis]))}
		for _, c := range part.Categories {
			p.in[s.classOf[part.Axis][c]] = true
		}
		m = append(m, p)
	}
	return m
}

// connect ties axes together that one cell, ban, functional or piece of
// knowledge names. Without a published total nothing can be glued, and all axes
// form one component.
func (s *space) connect(p *Problem, functionals []plan.Functional) {
	root := make([]int, len(s.sys.Axes))
	for i := range root {
		root[i] = i
	}
	tie := func(axes []int) {
		for _, a := range axes[min(1, len(axes)):] {
			merge(root, axes[0], a)
		}
	}
	for _, sel := range everySelection(p, functionals) {
		tie(s.loose(sel))
	}
	for _, c := range s.sys.Cells {
		tie(s.named(c))
	}
	for _, f := range functionals {
		tie(s.loose(slices.Concat(selections(f)...)))
	}
	if !s.hasTotal() {
		for a := range root {
			merge(root, 0, a)
		}
	}
	s.collect(root)
}

func (s *space) hasTotal() bool {
	return slices.ContainsFunc(s.sys.Cells, func(c plan.Cell) bool { return c.Rank == plan.Total })
}

// loose gives the axes on which a selection tells persons of one pen apart.
func (s *space) loose(sel plan.Selection) []int {
	var axes []int
	for _, part := range sel {
		if s.splits(part) {
			axes = append(axes, part.Axis)
		}
	}
	return axes
}

// named are the axes along which a move can change a cell.
func (s *space) named(c plan.Cell) []int {
	axes := s.loose(c.Where)
	if c.Weighted && !s.fixed(c.WeightAxis) {
		axes = append(axes, c.WeightAxis)
	}
	return axes
}

func merge(root []int, a, b int) {
	from, to := find(root, b), find(root, a)
	root[max(from, to)] = min(from, to)
}

func find(root []int, a int) int {
	for root[a] != a {
		root[a] = root[root[a]]
		a = root[a]
	}
	return a
}

// collect lays out the components, leaving out axes that nothing distinguishes.
func (s *space) collect(root []int) {
	s.home = slices.Repeat([]int{-1}, len(root))
	at := make(map[int]int)
	for a := range root {
		if s.fixed(a) {
			continue
		}
		r := find(root, a)
		i, known := at[r]
		if !known {
			i = len(s.comps)
			at[r] = i
			s.comps = append(s.comps, &component{space: s, balanced: s.hasTotal()})
		}
		s.home[a] = i
		s.comps[i].loose = append(s.comps[i].loose, a)
	}
	if len(s.turnover) > 0 {
		s.stay = &component{space: s, balanced: true}
		s.comps = append(s.comps, s.stay)
	}
	for _, c := range s.comps {
		c.layOut()
	}
}

// inCells says whether a cell or ban names an axis of a selection.
func (s *space) inCells(sel plan.Selection) bool {
	return slices.ContainsFunc(sel, func(p plan.Subset) bool {
		named := func(m mask) bool { return slices.ContainsFunc(m, func(q maskPart) bool { return q.axis == p.Axis }) }
		return slices.ContainsFunc(s.cells, named) || slices.ContainsFunc(s.bans, named)
	})
}

// homeOf is the component in which the persons of a selection can change, or -1.
func (s *space) homeOf(sels ...plan.Selection) int {
	for _, sel := range sels {
		for _, part := range sel {
			if s.home[part.Axis] >= 0 && s.splits(part) {
				return s.home[part.Axis]
			}
		}
	}
	return -1
}

func compareAtoms(a, b []int) int { return slices.Compare(a, b) }

// tally merges counts by atom, drops those that cancel out and sorts the rest.
func tally(counts []plan.Count) []plan.Count {
	sorted := slices.Clone(counts)
	slices.SortStableFunc(sorted, func(a, b plan.Count) int { return compareAtoms(a.Atom, b.Atom) })
	out := sorted[:0]
	for _, c := range sorted {
		if n := len(out); n > 0 && compareAtoms(out[n-1].Atom, c.Atom) == 0 {
			out[n-1].N += c.N
			continue
		}
		out = append(out, c)
	}
	return slices.DeleteFunc(out, func(c plan.Count) bool { return c.N == 0 })
}

// countAt looks an atom up in sorted counts.
func countAt(sorted []plan.Count, atom []int) int {
	i, found := slices.BinarySearchFunc(sorted, atom, func(c plan.Count, a []int) int { return compareAtoms(c.Atom, a) })
	if !found {
		return 0
	}
	return sorted[i].N
}
