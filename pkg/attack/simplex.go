package attack

import (
	"context"
	"math"
	"math/rand/v2"
)

// program asks whether candidates can be chosen, in fractions, so that every
// row adds up: a bounded dual simplex. Its variables are the candidates and
// then, for every row, what it adds up to. That there is no solution is
// believed only after refutes has proved it in whole numbers.
type program struct {
	c       *candidates
	ctx     context.Context
	lo, hi  []float64
	at      []float64 // of variables outside the basis: which of the two ends
	reduced []float64
	basis   []int  // by row
	basic   []bool // by variable
	value   []float64
	inv     [][]float64
	weight  []float64 // by row: the squared length of its row of the inverse
	alpha   []float64 // of the last row priced
	pivots  int
}

const (
	tolerance  = 1e-7
	smallPivot = 1e-7
	refactor   = 250
	pivotLimit = 20_000 // a question
)

func newProgram(ctx context.Context, c *candidates) *program {
	n, m := len(c.atoms), len(c.rows)
	p := &program{
		c: c, ctx: ctx, lo: make([]float64, n+m), hi: make([]float64, n+m), at: make([]float64, n+m),
		reduced: make([]float64, n+m), basis: make([]int, m), basic: make([]bool, n+m), value: make([]float64, m), weight: make([]float64, m),
		alpha: make([]float64, n+m),
	}
	rng := rand.New(rand.NewPCG(1, 1)) // costs that tie nowhere
	for j := range n {
		p.hi[j], p.reduced[j] = float64(c.most[j]), 1+rng.Float64()
	}
	for r, row := range c.rows {
		p.lo[n+r], p.hi[n+r] = float64(row.lo), float64(row.hi)
		p.basis[r], p.basic[n+r] = n+r, true
		p.inv = append(p.inv, make([]float64, m))
		p.inv[r][r], p.weight[r] = -1, 1
	}
	return p
}

// column gives the entries of a variable.
func (p *program) column(j int, each func(row int, weight float64)) {
	if n := len(p.c.atoms); j >= n {
		each(j-n, -1)
		return
	}
	for _, e := range p.c.cols[j] {
		each(int(e.row), e.weight)
	}
}

// solve looks for a solution. If there is none, the row multipliers that show
// it are returned; decided is false if it was too hard.
func (p *program) solve() (refutation []float64, decided bool) {
	for range pivotLimit {
		if p.pivots%64 == 0 && p.ctx.Err() != nil {
			return nil, false
		}
		r, up := p.leaving()
		if r < 0 {
			return nil, true
		}
		alpha, q := p.entering(r, up)
		if q < 0 {
			return p.inv[r], true
		}
		if !p.pivot(r, q, up, alpha) {
			return nil, false
		}
	}
	return nil, false
}

// leaving picks the row that is farthest outside its bounds, measured along the
// steepest edge.
func (p *program) leaving() (row int, up bool) {
	row, worst := -1, 0.0
	for r, j := range p.basis {
		below, above := p.lo[j]-p.value[r], p.value[r]-p.hi[j]
		d := max(below, above)
		if d > tolerance && d*d/p.weight[r] > worst {
			row, worst, up = r, d*d/p.weight[r], below > above
		}
	}
	return row, up
}

// reweigh brings the lengths of the inverse's rows up to date, before it changes.
func (p *program) reweigh(r int, w []float64) {
	rho := p.inv[r]
	length := 0.0
	for _, v := range rho {
		length += v * v
	}
	for i, row := range p.inv {
		f := w[i] / w[r]
		if i == r || f == 0 {
			continue
		}
		along := 0.0
		for k, v := range row {
			along += v * rho[k]
		}
		p.weight[i] = max(p.weight[i]-2*f*along+f*f*length, 1e-6)
	}
	p.weight[r] = max(length/(w[r]*w[r]), 1e-6)
}

// entering picks the variable that mends the row at the least cost.
func (p *program) entering(r int, up bool) (alpha []float64, q int) {
	rho := p.inv[r]
	alpha = p.alpha
	q, best := -1, math.Inf(1)
	for j := range p.lo {
		if alpha[j] = 0; p.basic[j] {
			continue
		}
		a := 0.0
		if n := len(p.c.atoms); j >= n {
			a = -rho[j-n]
		} else {
			for _, e := range p.c.cols[j] {
				a += rho[e.row] * e.weight
			}
		}
		alpha[j] = a
		if p.lo[j] == p.hi[j] || math.Abs(a) < smallPivot || (a < 0) != (up == (p.at[j] == p.lo[j])) {
			continue
		}
		ratio := math.Abs(p.reduced[j] / a)
		if ratio < best-1e-12 || ratio < best+1e-12 && q >= 0 && math.Abs(a) > math.Abs(alpha[q]) {
			q, best = j, ratio
		}
	}
	return alpha, q
}

func (p *program) pivot(r, q int, up bool, alpha []float64) bool {
	w := p.times(q)
	if math.Abs(w[r]) < smallPivot {
		return p.factor()
	}
	out := p.basis[r]
	end := p.hi[out]
	if up {
		end = p.lo[out]
	}
	step := (p.value[r] - end) / w[r]
	for i := range p.value {
		p.value[i] -= step * w[i]
	}
	p.value[r] = p.at[q] + step
	dual := p.reduced[q] / alpha[q]
	for j := range alpha {
		p.reduced[j] -= dual * alpha[j]
	}
	p.reduced[q], p.reduced[out] = 0, -dual
	p.at[out], p.basis[r], p.basic[q], p.basic[out] = end, q, true, false
	p.reweigh(r, w)
	p.eliminate(r, w)
	if p.pivots++; p.pivots%refactor == 0 {
		return p.factor()
	}
	return true
}

// eliminate brings the inverse up to date with the new column of row r.
func (p *program) eliminate(r int, w []float64) {
	pivot := p.inv[r]
	for k := range pivot {
		pivot[k] /= w[r]
	}
	for i, row := range p.inv {
		f := w[i]
		if i == r || f == 0 {
			continue
		}
		for k, v := range pivot {
			row[k] -= f * v
		}
	}
}

// times is the inverse times a column.
func (p *program) times(j int) []float64 {
	w := make([]float64, len(p.basis))
	for i, row := range p.inv {
		p.column(j, func(r int, weight float64) { w[i] += row[r] * weight })
	}
	return w
}

// factor computes the inverse and the values afresh, away from rounding errors.
func (p *program) factor() bool {
	m := len(p.basis)
	a := make([][]float64, m) // the basis and the unit matrix, side by side
	for i := range a {
		a[i] = make([]float64, 2*m)
		a[i][m+i] = 1
	}
	for k, j := range p.basis {
		p.column(j, func(r int, weight float64) { a[r][k] = weight })
	}
	for k := range m {
		best := k
		for i := k; i < m; i++ {
			if math.Abs(a[i][k]) > math.Abs(a[best][k]) {
				best = i
			}
		}
		if math.Abs(a[best][k]) < 1e-11 {
			return false
		}
		a[k], a[best] = a[best], a[k]
		unitColumn(a, k)
	}
	for i := range m {
		p.inv[i] = a[i][m:]
	}
	p.revalue()
	return true
}

// unitColumn makes column k of the augmented matrix a unit column.
func unitColumn(a [][]float64, k int) {
	pivot := a[k][k]
	for c := k; c < len(a[k]); c++ {
		a[k][c] /= pivot
	}
	for i, row := range a {
		f := row[k]
		if i == k || f == 0 {
			continue
		}
		for c := k; c < len(row); c++ {
			row[c] -= f * a[k][c]
		}
	}
}

// revalue computes the values of the basis from what is outside it.
func (p *program) revalue() {
	right := make([]float64, len(p.basis))
	for j, at := range p.at {
		if !p.basic[j] && at != 0 {
			p.column(j, func(r int, weight float64) { right[r] -= at * weight })
		}
	}
	for i, row := range p.inv {
		p.value[i] = 0
		for r, v := range right {
			p.value[i] += row[r] * v
		}
	}
}

// bound changes how often a candidate can be there at most.
func (p *program) bound(j, most int) {
	p.hi[j] = float64(most)
	if !p.basic[j] {
		if p.at[j] > p.lo[j] { // it stays at its upper end
			p.at[j] = p.hi[j]
		}
		p.revalue()
	}
}

// amount is how often the solution has a candidate, by candidate.
func (p *program) amount() []float64 {
	out := append([]float64(nil), p.at[:len(p.c.atoms)]...)
	for r, j := range p.basis {
		if j < len(out) {
			out[j] = p.value[r]
		}
	}
	return out
}

// scale turns multipliers into whole numbers; what is lost makes a proof
// weaker, never wrong.
const scale = 1 << 36

// refutes proves in whole numbers that no population obeys the bounds: the rows
// added up with these multipliers, each candidate being there from 0 to most
// times, cannot come to what the rows say.
func (c *candidates) refutes(multipliers []float64, most func(atom int) int) bool {
	largest := 0.0
	for _, f := range multipliers {
		largest = max(largest, math.Abs(f)) // NaN if any is
	}
	if !(largest > 0) || math.IsInf(largest, 1) {
		return false
	}
	y := make([]int, len(multipliers))
	var least, greatest int
	add := func(a, b int) { least, greatest = least+min(a, b), greatest+max(a, b) }
	for r, f := range multipliers {
		y[r] = int(math.Round(f / largest * scale))
		if c.rows[r].hi >= 1<<12 && y[r] != 0 {
			return false // the sum might overflow
		}
		add(-y[r]*c.rows[r].lo, -y[r]*c.rows[r].hi)
	}
	for j, entries := range c.cols {
		w := 0
		for _, e := range entries {
			w += y[e.row] * int(e.weight)
		}
		add(0, w*most(j))
	}
	return least > 0 || greatest < 0
}
