package release

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// batchDifferences are what somebody has who lays two releases beside each
// other: of every two counts that differ in nothing but the moment they speak
// of, those who are in the one and not in the other, both ways. Where one
// moment's batches hold all of the other's, the difference is a nested one,
// which every system has.
func batchDifferences(s plan.System) (out []plan.Functional) {
	axis := slices.IndexFunc(s.Axes, func(a plan.Axis) bool { return a.Name == plan.BatchAxis })
	if axis < 0 {
		return nil
	}
	for i, a := range s.Cells {
		for _, b := range s.Cells[i+1:] {
			if !counts(a) || !counts(b) || !sameButFor(axis, a.Where, b.Where) {
				continue
			}
			x, y := batchesOf(s, axis, a), batchesOf(s, axis, b)
			if within(x, y) || within(y, x) {
				continue
			}
			out = append(out, difference(a, b), difference(b, a))
		}
	}
	return out
}

func counts(c plan.Cell) bool { return !c.Weighted && !c.StructuralZero }

func difference(of, but plan.Cell) plan.Functional {
	except := but.Where
	return plan.Functional{Name: "batch:" + of.Name + "-" + but.Name, Within: of.Where, Except: &except}
}

func sameButFor(axis int, a, b plan.Selection) bool {
	is := func(p plan.Subset) bool { return p.Axis == axis }
	return slices.EqualFunc(slices.DeleteFunc(slices.Clone(a), is), slices.DeleteFunc(slices.Clone(b), is), func(x, y plan.Subset) bool {
		return x.Axis == y.Axis && slices.Equal(x.Categories, y.Categories)
	})
}

// batchesOf are the batches that a cell speaks of.
func batchesOf(s plan.System, axis int, c plan.Cell) (out []int) {
	for _, p := range c.Where {
		if p.Axis == axis {
			return p.Categories
		}
	}
	for i := range s.Axes[axis].Categories {
		out = append(out, i)
	}
	return out
}

func within(a, b []int) bool {
	return !slices.ContainsFunc(a, func(x int) bool { return !slices.Contains(b, x) })
}
