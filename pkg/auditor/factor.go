package auditor

import (
	"math"
	"slices"
)

// A factor is a table over a few axes: the weighted sum of terms over the same
// axes, or the message of a bucket that has been eliminated.
type factor struct {
	scope  []int // positions, ascending
	stride []int
	table  []float64
	banned []int // entries that a ban covers
	terms  []entries
}

// entries are where a term is not 0.
type entries struct {
	term  int
	at    []int
	value []float64
}

func (sp *space) newFactor(scope []int) *factor {
	f := &factor{scope: scope, stride: make([]int, len(scope)), table: make([]float64, sp.width(scope))}
	n := 1
	for k := len(scope) - 1; k >= 0; k-- {
		f.stride[k] = n
		n *= len(sp.at[scope[k]].holds)
	}
	return f
}

// nonzero lists the entries of the factor's table at which a term over the
// same axes is not 0.
func (f *factor) nonzero(c compiled) (at []int, value []float64) {
	at, value = []int{0}, []float64{c.scale}
	for k := range f.scope {
		var at2 []int
		var value2 []float64
		for i, base := range at {
			for class, v := range c.value[k] {
				if v != 0 {
					at2 = append(at2, base+class*f.stride[k])
					value2 = append(value2, value[i]*v)
				}
			}
		}
		at, value = at2, value2
	}
	return at, value
}

// fill computes the table from the weights of the terms.
func (f *factor) fill(weight []float64) {
	clear(f.table)
	for _, t := range f.terms {
		w := weight[t.term]
		if w == 0 {
			continue
		}
		for i, at := range t.at {
			f.table[at] += w * t.value[i]
		}
	}
	for _, at := range f.banned {
		f.table[at] = math.Inf(-1)
	}
}

func (f *factor) look(class []int) float64 {
	at := 0
	for k, i := range f.scope {
		at += class[i] * f.stride[k]
	}
	return f.table[at]
}

// A mini is a part of a bucket small enough for a table: the greatest that its
// inputs can reach together when the bucket's axis is chosen last.
type mini struct {
	in      []*factor
	offsets [][]int // for each input, the entry at each entry of the joint table
	classes int
	out     *factor
}

func (sp *space) newMini(in []*factor, scope []int) mini {
	last := len(scope) - 1
	m := mini{in: in, classes: len(sp.at[scope[last]].holds), out: sp.newFactor(scope[:last])}
	joint := sp.newFactor(scope)
	for _, f := range in {
		offsets := []int{0}
		for k, i := range joint.scope {
			stride := 0
			if j := slices.Index(f.scope, i); j >= 0 {
				stride = f.stride[j]
			}
			wider := make([]int, 0, len(offsets)*len(sp.at[joint.scope[k]].holds))
			for _, base := range offsets {
				for class := range sp.at[i].holds {
					wider = append(wider, base+class*stride)
				}
			}
			offsets = wider
		}
		m.offsets = append(m.offsets, offsets)
	}
	return m
}

// pass computes the message.
func (m mini) pass() {
	at := 0
	for out := range m.out.table {
		best := math.Inf(-1)
		for range m.classes {
			sum := 0.0
			for k, f := range m.in {
				sum += f.table[m.offsets[k][at]]
			}
			best = max(best, sum)
			at++
		}
		m.out.table[out] = best
	}
}
