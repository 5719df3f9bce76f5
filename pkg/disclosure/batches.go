package disclosure

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// Differences gives what a newer release and the earlier ones tell together
// about those who came and those who went: for every cell that both hold, how
// many came and went with it, and for every cell inside another, how many
// without it. "31 of 40" after "26 of 35" says that all five who came have the
// property, although neither release shows that it is nought.
//
// The first cells of a system, earlier many of them, are those of the releases
// before; they and the newer ones name the categories of [plan.BatchAxis] that
// they are about. The functionals are declared besides those that [Derive]
// finds, under the names come:<cell>, come:<parent>-<child> and, of those who
// went, gone:<...>, each with the name of the earlier cell behind an @. What
// panels leave of cells (see [Outsiders]) counts as cells.
func Differences(system plan.System, earlier int) []plan.Functional {
	b := batches{system: system, axis: batchAxis(system)}
	if b.axis < 0 || earlier <= 0 || earlier > len(system.Cells) {
		return nil
	}
	before, since := b.releases(earlier)
	for _, old := range before {
		for _, now := range since {
			if b.same(old, now) {
				b.twins = append(b.twins, twin{old, now})
			}
		}
	}
	var out []plan.Functional
	for _, t := range b.twins {
		out = append(out, b.alone(t)...)
		for _, inner := range b.twins {
			out = append(out, b.without(t, inner)...)
		}
	}
	return out
}

// releases are the cells of the releases before, and the newer ones, each with
// the remainders that panels leave of them.
func (b *batches) releases(earlier int) (before, since []plan.Cell) {
	said, all := beyond(b.system, b.system.Cells[:earlier]), beyond(b.system, b.system.Cells)
	all = slices.DeleteFunc(all, func(c plan.Cell) bool {
		return slices.ContainsFunc(said, func(o plan.Cell) bool { return o.Name == c.Name })
	})
	return slices.Concat(b.system.Cells[:earlier], said), slices.Concat(b.system.Cells[earlier:], all)
}

// batchAxis is the axis that says in which releases a record was, or -1.
func batchAxis(s plan.System) int {
	return slices.IndexFunc(s.Axes, func(a plan.Axis) bool { return a.Hidden && a.Name == plan.BatchAxis })
}

// batches compares releases.
type batches struct {
	system plan.System
	axis   int
	twins  []twin
}

// twin is one quantity in two releases.
type twin struct{ old, now plan.Cell }

// same says whether two cells differ in nothing but the batches.
func (b *batches) same(old, now plan.Cell) bool {
	return !old.Weighted && !now.Weighted && !old.StructuralZero && !now.StructuralZero &&
		sameSelection(b.system, b.within(old.Where, nil), b.within(now.Where, nil))
}

// within is a selection among some batches; nil stands for all.
func (b *batches) within(sel plan.Selection, in []int) plan.Selection {
	out := slices.DeleteFunc(slices.Clone(sel), func(p plan.Subset) bool { return p.Axis == b.axis })
	if in != nil {
		out = append(out, plan.Subset{Axis: b.axis, Categories: in})
		slices.SortFunc(out, func(x, y plan.Subset) int { return x.Axis - y.Axis })
	}
	return out
}

// of are the batches that a selection is about.
func (b *batches) of(sel plan.Selection) (in []int) {
	for _, p := range sel {
		if p.Axis == b.axis {
			return p.Categories
		}
	}
	for c := range b.system.Axes[b.axis].Categories {
		in = append(in, c)
	}
	return in
}

// changed are the batches that came and those that went between two cells.
func (b *batches) changed(t twin) map[string][]int {
	old, now := b.of(t.old.Where), b.of(t.now.Where)
	return map[string][]int{"come": except(now, old), "gone": except(old, now)}
}

func except(from, less []int) []int {
	return slices.DeleteFunc(slices.Clone(from), func(c int) bool { return slices.Contains(less, c) })
}

// alone gives the newcomers and leavers of one quantity. Where one moment holds
// all of the other's batches they are a nested difference, which every system has.
func (b *batches) alone(t twin) []plan.Functional {
	if nested(b.system, t.now, t.old) || nested(b.system, t.old, t.now) || sameSelection(b.system, t.old.Where, t.now.Where) {
		return nil
	}
	return []plan.Functional{
		{Name: "come:" + t.now.Name + "@" + t.old.Name, Within: t.now.Where, Except: &t.old.Where},
		{Name: "gone:" + t.now.Name + "@" + t.old.Name, Within: t.old.Where, Except: &t.now.Where},
	}
}

// without gives the newcomers and leavers of one quantity who are not in
// another, if that lies inside it in both releases.
func (b *batches) without(outer, inner twin) (out []plan.Functional) {
	if !nested(b.system, outer.now, inner.now) || !nested(b.system, outer.old, inner.old) {
		return nil
	}
	changed, also := b.changed(outer), b.changed(inner)
	for _, what := range []string{"come", "gone"} {
		if in := changed[what]; len(in) > 0 && slices.Equal(in, also[what]) {
			except := b.within(inner.now.Where, nil)
			out = append(out, plan.Functional{
				Name:   what + ":" + outer.now.Name + "-" + inner.now.Name + "@" + outer.old.Name,
				Within: b.within(outer.now.Where, in), Except: &except,
			})
		}
	}
	return out
}
