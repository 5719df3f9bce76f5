package disclosure

import (
	"context"
	"math"
	"math/rand/v2"

	"manniskohandel.se/casestat/pkg/plan"
)

// Weights of the integer programmes. A move costs a little, or the optimum is
// full of moves that lead nowhere; what may not change costs more than
// everything that may.
const (
	moveCost   = 0.01
	hardCost   = 1e6
	stepLimit  = 20_000 // simplex steps of one search, all its programmes together
	slopes     = 4      // how often the price of a cell is fitted to how far it moves
	diveLimit  = 40     // how many moves are fixed on the way to whole numbers
	fractional = 1e-5
)

// move is a signed change of one atom of a component.
type move struct{ atom, n int }

// task asks for one witness: in a view, a functional of a component is to reach
// a goal by what changes in the component alone.
type task struct {
	part    *component
	hidden  *unknown
	members []bool
	goal    plan.Goal
	check   func(*task, []move) bool // the last word on moves
	joins   bool                     // somebody who came and somebody who went may be one who stayed
	need    int                      // by how much the functional has to change, at least (Enough) or exactly (None)
}

// prices says what it costs to change a cell: 0 is free (it is withheld
// anyway), infinite forbids it.
type prices []float64

var infinite = math.Inf(1)

// found is a population near the truth: what moves and which cells change.
type found struct {
	moves   []move
	changes []gain // per cell, by how much; no zero
	cost    float64
	written []plan.Count // over whole records, if it serves one view alone
}

// programme is the integer programme of one task under given prices.
type programme struct {
	task
	prices prices
	rng    *rand.Rand
	lp     linear
	atomOf []int       // per column: its atom, or noAtom for an exchange between blocks
	most   []float64   // per column: its upper bound
	sign   []int       // per column: +1 somebody comes, -1 somebody goes
	rowOf  map[int]int // cell -> row
	alone  map[int]int // cell that a single atom makes up -> the atom
	pivots int
	ctx    context.Context // of the call that protects; a search ends with it
}

// noAtom marks the column of an exchange.
const noAtom = -1

// search finds a cheap witness, or nil. Several starts with differing prices
// are tried; the cheapest answer counts.
func search(ctx context.Context, t task, p prices, rng *rand.Rand, starts int) (best *found, pivots int) {
	prog := &programme{task: t, prices: p, rng: rng, ctx: ctx}
	prog.build()
	for start := range starts {
		noise := func() float64 { return 1 }
		if start > 0 {
			noise = func() float64 { return 0.4 + 1.6*rng.Float64() }
		}
		if f := prog.descend(noise); f != nil && (best == nil || f.cost < best.cost) {
			best = f
		}
		if best != nil && best.cost == 0 || prog.pivots >= stepLimit || ctx.Err() != nil {
			break
		}
	}
	return best, prog.pivots
}

// build lays out rows and columns; prices are filled in by price.
func (g *programme) build() {
	g.rowOf, g.alone = make(map[int]int), g.loners()
	for range g.part.blocks {
		if g.part.balanced {
			g.lp.rows = append(g.lp.rows, softRow{under: hardCost, over: hardCost})
		}
	}
	goal := softRow{rhs: float64(g.need), under: hardCost}
	if g.goal == plan.None {
		goal = softRow{rhs: -float64(g.need), under: hardCost}
	}
	g.lp.rows = append(g.lp.rows, goal)
	for _, cell := range g.part.cells {
		if _, alone := g.alone[cell]; !alone && g.prices[cell] > 0 {
			g.rowOf[cell] = len(g.lp.rows)
			g.lp.rows = append(g.lp.rows, softRow{})
		}
	}
	for a := range g.part.atoms {
		if g.hidden.barred[a] {
			continue
		}
		if !(g.goal == plan.None && g.members[a]) {
			g.addColumn(a, 1)
		}
		if g.hidden.y[a] > 0 {
			g.addColumn(a, -1)
		}
	}
	for i, x := range g.part.exchanges {
		g.addExchange(x, 1, infinite)
		if most := g.hidden.joins[i]; g.joins && most > 0 {
			g.addExchange(x, -1, float64(most))
		}
	}
}

// addExchange adds the column of an exchange, or of its reverse.
func (g *programme) addExchange(x parting, sign, most float64) {
	g.lp.cols = append(g.lp.cols, column{
		rows: []int32{int32(x.from), int32(x.parts[0]), int32(x.parts[1])}, vals: []float64{sign, -sign, -sign},
	})
	g.atomOf, g.sign, g.most = append(g.atomOf, noAtom), append(g.sign, 1), append(g.most, most)
}

// loners finds the cells that consist of one atom: their price belongs to the
// atom's own columns and needs no row.
func (g *programme) loners() map[int]int {
	first := make(map[int]int)
	for a, gains := range g.part.gains {
		for _, e := range gains {
			if _, twice := first[e.cell]; twice || e.by != 1 {
				first[e.cell] = -1
				continue
			}
			first[e.cell] = a
		}
	}
	for cell, a := range first {
		if a < 0 {
			delete(first, cell)
		}
	}
	return first
}

func (g *programme) addColumn(a, sign int) {
	c := column{up: infinite}
	if sign < 0 {
		c.up = float64(g.hidden.y[a])
	}
	put := func(row, by int) {
		c.rows = append(c.rows, int32(row))
		c.vals = append(c.vals, float64(sign*by))
	}
	goalRow := 0
	if g.part.balanced {
		put(g.part.block[a], 1)
		goalRow = g.part.blocks
	}
	if g.members[a] {
		if g.goal == plan.None {
			put(goalRow, -1)
		} else {
			put(goalRow, 1)
		}
	}
	for _, e := range g.part.gains[a] {
		if row, has := g.rowOf[e.cell]; has {
			put(row, e.by)
		}
	}
	g.lp.cols = append(g.lp.cols, c)
	g.atomOf, g.sign, g.most = append(g.atomOf, a), append(g.sign, sign), append(g.most, c.up)
}

// descend solves from one start: fit the prices to the distances, then fix
// moves until all are whole.
func (g *programme) descend(noise func() float64) *found {
	slope := make(map[int]float64, len(g.part.cells))
	reach := 1 / float64(max(1, g.need, -g.need))
	for _, cell := range g.part.cells {
		slope[cell] = g.prices[cell] * reach * noise()
	}
	g.release()
	g.price(slope)
	t := g.start()
	var best *found
	for range slopes {
		g.run(t)
		values := t.values()
		f := g.settle(values)
		if f != nil && (best == nil || f.cost < best.cost) {
			best = f
		} else if best != nil {
			break
		}
		if best != nil && best.cost == 0 {
			break
		}
		g.fit(slope, values)
		g.release()
		g.price(slope)
		t.reprice()
	}
	return best
}

func (g *programme) start() *tableau {
	t := newTableau(&g.lp, g.rng.Float64)
	t.ended = func() bool { return g.ctx.Err() != nil }
	return t
}

// run minimises with the steps that the search has left.
func (g *programme) run(t *tableau) {
	before := t.pivots
	t.minimise(stepLimit - g.pivots)
	g.pivots += t.pivots - before
}

// release frees the columns that a dive has fixed.
func (g *programme) release() {
	for j := range g.lp.cols {
		g.lp.cols[j].lo, g.lp.cols[j].up = 0, g.most[j]
	}
}

// price puts slopes into the rows and, for cells of one atom, the columns.
func (g *programme) price(slope map[int]float64) {
	for cell, row := range g.rowOf {
		w := min(slope[cell], hardCost)
		g.lp.rows[row].under, g.lp.rows[row].over = w, w
	}
	for j := range g.lp.cols {
		g.lp.cols[j].cost = moveCost
		if g.atomOf[j] == noAtom {
			continue
		}
		for _, e := range g.part.gains[g.atomOf[j]] {
			if _, alone := g.alone[e.cell]; alone {
				g.lp.cols[j].cost += min(slope[e.cell], hardCost)
			}
		}
	}
}

// fit sets the slope of every cell that moved to its price over the distance,
// so that the next programme sees what withholding it really costs.
func (g *programme) fit(slope map[int]float64, values []float64) {
	moved := make(map[int]float64)
	for j, v := range values {
		if v != 0 && g.atomOf[j] != noAtom {
			for _, e := range g.part.gains[g.atomOf[j]] {
				moved[e.cell] += v * float64(g.sign[j]*e.by)
			}
		}
	}
	for cell, by := range moved {
		if by = math.Abs(by); by > fractional {
			slope[cell] = g.prices[cell] / by
		}
	}
}

// settle turns an optimum into whole moves: the most decided fraction is fixed
// and the programme solved again. Where that asks for what may not be, the
// fraction is fixed to the other side.
func (g *programme) settle(values []float64) *found {
	for range diveLimit {
		j := undecided(values)
		if j < 0 {
			return g.accept(values)
		}
		c := &g.lp.cols[j]
		lo, up := c.lo, c.up
		above, below := math.Ceil(values[j]-fractional), math.Floor(values[j]+fractional)
		first := func() { c.lo = above }
		second := func() { c.lo, c.up = lo, below }
		if above-values[j] > 0.5 {
			first, second = func() { c.up = below }, func() { c.lo, c.up = above, up }
		}
		first()
		var possible bool
		if values, possible = g.dive(); !possible {
			second()
			values, _ = g.dive()
		}
		if g.pivots >= stepLimit || g.ctx.Err() != nil {
			return nil
		}
	}
	return nil
}

// dive solves the programme anew; false if it breaks what may not be broken.
func (g *programme) dive() (values []float64, possible bool) {
	t := g.start()
	g.run(t)
	return t.values(), t.broken(hardCost) < fractional*100
}

// undecided picks the fraction nearest to the next whole number, or -1.
func undecided(values []float64) int {
	pick, most := -1, 0.0
	for j, v := range values {
		frac := v - math.Floor(v)
		if frac < fractional || frac > 1-fractional {
			continue
		}
		if frac > most {
			pick, most = j, frac
		}
	}
	return pick
}

// accept rounds and checks a candidate in whole numbers. Nothing that the
// floating point says is believed.
func (g *programme) accept(values []float64) *found {
	net := make(map[int]int)
	for j, v := range values {
		if n := int(math.Round(v)); n != 0 && g.atomOf[j] != noAtom {
			net[g.atomOf[j]] += g.sign[j] * n
		}
	}
	return g.find(sortedMoves(net), g.prices)
}
