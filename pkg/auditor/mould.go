package auditor

import (
	"math/bits"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// A mould is what every population has to fit, in a form in which one person's
// part in it is found with a few machine words: for each category of each axis
// one bit a term and one a ban, set when the term, or the ban, allows the
// category. The bits that a person's categories have in common are the terms
// that count her, and the bans that forbid her.
type mould struct {
	sizes []int
	rows  []row
	extra quantity // what is asked about: terms after the rows', at most askable
	bans  []plan.Selection
	live  []int        // axes of more than one category
	mask  [][][]uint64 // live axis, category
	words int
	// barred has the bits of the bans, heavy those of terms that count some
	// persons for more than others.
	barred, heavy []uint64
}

// askable is how many parts a quantity may have.
const askable = together

func newMould(sizes []int, rows []row, bans []plan.Selection) *mould {
	m := &mould{sizes: sizes, rows: rows, bans: bans}
	m.words = (m.terms() + len(bans) + 63) / 64
	m.barred, m.heavy = make([]uint64, m.words), make([]uint64, m.words)
	for axis, n := range sizes {
		if n < 2 {
			continue
		}
		m.live = append(m.live, axis)
		masks := make([][]uint64, n)
		for c := range masks {
			masks[c] = make([]uint64, m.words)
		}
		m.mask = append(m.mask, masks)
	}
	for k, r := range rows {
		m.mark(k, r.term)
	}
	for i, b := range bans {
		k := m.terms() + i
		m.barred[k/64] |= 1 << (k % 64)
		m.mark(k, term{where: b})
	}
	return m
}

// mark sets the bits of one term or ban.
func (m *mould) mark(k int, t term) {
	if m.heavy[k/64] &^= 1 << (k % 64); t.weights != nil {
		m.heavy[k/64] |= 1 << (k % 64)
	}
	for i, axis := range m.live {
		for c, mask := range m.mask[i] {
			if mask[k/64] &^= 1 << (k % 64); t.factor(axis, c) != 0 {
				mask[k/64] |= 1 << (k % 64)
			}
		}
	}
}

// ask makes room for a quantity. Whatever was made of the mould before no
// longer fits it.
func (m *mould) ask(q quantity) {
	m.extra = q
	for i, p := range q {
		m.mark(len(m.rows)+i, p.term)
	}
}

// see writes the bits of an atom.
func (m *mould) see(atom []int, into []uint64) {
	for w := range into {
		into[w] = ^uint64(0)
	}
	for i, axis := range m.live {
		for w, b := range m.mask[i][atom[axis]] {
			into[w] &= b
		}
	}
}

// ban gives a ban that forbids whoever has the bits, or -1.
func (m *mould) ban(seen []uint64) int {
	for w, b := range seen {
		if b &= m.barred[w]; b != 0 {
			return w*64 + bits.TrailingZeros64(b) - m.terms()
		}
	}
	return -1
}

// terms is how many bits stand for terms.
func (m *mould) terms() int { return len(m.rows) + askable }

func (m *mould) term(k int) term {
	if k < len(m.rows) {
		return m.rows[k].term
	}
	return m.extra[k-len(m.rows)].term
}

// add adds a person, or with by -1 takes one away, to the sums of the terms.
func (m *mould) add(sums []int, atom []int, seen []uint64, by int) {
	n := len(m.rows) + len(m.extra)
	for w, b := range seen {
		for b &^= m.barred[w]; b != 0; b &= b - 1 {
			k := w*64 + bits.TrailingZeros64(b)
			if k >= n {
				break
			}
			if t := m.term(k); t.weights != nil {
				sums[k] += by * t.weights[atom[t.axis]]
			} else {
				sums[k] += by
			}
		}
	}
}

// asked is the value of the quantity.
func (m *mould) asked(sums []int) int {
	v := 0
	for i, p := range m.extra {
		v += p.sign * sums[len(m.rows)+i]
	}
	return v
}

// misfit is how far sums are from the rows, the persons too many or too few
// added up.
func (m *mould) misfit(sums []int) int {
	off := 0
	for k := range m.rows {
		off += m.rows[k].off(sums[k])
	}
	return off
}

// off is how far a sum is from the row's ends.
func (r *row) off(sum int) int {
	switch {
	case sum < r.lo:
		return r.lo - sum
	case !r.open && sum > r.hi:
		return sum - r.hi
	}
	return 0
}

// fits says whether a population has every row's sum and no ban covers anybody
// in it, counting from the beginning.
func (m *mould) fits(people []plan.Count) bool {
	for _, r := range m.rows {
		sum := 0
		for _, c := range people {
			sum += c.N * r.at(c.Atom)
		}
		if r.off(sum) != 0 {
			return false
		}
	}
	return !slices.ContainsFunc(people, func(c plan.Count) bool {
		return c.N < 0 || slices.ContainsFunc(m.bans, func(b plan.Selection) bool { return holds(b, c.Atom) })
	})
}
