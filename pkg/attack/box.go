package attack

import (
	"slices"
	"strconv"

	"manniskohandel.se/casestat/pkg/plan"
)

// set is a set of categories of one axis.
type set []uint64

func newSet(size int, members ...int) set {
	s := make(set, (size+63)/64)
	for _, m := range members {
		if m >= 0 && m < size {
			s[m/64] |= 1 << (m % 64)
		}
	}
	return s
}

func fullSet(size int) set {
	s := newSet(size)
	for i := range size {
		s[i/64] |= 1 << (i % 64)
	}
	return s
}

func (s set) has(i int) bool { return s[i/64]>>(i%64)&1 == 1 }

func (s set) empty() bool {
	return !slices.ContainsFunc(s, func(w uint64) bool { return w != 0 })
}

func (s set) with(o set, op func(a, b uint64) uint64) set {
	out := make(set, len(s))
	for i := range s {
		out[i] = op(s[i], o[i])
	}
	return out
}

func (s set) and(o set) set { return s.with(o, func(a, b uint64) uint64 { return a & b }) }
func (s set) not(o set) set { return s.with(o, func(a, b uint64) uint64 { return a &^ b }) }

func (s set) within(o set) bool { return s.not(o).empty() }

// side is what a box says about one axis.
type side struct {
	axis int
	in   set
}

// box is a set of atoms: those that on every named axis have a category in its
// set. Axes stand in increasing order; one that allows everything is left out.
// The empty box is everybody.
type box []side

// boxOf reads a selection; ok is false if it names what is not there.
func boxOf(sizes []int, s plan.Selection) (_ box, ok bool) {
	var b box
	for i, sub := range s {
		if sub.Axis < 0 || sub.Axis >= len(sizes) || i > 0 && sub.Axis <= s[i-1].Axis {
			return nil, false
		}
		n := sizes[sub.Axis]
		if slices.ContainsFunc(sub.Categories, func(c int) bool { return c < 0 || c >= n }) {
			return nil, false
		}
		if in := newSet(n, sub.Categories...); !fullSet(n).within(in) {
			b = append(b, side{sub.Axis, in})
		}
	}
	return b, true
}

func (b box) key() string {
	var out []byte
	for _, s := range b {
		out = append(strconv.AppendInt(out, int64(s.axis), 10), ':')
		for _, word := range s.in {
			out = append(strconv.AppendUint(out, word, 16), ',')
		}
		out = append(out, ';')
	}
	return string(out)
}

func (b box) on(axis int) (set, bool) {
	i, found := slices.BinarySearchFunc(b, axis, func(s side, axis int) int { return s.axis - axis })
	if !found {
		return nil, false
	}
	return b[i].in, true
}

// narrowed is the box with one axis replaced.
func (b box) narrowed(axis int, in set) box {
	i, found := slices.BinarySearchFunc(b, axis, func(s side, axis int) int { return s.axis - axis })
	out := slices.Clone(b)
	if found {
		out[i].in = in
		return out
	}
	return slices.Insert(out, i, side{axis, in})
}

// without is the box with one axis set free.
func (b box) without(axis int) box {
	return slices.DeleteFunc(slices.Clone(b), func(s side) bool { return s.axis == axis })
}

func (b box) holds(atom []int) bool {
	for _, s := range b {
		if !s.in.has(atom[s.axis]) {
			return false
		}
	}
	return true
}

// implies says whether whoever is in b is in o.
func (b box) implies(o box) bool {
	for _, s := range o {
		in, named := b.on(s.axis)
		if !named || !in.within(s.in) {
			return false
		}
	}
	return true
}

// meet is who is in both; ok is false if nobody can be.
func (b box) meet(o box) (_ box, ok bool) {
	out := b
	for _, s := range o {
		in := s.in
		if mine, named := b.on(s.axis); named {
			in = in.and(mine)
		}
		if in.empty() {
			return nil, false
		}
		out = out.narrowed(s.axis, in)
	}
	return out, true
}

// minus is who is in b and not in o, in boxes that do not overlap.
func (b box) minus(sizes []int, o box) []box {
	var out []box
	for _, s := range o {
		mine, named := b.on(s.axis)
		if !named {
			mine = fullSet(sizes[s.axis])
		}
		if rest := mine.not(s.in); !rest.empty() {
			out = append(out, b.narrowed(s.axis, rest))
		}
		both := mine.and(s.in)
		if both.empty() {
			return out
		}
		b = b.narrowed(s.axis, both)
	}
	return out
}

// selection writes the box as others read it.
func (b box) selection(sizes []int) plan.Selection {
	out := plan.Selection{}
	for _, s := range b {
		sub := plan.Subset{Axis: s.axis}
		for c := range sizes[s.axis] {
			if s.in.has(c) {
				sub.Categories = append(sub.Categories, c)
			}
		}
		out = append(out, sub)
	}
	return out
}

// vacancyBudget bounds how finely a box is cut up to see whether bans cover it.
const vacancyBudget = 2000

// vacant says whether every atom of the box is banned. A box too intricate to
// tell counts as populated.
func (b box) vacant(sizes []int, bans []box) bool {
	budget := vacancyBudget
	return b.covered(sizes, bans, &budget)
}

func (b box) covered(sizes []int, bans []box, budget *int) bool {
	if *budget--; *budget < 0 {
		return false
	}
	for i, ban := range bans {
		if _, touches := b.meet(ban); !touches {
			continue
		}
		for _, rest := range b.minus(sizes, ban) {
			if !rest.covered(sizes, bans[i+1:], budget) {
				return false
			}
		}
		return true
	}
	return false
}
