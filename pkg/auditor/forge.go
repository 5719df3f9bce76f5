package auditor

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// A forge makes populations that fit a mould out of ones that do not, by
// changing persons one at a time: whom a broken row misses is led into it, whom
// it has too many of out of it. What fits was searched for, never derived from
// records, and is counted anew before anybody believes it.
type forge struct {
	*mould
	rng    *rand.Rand
	people [][]int
	seen   [][]uint64
	sums   []int
	// from and to are between what the quantity asked about is to lie.
	from, to int
	off      int // of the rows
	energy   int // how far from what is wanted in all
	limit    int // of the energy
	// near are people who fit, and by how little they miss the quantity that is
	// wanted; whoever wants to know sets nearest.
	near    [][]int
	nearest int
	// next and next2 are persons in hand, bits and bits2 theirs.
	next, next2 []int
	bits, bits2 []uint64
	common      []uint64 // terms that put leaves out
}

func newForge(m *mould, rng *rand.Rand, people []plan.Count) *forge {
	f := &forge{mould: m, rng: rng, sums: make([]int, m.terms()), from: math.MinInt / 2, to: math.MaxInt / 2, limit: math.MaxInt}
	f.next, f.next2 = make([]int, len(m.sizes)), make([]int, len(m.sizes))
	f.bits, f.bits2 = make([]uint64, m.words), make([]uint64, m.words)
	f.common = make([]uint64, m.words)
	for _, c := range people {
		for range c.N {
			f.join(c.Atom)
		}
	}
	f.off = f.misfit(f.sums)
	f.energy = f.measure()
	return f
}

// join adds a person without looking at the energy.
func (f *forge) join(atom []int) {
	seen := make([]uint64, f.words)
	f.see(atom, seen)
	f.people, f.seen = append(f.people, slices.Clone(atom)), append(f.seen, seen)
	f.add(f.sums, atom, seen, 1)
}

// measure is how far the sums are from what is wanted.
func (f *forge) measure() int {
	if v := f.asked(f.sums); v < f.from {
		return f.off + f.from - v
	} else if v > f.to {
		return f.off + v - f.to
	}
	return f.off
}

// misses is how far the quantity asked about is from what is wanted.
func (f *forge) misses() int { return f.measure() - f.off }

// note remembers people who fit and come nearer than any before, by an eighth at
// least: copying them takes longer than going on.
func (f *forge) note() {
	if f.off > 0 || f.energy >= f.nearest-f.nearest/8 {
		return
	}
	f.nearest, f.near = f.energy, make([][]int, len(f.people))
	for i, atom := range f.people {
		f.near[i] = slices.Clone(atom)
	}
}

// exchange puts one person in the sums in place of another. Terms that count
// both alike are left out.
func (f *forge) exchange(old []int, gone []uint64, next []int, come []uint64) {
	for w := range f.common {
		f.common[w] = gone[w] & come[w] &^ f.heavy[w]
	}
	f.put(old, gone, -1)
	f.put(next, come, 1)
	clear(f.common)
}

// put adds a person to the sums, or with by -1 takes one away.
func (f *forge) put(atom []int, seen []uint64, by int) {
	n := len(f.rows) + len(f.extra)
	for w, b := range seen {
		for b &^= f.barred[w] | f.common[w]; b != 0; b &= b - 1 {
			k := w*64 + bits.TrailingZeros64(b)
			if k >= n {
				break
			}
			change := by
			if k >= len(f.rows) {
				if t := f.extra[k-len(f.rows)]; t.weights != nil {
					change *= t.weights[atom[t.axis]]
				}
				f.sums[k] += change
				continue
			}
			r := &f.rows[k]
			if r.weights != nil {
				change *= r.weights[atom[r.axis]]
			}
			f.off -= r.off(f.sums[k])
			f.sums[k] += change
			f.off += r.off(f.sums[k])
		}
	}
}

// work changes the population until it fits, at most so many times.
func (f *forge) work(steps int, stopped func() bool) bool {
	f.energy = f.measure()
	heat := 0.0
	for i := range steps {
		if f.energy == 0 || i%1024 == 0 && stopped() {
			break
		}
		f.note()
		if i%16 == 0 {
			heat = 0.8 * math.Pow(0.15, float64(i)/float64(steps))
		}
		switch r := f.rng.IntN(10); {
		case r < 6:
			f.steer(heat)
		case r < 9:
			f.swap(heat)
		default:
			f.drift(heat)
		}
	}
	f.note()
	return f.energy == 0
}

// shake changes a population that fits, so that it always fits.
func (f *forge) shake(steps int) {
	for range steps {
		if f.rng.IntN(2) == 0 {
			f.swap(cold)
		} else {
			f.drift(cold)
		}
	}
}

// cold is a heat at which nothing is ever accepted that is worse.
const cold = 1e-3

// steer mends a broken row, or the quantity asked about.
func (f *forge) steer(heat float64) {
	k, more := f.wrong()
	if k < 0 {
		return
	}
	t := f.term(k)
	if more && (len(f.people) == 0 || f.rng.IntN(8) == 0) {
		f.raise(t, heat)
		return
	}
	i := f.pick(k, !more)
	if i < 0 {
		if more {
			f.raise(t, heat)
		}
		return
	}
	if !more && f.rng.IntN(8) == 0 {
		f.remove(i, heat)
		return
	}
	copy(f.next, f.people[i])
	if more {
		f.into(t)
	} else {
		f.outOf(t)
	}
	f.settle(i, t, heat)
}

// wrong picks at random a term whose sum is wrong, and says whether more
// persons are wanted in it; -1 if there is none.
func (f *forge) wrong() (k int, more bool) {
	n := 0
	consider := func(at int, tooFew bool) {
		if n++; f.rng.IntN(n) == 0 {
			k, more = at, tooFew
		}
	}
	k = -1
	for j := range f.rows {
		if r := &f.rows[j]; r.off(f.sums[j]) != 0 {
			consider(j, f.sums[j] < r.lo)
		}
	}
	if v := f.asked(f.sums); v < f.from || v > f.to {
		at := f.asks(v < f.from)
		consider(len(f.rows)+at, (v < f.from) == (f.extra[at].sign > 0))
	}
	return k, more
}

// asks picks at random a part of the quantity asked about of which there may be
// more, if more is wanted of the quantity, or fewer.
func (f *forge) asks(more bool) (at int) {
	n := 0
	for i, p := range f.extra {
		if more == (p.sign > 0) || f.sums[len(f.rows)+i] > 0 {
			if n++; f.rng.IntN(n) == 0 {
				at = i
			}
		}
	}
	return at
}

// pick chooses a person whom a term counts, or does not, starting anywhere.
func (f *forge) pick(k int, counted bool) int {
	n := len(f.people)
	if n == 0 {
		return -1
	}
	for start, i := f.rng.IntN(n), 0; i < n; i++ {
		at := (start + i) % n
		if (f.seen[at][k/64]>>(k%64)&1 == 1) == counted {
			return at
		}
	}
	return -1
}

// into changes the person in hand so that the term counts her.
func (f *forge) into(t term) {
	for _, s := range t.where {
		if _, in := slices.BinarySearch(s.Categories, f.next[s.Axis]); !in {
			f.next[s.Axis] = s.Categories[f.rng.IntN(len(s.Categories))]
		}
	}
	if t.weights != nil {
		f.next[t.axis] = f.rng.IntN(len(t.weights))
	}
}

// outOf changes the person in hand so that the term no longer counts her.
func (f *forge) outOf(t term) {
	if t.weights != nil && f.rng.IntN(2) == 0 || len(t.where) == 0 {
		if t.weights != nil {
			f.next[t.axis] = f.rng.IntN(len(t.weights))
		}
		return
	}
	s := t.where[f.rng.IntN(len(t.where))]
	f.next[s.Axis] = f.other(s)
}

// other is a category that a subset does not name.
func (f *forge) other(s plan.Subset) int {
	c := f.rng.IntN(f.sizes[s.Axis])
	for range f.sizes[s.Axis] {
		if _, in := slices.BinarySearch(s.Categories, c); !in {
			return c
		}
		c = (c + 1) % f.sizes[s.Axis]
	}
	return c
}

// legal changes the person in hand until no ban forbids her, and leaves the
// axes of a term alone where it can.
func (f *forge) legal(keep term) bool {
	for range 8 {
		f.see(f.next, f.bits)
		b := f.ban(f.bits)
		if b < 0 {
			return true
		}
		ban := f.bans[b]
		if len(ban) == 0 {
			return false // there is nobody at all
		}
		s := ban[f.rng.IntN(len(ban))]
		for range 3 {
			if !slices.ContainsFunc(keep.where, func(k plan.Subset) bool { return k.Axis == s.Axis }) {
				break
			}
			s = ban[f.rng.IntN(len(ban))]
		}
		f.next[s.Axis] = f.other(s)
	}
	return false
}

// settle puts the person in hand in another's place, if that may be.
func (f *forge) settle(i int, keep term, heat float64) {
	if f.legal(keep) {
		f.replace(i, heat)
	}
}

// replace puts the person in hand, whose bits are known, in another's place.
func (f *forge) replace(i int, heat float64) {
	f.exchange(f.people[i], f.seen[i], f.next, f.bits)
	if f.accept(heat) {
		copy(f.people[i], f.next)
		copy(f.seen[i], f.bits)
		return
	}
	f.exchange(f.next, f.bits, f.people[i], f.seen[i])
}

// accept says whether changed sums are taken: when they are no worse, or a
// little worse by chance.
func (f *forge) accept(heat float64) bool {
	e := f.measure()
	if e > f.limit || e > f.energy && f.rng.Float64() >= math.Exp(float64(f.energy-e)/heat) {
		return false
	}
	f.energy = e
	return true
}

// raise adds a person whom a term counts, like somebody else otherwise.
func (f *forge) raise(t term, heat float64) {
	clear(f.next)
	if n := len(f.people); n > 0 {
		copy(f.next, f.people[f.rng.IntN(n)])
	}
	f.into(t)
	if !f.legal(t) {
		return
	}
	f.put(f.next, f.bits, 1)
	if !f.accept(heat) {
		f.put(f.next, f.bits, -1)
	} else {
		f.people, f.seen = append(f.people, slices.Clone(f.next)), append(f.seen, slices.Clone(f.bits))
	}
}

func (f *forge) remove(i int, heat float64) {
	f.put(f.people[i], f.seen[i], -1)
	if !f.accept(heat) {
		f.put(f.people[i], f.seen[i], 1)
	} else {
		last := len(f.people) - 1
		f.people[i], f.seen[i] = f.people[last], f.seen[last]
		f.people, f.seen = f.people[:last], f.seen[:last]
	}
}

// swap exchanges what two persons have on one to three axes.
func (f *forge) swap(heat float64) {
	n := len(f.people)
	if n < 2 || len(f.live) == 0 {
		return
	}
	i, k := f.rng.IntN(n), f.rng.IntN(n-1)
	if k >= i {
		k++
	}
	copy(f.next, f.people[i])
	copy(f.next2, f.people[k])
	differ := false
	for range 1 + f.rng.IntN(3) {
		axis := f.live[f.rng.IntN(len(f.live))]
		differ = differ || f.next[axis] != f.next2[axis]
		f.next[axis], f.next2[axis] = f.next2[axis], f.next[axis]
	}
	if !differ {
		return
	}
	f.see(f.next, f.bits)
	f.see(f.next2, f.bits2)
	if f.ban(f.bits) >= 0 || f.ban(f.bits2) >= 0 {
		return
	}
	f.exchange(f.people[i], f.seen[i], f.next, f.bits)
	f.exchange(f.people[k], f.seen[k], f.next2, f.bits2)
	if f.accept(heat) {
		copy(f.people[i], f.next)
		copy(f.seen[i], f.bits)
		copy(f.people[k], f.next2)
		copy(f.seen[k], f.bits2)
		return
	}
	f.exchange(f.next, f.bits, f.people[i], f.seen[i])
	f.exchange(f.next2, f.bits2, f.people[k], f.seen[k])
}

// drift changes one person on one axis.
func (f *forge) drift(heat float64) {
	if len(f.people) == 0 || len(f.live) == 0 {
		return
	}
	i := f.rng.IntN(len(f.people))
	copy(f.next, f.people[i])
	axis := f.live[f.rng.IntN(len(f.live))]
	f.next[axis] = f.rng.IntN(f.sizes[axis])
	f.settle(i, term{where: plan.Selection{{Axis: axis}}}, heat)
}

// population is who there is, by atom.
func (f *forge) population() []plan.Count {
	sorted := slices.Clone(f.people)
	slices.SortFunc(sorted, slices.Compare)
	var out []plan.Count
	for _, atom := range sorted {
		if n := len(out); n > 0 && slices.Equal(out[n-1].Atom, atom) {
			out[n-1].N++
			continue
		}
		out = append(out, plan.Count{Atom: slices.Clone(atom), N: 1})
	}
	return out
}
