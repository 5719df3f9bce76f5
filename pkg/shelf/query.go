package shelf

import (
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

// Query asks for a reading of one published table.
type Query struct {
	Year  int
	Table plan.Name
	// By are the dimensions that stay; over the others is summed. The order means
	// nothing: they stay in that of the table.
	By    []codelist.FieldName
	Where []Condition
}

// Condition picks categories of a dimension, by the codes they are published
// under.
type Condition struct {
	Field codelist.FieldName
	In    []codelist.Code
}

// Derived is a table that follows from a published one.
type Derived struct {
	Release int
	report.Table
}

// Derive reads a published table: it sums over the dimensions that By leaves
// out and over the categories that Where picks. It looks at nothing but what is
// published, so it tells nothing new.
//
// A sum is exact if all its parts are, or if the release shows the same
// quantity elsewhere; otherwise it lies between the sums of its parts' ranges.
// Options of a multi-valued field cannot be summed, because one person has
// several: leaving such a field out, or picking several of its categories, is
// not in the release. So is every table, field or code that the release does
// not have.
func (r *Release) Derive(q Query) (Derived, error) {
	y, ok := r.Protected.Year(q.Year)
	if !ok {
		return Derived{}, errNotInRelease
	}
	i := slices.IndexFunc(y.Tables, func(t plan.PublishedTable) bool { return t.Name == q.Table })
	if i < 0 {
		return Derived{}, errNotInRelease
	}
	s := selection{y: y, t: y.Tables[i]}
	if err := s.choose(q); err != nil {
		return Derived{}, err
	}
	return Derived{Release: r.Manifest.Number, Table: s.derive()}, nil
}

// selection is a query matched with its table.
type selection struct {
	y    plan.Publication
	t    plan.PublishedTable
	dims []chosen // as the table's

	partitions map[int]*partition // those that were asked for, by their options
}

// chosen is what a query wants of a dimension.
type chosen struct {
	stays  bool
	picked []int // categories, increasing
	whole  bool  // nothing was left out; of options, none was picked
}

func (s *selection) choose(q Query) error {
	if repeats(q.By) || slices.ContainsFunc(q.Where, func(c Condition) bool { return len(c.In) == 0 }) {
		return fault.New(fault.Invalid, CodeQueryInvalid)
	}
	where := make(map[codelist.FieldName][]codelist.Code, len(q.Where))
	for _, c := range q.Where {
		if _, twice := where[c.Field]; twice {
			return fault.New(fault.Invalid, CodeQueryInvalid)
		}
		where[c.Field] = c.In
	}
	found := 0
	for _, d := range s.t.Dimensions {
		codes, asked := where[d.Field]
		if asked {
			found++
		}
		c, ok := choose(d, slices.Contains(q.By, d.Field), codes)
		if !ok {
			return errNotInRelease
		}
		if c.stays {
			found++
		}
		s.dims = append(s.dims, c)
	}
	if found < len(q.By)+len(q.Where) {
		return errNotInRelease // a field that is no dimension of the table
	}
	return nil
}

func repeats(fields []codelist.FieldName) bool {
	for i, f := range fields {
		if slices.Contains(fields[:i], f) {
			return true
		}
	}
	return false
}

// choose finds the categories of a dimension; no codes pick all of them.
func choose(d plan.PublishedDimension, stays bool, codes []codelist.Code) (chosen, bool) {
	c := chosen{stays: stays}
	for i, category := range d.Categories {
		if codes == nil || slices.Contains(codes, category.Code) {
			c.picked = append(c.picked, i)
		}
	}
	for _, code := range codes {
		if !slices.ContainsFunc(d.Categories, func(c plan.PublishedCategory) bool { return c.Code == code }) {
			return c, false
		}
	}
	c.whole = codes == nil || len(c.picked) == len(d.Categories) && !d.Options
	several := codes != nil && len(c.picked) > 1
	return c, !d.Options || stays && !several
}

// filters are the table's and what was picked besides, spelled out in codes.
func (s *selection) filters() []plan.Condition {
	filters := slices.Clone(s.t.Filters)
	for i, c := range s.dims {
		if c.whole {
			continue
		}
		added := plan.Condition{Field: s.t.Dimensions[i].Field}
		for _, category := range c.picked {
			added.In = append(added.In, s.t.Dimensions[i].Categories[category].Includes...)
		}
		filters = append(filters, added)
	}
	return filters
}

// dimensions are those that stay, with the categories that were picked.
func (s *selection) dimensions() []plan.PublishedDimension {
	var left []plan.PublishedDimension
	for i, c := range s.dims {
		if !c.stays {
			continue
		}
		d := s.t.Dimensions[i]
		var categories []plan.PublishedCategory
		for _, category := range c.picked {
			categories = append(categories, d.Categories[category])
		}
		d.Categories = categories
		left = append(left, d)
	}
	return left
}
