package table

import (
	"math/bits"
	"slices"
)

// The most keys that are counted in one pass, as binary digits: small enough
// for the caches, and for few records not more than it takes to look through.
const (
	fewKeyBits  = 12
	mostKeyBits = 21
)

// partSize is how many options of a multi-valued field stand in one part at
// most: as many as there are in a byte, with the missing codes.
const partSize = 16

// keyBits is how many key bits a pass over so many records may take.
func keyBits(records int) int {
	return min(max(bits.Len(uint(records/4)), fewKeyBits), mostKeyBits)
}

// pass is one way through the records, with one part of every axis. An axis
// of several parts takes a pass for each.
type pass struct {
	parts   []part
	shifts  []int // of each part in the keys
	bits    int
	lookups []lookup
	first   bool // the first part of every axis: here records are counted
	sums    bool // the first part of the sum: here cells are counted
}

// reject is the key of a record that does not count.
func (p pass) reject() uint32 { return 1<<p.bits - 1 }

// passes lays the keys out in at most limit bits, where the options of the
// axes can be divided so far.
func (q *query) passes(limit int) []pass {
	axes := q.all()
	divided := divide(axes, limit)
	combinations := [][]int{nil}
	for _, parts := range divided {
		var longer [][]int
		for _, c := range combinations {
			for i := range parts {
				longer = append(longer, append(slices.Clone(c), i))
			}
		}
		combinations = longer
	}
	passes := make([]pass, len(combinations))
	for i, chosen := range combinations {
		passes[i] = q.pass(axes, divided, chosen)
	}
	return passes
}

// divide halves the parts of the axis with the widest until a key of one part
// of each fits into limit bits.
func divide(axes []axis, limit int) [][]part {
	divided := make([][]part, len(axes))
	sizes := make([]int, len(axes))
	for i, a := range axes {
		sizes[i] = partSize
		divided[i] = a.parts(i, sizes[i])
	}
	for {
		total, widest, most := 1, -1, 1 // one bit keeps "all ones" apart from every key
		for i, parts := range divided {
			w := width(parts)
			total += w
			if axes[i].several && sizes[i] > 1 && w > most {
				widest, most = i, w
			}
		}
		if total <= limit || widest < 0 {
			return divided
		}
		sizes[widest] /= 2
		divided[widest] = axes[widest].parts(widest, sizes[widest])
	}
}

// width is that of the widest part.
func width(parts []part) int {
	w := 0
	for _, p := range parts {
		w = max(w, p.width)
	}
	return w
}

func (q *query) pass(axes []axis, divided [][]part, chosen []int) pass {
	p := pass{first: true, sums: true}
	for i, c := range chosen {
		part := divided[i][c]
		p.parts = append(p.parts, part)
		p.shifts = append(p.shifts, p.bits)
		p.bits += part.width
		p.first = p.first && c == 0
		if i == len(q.axes) {
			p.sums = c == 0
		}
	}
	p.bits++
	p.lookups = q.lookups(axes, p)
	return p
}

// lookups makes the tables of the byte columns that bear on the keys.
func (q *query) lookups(axes []axis, p pass) []lookup {
	var tables []*[256]uint32 // by offset
	add := func(offset, b int, keys uint32) {
		for len(tables) <= offset {
			tables = append(tables, nil)
		}
		if tables[offset] == nil {
			tables[offset] = new([256]uint32)
		}
		tables[offset][b] |= keys
	}
	for n := range p.parts {
		p.put(axes, n, add)
	}
	for _, f := range q.filters {
		f.put(p.reject(), add)
	}
	var lookups []lookup
	for offset, keys := range tables {
		if keys != nil {
			lookups = append(lookups, lookup{offset: offset, keys: keys})
		}
	}
	return lookups
}

// put adds the keys of part n. A byte that is no code of a single-valued
// field rejects.
func (p pass) put(axes []axis, n int, add func(offset, b int, keys uint32)) {
	part := &p.parts[n]
	a := axes[part.axis]
	for i := range a.column.Width {
		for b := range 256 {
			key := part.key(a, i, b)
			switch {
			case !a.several && len(part.subsets[key]) == 0:
				add(a.column.Offset+i, b, p.reject())
			case key != 0:
				add(a.column.Offset+i, b, key<<p.shifts[n])
			}
		}
	}
}

func (f filter) put(reject uint32, add func(offset, b int, keys uint32)) {
	only, _ := f.set.confined()
	for i := range f.set {
		for b := range 256 {
			if f.not && f.set[i][b] || !f.not && i == only && !f.set[i][b] {
				add(f.column.Offset+i, b, reject)
			}
		}
	}
}
