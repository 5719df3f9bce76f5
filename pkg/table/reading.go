package table

import (
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/record"
)

// Coverage says how often a question was put and answered. Asked is
// Answered + Unknown + Declined; Asked of Eligible is the ask rate, Answered
// of Asked the answer rate.
type Coverage struct {
	Field codelist.FieldName
	// Eligible are the records that the question applies to, without those of
	// persons who went missing before it was put.
	Eligible    int
	Asked       int
	Answered    int
	Unknown     int
	Declined    int
	NotAsked    int // persons who went missing left out
	NotRecorded int
}

// Reading is one figure over one period's records.
type Reading struct {
	Figure   figure.Figure
	Numbers  figure.Numbers
	Coverage *Coverage // of the field that the figure concerns; nil if it concerns none
}

// Persons are the bounds of persons beside contacts, from what the records
// say about earlier members. All are exact counts of records or differences
// of them; the differences are for the desk alone.
type Persons struct {
	AtLeast int // records that say no other member had met the person before
	AtMost  int // all records
	// IfFirstReported is the upper bound under the assumption that every
	// person's first member reported: AtLeast and the unanswered.
	IfFirstReported int
	MetByOne        int // a negative value is a finding about quality
	MetByTwo        int // likewise
}

// Fields are the fields whose columns the set's figures and the persons need.
func Fields(set *figure.Set) []codelist.FieldName {
	return FieldsOf(set, set.All()...)
}

// FieldsOf are the fields whose columns some figures and the persons need.
func FieldsOf(set *figure.Set, figures ...figure.Figure) []codelist.FieldName {
	fields := []codelist.FieldName{set.Excused.Field, set.Earlier.None.Field}
	for _, f := range figures {
		for _, c := range slices.Concat(f.Universe.Where, f.Where) {
			fields = append(fields, c.Field)
		}
		for _, name := range []codelist.FieldName{f.Concerns, f.Sum.Field} {
			if name != "" {
				fields = append(fields, name)
			}
		}
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

// Read counts one figure.
func (c *Columns) Read(f figure.Figure) (Reading, error) {
	where := slices.Concat(f.Universe.Where, f.Where)
	if err := c.need(fieldsOf(where)...); err != nil {
		return Reading{}, err
	}
	r := Reading{Figure: f}
	if f.Concerns != "" {
		coverage, err := c.Coverage(f.Concerns, f.Universe.Where)
		if err != nil {
			return Reading{}, err
		}
		r.Coverage = &coverage
	}
	if f.Kind == figure.AskRate {
		r.Numbers = figure.Numbers{N: r.Coverage.Asked, Of: r.Coverage.Eligible}
		return r, nil
	}
	var q query
	c.filters(&q, where)
	if f.Sum.Field != "" {
		if err := c.need(f.Sum.Field); err != nil {
			return Reading{}, err
		}
		c.total(&q, f.Sum)
	}
	cell := q.run(c.full).cells[0]
	r.Numbers = figure.Numbers{
		N: cell.N, Of: c.number(f.Universe.Where), Sum: cell.Sum, AtLeast: cell.AtLeast,
		Undetermined: c.undetermined(f),
	}
	return r, nil
}

func fieldsOf(where []codelist.Condition) []codelist.FieldName {
	fields := make([]codelist.FieldName, len(where))
	for i, c := range where {
		fields[i] = c.Field
	}
	return fields
}

// number counts the full records that meet every condition.
func (c *Columns) number(where []codelist.Condition) int {
	var q query
	c.filters(&q, where)
	return q.run(c.full).records
}

// gaps are the missing codes: the answer exists, but not in the record.
var gaps = []codelist.Code{codelist.Unknown, codelist.NotAsked, codelist.Declined, codelist.NotRecorded}

// undetermined counts the records of the universe that could belong to the
// figure if what is missing were known: a condition's answer is missing, and
// every other one is met, missing too, or not applicable for want of it.
func (c *Columns) undetermined(f figure.Figure) int {
	if len(f.Where) == 0 {
		return 0
	}
	loosened := func(extra ...codelist.Code) []codelist.Condition {
		where := slices.Clone(f.Universe.Where)
		for _, condition := range f.Where {
			where = append(where, loosen(condition, extra))
		}
		return where
	}
	possible := c.number(loosened(append([]codelist.Code{codelist.NotApplicable}, gaps...)...))
	settled := c.number(loosened(codelist.NotApplicable))
	return possible - settled
}

// loosen makes the extra codes meet the condition too.
func loosen(c codelist.Condition, extra []codelist.Code) codelist.Condition {
	codes := slices.DeleteFunc(slices.Clone(c.Codes), func(code codelist.Code) bool {
		return slices.Contains(extra, code)
	})
	if !c.Not {
		codes = append(codes, extra...)
	}
	return codelist.Condition{Field: c.Field, Codes: codes, Not: c.Not}
}

// Coverage counts how often a field was asked and answered in the full records
// that meet every condition.
func (c *Columns) Coverage(field codelist.FieldName, where []codelist.Condition) (Coverage, error) {
	excused := c.set.Excused
	if err := c.need(append(fieldsOf(where), field, excused.Field)...); err != nil {
		return Coverage{}, err
	}
	status := make(map[codelist.Code]int)
	categories := answers(c.column(field))
	var q query
	q.axis(c.column(field), categories)
	c.filters(&q, where)
	for i, cell := range q.run(c.full).cells {
		status[categories[i].Code] = cell.N
	}
	missed := c.number(append(slices.Clone(where), excused,
		codelist.Condition{Field: field, Codes: []codelist.Code{codelist.NotAsked}}))
	coverage := Coverage{
		Field: field, Answered: status[stated], Unknown: status[codelist.Unknown],
		Declined: status[codelist.Declined], NotAsked: status[codelist.NotAsked] - missed,
		NotRecorded: status[codelist.NotRecorded],
	}
	coverage.Asked = coverage.Answered + coverage.Unknown + coverage.Declined
	coverage.Eligible = coverage.Asked + coverage.NotAsked + coverage.NotRecorded
	return coverage, nil
}

// stated is the category of every known answer.
const stated codelist.Code = "stated"

// answers presents a field by how it was answered: each gap, and stated.
func answers(column record.Column) []Category {
	categories := []Category{{Code: stated}}
	for _, e := range column.List.Entries {
		categories[0].codes = append(categories[0].codes, e.Code)
	}
	for _, e := range numbers(column.Field) {
		categories[0].codes = append(categories[0].codes, e.Code)
	}
	for _, code := range append([]codelist.Code{codelist.NotApplicable}, gaps...) {
		categories = append(categories, Category{Code: code, codes: []codelist.Code{code}})
	}
	return categories
}

// Persons bounds the persons behind the contacts, count-only records included.
func (c *Columns) Persons() (Persons, error) {
	earlier := c.set.Earlier
	if err := c.need(earlier.None.Field); err != nil {
		return Persons{}, err
	}
	n := func(condition codelist.Condition) int {
		var q query
		c.filters(&q, []codelist.Condition{condition})
		return q.run(c.full).records + q.run(c.countOnly).records
	}
	none, one, two := n(earlier.None), n(earlier.One), n(earlier.Two)
	unanswered := n(codelist.Condition{Field: earlier.None.Field, Codes: gaps})
	return Persons{
		AtLeast: none, AtMost: c.Contacts(), IfFirstReported: none + unanswered,
		MetByOne: none - one, MetByTwo: one - two,
	}, nil
}
