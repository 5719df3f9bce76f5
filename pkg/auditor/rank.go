package auditor

import (
	"math/bits"
	"math/rand/v2"
	"slices"
)

// field is the prime modulo which elimination is done: 2^61 - 1. A combination
// over the fractions is one modulo a prime, except when the prime divides a
// denominator, which numbers as small as ours do not let happen.
const field = 1<<61 - 1

func mulmod(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	_, r := bits.Div64(hi%field, lo, field)
	return r
}

func inverse(a uint64) uint64 {
	r := uint64(1)
	for e := uint64(field - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			r = mulmod(r, a)
		}
		a = mulmod(a, a)
	}
	return r
}

// A span is what can be computed from the shown values by adding and
// subtracting, as an echelon form over sample atoms. Whoever is outside the
// span on the sample is outside it; the sample is large enough that whoever is
// inside on it is hardly ever outside elsewhere.
type span struct {
	atoms [][]int
	rows  [][]uint64
	value []uint64 // of each row
	lead  []int
}

// newSpan eliminates over every row. The sample is the pools of all programs
// and further atoms of each row.
func (pr *Prober) newSpan() *span {
	var s span
	pricer := newPricer(pr.known.sizes, pr.known.rows, nil, pr.known.bans)
	rng := rand.New(rand.NewPCG(0x5eed, 1))
	for k := range pr.known.rows {
		for range 12 {
			if atom := pricer.sample(k, rng); atom != nil {
				s.atoms = append(s.atoms, pr.blur(atom, rng))
			}
		}
	}
	s.atoms = slices.DeleteFunc(s.atoms, func(atom []int) bool {
		for _, b := range pr.known.bans {
			if holds(b, atom) {
				return true
			}
		}
		return false
	})
	for _, r := range pr.known.rows {
		if !r.open && r.lo == r.hi {
			s.add(quantity{{r.term, 1}}, r.lo)
		}
	}
	return &s
}

// blur changes an atom on one axis to any category, so that the sample sees
// categories that no row tells apart.
func (pr *Prober) blur(atom []int, rng *rand.Rand) []int {
	other := slices.Clone(atom)
	axis := rng.IntN(len(other))
	other[axis] = rng.IntN(pr.known.sizes[axis])
	return other
}

func (s *span) vector(q quantity) []uint64 {
	v := make([]uint64, len(s.atoms))
	for i, atom := range s.atoms {
		v[i] = residue(q.at(atom))
	}
	return v
}

// reduce subtracts what the echelon form can, from a vector and from its value;
// it returns the first place that is left, or -1.
func (s *span) reduce(v []uint64, value uint64) (lead int, rest uint64) {
	for k, row := range s.rows {
		c := v[s.lead[k]]
		if c == 0 {
			continue
		}
		for i := s.lead[k]; i < len(v); i++ {
			v[i] = submod(v[i], mulmod(c, row[i]))
		}
		value = submod(value, mulmod(c, s.value[k]))
	}
	return slices.IndexFunc(v, func(x uint64) bool { return x != 0 }), value
}

func submod(a, b uint64) uint64 { return (a + field - b) % field }

// add adds a quantity that is known.
func (s *span) add(q quantity, value int) {
	v := s.vector(q)
	lead, rest := s.reduce(v, residue(value))
	if lead < 0 {
		return
	}
	scale := inverse(v[lead])
	for i := range v {
		v[i] = mulmod(v[i], scale)
	}
	at, _ := slices.BinarySearch(s.lead, lead)
	s.rows, s.lead = slices.Insert(s.rows, at, v), slices.Insert(s.lead, at, lead)
	s.value = slices.Insert(s.value, at, mulmod(rest, scale))
}

func residue(v int) uint64 { return uint64((v%field + field) % field) }

// contains says whether the quantity can be computed from what is shown, and
// what it is then.
func (s *span) contains(q quantity) (value int, in bool) {
	lead, rest := s.reduce(s.vector(q), 0)
	if lead >= 0 {
		return 0, false
	}
	value = int(submod(0, rest))
	if value > field/2 {
		value -= field
	}
	return value, true
}
