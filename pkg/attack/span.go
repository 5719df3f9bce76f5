package attack

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// prime is the modulus of the elimination. Numbers as small as ours have no
// denominator that it divides.
const prime = 1<<31 - 1

// polynomial writes a function of atoms as a sum of products of "has category c
// on axis a", of which there is none for the first class of an axis: the
// products are linearly independent, so a function is one polynomial only.
type polynomial map[string]uint64

// span is everything that can be computed from known numbers by adding and
// subtracting, in echelon form.
type span struct {
	classes [][]int // by axis and category: the class; categories of one class are never told apart
	counts  []int   // classes by axis
	columns map[string]int
	rows    []sparse
	lead    map[int]int // column -> row
}

// sparse is an equation: coefficients by increasing column, and the value.
type sparse struct {
	column []int
	factor []uint64
	value  uint64
}

// termLimit bounds one polynomial.
const termLimit = 20_000

// eliminate brings everything that is known exactly into echelon form.
func (k *knowledge) eliminate() *span {
	s := &span{columns: map[string]int{}, lead: map[int]int{}}
	s.classify(k)
	for _, b := range k.bans {
		s.add(b, nil, 0, 0)
	}
	for _, c := range k.cells {
		if c.known() {
			s.add(c.where, c.weights, c.axis, c.lo)
		}
		for _, b := range k.bans {
			if inside, touches := c.where.meet(b); touches && len(inside) == len(c.where) {
				s.add(inside, nil, 0, 0)
			}
		}
	}
	return s
}

// classify puts the categories together that no cell and no ban tells apart.
func (s *span) classify(k *knowledge) {
	marks := make([][]string, len(k.sizes))
	for a, n := range k.sizes {
		marks[a] = make([]string, n)
	}
	mark := func(b box) {
		for _, side := range b {
			for c := range marks[side.axis] {
				bit := "0"
				if side.in.has(c) {
					bit = "1"
				}
				marks[side.axis][c] += bit
			}
		}
	}
	for _, b := range k.bans {
		mark(b)
	}
	for _, c := range k.cells {
		mark(c.where)
		for i, w := range c.weights {
			marks[c.axis][i] += fmt.Sprint("w", w)
		}
	}
	for _, m := range marks {
		class, of := make([]int, len(m)), map[string]int{}
		for c, text := range m {
			if _, known := of[text]; !known {
				of[text] = len(of)
			}
			class[c] = of[text]
		}
		s.classes, s.counts = append(s.classes, class), append(s.counts, len(of))
	}
}

// add says whether it was news.
func (s *span) add(where box, weights []int, axis, value int) bool {
	p, ok := s.expand(where, weights, axis)
	if !ok {
		return true
	}
	row := s.reduce(s.order(p, uint64(value)))
	if len(row.column) == 0 {
		return false
	}
	scale := inverse(row.factor[0])
	for i := range row.factor {
		row.factor[i] = row.factor[i] * scale % prime
	}
	row.value = row.value * scale % prime
	s.lead[row.column[0]] = len(s.rows)
	s.rows = append(s.rows, row)
	return true
}

// value computes a count from what is known; ok is false if it cannot be.
func (s *span) value(where box, except *box) (v int, ok bool) {
	p, ok := s.expand(where, nil, 0)
	if !ok {
		return 0, false
	}
	if except != nil {
		q, ok := s.expand(*except, nil, 0)
		if !ok {
			return 0, false
		}
		for term, f := range q {
			p.plus(term, prime-f)
		}
	}
	rest := s.reduce(s.order(p, 0))
	if len(rest.column) > 0 {
		return 0, false
	}
	v = int((prime - rest.value) % prime)
	if v > prime/2 {
		v -= prime
	}
	return v, true
}

func (p polynomial) plus(term string, f uint64) {
	if sum := (p[term] + f) % prime; sum != 0 {
		p[term] = sum
	} else {
		delete(p, term)
	}
}

// expand writes the persons of a box, weighted or not, as a polynomial.
func (s *span) expand(where box, weights []int, axis int) (polynomial, bool) {
	p := polynomial{"": 1}
	for a := range s.classes {
		in, named := where.on(a)
		weighted := weights != nil && a == axis
		if !named && !weighted {
			continue
		}
		level := make([]uint64, s.counts[a])
		for c, class := range s.classes[a] {
			if named && !in.has(c) {
				continue
			}
			level[class] = 1
			if weighted {
				level[class] = uint64(weights[c])
			}
		}
		if len(p)*len(level) > termLimit {
			return nil, false
		}
		p = p.times(a, level)
	}
	return p, true
}

// times multiplies with a function of one axis, given by class.
func (p polynomial) times(axis int, level []uint64) polynomial {
	out := polynomial{}
	for term, f := range p {
		out.plus(term, f*level[0]%prime)
		for class := 1; class < len(level); class++ {
			if d := (level[class] + prime - level[0]) % prime; d != 0 {
				out.plus(term+strconv.Itoa(axis)+"="+strconv.Itoa(class)+";", f*d%prime)
			}
		}
	}
	return out
}

// order gives every term its column.
func (s *span) order(p polynomial, value uint64) sparse {
	at := make(map[int]uint64, len(p))
	for _, term := range slices.Sorted(maps.Keys(p)) {
		if _, known := s.columns[term]; !known {
			s.columns[term] = len(s.columns)
		}
		at[s.columns[term]] = p[term]
	}
	row := sparse{value: value % prime}
	for _, c := range slices.Sorted(maps.Keys(at)) {
		row.column, row.factor = append(row.column, c), append(row.factor, at[c])
	}
	return row
}

// reduce subtracts what the echelon form can.
func (s *span) reduce(row sparse) sparse {
	at := make(map[int]uint64, len(row.column))
	heap := slices.Clone(row.column) // increasing; new columns are put in their place
	for i, c := range row.column {
		at[c] = row.factor[i]
	}
	out := sparse{value: row.value}
	for len(heap) > 0 {
		c := heap[0]
		heap = heap[1:]
		f := at[c]
		if f == 0 {
			continue
		}
		r, known := s.lead[c]
		if !known {
			out.column, out.factor = append(out.column, c), append(out.factor, f)
			continue
		}
		by := s.rows[r]
		for i, d := range by.column {
			if _, there := at[d]; !there {
				place, _ := slices.BinarySearch(heap, d)
				heap = slices.Insert(heap, place, d)
			}
			at[d] = (at[d] + (prime-f)*by.factor[i]) % prime
		}
		out.value = (out.value + (prime-f)*by.value) % prime
	}
	return out
}

func inverse(a uint64) uint64 {
	r := uint64(1)
	for e := prime - 2; e > 0; e >>= 1 {
		if e&1 == 1 {
			r = r * a % prime
		}
		a = a * a % prime
	}
	return r
}
