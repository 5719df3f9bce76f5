package pxweb

import (
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/report"
)

// cut is the part of a table that a query selects.
type cut struct {
	table *table
	sides []side // as the table's dimensions
	// order is how the sides that stay are laid out, and across how many of the
	// last of them stand side by side.
	order  []int
	across int
}

// side is what is selected of a dimension.
type side struct {
	dimension *dimension
	values    []value // in their order; none: the dimension is left out
}

// cells is how many cells the cut has, or limit+1 if they are more.
func (c *cut) cells(limit int) int {
	n := 1
	for _, s := range c.sides {
		if n *= max(1, len(s.values)); n > limit {
			return limit + 1
		}
	}
	return n
}

// cut selects from the table. A query that selects nothing gets the default
// selection.
func (t *table) cut(q query, limit int) (*cut, error) {
	selection := q.selection
	if !slices.ContainsFunc(selection, func(v variable) bool { return len(v.values) > 0 }) {
		selection = t.preselect(selection, limit)
	}
	c := &cut{table: t, sides: make([]side, len(t.dimensions))}
	for i := range t.dimensions {
		c.sides[i].dimension = &t.dimensions[i]
	}
	seen := make([]bool, len(c.sides))
	for _, v := range selection {
		i := t.find(v.code)
		switch {
		case i < 0:
			return nil, refused(CodeVariableUnknown, "/selection")
		case seen[i]:
			return nil, refused(CodeVariableTwice, at(c.sides[i].dimension))
		}
		seen[i] = true
		if err := c.sides[i].take(v); err != nil {
			return nil, err
		}
	}
	for _, s := range c.sides {
		if len(s.values) == 0 && s.dimension.total() == nil {
			return nil, refused(CodeSelectionMissing, at(s.dimension))
		}
	}
	if c.cells(limit) > limit {
		return nil, tooManyCells()
	}
	return c, c.place(q.placement)
}

// at points at a variable of the table, whose code is ours.
func at(d *dimension) string { return "/selection/" + d.code }

// find gives the dimension of a code, -1 if there is none. Time goes by its
// English name, too.
func (t *table) find(code string) int {
	if strings.EqualFold(code, "time") {
		code = export.TimeCode
	}
	return slices.IndexFunc(t.dimensions, func(d dimension) bool { return strings.EqualFold(d.code, code) })
}

// take selects from one dimension.
func (s *side) take(v variable) error {
	values := s.dimension.values
	if v.codelist != "" {
		g := s.dimension.list(v.codelist)
		if g == nil {
			return refused(CodeCodelistForeign, at(s.dimension))
		}
		values = g.values
	}
	marked := make([]bool, len(values))
	for _, text := range v.values {
		if err := expand(strings.TrimSpace(text), values, s.dimension.role == export.Time, marked); err != nil {
			return pointed(err, at(s.dimension))
		}
	}
	for i, v := range values {
		if marked[i] {
			s.values = append(s.values, v)
		}
	}
	if v.single {
		s.single(v.codelist)
	}
	return nil
}

// single puts in place of the values of an aggregation those that they are made
// of.
func (s *side) single(list string) {
	g := s.dimension.list(list)
	if g == nil || !g.aggregate {
		return
	}
	inside := make(map[string]bool)
	for _, v := range s.values {
		for _, code := range g.parts[find(g.values, v.Code)] {
			inside[code] = true
		}
	}
	s.values = slices.DeleteFunc(slices.Clone(s.dimension.values), func(v value) bool { return !inside[v.Code] })
}

// preselect is the default selection: everything; where that is too much, the
// latest year; where that is too much, totals. It keeps codelists that were
// named.
func (t *table) preselect(named []variable, limit int) []variable {
	var all []variable
	for i, d := range t.dimensions {
		v := variable{code: d.code, values: []string{"*"}}
		for _, n := range named {
			if t.find(n.code) == i {
				v.codelist, v.single = n.codelist, n.single
			}
		}
		all = append(all, v)
	}
	for _, n := range named {
		if t.find(n.code) < 0 {
			all = append(all, n) // to be refused
		}
	}
	if t.size() > limit {
		all[len(t.dimensions)-1].values = []string{"TOP(1)"}
	}
	last := t.dimensions[len(t.dimensions)-1]
	for i, size := 0, t.size()/len(last.values); i < len(t.dimensions)-1 && size > limit; i++ {
		if d := t.dimensions[i]; d.total() != nil && all[i].codelist == "" {
			all[i].values = []string{totalCode}
			size /= len(d.values)
		}
	}
	return all
}

// size is how many cells the whole table has. Tables are small.
func (t *table) size() int {
	n := 1
	for _, d := range t.dimensions {
		n *= len(d.values)
	}
	return n
}

// place lays the sides out: those that are not placed run down, but for what is
// counted and time, which run across before whatever was placed there.
func (c *cut) place(p placement) error {
	var stub, heading []int
	placed := make([]bool, len(c.sides))
	for _, to := range []struct {
		codes []string
		into  *[]int
	}{{p.Stub, &stub}, {p.Heading, &heading}} {
		for _, code := range to.codes {
			i := c.table.find(code)
			if i < 0 {
				return refused(CodeVariableUnknown, "/placement")
			}
			if placed[i] {
				return refused(CodeVariableTwice, "/placement")
			}
			placed[i] = true
			*to.into = append(*to.into, i)
		}
	}
	var rest []int
	for i, s := range c.sides {
		switch {
		case placed[i]:
		case s.dimension.role == export.Classification:
			stub = append(stub, i)
		default:
			rest = append(rest, i)
		}
	}
	heading = slices.Concat(rest, heading)
	left := func(i int) bool { return len(c.sides[i].values) == 0 }
	stub, heading = slices.DeleteFunc(stub, left), slices.DeleteFunc(heading, left)
	c.order, c.across = slices.Concat(stub, heading), max(1, len(heading))
	return nil
}

// cube reads the numbers.
func (c *cut) cube() *export.Cube {
	out := &export.Cube{ID: c.table.id, Title: c.table.title, Edition: c.table.edition, Across: c.across, Notes: c.table.notes}
	for _, i := range c.order {
		out.Dimensions = append(out.Dimensions, c.sides[i].cube())
	}
	chosen := make([]*value, len(c.sides))
	var from func(k int)
	from = func(k int) {
		if k == len(c.order) {
			out.Numbers = append(out.Numbers, c.number(chosen))
			return
		}
		s := &c.sides[c.order[k]]
		for j := range s.values {
			chosen[c.order[k]] = &s.values[j]
			from(k + 1)
		}
	}
	from(0)
	return out
}

// number is nothing but a number that a release states.
func (c *cut) number(chosen []*value) report.Number { return c.table.numbers.number(chosen) }

func (s side) cube() export.Dimension {
	d := s.dimension
	out := export.Dimension{Code: d.code, Label: d.label, Role: d.role, Options: d.options}
	for _, v := range s.values {
		out.Categories = append(out.Categories, v.Category)
	}
	return out
}
