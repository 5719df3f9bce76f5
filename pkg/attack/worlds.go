package attack

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// world is one whole population: an atom for every person; nil for somebody who
// need not be there.
type world [][]int

// annealer looks for populations that agree with everything known. One that it
// finds is checked number by number, so it is a proof of what can be.
type annealer struct {
	k      *knowledge
	rng    *rand.Rand
	byAxis [][]int // the cells whose value an axis can change
	all    []int   // every cell
	banned [][]box // the bans that name an axis
	people world
	value  []int // by cell
	off    int   // how far the values are from what is known, in all
	fixed  bool  // everybody is there
}

const (
	worldPersons = 3000 // beyond that nothing is found in time
	coolingSteps = 120_000
	banWeight    = 3
)

// worlds finds up to n populations, different by chance, until the context is
// done.
func (k *knowledge) worlds(ctx context.Context, n int, rng *rand.Rand) []world {
	if p := k.persons(); p == 0 || p > worldPersons {
		return nil
	}
	a := &annealer{k: k, rng: rng}
	a.index()
	var out []world
	for tries := 0; len(out) < n && tries < 3*n+3 && ctx.Err() == nil; tries++ {
		a.start()
		if a.cool(ctx) {
			found := make(world, len(a.people))
			for i, atom := range a.people {
				found[i] = slices.Clone(atom)
			}
			out = append(out, found)
		} else if tries >= 3 && len(out) == 0 {
			break // too tight for chance
		}
	}
	return out
}

func (a *annealer) index() {
	a.byAxis, a.banned = make([][]int, len(a.k.sizes)), make([][]box, len(a.k.sizes))
	for i, c := range a.k.cells {
		a.all = append(a.all, i)
		named := map[int]bool{}
		for _, s := range c.where {
			named[s.axis] = true
		}
		if !c.counts() {
			named[c.axis] = true
		}
		for axis := range named {
			a.byAxis[axis] = append(a.byAxis[axis], i)
		}
	}
	for _, b := range a.k.bans {
		for _, s := range b {
			a.banned[s.axis] = append(a.banned[s.axis], b)
		}
	}
	i, known := a.k.byKey[box(nil).key()]
	a.fixed = known && a.k.cells[i].known()
}

// start draws every answer at random.
func (a *annealer) start() {
	a.people, a.value, a.off = make(world, a.k.persons()), make([]int, len(a.k.cells)), 0
	for i := range a.people {
		atom := make([]int, len(a.k.sizes))
		for axis, n := range a.k.sizes {
			atom[axis] = a.rng.IntN(n)
		}
		a.people[i] = atom
		a.off += banWeight * a.violates(atom, a.k.bans)
		for c, cell := range a.k.cells {
			a.value[c] += cell.weight(atom)
		}
	}
	for c := range a.k.cells {
		a.off += a.distance(c)
	}
}

func (a *annealer) violates(atom []int, bans []box) int {
	n := 0
	for _, b := range bans {
		n += one(b.holds(atom))
	}
	return n
}

func (a *annealer) distance(c int) int {
	return max(0, a.k.cells[c].lo-a.value[c], a.value[c]-a.k.cells[c].hi)
}

// cool makes changes, fewer and fewer of them for the worse; true once
// everything agrees.
func (a *annealer) cool(ctx context.Context) bool {
	for step := range coolingSteps {
		if a.off == 0 {
			return true
		}
		if step%1024 == 0 && ctx.Err() != nil {
			return false
		}
		heat := 1.2 * math.Pow(0.02, float64(step)/coolingSteps)
		p := a.rng.IntN(len(a.people))
		if !a.fixed && (a.people[p] == nil || a.rng.IntN(8) == 0) {
			a.toggle(p, heat)
			continue
		}
		axis := a.rng.IntN(len(a.k.sizes))
		if n := a.k.sizes[axis]; n > 1 {
			a.change(p, axis, (a.people[p][axis]+1+a.rng.IntN(n-1))%n, heat)
		}
	}
	return a.off == 0
}

func (a *annealer) accepts(worse int, heat float64) bool {
	return worse <= 0 || a.rng.Float64() < math.Exp(-float64(worse)/heat)
}

// change gives a person another answer, or takes it back.
func (a *annealer) change(p, axis, to int, heat float64) {
	atom := a.people[p]
	from := atom[axis]
	before := a.cost(atom, axis)
	a.add(atom, a.byAxis[axis], -1)
	atom[axis] = to
	a.add(atom, a.byAxis[axis], 1)
	worse := a.cost(atom, axis) - before
	if a.accepts(worse, heat) {
		a.off += worse
		return
	}
	a.add(atom, a.byAxis[axis], -1)
	atom[axis] = from
	a.add(atom, a.byAxis[axis], 1)
}

// add counts a person in some cells, so many times.
func (a *annealer) add(atom, cells []int, times int) {
	for _, c := range cells {
		a.value[c] += times * a.k.cells[c].weight(atom)
	}
}

// cost is what the cells of an axis and the person's bans contribute to off.
func (a *annealer) cost(atom []int, axis int) int {
	n := banWeight * a.violates(atom, a.banned[axis])
	for _, c := range a.byAxis[axis] {
		n += a.distance(c)
	}
	return n
}

// toggle lets somebody be there, or not.
func (a *annealer) toggle(p int, heat float64) {
	was := a.people[p]
	atom, times := was, -1
	if was == nil {
		atom, times = make([]int, len(a.k.sizes)), 1
		for axis, n := range a.k.sizes {
			atom[axis] = a.rng.IntN(n)
		}
	}
	before := a.total()
	a.add(atom, a.all, times)
	worse := a.total() - before + times*banWeight*a.violates(atom, a.k.bans)
	if !a.accepts(worse, heat) {
		a.add(atom, a.all, -times)
		return
	}
	a.off += worse
	a.people[p] = atom
	if times < 0 {
		a.people[p] = nil
	}
}

func (a *annealer) total() int {
	n := 0
	for c := range a.k.cells {
		n += a.distance(c)
	}
	return n
}
