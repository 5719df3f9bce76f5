package auditor

import (
	"cmp"
	"errors"
	"maps"
	"math"
	"slices"
)

// wholeNodes is how many branches one question may take.
const wholeNodes = 300

// wholePeople establishes the greatest value of the quantity over populations
// of whole persons, by branch and bound: where the relaxation splits somebody,
// it is solved once with fewer persons in that atom and once with more. Every
// branch that is not followed to its end was proved not to matter.
func (p *program) wholePeople(root Ratio) (point, int, error) {
	var best point
	value, found := 0, false
	stack, top, err := []*program{p}, root, error(nil)
	for nodes := 0; len(stack) > 0; nodes++ {
		if nodes == wholeNodes {
			return point{}, 0, errTooHard
		}
		node := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if nodes > 0 {
			top, err = node.top()
		}
		if errors.Is(err, errContradiction) {
			continue
		}
		if err != nil {
			return point{}, 0, err
		}
		if found && top.Floor() <= value {
			continue
		}
		if pt, v, ok := node.reach(); ok && (!found || v > value) {
			best, value, found = pt, v, true
		}
		if found && top.Floor() <= value {
			continue
		}
		fewer, more, err := node.split()
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

// reach looks for whole persons near the vertex: the vertex itself, or by
// placing person after person where it puts most of one.
func (p *program) reach() (point, int, bool) {
	if pt, v, err := p.vertex(); err == nil && pt.den == 1 {
		return pt, int(v.Num), true
	}
	d, err := p.copy(), error(nil)
	placed := map[int]int{}
	for failures := 0; failures < 3 && *p.allowance > 0; {
		rest := d.placeWhole(placed)
		if len(rest) == 0 {
			break
		}
		next := d.copy()
		at := rest[min(failures, len(rest)-1)]
		next.place(at, 1)
		if _, err = next.maximise(); err != nil {
			failures++
			continue
		}
		placed[at]++
		d = next
	}
	pt := point{den: 1}
	for _, k := range slices.Sorted(maps.Keys(placed)) {
		pt.atoms, pt.num = append(pt.atoms, d.pool[k].atom), append(pt.num, int64(placed[k]))
	}
	v, err := p.admits(pt)
	return pt, int(v.Num), err == nil
}

// placeWhole places every whole person of the vertex for good. It returns the
// columns that hold the rest, the fullest first.
func (p *program) placeWhole(placed map[int]int) []int {
	var rest []int
	fraction := map[int]float64{}
	for i, x := range p.values(p.unshifted) {
		k := p.head[i]
		if k < 0 || x < splitting {
			continue
		}
		n := int(math.Floor(x + splitting))
		if n > 0 {
			placed[k] += n
			p.place(k, n)
		}
		if f := x - float64(n); f > splitting {
			rest, fraction[k] = append(rest, k), f
		}
	}
	p.x = p.values(p.start)
	slices.SortFunc(rest, func(a, b int) int {
		return cmp.Or(cmp.Compare(fraction[b], fraction[a]), cmp.Compare(a, b))
	})
	return rest
}

// splitting is from what fraction a person counts as split.
const splitting = 1e-6

// place takes persons of one atom out of the rows.
func (p *program) place(k, n int) {
	c := &p.pool[k]
	for i, j := range c.row {
		p.rows[j].lo -= n * int(c.value[i])
		p.rows[j].hi -= n * int(c.value[i])
	}
	p.x = p.values(p.start)
}

// split branches on the atom that is nearest to one more person.
func (p *program) split() (fewer, more *program, err error) {
	at, rest, n := -1, splitting, 0
	for i, x := range p.values(p.unshifted) {
		floor := math.Floor(x + splitting)
		if f := x - floor; p.head[i] >= 0 && f > rest {
			at, rest, n = p.head[i], f, int(floor)
		}
	}
	if at < 0 {
		return nil, nil, errUncertain
	}
	t := term{where: p.pricer.space.around(p.pool[at].atom)}
	if fewer, err = p.branch(row{term: t, hi: n}); err != nil {
		return nil, nil, err
	}
	more, err = p.branch(row{term: t, lo: n + 1, open: true})
	return fewer, more, err
}

// copy shares nothing that changes.
func (p *program) copy() *program {
	*p.allowance -= len(p.rows) * len(p.rows)
	c := *p
	c.rows, c.shift = slices.Clone(p.rows), slices.Clone(p.shift)
	c.pool, c.known = slices.Clone(p.pool), maps.Clone(p.known)
	c.head, c.high, c.basic = slices.Clone(p.head), slices.Clone(p.high), slices.Clone(p.basic)
	c.x = slices.Clone(p.x)
	c.inverse = make([][]float64, len(p.inverse))
	for i := range p.inverse {
		c.inverse[i] = slices.Clone(p.inverse[i])
	}
	return &c
}

// branch is a copy of the program with one more row.
func (p *program) branch(r row) (*program, error) {
	b := p.copy()
	for i := range b.pool {
		b.pool[i].row, b.pool[i].value = slices.Clip(b.pool[i].row), slices.Clip(b.pool[i].value)
	}
	pr := *p.pricer
	pr.terms, pr.loose = slices.Clone(pr.terms), slices.Clone(pr.loose)
	pr.add(r.term)
	b.pricer = &pr
	b.constrain(r)
	return b, b.refactor()
}
