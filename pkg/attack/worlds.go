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
	tied   [][]int // the axes that stand in a ban with it
	people world
	value  []int // by cell
	off    int   // how far the values are from what is known, in all
	fixed  bool  // everybody is there
}

const (
	worldPersons = 3000 // beyond that nothing is found in time
	coolingSteps = 120_000
	banWeight    = 3
	hottest      = 3.0
	warm         = 0.7
	coldest      = 0.1
	reheats      = 8
)

// worlds finds up to n populations, different by chance, until the context is
// done.
func (k *knowledge) worlds(ctx context.Context, n int, rng *rand.Rand) []world {
	if p := k.slots(); p == 0 || p > worldPersons {
		return nil
	}
	a := &annealer{k: k, rng: rng}
	a.index()
	var out []world
	for tries := 0; len(out) < n && tries < 2*n+2 && ctx.Err() == nil; tries++ {
		found := false
		if len(out) == 0 {
			a.start()
			found = a.cool(ctx)
		} else { // from the last one, shaken
			found = a.shake(ctx)
		}
		if found {
			out = append(out, a.copy())
		} else if tries >= 3 && len(out) == 0 {
			break // too tight for chance
		}
	}
	return out
}

func (a *annealer) copy() world {
	out := make(world, len(a.people))
	for i, atom := range a.people {
		out[i] = slices.Clone(atom)
	}
	return out
}

// shake makes changes regardless, and settles again.
func (a *annealer) shake(ctx context.Context) bool {
	for range 3 * len(a.people) {
		if p := a.rng.IntN(len(a.people)); a.people[p] != nil {
			a.change(p, a.rng.IntN(len(a.k.sizes)), math.Inf(1))
		}
	}
	for range reheats {
		if a.anneal(ctx, a.steps()/4, warm) {
			return true
		}
	}
	return false
}

// steps is how many changes a cooling takes.
func (a *annealer) steps() int {
	return coolingSteps * (35 + len(a.people)) / 70 * (12 + len(a.k.sizes)) / 24
}

// slots is for how many persons there must be room. Where nobody says how many
// there are, the largest count and half as many again are enough.
func (k *knowledge) slots() int {
	if p := k.persons(); p < unbounded {
		return p
	}
	most := 0
	for _, c := range k.cells {
		if c.counts() && c.hi < unbounded {
			most = max(most, c.hi)
		}
	}
	return most + most/2
}

func (a *annealer) index() {
	axes := len(a.k.sizes)
	a.byAxis, a.banned, a.tied = make([][]int, axes), make([][]box, axes), make([][]int, axes)
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
			for _, o := range b {
				if o.axis != s.axis {
					a.tied[s.axis] = append(a.tied[s.axis], o.axis)
				}
			}
		}
	}
	i, known := a.k.byKey[box(nil).key()]
	a.fixed = known && a.k.cells[i].known()
}

// start draws every answer at random.
func (a *annealer) start() {
	a.people, a.value, a.off = make(world, a.k.slots()), make([]int, len(a.k.cells)), 0
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

// cool makes changes, fewer and fewer of them for the worse, and warms up again
// a few times; true once everything agrees.
func (a *annealer) cool(ctx context.Context) bool {
	if a.anneal(ctx, a.steps(), hottest) {
		return true
	}
	for range reheats {
		if ctx.Err() != nil || a.anneal(ctx, a.steps()/4, warm) {
			break
		}
	}
	return a.off == 0
}

// anneal makes so many changes, from a heat down to the coldest.
func (a *annealer) anneal(ctx context.Context, steps int, from float64) bool {
	for step := range steps {
		if a.off == 0 {
			return true
		}
		if step%1024 == 0 && ctx.Err() != nil {
			return false
		}
		heat := from * math.Pow(coldest/from, float64(step)/float64(steps))
		p := a.rng.IntN(len(a.people))
		if !a.fixed && (a.people[p] == nil || a.rng.IntN(8) == 0) {
			a.toggle(p, heat)
			continue
		}
		axis := a.rng.IntN(len(a.k.sizes))
		if other := a.rng.IntN(len(a.people)); step%2 == 0 && a.people[other] != nil && a.people[p] != nil {
			a.exchange(a.people[p], a.people[other], axis, heat)
			continue
		}
		a.change(p, axis, heat)
	}
	return a.off == 0
}

func (a *annealer) accepts(worse int, heat float64) bool {
	return worse <= 0 || a.rng.Float64() < math.Exp(-float64(worse)/heat)
}

// change gives a person another answer, and often one that a rule ties to it as
// well; or takes both back.
func (a *annealer) change(p int, axis int, heat float64) {
	atom, axes := a.people[p], []int{axis}
	if tied := a.tied[axis]; len(tied) > 0 && a.rng.IntN(2) == 0 {
		axes = append(axes, tied[a.rng.IntN(len(tied))])
	}
	worse, from := 0, make([]int, len(axes))
	for i, axis := range axes {
		from[i] = atom[axis]
		worse += a.answer(atom, axis, a.rng.IntN(a.k.sizes[axis]))
	}
	if a.accepts(worse, heat) {
		a.off += worse
		return
	}
	for i := len(axes) - 1; i >= 0; i-- {
		a.answer(atom, axes[i], from[i])
	}
}

// answer changes one answer and says how much worse that is.
func (a *annealer) answer(atom []int, axis, to int) int {
	before := a.cost(atom, axis)
	a.add(atom, a.byAxis[axis], -1)
	atom[axis] = to
	a.add(atom, a.byAxis[axis], 1)
	return a.cost(atom, axis) - before
}

// exchange swaps the answers of two persons, or leaves them: the counts of one
// answer stay as they are.
func (a *annealer) exchange(p, q []int, axis int, heat float64) {
	if p[axis] == q[axis] {
		return
	}
	cells := a.byAxis[axis]
	swap := func() {
		a.add(p, cells, -1)
		a.add(q, cells, -1)
		p[axis], q[axis] = q[axis], p[axis]
		a.add(p, cells, 1)
		a.add(q, cells, 1)
	}
	before := a.cost(p, axis) + banWeight*a.violates(q, a.banned[axis])
	swap()
	worse := a.cost(p, axis) + banWeight*a.violates(q, a.banned[axis]) - before
	if a.accepts(worse, heat) {
		a.off += worse
		return
	}
	swap()
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
		atom, times = a.newcomer(), 1
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

// newcomer is like somebody who is there, or like nobody.
func (a *annealer) newcomer() []int {
	if like := a.people[a.rng.IntN(len(a.people))]; like != nil {
		return slices.Clone(like)
	}
	atom := make([]int, len(a.k.sizes))
	for axis, n := range a.k.sizes {
		atom[axis] = a.rng.IntN(n)
	}
	return atom
}

func (a *annealer) total() int {
	n := 0
	for c := range a.k.cells {
		n += a.distance(c)
	}
	return n
}
