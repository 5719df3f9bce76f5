package pxweb

import (
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/plan"
)

// totals puts a total in front of every dimension without which the release
// states all numbers of the table.
func (b *builder) totals(t *table, of appearance) {
	stated := b.numbers(of)
	var with []int
	for i := range t.dimensions {
		if stated.margin(of.table, i) {
			with = append(with, i)
		}
	}
	for _, i := range with {
		total := value{Category: export.Category{Code: totalCode, Label: labelTotal}, total: true}
		t.dimensions[i].values = slices.Insert(t.dimensions[i].values, 0, total)
	}
}

// margin says whether every number of the table is stated once it is not
// divided by one of its dimensions.
func (all released) margin(t plan.PublishedTable, without int) bool {
	about := aboutOf(t)
	var from func(d int, parts []part) bool
	from = func(d int, parts []part) bool {
		if d == len(t.Dimensions) {
			_, ok := all[keyOf(about, parts)]
			return ok
		}
		if d == without {
			return from(d+1, parts)
		}
		for _, c := range t.Dimensions[d].Categories {
			if !from(d+1, append(parts[:len(parts):len(parts)], part{t.Dimensions[d].Field, coverOf(c.Includes)})) {
				return false
			}
		}
		return true
	}
	return from(0, nil)
}

// groupings adds the codelists: the categories without the total, and coarser
// ones in which the release shows the same table.
func (b *builder) groupings(t *table, of appearance) {
	for i := range t.dimensions {
		d := &t.dimensions[i]
		for _, other := range of.year.Tables {
			if g, ok := coarser(of.table, other, i); ok {
				g.id = "agg_" + t.id + "-" + d.code + "-" + string(other.Name)
				d.lists = append(d.lists, g)
			}
		}
		if d.total() != nil || len(d.lists) > 0 {
			d.lists = append(d.lists, plainList(t.id, d))
		}
		for _, g := range d.lists {
			b.catalogue.codelists[g.id] = g
		}
	}
}

func plainList(table string, d *dimension) *grouping {
	g := &grouping{id: "vs_" + table + "-" + d.code, label: listSeveral}
	for _, v := range d.values {
		if !v.total {
			g.values = append(g.values, v)
			g.parts = append(g.parts, []string{v.Code})
		}
	}
	return g
}

// coarser says whether another table is the same but for a dimension whose
// categories are unions of this one's.
func coarser(t, other plan.PublishedTable, at int) (*grouping, bool) {
	if other.Name == t.Name || other.Dropped || aboutOf(other) != aboutOf(t) || len(other.Dimensions) != len(t.Dimensions) {
		return nil, false
	}
	for i, d := range t.Dimensions {
		theirs := other.Dimensions[i]
		if theirs.Field != d.Field || theirs.Options != d.Options || i != at && !sameCategories(d, theirs) {
			return nil, false
		}
	}
	return unions(t.Dimensions[at], other)
}

func sameCategories(a, b plan.PublishedDimension) bool {
	return slices.EqualFunc(a.Categories, b.Categories, func(x, y plan.PublishedCategory) bool {
		return coverOf(x.Includes) == coverOf(y.Includes)
	})
}

// unions writes the other table's categories as unions of the dimension's.
func unions(d plan.PublishedDimension, other plan.PublishedTable) (*grouping, bool) {
	at := slices.IndexFunc(other.Dimensions, func(o plan.PublishedDimension) bool { return o.Field == d.Field })
	g := &grouping{label: other.Title, aggregate: true}
	for _, wide := range other.Dimensions[at].Categories {
		inside, covered := []string{}, 0
		for _, c := range d.Categories {
			if !slices.ContainsFunc(c.Includes, func(code codelist.Code) bool { return !slices.Contains(wide.Includes, code) }) {
				inside, covered = append(inside, string(c.Code)), covered+len(c.Includes)
			}
		}
		if covered != len(wide.Includes) {
			return nil, false
		}
		g.values, g.parts = append(g.values, valueOf(wide)), append(g.parts, inside)
	}
	return g, len(g.values) < len(d.Categories)
}
