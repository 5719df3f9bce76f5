package disclosure

import "math"

// linear is a linear programme with soft rows: minimise the cost of the columns
// plus, for every row, over or under times the distance from its right-hand
// side. Soft rows make every choice of bounds feasible, so there is no first
// phase and redundant rows do no harm.
type linear struct {
	rows []softRow
	cols []column
}

type softRow struct {
	rhs         float64
	under, over float64 // cost of each unit by which the row falls short or goes beyond
}

type column struct {
	rows   []int32
	vals   []float64
	cost   float64
	lo, up float64
}

// Tolerances of the simplex method, and how often its inverse is renewed.
const (
	tolCost   = 1e-7
	tolPivot  = 1e-9
	nudge     = 1e-6 // scale of the shifts that keep steps from stalling
	renewStep = 150
)

// tableau is a basis of a linear programme with its inverse, dense.
type tableau struct {
	lp      *linear
	m, n    int
	basis   []int     // per row: the variable in it; n+2i falls short in row i, n+2i+1 goes beyond
	where   []int     // per variable: its row in the basis, or -1
	atUpper []bool    // per variable out of the basis
	inverse []float64 // m x m, by rows
	x       []float64 // values of the basis
	price   []float64 // per row
	rhs     []float64 // shifted
	step    []float64
	start   int // where pricing resumes
	pivots  int
	ended   func() bool // asked before every step; nil stands for never
}

// newTableau starts with every column at its lower bound. shift gives the
// small numbers that keep the method from stalling.
func newTableau(lp *linear, shift func() float64) *tableau {
	m, n := len(lp.rows), len(lp.cols)
	t := &tableau{
		lp: lp, m: m, n: n,
		basis: make([]int, m), where: make([]int, n+2*m), atUpper: make([]bool, n+2*m),
		inverse: make([]float64, m*m), x: make([]float64, m), price: make([]float64, m),
		rhs: make([]float64, m), step: make([]float64, m),
	}
	for i := range t.where {
		t.where[i] = -1
	}
	for i, r := range lp.rows {
		t.rhs[i] = r.rhs + nudge*shift()
	}
	left := t.remaining(t.rhs)
	for i, v := range left {
		t.basis[i] = n + 2*i
		t.inverse[i*m+i] = 1
		if v < 0 {
			t.basis[i], t.inverse[i*m+i] = n+2*i+1, -1
		}
		t.where[t.basis[i]] = i
		t.x[i] = math.Abs(v)
	}
	t.reprice()
	return t
}

// remaining is a right-hand side less what the columns out of the basis give.
func (t *tableau) remaining(rhs []float64) []float64 {
	left := append([]float64(nil), rhs...)
	for j := range t.lp.cols {
		if t.where[j] >= 0 {
			continue
		}
		c := &t.lp.cols[j]
		v := c.lo
		if t.atUpper[j] {
			v = c.up
		}
		if v != 0 {
			for k, r := range c.rows {
				left[r] -= c.vals[k] * v
			}
		}
	}
	return left
}

func (t *tableau) cost(j int) float64 {
	if j < t.n {
		return t.lp.cols[j].cost
	}
	if i := j - t.n; i%2 == 1 {
		return t.lp.rows[i/2].over
	}
	return t.lp.rows[(j-t.n)/2].under
}

// broken is by how much the rows of a cost or more are missed.
func (t *tableau) broken(cost float64) (by float64) {
	for i, j := range t.basis {
		if j >= t.n && t.cost(j) >= cost {
			by += t.x[i]
		}
	}
	return by
}

func (t *tableau) bounds(j int) (lo, up float64) {
	if j < t.n {
		return t.lp.cols[j].lo, t.lp.cols[j].up
	}
	return 0, math.Inf(1)
}

// reprice computes the prices of the rows anew, after costs have changed.
func (t *tableau) reprice() {
	clear(t.price)
	for i, j := range t.basis {
		if c := t.cost(j); c != 0 {
			row := t.inverse[i*t.m : (i+1)*t.m]
			for k, v := range row {
				t.price[k] += c * v
			}
		}
	}
}

// reduced is the cost of taking one unit of a variable in.
func (t *tableau) reduced(j int) float64 {
	if j >= t.n {
		i := (j - t.n) / 2
		if (j-t.n)%2 == 1 {
			return t.lp.rows[i].over + t.price[i]
		}
		return t.lp.rows[i].under - t.price[i]
	}
	c := &t.lp.cols[j]
	d := c.cost
	for k, r := range c.rows {
		d -= t.price[r] * c.vals[k]
	}
	return d
}

// entering picks a variable that lowers the cost: the best of a stretch, so
// that long lists are not read whole at every step.
func (t *tableau) entering() int {
	all := t.n + 2*t.m
	stretch := max(400, all/8)
	best, pick := tolCost, -1
	for seen := 0; seen < all; seen++ {
		if seen%stretch == 0 && pick >= 0 {
			break
		}
		j := t.start
		if t.start++; t.start == all {
			t.start = 0
		}
		if t.where[j] >= 0 {
			continue
		}
		if lo, up := t.bounds(j); lo == up {
			continue
		}
		gain := -t.reduced(j)
		if t.atUpper[j] {
			gain = -gain
		}
		if gain > best {
			best, pick = gain, j
		}
	}
	return pick
}

// minimise runs the simplex method to its end, or until limit steps are spent
// or the caller has ended it.
// Either way the basis is feasible for the shifted programme.
func (t *tableau) minimise(limit int) {
	for range limit {
		if t.ended != nil && t.ended() {
			return
		}
		j := t.entering()
		if j < 0 {
			return
		}
		t.direction(j)
		t.advance(j)
		if t.pivots++; t.pivots%renewStep == 0 {
			t.renew()
		}
	}
}

// direction computes how the basis answers to one unit of variable j.
func (t *tableau) direction(j int) {
	m := t.m
	if j >= t.n {
		i, sign := (j-t.n)/2, 1.0
		if (j-t.n)%2 == 1 {
			sign = -1
		}
		for r := range t.step {
			t.step[r] = sign * t.inverse[r*m+i]
		}
		return
	}
	c := &t.lp.cols[j]
	for r := range t.step {
		sum := 0.0
		row := t.inverse[r*m : (r+1)*m]
		for k, i := range c.rows {
			sum += row[i] * c.vals[k]
		}
		t.step[r] = sum
	}
}

// advance moves variable j until it, or a variable of the basis, meets a bound.
func (t *tableau) advance(j int) {
	lo, up := t.bounds(j)
	sign := 1.0
	if t.atUpper[j] {
		sign = -1
	}
	length, leave, upper := up-lo, -1, false
	for r, d := range t.step {
		d *= sign
		if math.Abs(d) < tolPivot {
			continue
		}
		blo, bup := t.bounds(t.basis[r])
		room, hitsUpper := (t.x[r]-blo)/d, false
		if d < 0 {
			if math.IsInf(bup, 1) {
				continue
			}
			room, hitsUpper = (t.x[r]-bup)/d, true
		}
		if room < length-1e-12 || room < length+1e-12 && leave >= 0 && math.Abs(d) > math.Abs(t.step[leave]) {
			length, leave, upper = max(room, 0), r, hitsUpper
		}
	}
	if math.IsInf(length, 1) {
		return // every row is soft, so this cannot happen with costs from 0 up
	}
	for r, d := range t.step {
		t.x[r] -= sign * length * d
	}
	if leave < 0 {
		t.atUpper[j] = !t.atUpper[j]
		return
	}
	value := lo + length
	if t.atUpper[j] {
		value = up - length
	}
	t.exchange(j, leave, upper)
	t.x[leave] = value
}

// exchange puts variable j into the basis at a row and updates the inverse.
func (t *tableau) exchange(j, row int, upper bool) {
	m := t.m
	reduced := t.reduced(j)
	out := t.basis[row]
	t.where[out], t.atUpper[out] = -1, upper
	t.basis[row], t.where[j], t.atUpper[j] = j, row, false
	pivot := t.inverse[row*m : (row+1)*m]
	scale := 1 / t.step[row]
	for k := range pivot {
		pivot[k] *= scale
	}
	for r, d := range t.step {
		if r == row || d == 0 {
			continue
		}
		line := t.inverse[r*m : (r+1)*m]
		for k, v := range pivot {
			line[k] -= d * v
		}
	}
	for k, v := range pivot {
		t.price[k] += reduced * v
	}
}

// renew computes the inverse, the values and the prices from the basis alone,
// which ends the drift of many small errors.
func (t *tableau) renew() {
	if inverse, ok := t.invert(); ok {
		t.inverse = inverse
	}
	t.x = t.solve(t.rhs)
	t.reprice()
}

func (t *tableau) solve(rhs []float64) []float64 {
	left := t.remaining(rhs)
	x := make([]float64, t.m)
	for r := range x {
		for k, v := range t.inverse[r*t.m : (r+1)*t.m] {
			x[r] += v * left[k]
		}
	}
	return x
}

// invert is Gauss and Jordan's method on the basis, with row pivoting.
func (t *tableau) invert() ([]float64, bool) {
	m := t.m
	a, inv := make([]float64, m*m), make([]float64, m*m)
	for i, j := range t.basis {
		inv[i*m+i] = 1
		switch {
		case j < t.n:
			for k, r := range t.lp.cols[j].rows {
				a[int(r)*m+i] = t.lp.cols[j].vals[k]
			}
		case (j-t.n)%2 == 1:
			a[(j-t.n)/2*m+i] = -1
		default:
			a[(j-t.n)/2*m+i] = 1
		}
	}
	for c := range m {
		p := c
		for r := c + 1; r < m; r++ {
			if math.Abs(a[r*m+c]) > math.Abs(a[p*m+c]) {
				p = r
			}
		}
		if math.Abs(a[p*m+c]) < tolPivot {
			return nil, false
		}
		swapRows(a, m, p, c)
		swapRows(inv, m, p, c)
		eliminate(a, inv, m, c)
	}
	return inv, true
}

func swapRows(a []float64, m, p, q int) {
	if p == q {
		return
	}
	for k := range m {
		a[p*m+k], a[q*m+k] = a[q*m+k], a[p*m+k]
	}
}

func eliminate(a, inv []float64, m, c int) {
	scale := 1 / a[c*m+c]
	for k := range m {
		a[c*m+k] *= scale
		inv[c*m+k] *= scale
	}
	for r := range m {
		f := a[r*m+c]
		if r == c || f == 0 {
			continue
		}
		for k := range m {
			a[r*m+k] -= f * a[c*m+k]
			inv[r*m+k] -= f * inv[c*m+k]
		}
	}
}

// values gives the columns' values without the shifts.
func (t *tableau) values() []float64 {
	x := t.solve(func() []float64 {
		exact := make([]float64, t.m)
		for i, r := range t.lp.rows {
			exact[i] = r.rhs
		}
		return exact
	}())
	out := make([]float64, t.n)
	for j := range out {
		switch r := t.where[j]; {
		case r >= 0:
			out[j] = x[r]
		case t.atUpper[j]:
			out[j] = t.lp.cols[j].up
		default:
			out[j] = t.lp.cols[j].lo
		}
	}
	return out
}
