package shelf

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

// partition is a set of cells of a table such that every person of within
// stands in exactly one of them: the whole table, or what it says of one option
// of each of its multi-valued fields.
type partition struct {
	cells  []int
	within plan.Selection
	// candidates are the cells of the year that could hold a sum of several cells.
	candidates []int
}

// partition finds the one that at belongs to.
func (s *selection) partition(at []int) *partition {
	key := 0
	for i, d := range s.t.Dimensions {
		if d.Options {
			key = key*len(d.Categories) + at[i]
		}
	}
	if s.partitions == nil {
		s.partitions = make(map[int]*partition)
	}
	if s.partitions[key] == nil {
		s.partitions[key] = s.divide(at)
	}
	return s.partitions[key]
}

func (s *selection) divide(at []int) *partition {
	p := &partition{within: s.y.Cells[s.t.Total].Where}
	options := false
	member := make([]bool, len(s.y.Cells))
	for place, cell := range s.t.Cells {
		if cell != plan.NoCell && s.sameOptions(place, at) {
			p.cells, member[cell] = append(p.cells, cell), true
		}
	}
	for _, d := range s.t.Dimensions {
		options = options || d.Options
	}
	if options {
		p.within = hull(s.y, p.cells)
	}
	for i, c := range s.y.Cells {
		if !c.Weighted && !member[i] && contains(s.y.Axes, p.within, c.Where) {
			p.candidates = append(p.candidates, i)
		}
	}
	return p
}

// sameOptions says whether a place of the table has the options of at.
func (s *selection) sameOptions(place int, at []int) bool {
	for i, d := range slices.Backward(s.t.Dimensions) {
		if d.Options && place%len(d.Categories) != at[i] {
			return false
		}
		place /= len(d.Categories)
	}
	return true
}

// find looks for a cell that holds exactly the persons of the parts: it
// contains each of them and no person of any other cell of the partition. A
// shown one is preferred.
func (p *partition) find(y plan.Publication, parts []int) (report.Number, bool) {
	wanted := make(map[int]bool, len(parts))
	for _, part := range parts {
		wanted[part] = true
	}
	found := plan.NoCell
	for _, candidate := range p.candidates {
		if !p.holds(y, candidate, parts, wanted) {
			continue
		}
		if y.Cells[candidate].Shown {
			return report.NumberOf(y, candidate), true
		}
		if found == plan.NoCell || y.Cells[found].Range == nil {
			found = candidate
		}
	}
	return report.NumberOf(y, found), found != plan.NoCell
}

// holds says whether a candidate is the sum of the parts, which are those
// wanted.
func (p *partition) holds(y plan.Publication, candidate int, parts []int, wanted map[int]bool) bool {
	where := y.Cells[candidate].Where
	for _, part := range parts {
		if part != plan.NoCell && !contains(y.Axes, where, y.Cells[part].Where) {
			return false
		}
	}
	return !slices.ContainsFunc(p.cells, func(cell int) bool {
		return !wanted[cell] && !apart(where, y.Cells[cell].Where)
	})
}

// contains says whether every atom of inner is one of outer.
func contains(axes []plan.Axis, outer, inner plan.Selection) bool {
	for _, o := range outer {
		i := slices.IndexFunc(inner, func(s plan.Subset) bool { return s.Axis == o.Axis })
		switch {
		case i >= 0 && slices.ContainsFunc(inner[i].Categories, func(c int) bool { return !slices.Contains(o.Categories, c) }):
			return false
		case i < 0 && (o.Axis < 0 || o.Axis >= len(axes) || len(o.Categories) < len(axes[o.Axis].Categories)):
			return false
		}
	}
	return true
}

// apart says whether two selections have no atom in common.
func apart(a, b plan.Selection) bool {
	return slices.ContainsFunc(a, func(s plan.Subset) bool {
		return slices.ContainsFunc(b, func(t plan.Subset) bool {
			return s.Axis == t.Axis && !slices.ContainsFunc(s.Categories, func(c int) bool { return slices.Contains(t.Categories, c) })
		})
	})
}

// hull is the smallest selection around the cells that names on every axis what
// some of them have; none of it is empty unless there are no cells.
func hull(y plan.Publication, cells []int) plan.Selection {
	var around plan.Selection
	for i, cell := range cells {
		where := y.Cells[cell].Where
		if i == 0 {
			for _, s := range where {
				around = append(around, plan.Subset{Axis: s.Axis, Categories: slices.Clone(s.Categories)})
			}
			continue
		}
		around = slices.DeleteFunc(around, func(s plan.Subset) bool {
			return !slices.ContainsFunc(where, func(t plan.Subset) bool { return t.Axis == s.Axis })
		})
		for j := range around {
			k := slices.IndexFunc(where, func(t plan.Subset) bool { return t.Axis == around[j].Axis })
			around[j].Categories = append(around[j].Categories, where[k].Categories...)
			slices.Sort(around[j].Categories)
			around[j].Categories = slices.Compact(around[j].Categories)
		}
	}
	return around
}
