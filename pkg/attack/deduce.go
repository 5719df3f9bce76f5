package attack

import (
	"context"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/plan"
)

// exposure is what somebody can work out that she must not.
type exposure struct {
	withheld  int // cells whose values the release does not give
	recovered int // of them: known exactly all the same
	small     int // counts known exactly that tell about persons, shown or recovered
	rests     int // complements and differences known exactly that do
	undecided int // cells that were too hard
}

func (e exposure) breaches() int { return e.small + e.rests }

// expose counts what is known exactly and small in k, with the pairs of nested
// cells given. Statements about everybody are a reviewer's.
func (k *knowledge) expose(pairs [][2]int) exposure {
	var e exposure
	for _, c := range k.cells {
		if !c.shown && !c.zero {
			e.withheld++
			if c.known() {
				e.recovered++
			}
		}
		if c.counts() && c.known() && !c.total && !c.zero && k.reveals(c.lo, false) && !c.where.vacant(k.sizes, k.bans) {
			e.small++
		}
	}
	for _, p := range pairs {
		parent, child := k.cells[p[0]], k.cells[p[1]]
		if parent.known() && child.known() && k.reveals(parent.lo-child.lo, true) && !(k.waived && parent.total) {
			e.rests++
		}
	}
	return e
}

// published gives what is known to the auditor's prober: cells that were worked
// out count as shown. It is also right for a member, whose own records have been
// subtracted.
func (k *knowledge) published() auditor.Published {
	p := auditor.Published{WithheldAtLeast: 1}
	for _, n := range k.sizes {
		p.System.Axes = append(p.System.Axes, plan.Axis{Categories: make([]string, n)})
	}
	for _, b := range k.bans {
		p.System.Bans = append(p.System.Bans, b.selection(k.sizes))
	}
	for i, c := range k.cells {
		p.System.Cells = append(p.System.Cells, k.cellOf(i))
		p.Shown, p.Values = append(p.Shown, c.known()), append(p.Values, c.lo)
		if !c.known() && c.lo == 0 {
			p.WithheldAtLeast = 0
		}
	}
	return p
}

func (k *knowledge) cellOf(i int) plan.Cell {
	c := k.cells[i]
	return plan.Cell{
		Name: c.name, Where: c.where.selection(k.sizes), Weighted: !c.counts(), WeightAxis: c.axis, Weights: c.weights,
		StructuralZero: c.zero,
	}
}

// probe bounds every cell that is not known by linear programming, as far as
// the context allows.
func (k *knowledge) probe(ctx context.Context, e *exposure) {
	prober, err := auditor.Probe(ctx, k.published())
	if err != nil {
		e.undecided = len(k.withheld())
		return
	}
	for i := range k.cells {
		c := &k.cells[i]
		if c.known() || c.zero {
			continue
		}
		if ctx.Err() != nil {
			e.undecided++
			continue
		}
		in, err := prober.Cell(k.cellOf(i))
		if err != nil || !in.Bounded {
			e.undecided++
			continue
		}
		most := in.Most
		if in.Open {
			most = unbounded
		}
		k.narrow(i, in.Least, most)
	}
}

// deduce does everything to one's own knowledge: lines, nesting, elimination
// and linear programming.
func (k *knowledge) deduce(ctx context.Context) exposure {
	pairs, all := k.nested()
	k.propagate(k.lines(), pairs)
	s := k.eliminate()
	for i := range k.cells {
		if c := &k.cells[i]; !c.known() && c.counts() {
			if v, ok := s.value(c.where, nil); ok {
				k.narrow(i, v, v)
			}
		}
	}
	var probed exposure
	k.probe(ctx, &probed)
	k.propagate(k.lines(), pairs)
	e := k.expose(pairs)
	e.undecided = probed.undecided
	if !all {
		e.undecided += len(k.cells)
	}
	return e
}
