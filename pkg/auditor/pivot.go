package auditor

import "math"

// pivot changes the entering variable until another one meets a limit, and
// exchanges the two.
func (p *program) pivot(v int, up, broken bool) error {
	w := p.direction(v)
	sign := 1.0
	if !up {
		sign = -1
	}
	at, step := p.ratio(w, sign)
	start := p.start(v)
	lo, hi := p.limits(v)
	if at < 0 && math.IsInf(hi, 1) {
		return errTooHard // unbounded: excluded before anything is asked
	}
	if hi-lo <= step { // it meets its own other end first
		p.move(w, sign*(hi-lo))
		p.high[-1-v] = up
		return nil
	}
	p.leave(at, -sign*w[at], broken)
	p.move(w, sign*step)
	p.exchange(at, w)
	p.head[at], p.x[at] = v, start+sign*step
	if v >= 0 {
		p.pool[v].basic = true
	} else {
		p.basic[-1-v] = true
	}
	if p.pivots++; p.pivots%refresh == 0 {
		return p.refactor()
	}
	return nil
}

// direction is the entering variable's column in terms of the basis.
func (p *program) direction(v int) []float64 {
	w := make([]float64, len(p.rows))
	if v < 0 {
		for i := range w {
			w[i] = -p.inverse[i][-1-v]
		}
		return w
	}
	c := &p.pool[v]
	for i, b := range p.inverse {
		for k, j := range c.row {
			w[i] += b[j] * c.value[k]
		}
	}
	return w
}

// start is the value of a variable outside the basis.
func (p *program) start(v int) float64 {
	if v >= 0 {
		return 0
	}
	lo, hi := p.ends(-1 - v)
	if p.high[-1-v] {
		return hi
	}
	return lo
}

// ratio finds which basic variable meets a limit first and after how much
// change; of those that meet it almost together the one with the largest pivot.
func (p *program) ratio(w []float64, sign float64) (at int, step float64) {
	nearest := math.Inf(1)
	for i := range w {
		nearest = min(nearest, p.room(i, -sign*w[i], feasible))
	}
	at, step = -1, math.Inf(1)
	for i := range w {
		if t := p.room(i, -sign*w[i], 0); t <= nearest && (at < 0 || math.Abs(w[i]) > math.Abs(w[at])) {
			at, step = i, max(t, 0)
		}
	}
	return at, step
}

// room is how far a basic variable may move at this rate until it meets a
// limit. One beyond a limit may move on up to the limit it broke.
func (p *program) room(i int, rate, slack float64) float64 {
	lo, hi := p.limits(p.head[i])
	switch {
	case rate > tinyPivot && p.x[i] < lo-feasible:
		return (lo - p.x[i] + slack) / rate
	case rate > tinyPivot && p.x[i] <= hi+feasible:
		return (hi - p.x[i] + slack) / rate
	case rate < -tinyPivot && p.x[i] > hi+feasible:
		return (hi - p.x[i] - slack) / rate
	case rate < -tinyPivot && p.x[i] >= lo-feasible:
		return (lo - p.x[i] - slack) / rate
	}
	return math.Inf(1)
}

func (p *program) move(w []float64, by float64) {
	if by == 0 {
		return
	}
	for i := range w {
		p.x[i] -= by * w[i]
	}
}

// leave takes the variable at a place out of the basis, at the end it met.
func (p *program) leave(at int, rate float64, broken bool) {
	v := p.head[at]
	if v >= 0 {
		p.pool[v].basic = false
		return
	}
	lo, hi := p.limits(v)
	p.basic[-1-v] = false
	p.high[-1-v] = rate > 0 && !(broken && p.x[at] < lo-feasible) || broken && p.x[at] > hi+feasible
}

func (p *program) exchange(at int, w []float64) {
	pivot := p.inverse[at]
	for j := range pivot {
		pivot[j] /= w[at]
	}
	for i, b := range p.inverse {
		if i == at || w[i] == 0 {
			continue
		}
		for j := range b {
			b[j] -= w[i] * pivot[j]
		}
	}
}

// refactor computes the inverse of the basis and the basic values anew.
func (p *program) refactor() error {
	target := p.head
	p.head = make([]int, len(p.rows))
	p.inverse = make([][]float64, len(p.rows))
	free := make([]bool, len(p.rows)) // places whose logical must go
	for j := range p.rows {
		p.head[j] = -1 - j
		p.inverse[j] = make([]float64, len(p.rows))
		p.inverse[j][j] = -1
		free[j] = !p.basic[j]
	}
	for _, v := range target {
		if v < 0 {
			continue
		}
		w := p.direction(v)
		at := -1
		for i := range w {
			if free[i] && (at < 0 || math.Abs(w[i]) > math.Abs(w[at])) {
				at = i
			}
		}
		if at < 0 || math.Abs(w[at]) < tinyPivot {
			return errTooHard
		}
		p.exchange(at, w)
		p.head[at], free[at] = v, false
	}
	p.x = p.values(p.start)
	return nil
}

// values are those of the basic variables when each logical outside the basis
// stands at the given end.
func (p *program) values(end func(logical int) float64) []float64 {
	x := make([]float64, len(p.rows))
	for j := range p.rows {
		if p.basic[j] {
			continue
		}
		b := end(-1 - j)
		if b == 0 {
			continue
		}
		for i := range x {
			x[i] += p.inverse[i][j] * b
		}
	}
	return x
}
