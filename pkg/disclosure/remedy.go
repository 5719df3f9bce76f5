package disclosure

import (
	"context"
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// RemedyKind says what is done about a plan of which too much is withheld, or
// which cannot be protected at all.
type RemedyKind string

// The kinds.
const (
	AsPlanned RemedyKind = "as_planned" // nothing, for comparison
	Coarsen   RemedyKind = "coarsen"    // the table starts a rung higher on its ladders
	Withhold  RemedyKind = "withhold"   // the plan no longer insists on a cell
	Drop      RemedyKind = "drop"       // the table is not in the plan
)

// Remedy is what one change of a plan would lead to. It is for the desk alone:
// the numbers follow from the records.
type Remedy struct {
	Kind RemedyKind
	// Scope is the table or, of Withhold, the cell; empty for AsPlanned.
	Scope string
	// Withheld and Shown count the cells of the whole release. A table that is
	// withheld as a whole counts with the cells of its coarsest form; one that is
	// not in the plan counts nowhere.
	Withheld, Shown int
	// Refused is why even so nothing may be published; empty if something may.
	Refused fault.Code
}

// Remedies prices every remedy in cells: the plan as it stands, each table a
// rung coarser and left out and, if the plan as it stands is refused, each
// required cell no longer insisted on. Each price is a protection of its own, so
// this takes many times as long as one; it ends with its context.
func Remedies(ctx context.Context, l plan.Layout, p Problem, seed Seed) ([]Remedy, error) {
	var out []Remedy
	price := func(r Remedy, changed plan.Layout) error {
		r, err := r.price(ctx, changed, p, seed)
		out = append(out, r)
		return err
	}
	if err := price(Remedy{Kind: AsPlanned}, l); err != nil {
		return nil, err
	}
	if out[0].Refused != "" {
		for i, c := range l.Base.Cells {
			if !c.Required || c.Rank == plan.Total {
				continue
			}
			if err := price(Remedy{Kind: Withhold, Scope: c.Name}, relieved(l, i)); err != nil {
				return nil, err
			}
		}
	}
	for i, t := range l.Tables {
		if coarser, can := coarsened(l, i); can {
			if err := price(Remedy{Kind: Coarsen, Scope: t.Name}, coarser); err != nil {
				return nil, err
			}
		}
		if err := price(Remedy{Kind: Drop, Scope: t.Name}, without(l, map[string]bool{t.Name: true})); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// price prepares a changed plan and counts its cells. What refuses the plan is
// the answer; what keeps from answering is an error.
func (r Remedy) price(ctx context.Context, l plan.Layout, p Problem, seed Seed) (Remedy, error) {
	prepared, err := Prepare(ctx, l, p, seed)
	if ctx.Err() != nil {
		return r, fmt.Errorf("remedies: %w", ctx.Err())
	}
	switch code := fault.CodeOf(err); code {
	case CodeNotDeniable, CodeRequiredCell, CodeHistory:
		r.Refused = code
		return r, nil
	}
	if err != nil {
		return r, err
	}
	r.Shown = prepared.Solution.Shown()
	r.Withheld = len(prepared.Solution.Pattern) - r.Shown
	for i, t := range prepared.Tables {
		if t.Dropped {
			r.Withheld += cellsOf(l.Tables[i], t.Groups)
		}
	}
	return r, nil
}

// relieved no longer insists on one cell of the base.
func relieved(l plan.Layout, cell int) plan.Layout {
	l.Base.Cells = slices.Clone(l.Base.Cells)
	l.Base.Cells[cell].Required = false
	return l
}

// coarsened starts a table one rung higher on each ladder that has one more;
// false if none has.
func coarsened(l plan.Layout, table int) (plan.Layout, bool) {
	l.Tables = slices.Clone(l.Tables)
	t := &l.Tables[table]
	finest := make([]int, len(t.Axes))
	copy(finest, t.Finest)
	can := false
	for i, axis := range t.Axes {
		for _, d := range l.Ladders {
			if d.Axis == axis && finest[i]+1 < len(d.Rungs) {
				finest[i]++
				can = true
			}
		}
	}
	t.Finest = finest
	return l, can
}
