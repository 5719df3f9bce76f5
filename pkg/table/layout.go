package table

import (
	"math/bits"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/record"
)

// query is what is counted, as byte sets: axes, filters and a sum.
type query struct {
	axes    []axis
	filters []filter
	sum     *axis // its options are the binary digits of the number, and "a lower bound" last
}

// axis is a dimension as byte sets, one for each option.
type axis struct {
	column  record.Column
	options []byteSet
	mask    bool // several options may hold at once: each has a key bit of its own
	hit     bool // a filter: only records with the option count, and it is no dimension
}

type filter struct {
	column record.Column
	set    byteSet
	not    bool
}

// The most keys that are counted in one pass, as binary digits: small enough
// for the caches, and for few records not more than it takes to look through.
const (
	fewKeyBits  = 12
	mostKeyBits = 18
)

// keyBits is how many key bits a pass over so many records may take.
func keyBits(records int) int {
	return min(max(bits.Len(uint(records/4)), fewKeyBits), mostKeyBits)
}

func (q *query) axis(column record.Column, categories []Category) {
	a := axis{column: column, mask: column.Field.Multi}
	for _, c := range categories {
		a.options = append(a.options, codeSet(column, c.codes))
	}
	q.axes = append(q.axes, a)
}

// filter adds a condition. One over several bytes of a multi-valued answer
// becomes a key bit, since no single byte can reject.
func (q *query) filter(column record.Column, c codelist.Condition) {
	set := codeSet(column, c.Codes)
	if _, one := set.confined(); c.Not || one {
		q.filters = append(q.filters, filter{column: column, set: set, not: c.Not})
		return
	}
	q.axes = append(q.axes, axis{column: column, options: []byteSet{set}, mask: true, hit: true})
}

// total adds a sum over a number field.
func (q *query) total(column record.Column, number figure.Summand) {
	a := axis{column: column, mask: true}
	digits := bits.Len(uint(column.Field.Max))
	lowerBound := []codelist.Code{codelist.Unknown, codelist.NotAsked, codelist.Declined, codelist.NotRecorded}
	a.options = make([]byteSet, digits, digits+1)
	for i := range a.options {
		a.options[i] = make(byteSet, 1)
	}
	a.options = append(a.options, codeSet(column, lowerBound))
	for value := max(column.Field.Min, 0); value <= column.Field.Max; value++ {
		b := firstCode + value - column.Field.Min
		for i := range digits {
			a.options[i][0][b] = value>>i&1 == 1
		}
		if number.OrMore > 0 && value >= number.OrMore {
			a.options[digits][0][b] = true
		}
	}
	q.sum = &a
}

// keyPart is the place of one axis in the keys of a pass.
type keyPart struct {
	axis   int // index into query.axes; len(axes) is the sum
	shift  int
	width  int
	option int // of a mask: the first option of this pass
}

// pass is one way through the records. A mask too wide for one pass is
// counted in several, each with a part of its options.
type pass struct {
	parts   []keyPart
	bits    int
	lookups []lookup
	first   bool // every mask starts at its first option: records are counted here
	sums    bool // the sum starts at its first option: cells are counted here
}

// all gives the axes with the sum last.
func (q *query) all() []axis {
	axes := slices.Clone(q.axes)
	if q.sum != nil {
		axes = append(axes, *q.sum)
	}
	return axes
}

// passes lays the keys out in at most limit bits where masks can be divided
// so far.
func (q *query) passes(limit int) []pass {
	axes := q.all()
	widths := make([]int, len(axes))
	for i, a := range axes {
		if widths[i] = bits.Len(uint(len(a.options) - 1)); a.mask {
			widths[i] = len(a.options)
		}
	}
	divide(axes, widths, limit)
	combinations := [][]int{nil}
	for i, a := range axes {
		var longer [][]int
		for _, c := range combinations {
			for start := 0; start == 0 || (a.mask && start < len(a.options)); start += widths[i] {
				longer = append(longer, append(slices.Clone(c), start))
				if widths[i] == 0 {
					break
				}
			}
		}
		combinations = longer
	}
	passes := make([]pass, len(combinations))
	for i, starts := range combinations {
		passes[i] = q.pass(axes, widths, starts)
	}
	return passes
}

// divide halves the widest mask until the keys fit into limit bits.
func divide(axes []axis, widths []int, limit int) {
	for {
		sum, widest := 1, -1 // one bit keeps "all ones" apart from every key
		for i, w := range widths {
			sum += w
			if axes[i].mask && w > 1 && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if sum <= limit || widest < 0 {
			return
		}
		widths[widest] = (widths[widest] + 1) / 2
	}
}

func (q *query) pass(axes []axis, widths, starts []int) pass {
	p := pass{first: true, sums: true}
	for i, a := range axes {
		part := keyPart{axis: i, shift: p.bits, width: widths[i], option: starts[i]}
		if a.mask {
			part.width = min(part.width, len(a.options)-part.option)
		}
		p.parts = append(p.parts, part)
		p.bits += part.width
		p.first = p.first && part.option == 0
		if q.sum != nil && i == len(axes)-1 {
			p.sums = part.option == 0
		}
	}
	p.bits++
	p.lookups = q.lookups(axes, p)
	return p
}

// lookups makes the tables of the byte columns that bear on the keys.
func (q *query) lookups(axes []axis, p pass) []lookup {
	made := make(map[int]*[256]uint32)
	add := func(offset, b int, keys uint32) {
		if made[offset] == nil {
			made[offset] = new([256]uint32)
		}
		made[offset][b] |= keys
	}
	for i, part := range p.parts {
		axes[i].keys(part, p.reject(), add)
	}
	for _, f := range q.filters {
		f.keys(p.reject(), add)
	}
	lookups := make([]lookup, 0, len(made))
	for offset, keys := range made {
		lookups = append(lookups, lookup{offset: offset, keys: keys})
	}
	slices.SortFunc(lookups, func(a, b lookup) int { return a.offset - b.offset })
	return lookups
}

func (p pass) reject() uint32 { return 1<<p.bits - 1 }

func (a axis) keys(part keyPart, reject uint32, add func(offset, b int, keys uint32)) {
	for i := range a.column.Width {
		for b := range 256 {
			switch keys, found := a.key(part, i, b); {
			case keys != 0:
				add(a.column.Offset+i, b, keys<<part.shift)
			case !found && !a.mask:
				add(a.column.Offset+i, b, reject) // no code of the codebook
			}
		}
	}
}

// key gives the key bits of byte number i being b, and whether any option holds.
func (a axis) key(part keyPart, i, b int) (keys uint32, found bool) {
	for o, set := range a.options {
		if !set[i][b] {
			continue
		}
		found = true
		switch bit := o - part.option; {
		case !a.mask:
			keys = uint32(o)
		case bit >= 0 && bit < part.width:
			keys |= 1 << bit
		}
	}
	return keys, found
}

func (f filter) keys(reject uint32, add func(offset, b int, keys uint32)) {
	only, _ := f.set.confined()
	for i := range f.set {
		for b := range 256 {
			if f.not && f.set[i][b] || !f.not && i == only && !f.set[i][b] {
				add(f.column.Offset+i, b, reject)
			}
		}
	}
}
