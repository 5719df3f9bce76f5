package disclosure

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The end of the simplex method is proved, not believed: the values keep their
// bounds and rows, and no change of one variable lowers the cost, which for a
// linear programme is the proof of optimality.
func TestSimplexEndsAtAnOptimum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, n := rapid.IntRange(1, 6).Draw(t, "rows"), rapid.IntRange(1, 12).Draw(t, "columns")
		lp := &linear{}
		for range m {
			lp.rows = append(lp.rows, softRow{
				rhs:   float64(rapid.IntRange(-4, 4).Draw(t, "right-hand side")),
				under: float64(rapid.IntRange(0, 50).Draw(t, "under")), over: float64(rapid.IntRange(0, 50).Draw(t, "over")),
			})
		}
		for range n {
			c := column{cost: float64(rapid.IntRange(0, 5).Draw(t, "cost")), up: float64(rapid.IntRange(0, 4).Draw(t, "upper bound"))}
			for i := range m {
				if v := rapid.IntRange(-2, 2).Draw(t, "coefficient"); v != 0 {
					c.rows, c.vals = append(c.rows, int32(i)), append(c.vals, float64(v))
				}
			}
			lp.cols = append(lp.cols, c)
		}
		shift := 0.0
		tab := newTableau(lp, func() float64 { shift += 0.137; return math.Mod(shift, 1) })
		tab.minimise(stepLimit)
		if renew := rapid.Bool().Draw(t, "renew"); renew {
			tab.renew()
			tab.minimise(stepLimit)
		}
		checkOptimal(t, lp, tab)
	})
}

func checkOptimal(t *rapid.T, lp *linear, tab *tableau) {
	const slack = 1e-4 // the shifts are 1e-6 at most, times costs up to 50
	x := tab.values()
	primal, dual := 0.0, 0.0
	for j, c := range lp.cols {
		if x[j] < c.lo-slack || x[j] > c.up+slack {
			t.Fatalf("column %d leaves its bounds: %v", j, x[j])
		}
		primal += c.cost * x[j]
	}
	for i, r := range lp.rows {
		left := r.rhs
		for j, c := range lp.cols {
			for k, row := range c.rows {
				if int(row) == i {
					left -= c.vals[k] * x[j]
				}
			}
		}
		primal += r.under*max(left, 0) + r.over*max(-left, 0)
		price := tab.price[i]
		if price > r.under+slack || price < -r.over-slack {
			t.Fatalf("row %d: price %v beyond its costs", i, price)
		}
		dual += price * r.rhs
	}
	for j, c := range lp.cols {
		if d := tab.reduced(j); d < 0 {
			dual += d * c.up
		}
	}
	if math.Abs(primal-dual) > slack*(1+math.Abs(primal)) {
		t.Fatalf("cost %v, proved bound %v", primal, dual)
	}
}

// Renewing the inverse changes nothing but the errors.
func TestRenewalKeepsTheValues(t *testing.T) {
	lp := &linear{rows: []softRow{{rhs: 3, under: 9, over: 9}, {rhs: -2, under: 9, over: 9}}}
	for _, v := range [][]float64{{1, 1}, {1, -1}, {0, -2}} {
		lp.cols = append(lp.cols, column{rows: []int32{0, 1}, vals: v, cost: 1, up: 10})
	}
	tab := newTableau(lp, func() float64 { return 0.5 })
	tab.minimise(stepLimit)
	before := tab.values()
	tab.renew()
	for j, v := range tab.values() {
		if math.Abs(v-before[j]) > 1e-9 {
			t.Errorf("column %d: %v, before %v", j, v, before[j])
		}
	}
}
