package auditor

import (
	"errors"
	"math"
)

// errContradiction: no population agrees with what is published.
var errContradiction = errors.New("the published values contradict each other")

// maximise moves to a basis that makes the quantity greatest, first one that
// satisfies the rows. It returns the multipliers of the rows there. With
// errContradiction they prove (to be checked exactly) that no such basis exists.
func (p *program) maximise() ([]float64, error) {
	for *p.allowance >= 0 && !p.stopped() {
		*p.allowance -= (len(p.rows)+10)*(len(p.rows)+10) + 10*len(p.pool)
		broken := p.broken()
		y := p.multipliers(broken)
		v, up, err := p.enter(y, broken)
		if err != nil {
			return nil, err
		}
		if v == none {
			if broken {
				return y, errContradiction
			}
			return y, nil
		}
		if err := p.pivot(v, up, broken); err != nil {
			return nil, err
		}
	}
	return nil, errTooHard
}

// none is no variable.
const none = math.MinInt

func (p *program) broken() bool {
	for i, v := range p.head {
		if lo, hi := p.limits(v); p.x[i] < lo-feasible || p.x[i] > hi+feasible {
			return true
		}
	}
	return false
}

// price is what one more of a basic variable is worth: while rows are broken
// only mending them counts.
func (p *program) price(i int, broken bool) float64 {
	v := p.head[i]
	if !broken {
		if v >= 0 {
			return p.pool[v].gain
		}
		return 0
	}
	switch lo, hi := p.limits(v); {
	case p.x[i] < lo-feasible:
		return 1
	case p.x[i] > hi+feasible:
		return -1
	}
	return 0
}

func (p *program) multipliers(broken bool) []float64 {
	y := make([]float64, len(p.rows))
	for i := range p.head {
		price := p.price(i, broken)
		if price == 0 {
			continue
		}
		for j, b := range p.inverse[i] {
			y[j] += price * b
		}
	}
	return y
}

// enter chooses the variable that is worth most to change, and whether to
// raise it; none when there is nothing to gain.
func (p *program) enter(y []float64, broken bool) (v int, up bool, err error) {
	v, best := none, gainful
	for j := range p.rows {
		if p.basic[j] || !p.rows[j].open && p.rows[j].lo == p.rows[j].hi {
			continue
		}
		// One more of the logical takes one from the row's sum: worth y.
		if worth := y[j]; !p.high[j] && worth > best {
			v, up, best = -1-j, true, worth
		} else if p.high[j] && -worth > best {
			v, up, best = -1-j, false, -worth
		}
	}
	for k := range p.pool {
		if c := &p.pool[k]; !c.basic {
			if worth := c.worth(y, broken); worth > best {
				v, up, best = k, true, worth
			}
		}
	}
	if v != none {
		return v, up, nil
	}
	return p.generate(y, broken)
}

// worth is what one more person in the atom adds, less what she displaces.
func (c *column) worth(y []float64, broken bool) float64 {
	worth := 0.0
	if !broken {
		worth = c.gain
	}
	for k, j := range c.row {
		worth -= y[j] * c.value[k]
	}
	return worth
}

// generate looks for an atom outside the pool that is worth something.
func (p *program) generate(y []float64, broken bool) (v int, up bool, err error) {
	atoms, err := p.pricer.improve(p.weights(y, broken), gainful)
	*p.allowance -= 100 * p.pricer.looked
	if err != nil {
		return none, false, err
	}
	v = none
	for _, a := range atoms {
		if p.take(a) {
			v = len(p.pool) - 1
		}
	}
	return v, true, nil
}

// weights are the terms' weights in the worth of an atom: the pricer knows the
// rows it was made with, then the quantity's parts, then rows added later.
func (p *program) weights(y []float64, broken bool) []float64 {
	n := p.pricer.rows
	weight := make([]float64, len(p.pricer.terms))
	for j := range p.rows {
		if j < n {
			weight[j] = -y[j]
		} else {
			weight[j+len(p.quantity)] = -y[j]
		}
	}
	if !broken {
		for k, part := range p.quantity {
			weight[n+k] = float64(part.sign)
		}
	}
	return weight
}
