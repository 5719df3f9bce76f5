package pxweb

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
)

// catalogue is what a set of releases offers as tables. It is read-only, but
// for the answers that it keeps.
type catalogue struct {
	releases  []*shelf.Release
	tables    []*table // by id
	byID      map[string]*table
	codelists map[string]*grouping
	given     keeper
}

// catalogueOf reads releases, in the order of their numbers.
func catalogueOf(releases []*shelf.Release) *catalogue {
	b := builder{
		catalogue: &catalogue{releases: releases, byID: make(map[string]*table), codelists: make(map[string]*grouping)},
		stated:    make(map[sourceKey]released),
	}
	b.figures("headline-figures", titleHeadline, func(f plan.PublishedFigure) bool { return f.Headline })
	b.figures("all-figures", titleFigures, func(plan.PublishedFigure) bool { return true })
	shown := make(map[plan.Name][]appearance)
	for _, r := range releases {
		for _, y := range r.Manifest.Content.Years {
			for _, t := range y.Tables {
				shown[t.Name] = append(shown[t.Name], appearance{r, y, t, shapeOf(t)})
			}
		}
	}
	for name, all := range shown {
		b.family(string(name), all)
	}
	slices.SortFunc(b.catalogue.tables, func(x, y *table) int { return strings.Compare(x.id, y.id) })
	return b.catalogue
}

type builder struct {
	catalogue *catalogue
	stated    map[sourceKey]released
}

type sourceKey struct{ release, year int }

// appearance is a table as a release shows it for one year.
type appearance struct {
	release *shelf.Release
	year    plan.Publication
	table   plan.PublishedTable
	shape   string
}

// shapeOf is equal for tables of the same persons by the same categories.
func shapeOf(t plan.PublishedTable) string {
	var b strings.Builder
	b.WriteString(aboutOf(t))
	for _, d := range t.Dimensions {
		fmt.Fprintf(&b, "\n%s %t", d.Field, d.Options)
		for _, c := range d.Categories {
			fmt.Fprintf(&b, "\n%s=%s", c.Code, coverOf(c.Includes))
		}
	}
	return b.String()
}

func (b *builder) numbers(a appearance) released {
	key := sourceKey{a.release.Manifest.Number, a.year.Year}
	if b.stated[key] == nil {
		b.stated[key] = gather(a.release, a.year)
	}
	return b.stated[key]
}

// family makes the tables of a name: one of the newest word on every year that
// has the newest categories, and those of every release by itself.
func (b *builder) family(name string, all []appearance) {
	newest := newestOf(all)
	var main, others []appearance
	for _, a := range newest {
		if a.shape == newest[0].shape {
			main = append(main, a)
		} else {
			others = append(others, a)
		}
	}
	if len(main) > 0 {
		t := b.table(name, main)
		t.listed = true
		if len(others) > 0 {
			t.notes = append(t.notes, noteOtherYears)
		}
	}
	for _, group := range byRelease(all) {
		number, year := group[0].release.Manifest.Number, group[0].year.Year
		id := name + "-r" + strconv.Itoa(number)
		if b.catalogue.byID[id] != nil {
			id += "-" + strconv.Itoa(year)
		}
		t := b.table(id, group)
		t.title = ofRelease(t.title, number)
		t.listed = slices.ContainsFunc(others, func(a appearance) bool {
			return slices.ContainsFunc(group, func(g appearance) bool { return g.release == a.release && g.year.Year == a.year.Year })
		})
		t.discontinued = !t.listed
	}
}

func ofRelease(title codelist.Text, number int) codelist.Text {
	return codelist.Text{SV: fmt.Sprintf("%s (publicering %d)", title.SV, number), EN: fmt.Sprintf("%s (release %d)", title.EN, number)}
}

// newestOf picks for every year what the newest release that stands says. The
// newest year of the newest release comes first.
func newestOf(all []appearance) []appearance {
	byYear := make(map[int]appearance)
	for _, a := range all { // by number, so that the last one wins
		if a.release.Withdrawal == nil {
			byYear[a.year.Year] = a
		}
	}
	var newest []appearance
	for _, a := range byYear {
		newest = append(newest, a)
	}
	slices.SortFunc(newest, func(x, y appearance) int {
		return cmp.Or(cmp.Compare(y.release.Manifest.Number, x.release.Manifest.Number), cmp.Compare(y.year.Year, x.year.Year))
	})
	return newest
}

// byRelease groups by release and shape. In a release, the group with the
// newest year comes first, and in a group the newest year.
func byRelease(all []appearance) [][]appearance {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(x, y appearance) int {
		return cmp.Or(cmp.Compare(x.release.Manifest.Number, y.release.Manifest.Number), cmp.Compare(y.year.Year, x.year.Year))
	})
	var groups [][]appearance
	for _, a := range sorted {
		i := slices.IndexFunc(groups, func(g []appearance) bool { return g[0].release == a.release && g[0].shape == a.shape })
		if i < 0 {
			groups = append(groups, []appearance{a})
		} else {
			groups[i] = append(groups[i], a)
		}
	}
	return groups
}

// series is a table over years, each from one release.
type series struct {
	about  string
	fields []codelist.FieldName
	years  map[string]released
}

func (s *series) number(chosen []*value) report.Number {
	var parts []part
	for i, field := range s.fields {
		if v := chosen[i]; v != nil && !v.total {
			parts = append(parts, part{field, v.covers})
		}
	}
	n, ok := s.years[chosen[len(chosen)-1].Code][keyOf(s.about, parts)]
	if !ok {
		return report.Number{Status: report.Withheld}
	}
	return n
}

// table makes a table of appearances of one shape, a year each; the first of
// them words it.
func (b *builder) table(id string, of []appearance) *table {
	first := of[0]
	s := &series{about: aboutOf(first.table), years: make(map[string]released)}
	t := &table{id: id, title: first.table.Title, about: universeNote(first), numbers: s, edition: editionOf(releasesOf(of))}
	years := make([]int, len(of))
	for i, a := range of {
		years[i] = a.year.Year
		s.years[strconv.Itoa(a.year.Year)] = b.numbers(a)
	}
	slices.Sort(years)
	for _, d := range first.table.Dimensions {
		s.fields = append(s.fields, d.Field)
		t.dimensions = append(t.dimensions, dimensionOf(d))
	}
	b.totals(t, first)
	b.groupings(t, first)
	t.dimensions = append(t.dimensions, contentsOf(persons), timeOf(years))
	t.notes = tableNotes(t, of)
	b.add(t)
	return t
}

func (b *builder) add(t *table) {
	b.catalogue.tables = append(b.catalogue.tables, t)
	b.catalogue.byID[t.id] = t
}

// editionOf is that of the newest of several releases. Who publishes them is
// worded with the rest.
func editionOf(releases []*shelf.Release) export.Edition {
	m := releases[len(releases)-1].Manifest
	return export.Edition{Number: m.Number, Published: m.Published}
}

// releasesOf are those that appearances are of, each once, by number.
func releasesOf(of []appearance) []*shelf.Release {
	var releases []*shelf.Release
	for _, a := range of {
		if !slices.Contains(releases, a.release) {
			releases = append(releases, a.release)
		}
	}
	slices.SortFunc(releases, func(x, y *shelf.Release) int { return cmp.Compare(x.Manifest.Number, y.Manifest.Number) })
	return releases
}

func dimensionOf(d plan.PublishedDimension) dimension {
	out := dimension{code: string(d.Field), label: d.Label, options: d.Options}
	for _, c := range d.Categories {
		out.values = append(out.values, valueOf(c))
	}
	return out
}

func valueOf(c plan.PublishedCategory) value {
	return value{Category: export.Category{Code: string(c.Code), Label: c.Label}, covers: coverOf(c.Includes)}
}
