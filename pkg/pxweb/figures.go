package pxweb

import (
	"slices"
	"strconv"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
)

// figures makes the tables of figures: one of the newest word on every year,
// and those of every release by itself.
func (b *builder) figures(id string, title codelist.Text, wanted func(plan.PublishedFigure) bool) {
	standing := slices.DeleteFunc(slices.Clone(b.catalogue.releases), func(r *shelf.Release) bool { return r.Withdrawal != nil })
	if t := b.figuresOf(id, title, standing, wanted); t != nil {
		t.listed = true
	}
	for _, r := range b.catalogue.releases {
		number := r.Manifest.Number
		if t := b.figuresOf(id+"-r"+strconv.Itoa(number), ofRelease(title, number), []*shelf.Release{r}, wanted); t != nil {
			t.discontinued = true
		}
	}
}

// figuresOf makes a table of the figures of some releases, by number; nil if
// they state none.
func (b *builder) figuresOf(id string, title codelist.Text, releases []*shelf.Release, wanted func(plan.PublishedFigure) bool) *table {
	all := make(statements)
	dim := dimension{code: "figure", label: labelFigure, options: true}
	var years []int
	var used []*shelf.Release
	for _, r := range slices.Backward(releases) { // the newest states it
		for _, y := range slices.Backward(r.Manifest.Content.Years) {
			if !all.take(&dim, statement{release: r, year: y}, wanted) {
				continue
			}
			if !slices.Contains(years, y.Year) {
				years = append(years, y.Year)
			}
			if !slices.Contains(used, r) {
				used = append(used, r)
			}
		}
	}
	if len(years) == 0 {
		return nil
	}
	slices.Sort(years)
	slices.Reverse(used)
	t := &table{
		id: id, title: title, about: noteFigures, numbers: all, edition: editionOf(used),
		dimensions: []dimension{dim, contentsOf(persons, outOf, summed), timeOf(years)},
		notes:      append([]codelist.Text{noteProtected, noteSymbols, noteFigures}, origin(used)...),
	}
	if len(years) > 1 {
		t.notes = append(t.notes, noteCoverage)
	}
	t.notes = append(t.notes, all.redefined(dim)...)
	b.add(t)
	return t
}

// statement is a figure of a year as a release states it.
type statement struct {
	release *shelf.Release
	year    plan.Publication
	figure  plan.PublishedFigure
}

// statements are figures over years.
type statements map[statementKey]statement

type statementKey struct {
	figure string
	year   string
}

func (s statements) number(chosen []*value) report.Number {
	of, ok := s[statementKey{chosen[0].Code, chosen[2].Code}]
	if !ok {
		return report.Number{Status: report.Withheld}
	}
	switch chosen[1].Code {
	case persons.Code:
		return report.NumberOf(of.year, of.figure.N)
	case outOf.Code:
		return report.NumberOf(of.year, of.figure.Of)
	default:
		return report.NumberOf(of.year, of.figure.Sum)
	}
}

// take adds the figures of a year that are wanted and not known yet.
func (s statements) take(dim *dimension, from statement, wanted func(plan.PublishedFigure) bool) (some bool) {
	for _, f := range from.year.Figures {
		key := statementKey{string(f.Name), strconv.Itoa(from.year.Year)}
		if _, known := s[key]; known || !wanted(f) {
			continue
		}
		from.figure, some = f, true
		s[key] = from
		if find(dim.values, key.figure) < 0 {
			dim.values = append(dim.values, value{Category: export.Category{Code: key.figure, Label: f.Label}})
		}
	}
	return some
}

// redefined says which figures do not count the same thing in every year.
func (s statements) redefined(dim dimension) (notes []codelist.Text) {
	for _, v := range dim.values {
		definitions := make(map[codelist.Text]bool)
		for key, of := range s {
			if key.figure == v.Code {
				definitions[of.figure.Definition] = true
			}
		}
		if len(definitions) > 1 {
			notes = append(notes, fill(noteRedefined, same("{label}"), v.Label))
		}
	}
	return notes
}
