package auditor

import (
	"cmp"
	"math"
	"slices"
)

// pivot changes the entering variable until another one meets a limit, and
// exchanges the two.
func (p *program) pivot(v int, up, broken bool) error {
	w := p.direction(v)
	sign := 1.0
	if !up {
		sign = -1
	}
	at, step, high := p.ratio(w, sign)
	if broken {
		at, step, high = p.mend(w, sign)
	}
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
	p.leave(at, high)
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

// ratio finds which basic variable meets a limit first, after how much change,
// and whether at its high end; of those that meet one almost together the one
// with the largest pivot.
func (p *program) ratio(w []float64, sign float64) (at int, step float64, high bool) {
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
	return at, step, at >= 0 && -sign*w[at] > 0
}

// A crossing is where a basic variable crosses one of its limits.
type crossing struct {
	at   int
	step float64
	high bool
}

// mend is ratio while rows are broken. Variables may cross their limits, those
// beyond them on their way back and others on their way out, as long as more is
// mended than broken.
func (p *program) mend(w []float64, sign float64) (at int, step float64, high bool) {
	var crossings []crossing
	mending := 0.0
	for i := range w {
		rate := -sign * w[i]
		if math.Abs(rate) <= tinyPivot {
			continue
		}
		mending += p.price(i, true) * rate
		lo, hi := p.limits(p.head[i])
		for _, c := range []crossing{{i, (lo - p.x[i]) / rate, false}, {i, (hi - p.x[i]) / rate, true}} {
			ahead := rate > 0 && (c.high && p.x[i] <= hi+feasible || !c.high && p.x[i] < lo-feasible) ||
				rate < 0 && (!c.high && p.x[i] >= lo-feasible || c.high && p.x[i] > hi+feasible)
			if ahead && !math.IsInf(c.step, 0) {
				c.step = max(c.step, 0)
				crossings = append(crossings, c)
			}
		}
	}
	slices.SortFunc(crossings, func(a, b crossing) int {
		return cmp.Or(cmp.Compare(a.step, b.step), cmp.Compare(math.Abs(w[b.at]), math.Abs(w[a.at])), cmp.Compare(a.at, b.at))
	})
	best := crossing{at: -1, step: math.Inf(1)}
	for _, c := range crossings {
		if best.at < 0 || math.Abs(w[c.at]) >= safePivot {
			best = c
		}
		if mending -= math.Abs(w[c.at]); mending <= gainful && math.Abs(w[best.at]) >= safePivot {
			break
		}
	}
	return best.at, best.step, best.high
}

// room is how far a basic variable may move at this rate until it meets a
// limit.
func (p *program) room(i int, rate, slack float64) float64 {
	lo, hi := p.limits(p.head[i])
	switch {
	case rate > tinyPivot:
		return (hi - p.x[i] + slack) / rate
	case rate < -tinyPivot:
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
func (p *program) leave(at int, high bool) {
	v := p.head[at]
	if v >= 0 {
		p.pool[v].basic = false
		return
	}
	p.basic[-1-v] = false
	p.high[-1-v] = high && !p.rows[-1-v].open
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
		*p.allowance -= len(w) * len(w)
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
