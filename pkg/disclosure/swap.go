package disclosure

import (
	"cmp"
	"math"
	"slices"
)

// Limits of the search by swaps, which stands in for the integer programme where
// that would be large.
const (
	heavyProgramme = 500_000 // atoms times rows
	firstMoves     = 80      // how many changes of one person are tried at each step
)

// swapper builds a population up out of swaps: one person changes on one axis
// as the goal wants it, and another one changes back what that did to the cells.
type swapper struct {
	task
	prices prices
	now    []int // unknown persons per atom
	net    map[int]int
	moved  map[int]int // per cell, by how much
}

// step is one person who moves from one atom to another.
type step struct{ from, to int }

// swap looks for a witness step by step; nil if it gets stuck.
func swap(t task, p prices, ended func() bool) *found {
	s := swapper{task: t, prices: p, now: slices.Clone(t.hidden.y), net: make(map[int]int), moved: make(map[int]int)}
	sign := 1
	if t.need < 0 {
		sign = -1
	}
	for range max(t.need, -t.need) {
		best, cost := [2]step{}, infinite
		for _, first := range s.first(sign) {
			if ended() {
				return nil
			}
			if pair, c := s.answer(first); c < cost {
				best, cost = pair, c
			}
		}
		if math.IsInf(cost, 1) {
			return nil
		}
		s.take(best[0])
		s.take(best[1])
	}
	return s.find(sortedMoves(s.net), p)
}

// first lists the changes of one person on one axis that bring the quantity one
// nearer to its goal, the cheapest by themselves.
func (s *swapper) first(sign int) []step {
	type priced struct {
		step
		cost float64
	}
	var all []priced
	for from, n := range s.now {
		if n == 0 || s.members[from] != (sign < 0) {
			continue
		}
		s.eachChange(from, func(to int) {
			if s.members[to] != s.members[from] {
				all = append(all, priced{step{from, to}, s.cost(step{from, to}, step{})})
			}
		})
	}
	slices.SortStableFunc(all, func(a, b priced) int { return cmp.Compare(a.cost, b.cost) })
	var out []step
	for _, p := range all[:min(len(all), firstMoves)] {
		out = append(out, p.step)
	}
	return out
}

// eachChange visits the atoms of the same block that differ on one axis.
func (s *swapper) eachChange(from int, visit func(to int)) {
	c := s.part
	atom := slices.Clone(c.atoms[from])
	for i, a := range c.axes {
		if !c.moves(a) {
			continue
		}
		was := atom[i]
		for class := range c.space.example[a] {
			atom[i] = class
			if to, listed := c.index[key(atom)]; listed && class != was && s.open(from, to) {
				visit(to)
			}
		}
		atom[i] = was
	}
}

// open says whether somebody may move from one atom to another.
func (s *swapper) open(from, to int) bool {
	return !s.hidden.barred[to] && s.part.block[from] == s.part.block[to]
}

// answer finds the second person whose change back costs least; nobody may be
// best.
func (s *swapper) answer(first step) ([2]step, float64) {
	best, cost := [2]step{first}, s.cost(first, step{})
	c := s.part
	axis := 0
	for i := range c.axes {
		if c.atoms[first.from][i] != c.atoms[first.to][i] {
			axis = i
		}
	}
	back, there := c.atoms[first.from][axis], c.atoms[first.to][axis]
	for from, n := range s.now {
		if n == 0 || c.atoms[from][axis] != there || s.members[from] {
			continue
		}
		atom := slices.Clone(c.atoms[from])
		atom[axis] = back
		to, listed := c.index[key(atom)]
		if !listed || s.members[to] || !s.open(from, to) {
			continue
		}
		if by := s.cost(first, step{from, to}); by < cost {
			best, cost = [2]step{first, {from, to}}, by
		}
	}
	return best, cost
}

// cost is what two steps add to the price of the cells that change.
func (s *swapper) cost(steps ...step) float64 {
	by := make([]gain, 0, 32)
	add := func(atom, n int) {
		for _, g := range s.part.gains[atom] {
			if i := slices.IndexFunc(by, func(b gain) bool { return b.cell == g.cell }); i >= 0 {
				by[i].by += n * g.by
				continue
			}
			by = append(by, gain{g.cell, n * g.by})
		}
	}
	for _, t := range steps {
		if t.from != t.to {
			add(t.from, -1)
			add(t.to, 1)
		}
	}
	sum := 0.0
	for _, g := range by {
		before, after := s.moved[g.cell], s.moved[g.cell]+g.by
		switch {
		case before == 0 && after != 0:
			sum += s.prices[g.cell]
		case before != 0 && after == 0:
			sum -= s.prices[g.cell]
		}
	}
	return sum
}

// take makes a step.
func (s *swapper) take(t step) {
	if t.from == t.to {
		return
	}
	for _, m := range []move{{t.from, -1}, {t.to, 1}} {
		s.now[m.atom] += m.n
		s.net[m.atom] += m.n
		for _, g := range s.part.gains[m.atom] {
			s.moved[g.cell] += m.n * g.by
		}
	}
}

// heavy says whether a component's integer programmes are large.
func (c *component) heavy() bool {
	return len(c.atoms)*(len(c.cells)+c.blocks) > heavyProgramme
}
