package attack

import (
	"context"
	"slices"
)

// provable are the records that every possible population holds.
type provable struct {
	examined  bool    // the numbers allow a population
	present   [][]int // each as often as it is certainly there
	undecided int

	c *candidates
	p *program
	// suspects are in every population found so far.
	suspects map[int]bool
}

// provable finds the records without which no population is possible: it takes
// one population, in fractions, and looks for others without the records in it,
// many at a time. Where there is none even in fractions, the record is there.
func (c *candidates) provable(ctx context.Context) *provable {
	out := &provable{c: c, p: newProgram(ctx, c), suspects: map[int]bool{}}
	if refutation, decided := out.p.solve(); !decided || refutation != nil {
		return out
	}
	out.examined = true
	amount := out.p.amount()
	for a, n := range amount {
		if n > present {
			out.suspects[a] = true
		}
	}
	var fractions []int // most of them vanish together
	for a := range c.atoms {
		if out.suspects[a] && amount[a] < 1-present {
			fractions = append(fractions, a)
		}
	}
	out.test(fractions)
	for a := range c.atoms {
		if amount[a] >= 1-present {
			out.test([]int{a})
		}
	}
	return out
}

// present is how much of a record a solution must hold to count.
const present = 0.01

// test looks for a population without any of the group; where there is none, it
// looks at the halves.
func (o *provable) test(group []int) {
	group = slices.DeleteFunc(slices.Clone(group), func(a int) bool { return !o.suspects[a] })
	if len(group) == 0 {
		return
	}
	for _, a := range group {
		o.p.bound(a, 0)
	}
	refutation, decided := o.p.solve()
	proved := len(group) == 1 && decided && o.proves(refutation, group[0], 0)
	if decided && refutation == nil {
		for a, n := range o.p.amount() {
			if n <= present {
				delete(o.suspects, a)
			}
		}
	}
	for _, a := range group {
		o.p.bound(a, o.c.most[a])
	}
	switch {
	case proved:
		o.repeat(group[0])
	case decided && refutation == nil:
	case len(group) == 1:
		o.undecided++
	default:
		o.test(group[:len(group)/2])
		o.test(group[len(group)/2:])
	}
}

// proves says whether the multipliers prove that no population has a record at
// most so many times.
func (o *provable) proves(multipliers []float64, atom, most int) bool {
	return multipliers != nil && o.c.refutes(multipliers, func(b int) int {
		if b == atom {
			return most
		}
		return o.c.most[b]
	})
}

// repeat finds out how often a record that is there is there at least.
func (o *provable) repeat(atom int) {
	n := 1
	for n < o.c.most[atom] {
		o.p.bound(atom, n)
		refutation, decided := o.p.solve()
		if !decided || !o.proves(refutation, atom, n) {
			break
		}
		n++
	}
	o.p.bound(atom, o.c.most[atom])
	for range n {
		o.present = append(o.present, o.c.atoms[atom])
	}
}

func (o *provable) records() int { return len(o.present) }
