package frame

import (
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// wantedTable is a table before categories are known.
type wantedTable struct {
	name     string
	at       string
	universe query // with the filters
	asked    query // the same before it is written over the population
	whole    query // without the filters
	dims     []dim // single-valued
	several  []dim
	out      *Table
}

// dim is a dimension.
type dim struct {
	variable int
	rung     int // of the field's ladder, the finest to be shown
}

// table gathers a table and registers the groups of its finest rungs; those of
// coarser ones are unions of them.
func (f *framer) table(at string, w plan.Tabulation, out *Table) {
	*out = Table{Wanted: w, Total: none}
	universe, ok := f.universe(w.Universe, at+"/universe")
	if !ok {
		return
	}
	t := wantedTable{
		name: "table:" + string(w.Name), at: at, out: out, whole: universe,
		universe: slices.Concat(universe, f.resolve(w.Filters)),
	}
	t.asked = slices.Clone(t.universe)
	f.want(wantedCell{
		name: "of:" + string(w.Name), label: w.Title, where: t.universe, rank: plan.OneWay,
		at: at, into: &out.Total,
	})
	for i, d := range w.Dimensions {
		f.dimension(fmt.Sprintf("%s/dimensions/%d", at, i), d, &t)
	}
	f.options(t, nil, nil)
	f.tables = append(f.tables, t)
}

func (f *framer) dimension(at string, d plan.Dimension, t *wantedTable) {
	i := f.byName[d.Field]
	v := f.vars[i]
	ladder := v.column.Field.Ladder
	rung := max(0, slices.IndexFunc(ladder, func(r codelist.Rung) bool { return r.Name == d.Rung }))
	for _, g := range f.groups(v, rung) {
		f.look(at, query{{variable: i, codes: v.pick(g.Codes)}})
	}
	if v.column.Field.Multi {
		t.several = append(t.several, dim{variable: i, rung: rung})
		return
	}
	t.dims = append(t.dims, dim{variable: i, rung: rung})
}

// groups gives the groups of a rung; not applicable, which no rung covers,
// stands last and alone.
func (f *framer) groups(v *variable, rung int) []codelist.Group {
	groups := slices.Clone(v.column.Field.Ladder[rung].Groups)
	if !slices.Contains(v.codes, codelist.NotApplicable) {
		return groups
	}
	for _, e := range f.set.Book.Missing {
		if e.Code == codelist.NotApplicable {
			groups = append(groups, codelist.Group{Code: e.Code, Label: e.Label, Codes: []codelist.Code{e.Code}})
		}
	}
	return groups
}

// options makes a part for every combination of options of the multi-valued
// dimensions. With no other dimension left, the part is one cell.
func (f *framer) options(t wantedTable, chosen []Option, where query) {
	if len(chosen) < len(t.several) {
		d := t.several[len(chosen)]
		v := f.vars[d.variable]
		for _, g := range f.groups(v, d.rung) {
			option := Option{Field: v.column.Field.Name, Group: g}
			f.options(t, append(slices.Clone(chosen), option), append(slices.Clone(where), test{variable: d.variable, codes: v.pick(g.Codes)}))
		}
		return
	}
	t.out.Parts = append(t.out.Parts, Part{Options: chosen, Table: none, Cell: none})
}

// part cuts a query down to the persons of a part.
func (f *framer) part(q query, t *wantedTable, p *Part) query {
	q = slices.Clone(q)
	for i, o := range p.Options {
		v := f.vars[t.several[i].variable]
		q = append(q, test{variable: t.several[i].variable, codes: v.pick(o.Group.Codes)})
	}
	return q
}

// layTable puts a table's parts into the layout. A part that no valid record
// is in has neither a table nor a cell.
func (f *framer) layTable(t *wantedTable) {
	layout := &f.frame.Layout
	for i := range t.out.Parts {
		p := &t.out.Parts[i]
		where, ok := f.where(f.part(t.universe, t, p))
		if !ok || len(p.Options) > 0 && f.frame.banned(where) {
			continue
		}
		table := plan.Table{Name: t.name, Universe: f.during(f.alive, where)}
		asked := f.quantity(f.part(t.asked, t, p), nil)
		label := t.out.Wanted.Title
		for _, o := range p.Options {
			table.Name += ":" + string(o.Group.Code)
			label = joinText(label, o.Group.Label)
		}
		f.setAxes(t, &table)
		if len(table.Axes) == 0 {
			rank := plan.OneWay
			if len(p.Options) > 1 {
				rank = plan.Inner
			}
			p.Cell = f.addCell(plan.Cell{Name: table.Name, Where: table.Universe, Rank: rank}, label, asked)
			continue
		}
		p.Table = len(layout.Tables)
		layout.Tables = append(layout.Tables, table)
		f.frame.asked = append(f.frame.asked, asked)
	}
	f.frame.outlines = append(f.frame.outlines, f.outline(t))
	f.frame.shapes = append(f.frame.shapes, f.shape(t))
}

func joinText(a, b codelist.Text) codelist.Text {
	return codelist.Text{SV: a.SV + ": " + b.SV, EN: a.EN + ": " + b.EN}
}

// setAxes names the dimensions that have more than one category left, in the
// order of the axes, with the rung from which each may be shown.
func (f *framer) setAxes(t *wantedTable, table *plan.Table) {
	dims := slices.Clone(t.dims)
	slices.SortFunc(dims, func(a, b dim) int { return a.variable - b.variable })
	for _, d := range dims {
		if v := f.vars[d.variable]; v.place >= 0 {
			table.Axes = append(table.Axes, v.place)
			table.Finest = append(table.Finest, f.rungOf(d))
		}
	}
}

// rungOf finds a rung of the codebook in the ladder of the layout.
func (f *framer) rungOf(d dim) int {
	v := f.vars[d.variable]
	for _, l := range f.frame.Layout.Ladders {
		if l.Axis != v.place {
			continue
		}
		want := f.grouping(v, d.rung)
		for i, rung := range l.Rungs {
			if sameGrouping(rung, want) {
				return i
			}
		}
	}
	return 0
}

func sameGrouping(a, b plan.Grouping) bool {
	return slices.EqualFunc(a, b, slices.Equal[[]int])
}

// ladders lays the ladder of every axis that is a dimension of some table,
// from the finest rung that any of them wants.
func (f *framer) ladders() {
	finest := make(map[int]int)
	for _, t := range f.tables {
		for _, d := range t.dims {
			if before, seen := finest[d.variable]; !seen || d.rung < before {
				finest[d.variable] = d.rung
			}
		}
	}
	for i, v := range f.vars {
		from, wanted := finest[i]
		if !wanted || v.place < 0 {
			continue
		}
		ladder := plan.Ladder{Axis: v.place, Residual: f.residual(v)}
		for rung := from; rung < len(v.column.Field.Ladder); rung++ {
			g := f.grouping(v, rung)
			if n := len(ladder.Rungs); n == 0 || !sameGrouping(ladder.Rungs[n-1], g) {
				ladder.Rungs = append(ladder.Rungs, g)
			}
		}
		f.frame.Layout.Ladders = append(f.frame.Layout.Ladders, ladder)
	}
}

// grouping maps a rung onto the categories of an axis.
func (f *framer) grouping(v *variable, rung int) plan.Grouping {
	var out plan.Grouping
	for _, g := range f.groups(v, rung) {
		if in := v.holding(v.pick(g.Codes)); len(in) > 0 {
			out = append(out, in)
		}
	}
	return out
}

// residual is a category of the group into which others may be merged: the
// missing answers, or what stands with them on coarser rungs.
func (f *framer) residual(v *variable) int {
	for _, rung := range v.column.Field.Ladder {
		for _, g := range rung.Groups {
			if in := v.holding(v.pick(g.Codes)); g.Residual && len(in) > 0 {
				return in[0]
			}
		}
	}
	return none
}

// holding gives the axis categories of a single-valued field that hold one of
// the codes.
func (v *variable) holding(any codes) []int {
	var out []int
	for c, in := range v.stated {
		if i := v.final[c]; i >= 0 && in&any != 0 && !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return out
}

// shape is what admission looks at: the inner cells that the table's universe
// leaves at the coarsest rungs. A field that only filters look at is a dimension
// of two categories, those they take and the rest: what is shown is one slice of
// a table that has both.
func (f *framer) shape(t *wantedTable) plan.Shape {
	w := t.out.Wanted
	s := plan.Shape{Universe: w.Universe, Ways: len(w.Dimensions) + len(w.Filters), Cells: 1 << len(t.several)}
	seen := make(map[codelist.FieldName]bool)
	for _, d := range w.Dimensions {
		seen[d.Field] = true
	}
	for _, c := range w.Filters {
		if !seen[c.Field] {
			seen[c.Field] = true
			s.Cells *= 2
		}
	}
	for _, d := range t.dims {
		groups := 0
		coarsest := len(f.vars[d.variable].column.Field.Ladder) - 1
		for _, g := range f.grouping(f.vars[d.variable], coarsest) {
			if f.leaves(t.whole, d.variable, g) {
				groups++
			}
		}
		s.Cells *= max(groups, 1)
	}
	return s
}

// leaves says whether a query has persons in some of the categories of an axis.
func (f *framer) leaves(q query, variable int, categories []int) bool {
	v := f.vars[variable]
	where, ok := f.where(q)
	if !ok || v.place < 0 {
		return ok
	}
	i := slices.IndexFunc(where, func(s plan.Subset) bool { return s.Axis == v.place })
	if i >= 0 {
		categories = slices.DeleteFunc(slices.Clone(categories), func(c int) bool { return !slices.Contains(where[i].Categories, c) })
		where = slices.Delete(where, i, i+1)
	}
	if len(categories) == 0 {
		return false
	}
	where = append(where, plan.Subset{Axis: v.place, Categories: categories})
	return !f.frame.banned(where)
}

// banned says whether one ban rules a whole selection out.
func (f *Frame) banned(where plan.Selection) bool {
	covers := func(b plan.Subset) bool {
		i := slices.IndexFunc(where, func(s plan.Subset) bool { return s.Axis == b.Axis })
		return i >= 0 && !slices.ContainsFunc(where[i].Categories, func(c int) bool { return !slices.Contains(b.Categories, c) })
	}
	return slices.ContainsFunc(f.Layout.Base.Bans, func(b plan.Selection) bool {
		return !slices.ContainsFunc(b, func(s plan.Subset) bool { return !covers(s) })
	})
}

// outline is one dimension of a table, in the order of the plan.
type outline struct {
	variable *variable
	options  []codelist.Group // of a multi-valued field, as the parts run through them
}

func (f *framer) outline(t *wantedTable) []outline {
	var out []outline
	for _, w := range t.out.Wanted.Dimensions {
		is := func(d dim) bool { return f.vars[d.variable].column.Field.Name == w.Field }
		if i := slices.IndexFunc(t.several, is); i >= 0 {
			v := f.vars[t.several[i].variable]
			out = append(out, outline{variable: v, options: f.groups(v, t.several[i].rung)})
			continue
		}
		out = append(out, outline{variable: f.vars[f.byName[w.Field]]})
	}
	return out
}
