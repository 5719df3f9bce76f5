package table

import (
	"cmp"
	"math/bits"
	"slices"
)

// part is some options of an axis as a number of few bits, which stands in
// the keys of a pass. Options of one byte are numbered by which sets of them
// occur together; options that spread over several bytes have a bit each.
type part struct {
	axis    int     // among query.all
	at      int     // the byte that the options are confined to; -1: several
	options []int   // of the axis
	subsets [][]int // number in the key -> options that hold
	width   int     // in bits
	numbers [256]uint32
}

// parts divides the axis' options into parts of at most size. Options that
// exclude each other stay together.
func (a axis) parts(index, size int) []part {
	var parts []part
	if !a.several {
		size = len(a.options)
	}
	for at := -1; at < a.column.Width; at++ {
		var options []int
		for o, set := range a.options {
			if only, one := set.confined(); one && only == at || !one && at < 0 {
				options = append(options, o)
			}
		}
		for chunk := range slices.Chunk(options, max(size, 1)) {
			p := part{axis: index, at: at, options: chunk}
			p.number(a)
			parts = append(parts, p)
		}
	}
	return parts
}

// number gives each set of options that can occur its number, small sets first:
// they are the most frequent, and their counters then stand side by side.
func (p *part) number(a axis) {
	if p.at < 0 {
		for value := range 1 << len(p.options) {
			p.subsets = append(p.subsets, p.those(func(i int) bool { return value>>i&1 == 1 }))
		}
		p.width = len(p.options)
		return
	}
	var found [256][]int
	for b := range found {
		found[b] = p.those(func(i int) bool { return a.options[p.options[i]][p.at][b] })
		p.subsets = append(p.subsets, found[b])
	}
	slices.SortFunc(p.subsets, func(a, b []int) int { return cmp.Or(len(a)-len(b), slices.Compare(a, b)) })
	p.subsets = slices.CompactFunc(p.subsets, slices.Equal)
	for b, subset := range found {
		p.numbers[b] = uint32(slices.IndexFunc(p.subsets, func(s []int) bool { return slices.Equal(s, subset) }))
	}
	p.width = bits.Len(uint(len(p.subsets) - 1))
}

// those gives the options of the part whose place in it is wanted.
func (p *part) those(wanted func(i int) bool) []int {
	var subset []int
	for i, o := range p.options {
		if wanted(i) {
			subset = append(subset, o)
		}
	}
	return subset
}

// key gives the part's number for byte number i of the answer being b.
func (p *part) key(a axis, i, b int) uint32 {
	switch {
	case p.at == i:
		return p.numbers[b]
	case p.at >= 0:
		return 0
	}
	var key uint32
	for bit, o := range p.options {
		if a.options[o][i][b] {
			key |= 1 << bit
		}
	}
	return key
}
