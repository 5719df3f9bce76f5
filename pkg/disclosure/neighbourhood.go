package disclosure

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// neighbourhood is the part of a large component in which persons move on a
// functional's own axes alone. All axes that share a cell or a ban with these
// are fixed, so that few atoms matter and all of them can be listed. It gives
// nil where that would still be too much.
func (c *component) neighbourhood(f plan.Functional, persons int) *component {
	n := &component{space: c.space, whole: c, balanced: true, index: make(map[string]int)}
	near := make([]bool, len(c.space.sys.Axes))
	for _, sel := range selections(f) {
		for _, part := range sel {
			if slices.Contains(c.loose, part.Axis) && !n.moves(part.Axis) {
				n.loose = append(n.loose, part.Axis)
				near[part.Axis] = true
			}
		}
	}
	if len(n.loose) == 0 {
		return nil
	}
	slices.Sort(n.loose)
	for _, i := range c.cells {
		if sel := extent(c.space.sys.Cells[i]); n.meets(sel) {
			n.cells = append(n.cells, i)
			mark(near, sel)
		}
	}
	for _, tied := range c.space.ties {
		if n.meets(tied) {
			mark(near, tied)
		}
	}
	for a, yes := range near {
		if yes && len(c.space.example[a]) > 1 {
			n.axes = append(n.axes, a)
		}
	}
	if n.combinations(n.loose)*min(persons, n.combinations(n.axes)) > explicitAtoms {
		return nil
	}
	return n
}

func selections(f plan.Functional) []plan.Selection {
	if f.Except == nil {
		return []plan.Selection{f.Within}
	}
	return []plan.Selection{f.Within, *f.Except}
}

// extent is the selection of a cell, with the axis of its weights.
func extent(c plan.Cell) plan.Selection {
	if !c.Weighted {
		return c.Where
	}
	return append(slices.Clone(c.Where), plan.Subset{Axis: c.WeightAxis})
}

// meets says whether a selection names an axis on which persons are moved.
func (c *component) meets(sel plan.Selection) bool {
	return slices.ContainsFunc(sel, func(p plan.Subset) bool { return c.moves(p.Axis) })
}

func mark(near []bool, sel plan.Selection) {
	for _, p := range sel {
		near[p.Axis] = true
	}
}
