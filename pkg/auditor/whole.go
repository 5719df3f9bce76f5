package auditor

import (
	"errors"
	"maps"
	"slices"
)

// wholeNodes is how many branches one question may take.
const wholeNodes = 300

// wholePeople establishes the greatest value of the quantity over populations
// of whole persons, by branch and bound: the relaxation is solved, and where it
// splits somebody, once with fewer persons in that atom and once with more.
// Every branch that is not followed to its end was proved not to matter.
func (p *program) wholePeople() (point, int, error) {
	var best point
	value, found := 0, false
	stack := []*program{p}
	for nodes := 0; len(stack) > 0; nodes++ {
		if nodes == wholeNodes {
			return point{}, 0, errTooHard
		}
		node := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		pt, top, err := node.greatest()
		switch {
		case errors.Is(err, errContradiction):
			continue
		case err != nil:
			return point{}, 0, err
		case found && top.Floor() <= value:
			continue
		case pt.whole():
			best, value, found = pt, top.Floor(), true
			continue
		}
		fewer, more, err := node.split(pt)
		if err != nil {
			return point{}, 0, err
		}
		stack = append(stack, fewer, more)
	}
	if !found {
		return point{}, 0, errContradiction
	}
	return best, value, nil
}

// split branches on the atom that is nearest to one more person.
func (p *program) split(pt point) (fewer, more *program, err error) {
	at, rest := -1, int64(0)
	for i, n := range pt.num {
		if r := n % pt.den; r > rest {
			at, rest = i, r
		}
	}
	t := term{where: p.pricer.space.around(pt.atoms[at])}
	n := int(pt.num[at] / pt.den)
	if fewer, err = p.branch(row{term: t, hi: n}); err != nil {
		return nil, nil, err
	}
	more, err = p.branch(row{term: t, lo: n + 1, open: true})
	return fewer, more, err
}

// branch is a copy of the program with one more row.
func (p *program) branch(r row) (*program, error) {
	b := *p
	b.rows = slices.Clone(p.rows)
	b.shift = slices.Clone(p.shift)
	b.pool = slices.Clone(p.pool)
	for i := range b.pool {
		b.pool[i].row, b.pool[i].value = slices.Clip(b.pool[i].row), slices.Clip(b.pool[i].value)
	}
	b.known = maps.Clone(p.known)
	b.head, b.high, b.basic = slices.Clone(p.head), slices.Clone(p.high), slices.Clone(p.basic)
	pr := *p.pricer
	pr.terms, pr.loose = slices.Clone(pr.terms), slices.Clone(pr.loose)
	pr.add(r.term)
	b.pricer = &pr
	b.constrain(r)
	return &b, b.refactor()
}
