package frame

import (
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// grid is how one table of the layout is shown: its cells in the order of its
// axes, and the groups of which its universe leaves something.
type grid struct {
	axes    []int
	groups  []plan.Grouping
	cells   []int // the last axis running fastest; empty if dropped
	dropped bool
}

// lay reads a presentation and finds what each of its cells holds; false if it
// does not present this table.
func (d *describer) lay(i int) bool {
	t, p := d.frame.Layout.Tables[i], d.shown[i]
	if p.Table != t.Name {
		return false
	}
	g := grid{axes: t.Axes, dropped: p.Dropped}
	for k, axis := range t.Axes {
		grouping, ok := d.grouping(p, k, axis)
		if !ok {
			return false
		}
		g.groups = append(g.groups, slices.DeleteFunc(slices.Clone(grouping), func(in []int) bool {
			return len(cut(t.Universe, axis, in)) == 0
		}))
	}
	if !p.Dropped {
		g.cells = p.Cells
	}
	d.grids[i] = g
	return p.Dropped || d.explain(i, g)
}

// grouping is how a presentation groups an axis: a table that was not even
// tried is shown by its coarsest groups.
func (d *describer) grouping(p plan.Presentation, k, axis int) (plan.Grouping, bool) {
	if len(p.Groups) > k {
		for _, in := range p.Groups[k] {
			if slices.ContainsFunc(in, func(c int) bool { return c < 0 || c >= len(d.system.Axes[axis].Categories) }) {
				return nil, false
			}
		}
		return p.Groups[k], true
	}
	for _, l := range d.frame.Layout.Ladders {
		if l.Axis == axis && p.Dropped {
			return l.Rungs[len(l.Rungs)-1], true
		}
	}
	return nil, false
}

// cut gives what a selection leaves of some categories of an axis.
func cut(s plan.Selection, axis int, in []int) []int {
	i := slices.IndexFunc(s, func(part plan.Subset) bool { return part.Axis == axis })
	if i < 0 {
		return in
	}
	return slices.DeleteFunc(slices.Clone(in), func(c int) bool { return !slices.Contains(s[i].Categories, c) })
}

// explain writes the quantity of every cell of a grid, and says whether the
// cells are what their places say.
func (d *describer) explain(i int, g grid) bool {
	t := d.frame.Layout.Tables[i]
	n := 0
	return g.walk(func(chosen [][]int) bool {
		if n == len(g.cells) || g.cells[n] < 0 || g.cells[n] >= len(d.system.Cells) || d.quantities[g.cells[n]] != nil {
			return false
		}
		cell := g.cells[n]
		where := slices.Clone(t.Universe)
		q := d.frame.asked[i]
		q.Where = slices.Clone(q.Where)
		for k, in := range chosen {
			v := d.frame.axes[g.axes[k]]
			where = narrow(where, g.axes[k], in)
			c, _ := v.condition(test{codes: v.mergedAll(in)})
			q.Where = append(q.Where, c)
		}
		d.quantities[cell] = &q
		n++
		return !d.system.Cells[cell].Weighted && sameSelection(d.system.Cells[cell].Where, where)
	}) && n == len(g.cells)
}

// narrow cuts a selection down to some categories of an axis.
func narrow(s plan.Selection, axis int, in []int) plan.Selection {
	left := plan.Subset{Axis: axis, Categories: cut(s, axis, in)}
	at, named := slices.BinarySearchFunc(s, axis, func(part plan.Subset, a int) int { return part.Axis - a })
	if named {
		s[at] = left
		return s
	}
	return slices.Insert(s, at, left)
}

// walk visits every combination of groups, the last axis running fastest,
// until visit says no.
func (g grid) walk(visit func(chosen [][]int) bool) bool {
	chosen := make([][]int, len(g.groups))
	var step func(k int) bool
	step = func(k int) bool {
		if k == len(chosen) {
			return visit(chosen)
		}
		for _, in := range g.groups[k] {
			if chosen[k] = in; !step(k + 1) {
				return false
			}
		}
		return true
	}
	return step(0)
}

// at gives the cell of the chosen groups, by their places per axis.
func (g grid) at(place map[int]int) int {
	n := 0
	for k, axis := range g.axes {
		n = n*len(g.groups[k]) + place[axis]
	}
	return g.cells[n]
}

// table writes a table of the plan: as one if all of its parts are shown alike,
// otherwise one for each part.
func (d *describer) table(i int) ([]plan.PublishedTable, bool) {
	t := d.frame.Tables[i]
	if d.alike(t.Parts) {
		out, ok := d.together(i, t.Parts)
		return []plan.PublishedTable{out}, ok
	}
	var tables []plan.PublishedTable
	for k, p := range t.Parts {
		if p.Table < 0 {
			continue
		}
		out, ok := d.together(i, t.Parts[k:k+1])
		if !ok {
			return nil, false
		}
		for _, o := range p.Options {
			out.Name += "." + plan.Name(o.Group.Code)
			out.Title = joinText(out.Title, o.Group.Label)
		}
		tables = append(tables, out)
	}
	return tables, true
}

// alike says whether parts are presented alike. One that nobody can be in is
// like any other.
func (d *describer) alike(parts []Part) bool {
	first := none
	for _, p := range parts {
		switch {
		case p.Table < 0:
		case first < 0:
			first = p.Table
		default:
			a, b := d.grids[first], d.grids[p.Table]
			if a.dropped != b.dropped || !slices.EqualFunc(a.groups, b.groups, sameGrouping) {
				return false
			}
		}
	}
	return true
}

// together writes parts that are presented alike as one table. Their options
// are dimensions, even if only one is left.
func (d *describer) together(i int, parts []Part) (out plan.PublishedTable, ok bool) {
	t := d.frame.Tables[i]
	out = plan.PublishedTable{Name: t.Wanted.Name, Title: t.Wanted.Title, Universe: t.Wanted.Universe, Total: t.Total}
	for _, c := range t.Wanted.Filters {
		r := c.Resolve(d.frame.schema.Book)
		c = plan.Condition{Field: c.Field, In: r.Codes}
		if r.Not {
			c.In, c.NotIn = nil, r.Codes
		}
		out.Filters = append(out.Filters, c)
	}
	var shown grid
	if k := slices.IndexFunc(parts, func(p Part) bool { return p.Table >= 0 }); k >= 0 {
		shown = d.grids[parts[k].Table]
	}
	for _, o := range d.frame.outlines[i] {
		dimension, ok := d.frame.dimension(o, shown, parts)
		if !ok {
			return out, false
		}
		out.Dimensions = append(out.Dimensions, dimension)
	}
	if out.Dropped = shown.dropped; !out.Dropped {
		out.Cells = d.cells(d.frame.outlines[i], out.Dimensions, parts)
	}
	return out, true
}

// dimension writes a dimension as it is shown. ok is false if its groups are
// none of the frame's.
func (f *Frame) dimension(o outline, shown grid, parts []Part) (out plan.PublishedDimension, ok bool) {
	field := o.variable.column.Field
	out = plan.PublishedDimension{Field: field.Name, Label: field.Label, Options: o.options != nil}
	if out.Options {
		for _, g := range o.options {
			if slices.ContainsFunc(parts, func(p Part) bool { return p.chooses(field.Name, g.Code) }) {
				out.Categories = append(out.Categories, plan.PublishedCategory{Code: g.Code, Label: g.Label, Includes: g.Codes})
			}
		}
		return out, true
	}
	classes := []codes{o.variable.living()}
	if k := slices.Index(shown.axes, o.variable.place); k >= 0 {
		classes = nil
		for _, in := range shown.groups[k] {
			classes = append(classes, o.variable.mergedAll(in))
		}
	}
	for _, class := range classes {
		m, known := f.mergedAs(o.variable, class)
		if !known {
			return out, false
		}
		out.Categories = append(out.Categories, plan.PublishedCategory(m))
	}
	return out, len(classes) > 0
}

func (p Part) chooses(field codelist.FieldName, code codelist.Code) bool {
	return slices.ContainsFunc(p.Options, func(o Option) bool { return o.Field == field && o.Group.Code == code })
}

// cells lists the cells of parts in the order of the plan's dimensions. The
// parts run through their options in the same order.
func (d *describer) cells(outlines []outline, dims []plan.PublishedDimension, parts []Part) []int {
	var out []int
	place := make(map[int]int) // by axis
	var step func(k, part int)
	step = func(k, part int) {
		if k == len(dims) {
			out = append(out, d.cell(parts[part], place))
			return
		}
		n := len(dims[k].Categories)
		for c := range n {
			if dims[k].Options {
				step(k+1, part*n+c)
				continue
			}
			place[outlines[k].variable.place] = c
			step(k+1, part)
		}
	}
	step(0, 0)
	return out
}

// cell gives the cell at a place of a part, or none where no record can be.
func (d *describer) cell(p Part, place map[int]int) int {
	switch {
	case p.Table >= 0:
		cell := d.grids[p.Table].at(place)
		if d.frame.banned(d.system.Cells[cell].Where) {
			return plan.NoCell
		}
		return cell
	case p.Cell >= 0:
		return p.Cell
	}
	return plan.NoCell
}
