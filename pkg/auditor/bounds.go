package auditor

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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
	// Bounded: no population of whole persons has less than Least or more than
	// Most. It is proved, but either of them may be out of reach.
	Bounded bool
	// ProvedWhole: both are reached, so that they are the exact bounds.
	ProvedWhole bool
	Least, Most int
	// Open: there is no upper bound; High and Most say nothing.
	Open bool
	// Reached: there are populations with From and with To, and perhaps others.
	Reached  bool
	From, To int
}

// Determined says that the quantity is known exactly.
func (i Interval) Determined() bool { return i.Bounded && !i.Open && i.Least == i.Most }

// A Prober answers questions about one publication. What it proves does not
// depend on what was asked before; whether it finds the proof of something hard
// may. It must not be used by several goroutines.
type Prober struct {
	system   plan.System
	known    knowledge
	programs map[string]*program
	stopped  func() bool
	// least and most are populations that reach the ends of the last interval.
	least, most []plan.Count

	// worlds are populations that agree with everything known. hopeless: none was
	// found.
	worlds   [][]plan.Count
	hopeless bool
	relaxed  *program // everything known in one, asking for nothing
	mould    *mould
	rng      *rand.Rand
	patience int // multiplications left for what is hard
	glances  int // successes less failures of a first glance
}

// Probe prepares to answer questions; it refuses what is not well formed. Once
// the context is done, nothing more is established.
func Probe(ctx context.Context, p Published) (*Prober, error) {
	return probe(ctx, p, plan.View{})
}

// probe is Probe for a reader who besides knows some persons.
func probe(ctx context.Context, p Published, v plan.View) (*Prober, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	return &Prober{
		system: p.System, known: p.knowledge(v.Known, v.Empty), programs: map[string]*program{},
		stopped: func() bool { return ctx.Err() != nil },
		rng:     rand.New(rand.NewPCG(0x5eed, 3)), patience: patience,
	}, nil
}

// Bounds establishes the interval of every withheld cell, in the order of the
// cells. Shown cells have the interval of their value.
func Bounds(ctx context.Context, p Published) ([]Interval, error) {
	prober, err := Probe(ctx, p)
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
	return Interval{
		Proved: true, Low: r, High: r, Bounded: true, ProvedWhole: true, Least: v, Most: v,
		Reached: true, From: v, To: v,
	}
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
// established is left out.
func (pr *Prober) interval(q quantity) (in Interval, err error) {
	pr.least, pr.most = nil, nil
	q = pr.lean(q)
	bottom, upper := pr.obvious(q)
	if bottom == nil || upper == nil {
		p, pricer, err := pr.program(q)
		if err != nil {
			return pr.seen(q), nil
		}
		if in.Open, err = unlimited(p, pricer, q); err != nil {
			return pr.seen(q), nil
		}
		if bottom, err = pr.unless(bottom, p, pricer, q.negative()); err != nil {
			return pr.seen(q), contradiction(err)
		}
		if in.Open {
			upper = &end{reached: true, whole: true}
		} else if upper, err = pr.unless(upper, p, pricer, q); err != nil {
			return pr.seen(q), contradiction(err)
		}
	}
	in.Low, in.Least = Ratio{-bottom.top.Num, bottom.top.Den}, -bottom.value
	in.High, in.Most = upper.top, upper.value
	in.Proved, in.Bounded, in.ProvedWhole = bottom.reached && upper.reached, true, bottom.whole && upper.whole
	pr.least, pr.most = bottom.at, upper.at
	pr.reach(q, &in)
	return in.cleared(), nil
}

// unless establishes an end that is not known yet.
func (pr *Prober) unless(known *end, p *program, pricer *pricer, q quantity) (*end, error) {
	if known != nil {
		return known, nil
	}
	p.ask(pricer, q)
	e, err := pr.end(p)
	return &e, err
}

// obvious establishes the ends of a number of persons, as far as nothing has to
// be solved for that: there may be none, and no more than in a row around them,
// and a population that is known, or one not far from it, has so many. The
// bottom is that of the negative quantity; nil stands for an end not found.
func (pr *Prober) obvious(q quantity) (bottom, upper *end) {
	if len(pr.worlds) == 0 || q[0].weights != nil || q[0].sign < 0 {
		return nil, nil
	}
	most := -1
	for _, r := range pr.known.rows {
		if r.weights == nil && !r.open && contains(r.where, q[0].where) && (most < 0 || r.hi < most) {
			most = r.hi
		}
	}
	if most >= 0 {
		upper = pr.obviously(q, most)
	}
	return pr.obviously(q.negative(), 0), upper
}

func (pr *Prober) obviously(q quantity, bound int) *end {
	at, v := pr.push(q, bound, tries)
	if at == nil || v != bound {
		return nil
	}
	return &end{top: Ratio{int64(bound), 1}, reached: true, value: bound, whole: true, at: at}
}

// contains says whether a selection, lean, covers another.
func contains(outer, inner plan.Selection) bool {
	both, any := meet(outer, inner)
	return any && slices.EqualFunc(both, inner, sameSubset)
}

func (pr *Prober) lean(q quantity) quantity {
	q = slices.Clone(q)
	for i := range q {
		q[i].where = pr.known.lean(q[i].where)
	}
	return q
}

// contradiction is the only reason for which a question is refused.
func contradiction(err error) error {
	if errors.Is(err, errContradiction) {
		return fault.New(fault.Invalid, CodeContradiction)
	}
	return nil
}

// lower establishes the lower end alone, and leaves the upper open. Between what
// values the quantity lies in known worlds is given; what is enough or more need
// not be reached.
func (pr *Prober) lower(q quantity, in Interval, enough int) (Interval, error) {
	p, pricer, err := pr.program(q)
	if err != nil {
		return in, nil
	}
	p.ask(pricer, q.negative())
	bottom, err := pr.relaxedEnd(p)
	if err == nil && -bottom.value < enough && (!in.Reached || -bottom.value < in.From) {
		bottom, err = pr.wholeEnd(p, bottom, completing/10)
	}
	if err != nil {
		return in, contradiction(err)
	}
	if bottom.at != nil {
		in.From = min(in.From, q.of(bottom.at))
	}
	in.Bounded, in.Open, in.Least = true, true, -bottom.value
	return in, nil
}

// cleared leaves no number that was not proved.
func (i Interval) cleared() Interval {
	if !i.Proved {
		i.Low, i.High = Ratio{}, Ratio{}
	}
	return i
}

// program is the one that bears on a quantity, with a pricer that sees it.
func (pr *Prober) program(q quantity) (*program, *pricer, error) {
	var axes []int
	for _, part := range q {
		axes = append(axes, part.axes()...)
	}
	rows, bans, joined := pr.known.about(axes)
	key := fmt.Sprint(joined)
	p := pr.programs[key]
	if p == nil {
		var err error
		if p, err = newProgram(pr.known.sizes, rows, bans, pr.stopped); err != nil {
			return nil, nil, err
		}
		p.axes, pr.programs[key] = joined, p
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
