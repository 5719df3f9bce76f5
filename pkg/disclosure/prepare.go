package disclosure

import (
	"context"
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// Prepared is a plan that was recoded and protected.
type Prepared struct {
	Problem  Problem // as it was protected: the system with its tables, the views, all functionals
	Tables   []plan.Presentation
	Solution Solution
}

// Prepare recodes a plan, takes every standard view of it, declares what its
// panels tell of those outside (see [Outsiders]) and what it tells together with
// the releases before (see [Differences]), and protects it.
// The problem's system and views are filled in; its functionals are declared
// besides all others. A table of which something cannot be made deniable is
// dropped, and the rest tried again: if that does not help either, nothing may
// be published.
func Prepare(ctx context.Context, l plan.Layout, p Problem, seed Seed) (Prepared, error) {
	dropped := make(map[string]bool)
	for {
		out, err := prepare(ctx, without(l, dropped), p, seed)
		if fault.CodeOf(err) == CodeNotDeniable && blame(out, dropped) {
			continue
		}
		if err == nil {
			out.Tables = withDropped(l, out.Tables, dropped)
		}
		return out, err
	}
}

func prepare(ctx context.Context, l plan.Layout, p Problem, seed Seed) (Prepared, error) {
	declared := p.Functionals
	p.System = l.Base
	var err error
	if p.Views, err = Views(p.System, p.Data, p.Policy); err != nil {
		return Prepared{}, err
	}
	p.Functionals = nil
	out := Prepared{}
	if p.System, out.Tables, err = Recode(ctx, l, p); err != nil {
		return Prepared{}, err
	}
	declared = slices.Concat(Outsiders(p.System), Differences(p.System, p.earlier()), declared)
	if p.Views, err = Views(p.System, p.Data, p.Policy, declared...); err != nil {
		return Prepared{}, err
	}
	p.Functionals = append(Derive(p.System), declared...)
	out.Problem = p
	out.Solution, err = Protect(ctx, p, seed)
	return out, err
}

// earlier is how many cells are those of earlier releases.
func (p *Problem) earlier() (n int) {
	for _, e := range p.Earlier {
		n = max(n, len(e))
	}
	return n
}

// without leaves tables out of a layout.
func without(l plan.Layout, dropped map[string]bool) plan.Layout {
	l.Tables = slices.DeleteFunc(slices.Clone(l.Tables), func(t plan.Table) bool { return dropped[t.Name] })
	return l
}

// withDropped puts the presentations in the order of the layout's tables. A
// dropped table stands there in its coarsest form, and has no cells.
func withDropped(l plan.Layout, shown []plan.Presentation, dropped map[string]bool) []plan.Presentation {
	var out []plan.Presentation
	next := 0
	for _, t := range l.Tables {
		if !dropped[t.Name] {
			out = append(out, shown[next])
			next++
			continue
		}
		p := plan.Presentation{Table: t.Name, Dropped: true}
		r := recoder{layout: l}
		for i := range t.Axes {
			rungs := r.ladder(t, i).Rungs
			p.Groups = append(p.Groups, rungs[len(rungs)-1])
		}
		out = append(out, p)
	}
	return out
}

// blame adds the tables of which a cell is in a failed finding to those that
// are dropped; false if there is none.
func blame(out Prepared, dropped map[string]bool) bool {
	some := false
	failed := make(map[string]bool)
	for _, f := range out.Solution.Findings {
		failed[f.Scope] = failed[f.Scope] || f.Class == Fail
	}
	cells := out.Problem.System.Cells
	for _, t := range out.Tables {
		for _, f := range out.Problem.Functionals {
			if failed[f.Name] && slices.ContainsFunc(t.Cells, func(c int) bool { return about(f, cells[c].Where) }) {
				dropped[t.Table], some = true, true
				break
			}
		}
	}
	return some
}

// about says whether a functional counts or leaves out exactly a selection.
func about(f plan.Functional, sel plan.Selection) bool {
	same := func(o plan.Selection) bool {
		return slices.EqualFunc(o, sel, func(a, b plan.Subset) bool {
			return a.Axis == b.Axis && slices.Equal(a.Categories, b.Categories)
		})
	}
	return same(f.Within) || f.Except != nil && same(*f.Except)
}
