package auditor

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// certified makes a certificate for a system: it withholds, one cell after
// another, until every sensitive quantity has its witnesses. It is slow and
// withholds too much; its only merit is that it is not the protector.
func certified(tb testing.TB, s plan.System, people []plan.Count, policy plan.Policy) Certificate {
	tb.Helper()
	c := Certificate{System: s, Data: people, Policy: policy}
	for _, cell := range s.Cells {
		c.Shown, c.Values = append(c.Shown, true), append(c.Values, (quantity{{termOf(cell), 1}}).of(people))
	}
	functionals, _ := derive(s, nil, c.Shown)
	c.Views = required(c, functionals)
	for i := range c.Views {
		c.Views[i].Name += numbered(1000)[i]
	}
	for {
		witnesses, blame := prove(c, functionals)
		if blame < 0 {
			c.Witnesses = witnesses
			return c
		}
		if s.Cells[blame].Rank == plan.Total {
			tb.Fatal("the total would have to go")
		}
		c.Shown[blame] = false
	}
}

// prove looks for every witness, or blames a shown cell.
func prove(c Certificate, functionals []plan.Functional) ([]plan.Witness, int) {
	for _, f := range contributors(c, c.Shown, lapses{}) {
		if f.Class == Fail {
			return nil, slices.IndexFunc(c.System.Cells, func(cell plan.Cell) bool { return cell.Name == f.Scope })
		}
	}
	var witnesses []plan.Witness
	for _, view := range c.Views {
		prober := inView(c, view)
		for _, f := range functionals {
			v := count(f, c.Data) - count(f, view.Known)
			if v >= view.Threshold || v == 0 && f.Except == nil && view.ZeroIsSafe ||
				!populated(c.System, f, slices.Concat(c.System.Bans, view.Empty)) {
				continue
			}
			interval, err := prober.Functional(f)
			if err != nil || !interval.ProvedWhole || interval.Least > 0 || interval.Most < view.Threshold {
				if b := blame(c, f); b >= 0 {
					return nil, b
				}
				panic(fmt.Sprintf("%s in %s: %+v %v", f.Name, view.Name, interval, err))
			}
			unknown := less(c.Data, view.Known)
			witnesses = append(
				witnesses,
				plan.Witness{View: view.Name, Functional: f.Name, Goal: plan.None, Moves: less(prober.least, unknown)},
				plan.Witness{View: view.Name, Functional: f.Name, Goal: plan.Enough, Moves: less(prober.most, unknown)},
			)
		}
	}
	return witnesses, -1
}

// inView is a prober for what a view does not know.
func inView(c Certificate, view plan.View) *Prober {
	p := Published{System: c.System, Shown: c.Shown}
	p.System.Bans = slices.Concat(c.System.Bans, view.Empty)
	for _, cell := range c.System.Cells {
		q := quantity{{termOf(cell), 1}}
		p.Values = append(p.Values, q.of(c.Data)-q.of(view.Known))
	}
	prober, err := Probe(context.Background(), p)
	if err != nil {
		panic(err)
	}
	prober.known.counted = false // populations over all axes, not over a part
	return prober
}

// blame picks a cell to withhold: the smallest shown one that overlaps the
// functional, else the smallest.
func blame(c Certificate, f plan.Functional) int {
	at, least := -1, 0
	for i, cell := range c.System.Cells {
		if !c.Shown[i] || cell.Rank == plan.Total {
			continue
		}
		v := (quantity{{termOf(cell), 1}}).of(c.Data)
		if _, touches := meet(cell.Where, f.Within); !touches {
			v += 1000 // a sibling, when nothing else is left
		}
		if at < 0 || v < least {
			at, least = i, v
		}
	}
	return at
}

// less is a population minus another, as moves.
func less(a, b []plan.Count) []plan.Count {
	var moves []plan.Count
	left := tally(a)
	for key, n := range tally(b) {
		left[key] -= n
	}
	for _, c := range slices.Concat(a, b) {
		if n := left[keyOf(c.Atom)]; n != 0 {
			moves = append(moves, plan.Count{Atom: c.Atom, N: n})
			left[keyOf(c.Atom)] = 0
		}
	}
	slices.SortFunc(moves, func(x, y plan.Count) int { return slices.Compare(x.Atom, y.Atom) })
	return moves
}
