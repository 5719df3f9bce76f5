package auditor

import (
	"errors"
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// Interval is between which values a quantity lies, for somebody who knows
// what is published and nothing else. The zero value says that nothing was
// established; nobody may take that for a wide interval.
type Interval struct {
	// Proved: Low and High are the exact bounds when persons may be split.
	Proved    bool
	Low, High Ratio
	// ProvedWhole: Least and Most are the exact bounds over whole persons.
	ProvedWhole bool
	Least, Most int
	// Open: there is no upper bound; High and Most say nothing.
	Open bool
}

// Determined says that the quantity is known exactly.
func (i Interval) Determined() bool { return i.ProvedWhole && !i.Open && i.Least == i.Most }

// A Prober answers questions about one publication. What it proves does not
// depend on what was asked before; whether it finds the proof of something hard
// may. It must not be used by several goroutines.
type Prober struct {
	system   plan.System
	known    knowledge
	programs map[string]*program
	parts    map[string][]int // the axes of each program
	// least and most are populations that reach the ends of the last interval,
	// over the axes joined.
	least, most point
	joined      []int
}

// Probe prepares to answer questions; it refuses what is not well formed.
func Probe(p Published) (*Prober, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	return &Prober{system: p.System, known: p.knowledge(), programs: map[string]*program{}, parts: map[string][]int{}}, nil
}

// Bounds establishes the interval of every withheld cell, in the order of the
// cells. Shown cells have the interval of their value.
func Bounds(p Published) ([]Interval, error) {
	prober, err := Probe(p)
	if err != nil {
		return nil, err
	}
	intervals := make([]Interval, len(p.System.Cells))
	for i, c := range p.System.Cells {
		if p.Shown[i] {
			intervals[i] = exact(p.Values[i])
			continue
		}
		if intervals[i], err = prober.Cell(c); err != nil {
			return nil, err
		}
	}
	return intervals, nil
}

func exact(v int) Interval {
	r := Ratio{int64(v), 1}
	return Interval{Proved: true, Low: r, High: r, ProvedWhole: true, Least: v, Most: v}
}

// Cell establishes the interval of a cell, one of the system or another.
func (pr *Prober) Cell(c plan.Cell) (Interval, error) {
	if !wellFormed(pr.system.Axes, c.Where) || c.Weighted && !weighs(pr.system.Axes, c) {
		return Interval{}, fault.New(fault.Invalid, CodeSystem)
	}
	return pr.interval(quantity{{termOf(c), 1}})
}

// Functional establishes the interval of a functional.
func (pr *Prober) Functional(f plan.Functional) (Interval, error) {
	if !wellFormed(pr.system.Axes, f.Within) || f.Except != nil && !wellFormed(pr.system.Axes, *f.Except) {
		return Interval{}, fault.New(fault.Invalid, CodeSystem)
	}
	return pr.interval(quantityOf(f))
}

// interval fails only on a contradiction, proved; what could not be
// established is left unproved.
func (pr *Prober) interval(q quantity) (Interval, error) {
	pr.least, pr.most = point{}, point{}
	for i := range q {
		q[i].where = pr.known.lean(q[i].where)
	}
	p, pricer, err := pr.program(q)
	if err != nil {
		return Interval{}, nil
	}
	found := Interval{}
	found.Open, err = unlimited(p, pricer, q)
	if err != nil {
		return Interval{}, nil
	}
	p.ask(pricer, q.negative())
	bottom, e := p.end()
	if e == nil {
		found.Low, found.Least = Ratio{-bottom.top.Num, bottom.top.Den}, -bottom.value
		found.Proved, found.ProvedWhole = bottom.reached, bottom.whole
		pr.least = bottom.point
	}
	if !found.Open && e == nil {
		var upper end
		p.ask(pricer, q)
		upper, e = p.end()
		found.High, found.Most = upper.top, upper.value
		found.Proved, found.ProvedWhole = found.Proved && upper.reached, found.ProvedWhole && upper.whole
		pr.most = upper.point
	}
	if errors.Is(e, errContradiction) {
		return Interval{}, fault.New(fault.Invalid, CodeContradiction)
	}
	if e != nil {
		return Interval{}, nil
	}
	return found.cleared(), nil
}

// lower establishes the lower end alone; the upper is left open.
func (pr *Prober) lower(q quantity) (Interval, error) {
	p, pricer, err := pr.program(q)
	if err != nil {
		return Interval{}, nil
	}
	p.ask(pricer, q.negative())
	bottom, err := p.end()
	if errors.Is(err, errContradiction) {
		return Interval{}, fault.New(fault.Invalid, CodeContradiction)
	}
	if err != nil || !bottom.whole {
		return Interval{}, nil
	}
	pr.least = bottom.point
	return Interval{ProvedWhole: true, Least: -bottom.value, Open: true}, nil
}

// cleared leaves no number that was not proved.
func (i Interval) cleared() Interval {
	if !i.Proved {
		i.Low, i.High = Ratio{}, Ratio{}
	}
	if !i.ProvedWhole {
		i.Least, i.Most = 0, 0
	}
	return i
}

// An end is what was established about the greatest value of a quantity.
type end struct {
	top     Ratio // not exceeded, persons being split
	reached bool  // and reached
	value   int   // not exceeded, persons being whole
	whole   bool  // and reached, at point
	point   point
}

// end establishes the greatest value of the quantity.
func (p *program) end() (end, error) {
	*p.allowance = solving
	top, err := p.top()
	if err != nil {
		return end{}, err
	}
	e := end{top: top}
	vertex, value, err := p.vertex()
	if err == nil && value.equals(top) {
		e.reached = true
		if vertex.den == 1 {
			e.value, e.whole, e.point = int(value.Num), true, vertex
			return e, nil
		}
	}
	*p.allowance = completing
	e.point, e.value, err = p.wholePeople(top)
	if errors.Is(err, errContradiction) {
		return end{}, err
	}
	e.whole = err == nil
	e.reached = e.reached || e.whole && top.equals(Ratio{int64(e.value), 1})
	return e, nil
}

// program is the one that bears on a quantity, with a pricer that sees it.
func (pr *Prober) program(q quantity) (*program, *pricer, error) {
	var axes []int
	for _, part := range q {
		axes = append(axes, part.axes()...)
	}
	rows, bans, joined := pr.known.about(axes)
	key := fmt.Sprint(joined)
	pr.joined, pr.parts[key] = joined, joined
	p := pr.programs[key]
	if p == nil {
		var err error
		if p, err = newProgram(pr.known.sizes, rows, bans); err != nil {
			return nil, nil, err
		}
		pr.programs[key] = p
	}
	return p, newPricer(pr.known.sizes, rows, q, bans), nil
}

// unlimited says whether somebody counts in the quantity and in nothing that is
// published: then there may be any number of her.
func unlimited(p *program, pricer *pricer, q quantity) (bool, error) {
	if slices.ContainsFunc(p.rows, func(r row) bool { return !r.open && r.weights == nil && len(r.where) == 0 }) {
		return false, nil
	}
	weight := make([]float64, len(pricer.terms))
	for j, r := range p.rows {
		if !r.open {
			weight[j] = -1e6
		}
	}
	for k, part := range q {
		weight[len(p.rows)+k] = float64(part.sign)
	}
	atoms, err := pricer.improve(weight, 0)
	return len(atoms) > 0, err
}

func (q quantity) negative() quantity {
	n := slices.Clone(q)
	for i := range n {
		n[i].sign = -n[i].sign
	}
	return n
}
