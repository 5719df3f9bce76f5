package disclosure

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// habitableSteps bounds the search for somebody who could stand in a
// functional. Beyond, there is taken to be one: then the functional has to be
// deniable, which is the safe side.
const habitableSteps = 10_000

// habitable says whether anybody unknown to a view can stand in a functional at
// all: one with no such atom is 0 by the rules that everybody knows.
func (s *space) habitable(f plan.Functional, view plan.View) bool {
	clauses := slices.Clone(s.bans)
	for _, e := range view.Empty {
		clauses = append(clauses, s.mask(e))
	}
	if f.Except != nil {
		clauses = append(clauses, s.mask(*f.Except))
	}
	d := make(domains, len(s.example))
	for a, classes := range s.example {
		d[a] = slices.Repeat([]bool{true}, len(classes))
	}
	for _, part := range s.mask(f.Within) {
		if !d.keep(part.axis, part.in, true) {
			return false
		}
	}
	steps := habitableSteps
	return d.satisfies(clauses, &steps)
}

// domains are, per axis, the classes that are still possible.
type domains [][]bool

// keep cuts an axis down to the classes of a set, or to the others; false if
// nothing is left.
func (d domains) keep(axis int, in []bool, inside bool) bool {
	left := false
	kept := make([]bool, len(in))
	for c, possible := range d[axis] {
		kept[c] = possible && in[c] == inside
		left = left || kept[c]
	}
	d[axis] = kept
	return left
}

// how says what an axis' domain has in common with a set.
func (d domains) how(p maskPart) (some, all bool) {
	all = true
	for c, possible := range d[p.axis] {
		if possible {
			some = some || p.in[c]
			all = all && p.in[c]
		}
	}
	return some, all
}

// satisfies says whether some atom of the domains is in none of the masks.
func (d domains) satisfies(masks []mask, steps *int) bool {
	if *steps--; *steps < 0 {
		return true
	}
	open, possible := d.propagate(masks)
	if !possible || len(open) == 0 {
		return possible
	}
	p := d.firstOpen(open[0])
	without := slices.Clone(d)
	if without.keep(p.axis, p.in, false) && without.satisfies(open, steps) {
		return true
	}
	return d.keep(p.axis, p.in, true) && d.satisfies(open, steps)
}

// propagate leaves the last axis that can still avoid a mask the classes that
// do. It gives the masks that are neither avoided nor forced.
func (d domains) propagate(masks []mask) (open []mask, possible bool) {
	for changed := true; changed; {
		changed, open = false, nil
		for _, m := range masks {
			undecided, avoided := d.undecided(m)
			switch {
			case avoided:
			case undecided == 0:
				return nil, false
			case undecided == 1:
				p := d.firstOpen(m)
				d.keep(p.axis, p.in, false)
				changed = true
			default:
				open = append(open, m)
			}
		}
	}
	return open, true
}

// undecided counts the parts of a mask that some classes of their axis meet and
// some do not; a part that none meets avoids the mask.
func (d domains) undecided(m mask) (n int, avoided bool) {
	for _, p := range m {
		some, all := d.how(p)
		if !some {
			return 0, true
		}
		if !all {
			n++
		}
	}
	return n, false
}

func (d domains) firstOpen(m mask) maskPart {
	for _, p := range m {
		if some, all := d.how(p); some && !all {
			return p
		}
	}
	return maskPart{}
}
