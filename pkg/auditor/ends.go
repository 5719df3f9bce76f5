package auditor

import (
	"errors"

	"manniskohandel.se/casestat/pkg/plan"
)

const (
	// patience is what one prober may spend on making persons whole.
	patience = 1_500_000_000
	// doubtful is how much more often than it succeeds a first glance may fail
	// before it is given up.
	doubtful = 3
	// tries and stubborn are how many changes the search for a population may
	// make, at first and at last.
	tries    = 20_000
	stubborn = 160_000
)

// An end is what was established about the greatest value of a quantity.
type end struct {
	top     Ratio // not exceeded, persons being split
	reached bool  // and reached
	value   int   // not exceeded, persons being whole
	whole   bool  // and reached
	at      []plan.Count
}

// end establishes the greatest value of the quantity that a program asks for.
func (pr *Prober) end(p *program) (end, error) {
	e, err := pr.relaxedEnd(p)
	if err != nil {
		return end{}, err
	}
	return pr.wholeEnd(p, e, completing)
}

// relaxedEnd establishes it for persons who may be split.
func (pr *Prober) relaxedEnd(p *program) (end, error) {
	*p.allowance = solving
	top, err := p.top()
	if err != nil {
		return end{}, err
	}
	e := end{top: top, value: top.Floor()}
	if vertex, value, err := p.vertex(); err == nil && value.equals(top) {
		e.reached = true
		if vertex.den == 1 {
			return pr.with(e, vertex, p, int(value.Num)), nil
		}
	}
	return e, nil
}

// wholeEnd goes on until persons are whole. Where such are hard to come by it
// tries in turn, from the cheapest: a population that is known, changing one, a
// few branches, many changes, many branches.
func (pr *Prober) wholeEnd(p *program, e end, allowance int) (end, error) {
	if e.whole {
		return e, nil
	}
	if pr.changed(p, &e, tries) {
		return e, nil
	}
	var err error
	if pr.glances > -doubtful {
		e, err = pr.complete(p, e, glance)
		if e.whole {
			pr.glances++
		} else {
			pr.glances--
		}
		if e.whole || err != nil {
			return e, err
		}
	}
	for range 2 {
		if pr.changed(p, &e, stubborn) {
			return e, nil
		}
	}
	return pr.complete(p, e, allowance)
}

// changed looks for a population that reaches the end among those that are
// known, and by so many changes of one.
func (pr *Prober) changed(p *program, e *end, tries int) bool {
	at, v := pr.push(p.quantity, e.value, tries)
	if at == nil || v != e.value {
		return false
	}
	e.whole, e.at = true, at
	e.reached = e.reached || e.top.equals(Ratio{int64(v), 1})
	return true
}

// complete branches, as long as there is patience.
func (pr *Prober) complete(p *program, e end, allowance int) (end, error) {
	if allowance = min(allowance, pr.patience); allowance <= 0 || pr.stopped() {
		return e, nil
	}
	*p.allowance = allowance
	pt, value, err := p.wholePeople(e.top)
	pr.patience -= allowance - *p.allowance
	switch {
	case errors.Is(err, errContradiction):
		return end{}, err
	case err != nil:
		return e, nil
	}
	return pr.with(e, pt, p, value), nil
}

// with is an end that is reached at a point.
func (pr *Prober) with(e end, pt point, p *program, value int) end {
	e.value, e.whole = value, true
	e.reached = e.reached || e.top.equals(Ratio{int64(value), 1})
	e.at = pr.remember(pt.people(), p.axes)
	return e
}

// reach puts what populations are known to have into an interval.
func (pr *Prober) reach(q quantity, in *Interval) {
	if in.ProvedWhole {
		in.Reached, in.From, in.To = true, in.Least, in.Most
		return
	}
	seen := pr.seen(q)
	in.Reached, in.From, in.To = seen.Reached, seen.From, seen.To
}

// seen is between what values the quantity lies in the known worlds.
func (pr *Prober) seen(q quantity) (in Interval) {
	for _, world := range pr.worlds {
		v := q.of(world)
		if !in.Reached {
			in = Interval{Reached: true, From: v, To: v}
		}
		in.From, in.To = min(in.From, v), max(in.To, v)
	}
	return in
}
