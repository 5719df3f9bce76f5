package pxweb

import (
	"encoding/json"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
)

// released are the numbers that a release states about persons of one year, by
// whom they count. What is not there, the release does not state.
type released map[string]report.Number

// part narrows persons down to those with one of some codes of a field.
type part struct {
	field codelist.FieldName
	codes string // as coverOf writes them
}

// coverOf writes codes in one way.
func coverOf(codes []codelist.Code) string {
	sorted := slices.Clone(codes)
	slices.Sort(sorted)
	var b strings.Builder
	for _, c := range sorted {
		b.WriteString(string(c) + "|")
	}
	return b.String()
}

// keyOf names the persons of a table who are in every part.
func keyOf(about string, parts []part) string {
	sorted := slices.Clone(parts)
	slices.SortFunc(sorted, func(a, b part) int { return strings.Compare(string(a.field), string(b.field)) })
	var b strings.Builder
	b.WriteString(about)
	for _, p := range sorted {
		b.WriteString("\n" + string(p.field) + "=" + p.codes)
	}
	return b.String()
}

// aboutOf names the persons that a table is about.
func aboutOf(t plan.PublishedTable) string {
	filters := slices.Clone(t.Filters)
	slices.SortStableFunc(filters, func(a, b plan.Condition) int { return strings.Compare(string(a.Field), string(b.Field)) })
	written, err := json.Marshal(filters)
	if err != nil {
		return string(t.Universe) + "\n" + string(t.Name) // equal to no other table's
	}
	return string(t.Universe) + "\n" + string(written)
}

// gather collects what a release states about a year: first what stands in its
// tables, then what follows from them alone.
func gather(r *shelf.Release, y plan.Publication) released {
	all := make(released)
	for _, t := range y.Tables {
		about := aboutOf(t)
		all.add(keyOf(about, nil), report.NumberOf(y, t.Total))
		all.addTable(about, report.Tabulate(y, t))
	}
	for _, t := range y.Tables {
		all.derive(r, y, t)
	}
	return all
}

// add keeps an exact number rather than any other, and the first of several.
func (all released) add(key string, n report.Number) {
	if held, ok := all[key]; !ok || held.Status != report.Exact && n.Status == report.Exact {
		all[key] = n
	}
}

func (all released) addTable(about string, t report.Table) {
	parts := make([]part, len(t.Dimensions))
	place := 0
	var from func(d int)
	from = func(d int) {
		if d == len(t.Dimensions) {
			all.add(keyOf(about, parts), t.Cells[place])
			place++
			return
		}
		for _, c := range t.Dimensions[d].Categories {
			parts[d] = part{t.Dimensions[d].Field, coverOf(c.Includes)}
			from(d + 1)
		}
	}
	if !t.Dropped {
		from(0)
	}
}

// derive adds the margins of a table that follow from the release, and were not
// released as such. Margins of which nothing is exact are left out.
func (all released) derive(r *shelf.Release, y plan.Publication, t plan.PublishedTable) {
	if t.Dropped {
		return
	}
	for kept := 1; kept < 1<<len(t.Dimensions)-1; kept++ {
		by, sums := keep(t.Dimensions, kept)
		if !sums {
			continue
		}
		margin, err := r.Derive(shelf.Query{Year: y.Year, Table: t.Name, By: by})
		if err == nil && slices.ContainsFunc(margin.Cells, func(n report.Number) bool { return n.Status == report.Exact }) {
			all.addTable(aboutOf(t), margin.Table)
		}
	}
}

// keep picks the dimensions whose bit is set, and says whether persons stand in
// one category alone of every other.
func keep(dimensions []plan.PublishedDimension, bits int) (by []codelist.FieldName, sums bool) {
	sums = true
	for i, d := range dimensions {
		if bits&(1<<i) != 0 {
			by = append(by, d.Field)
		} else if d.Options {
			sums = false
		}
	}
	return by, sums
}
