package table_test

import (
	"slices"
	"strconv"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/table"
)

// reference counts records one at a time, by decoding them: what the columns
// must agree with.
type reference struct {
	set     *figure.Set
	schema  *record.Schema
	records []record.Answers
}

// codes gives the codes of one answer; nothing stored in a full record means
// not applicable.
func (r reference) codes(a record.Answers, name codelist.FieldName) []codelist.Code {
	c, _ := r.schema.Column(name)
	if n, ok := r.schema.Number(a, c); ok {
		return []codelist.Code{codelist.Code(strconv.Itoa(n))}
	}
	if codes := r.schema.Codes(a, c); len(codes) > 0 {
		return codes
	}
	return []codelist.Code{codelist.NotApplicable}
}

func (r reference) meets(a record.Answers, where []codelist.Condition) bool {
	for _, c := range where {
		hit := slices.ContainsFunc(r.codes(a, c.Field), func(code codelist.Code) bool {
			return slices.Contains(c.Codes, code)
		})
		if hit == c.Not {
			return false
		}
	}
	return true
}

// full gives the records that are not count-only.
func (r reference) full() []record.Answers {
	return slices.DeleteFunc(slices.Clone(r.records), func(a record.Answers) bool {
		return r.meets(a, []codelist.Condition{r.set.CountOnly})
	})
}

func (r reference) where(conditions ...[]codelist.Condition) []record.Answers {
	all := slices.Concat(conditions...)
	return slices.DeleteFunc(r.full(), func(a record.Answers) bool { return !r.meets(a, all) })
}

// groupCodes gives the codes behind one category of a dimension.
func (r reference) groupCodes(d table.Dimension, category codelist.Code) []codelist.Code {
	if d.Grouping != "" && category != codelist.NotApplicable {
		f, _ := r.set.Book.Field(d.Field)
		rung, _ := f.Ladder.Rung(d.Grouping)
		for _, g := range rung.Groups {
			if g.Code == category {
				return g.Codes
			}
		}
	}
	return []codelist.Code{category}
}

// categories gives the numbers of the categories that a record stands in.
func (r reference) categories(a record.Answers, d table.Dimension, axis table.Axis) []int {
	var in []int
	for i, category := range axis.Categories {
		if r.meets(a, []codelist.Condition{{Field: d.Field, Codes: r.groupCodes(d, category.Code)}}) {
			in = append(in, i)
		}
	}
	return in
}

// count fills the cells of a table whose axes are given.
func (r reference) count(spec table.Spec, axes []table.Axis) (cells []table.Cell, records int) {
	size := 1
	for _, a := range axes {
		size *= len(a.Categories)
	}
	cells = make([]table.Cell, size)
	for _, a := range r.where(spec.Filters) {
		records++
		at := []int{0}
		for i, axis := range axes {
			var next []int
			for _, cell := range at {
				for _, category := range r.categories(a, spec.Dimensions[i], axis) {
					next = append(next, cell*len(axis.Categories)+category)
				}
			}
			at = next
		}
		for _, cell := range at {
			cells[cell].N++
			r.add(&cells[cell], a, spec.Sum)
		}
	}
	return cells, records
}

func (r reference) add(cell *table.Cell, a record.Answers, sum codelist.FieldName) {
	if sum == "" {
		return
	}
	number, _ := r.set.Summand(sum)
	column, _ := r.schema.Column(sum)
	if n, ok := r.schema.Number(a, column); ok {
		cell.Sum += n
		cell.AtLeast = cell.AtLeast || n >= number.OrMore
		return
	}
	if codes := r.codes(a, sum); codes[0] != codelist.NotApplicable {
		cell.AtLeast = true
	}
}
