package table

import (
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/record"
)

// Limits of a table.
const (
	MaxDimensions = 4
	MaxFilters    = 8
	MaxCells      = 1 << 16
)

// Dimension presents one field: by a rung of its ladder, or by its codes when
// Grouping is "".
type Dimension struct {
	Field    codelist.FieldName
	Grouping string
}

// Spec asks for a table over the full records that meet every filter.
type Spec struct {
	Dimensions []Dimension
	Filters    []codelist.Condition
	Sum        codelist.FieldName // a number field to add up in each cell; "" for none
}

// Category is one value of a dimension.
type Category struct {
	Code  codelist.Code
	Label codelist.Text

	codes []codelist.Code
}

// Axis is a dimension with its categories. A record of a multi-valued field
// stands in each category that it has a code of, once.
type Axis struct {
	Field      codelist.FieldName
	Label      codelist.Text
	Grouping   string
	Multi      bool
	Categories []Category

	column record.Column
}

// Question is a checked Spec. It is read-only.
type Question struct {
	axes    []Axis
	filters []codelist.Condition
	sum     figure.Summand
	set     *figure.Set
	schema  *record.Schema
}

// Ask checks spec against the set's codebook. A refusal points into the
// document {"dimensions": [{"field", "grouping"}], "filters": [{"field",
// "codes"}], "sum"}.
func Ask(set *figure.Set, spec Spec) (*Question, error) {
	q := &Question{set: set, schema: record.NewSchema(set.Book), filters: slices.Clone(spec.Filters)}
	var wrong []fault.Detail
	refuse := func(code fault.Code, format string, args ...any) {
		wrong = append(wrong, fault.Detail{Code: code, Pointer: fmt.Sprintf(format, args...)})
	}
	if code, pointer := counts(spec); code != "" {
		return nil, fault.New(fault.Invalid, code, fault.Detail{Code: code, Pointer: pointer})
	}
	for i, d := range spec.Dimensions {
		axis, code, member := q.axis(d)
		if code == "" && slices.ContainsFunc(q.axes, func(a Axis) bool { return a.Field == d.Field }) {
			code, member = CodeDuplicateField, "field"
		}
		if code != "" {
			refuse(code, "/dimensions/%d/%s", i, member)
		}
		q.axes = append(q.axes, axis)
	}
	for i, c := range spec.Filters {
		q.checkFilter(c, func(code fault.Code, member string) { refuse(code, "/filters/%d/%s", i, member) })
	}
	if spec.Sum != "" {
		var ok bool
		if q.sum, ok = set.Summand(spec.Sum); !ok {
			refuse(CodeNotSummable, "/sum")
		}
	}
	if len(wrong) > 0 {
		return nil, fault.New(fault.Invalid, wrong[0].Code, wrong...)
	}
	if q.cells() > MaxCells {
		return nil, fault.New(fault.Invalid, CodeTooManyCells, fault.Detail{Code: CodeTooManyCells, Pointer: "/dimensions"})
	}
	return q, nil
}

func counts(spec Spec) (fault.Code, string) {
	switch {
	case len(spec.Dimensions) == 0:
		return CodeNoDimensions, "/dimensions"
	case len(spec.Dimensions) > MaxDimensions:
		return CodeTooManyDimensions, "/dimensions"
	case len(spec.Filters) > MaxFilters:
		return CodeTooManyFilters, "/filters"
	}
	return "", ""
}

// Fields are the fields whose columns the question needs.
func (q *Question) Fields() []codelist.FieldName {
	var fields []codelist.FieldName
	for _, a := range q.axes {
		fields = append(fields, a.Field)
	}
	for _, c := range q.filters {
		fields = append(fields, c.Field)
	}
	if q.sum.Field != "" {
		fields = append(fields, q.sum.Field)
	}
	return fields
}

func (q *Question) cells() int {
	cells := 1
	for _, a := range q.axes {
		cells *= len(a.Categories)
	}
	return cells
}

// axis resolves a dimension; a refusal gives its code and the member at fault.
func (q *Question) axis(d Dimension) (a Axis, code fault.Code, member string) {
	column, ok := q.schema.Column(d.Field)
	if !ok || column.Field.Identifies < 0 {
		return Axis{}, CodeUnknownField, "field"
	}
	a = Axis{Field: d.Field, Label: column.Field.Label, Grouping: d.Grouping, Multi: column.Field.Multi, column: column}
	if d.Grouping == "" {
		a.Categories = q.codes(column)
		return a, "", ""
	}
	for _, rung := range column.Field.Ladder {
		if rung.Name == d.Grouping {
			a.Categories = q.groups(rung)
			return a, "", ""
		}
	}
	return Axis{}, CodeUnknownGrouping, "grouping"
}

// codes presents a field by its codes and each missing code.
func (q *Question) codes(column record.Column) []Category {
	var categories []Category
	for _, e := range column.List.Entries {
		categories = append(categories, category(e))
	}
	for _, e := range numbers(column.Field) {
		categories = append(categories, category(e))
	}
	for _, e := range q.set.Book.Missing {
		categories = append(categories, category(e))
	}
	return categories
}

// numbers gives the values of a number field as codes, with the labels that
// the codebook gives some ("15 or more"); none for another field.
func numbers(f codelist.Field) []codelist.Entry {
	if f.Kind != codelist.Number {
		return nil
	}
	var entries []codelist.Entry
	for _, g := range f.Ladder[0].Groups {
		if !g.Residual {
			entries = append(entries, codelist.Entry{Code: g.Code, Label: g.Label})
		}
	}
	return entries
}

func category(e codelist.Entry) Category {
	return Category{Code: e.Code, Label: e.Label, codes: []codelist.Code{e.Code}}
}

// groups presents a field by a rung; not applicable, which no rung covers,
// stands last and alone.
func (q *Question) groups(rung codelist.Rung) []Category {
	var categories []Category
	for _, g := range rung.Groups {
		categories = append(categories, Category{Code: g.Code, Label: g.Label, codes: g.Codes})
	}
	for _, e := range q.set.Book.Missing {
		if e.Code == codelist.NotApplicable {
			categories = append(categories, category(e))
		}
	}
	return categories
}

func (q *Question) checkFilter(c codelist.Condition, refuse func(fault.Code, string)) {
	column, ok := q.schema.Column(c.Field)
	if !ok || column.Field.Identifies < 0 {
		refuse(CodeUnknownField, "field")
		return
	}
	if len(c.Codes) == 0 {
		refuse(CodeEmptyFilter, "codes")
	}
	known := q.codes(column)
	for i, code := range c.Codes {
		if !slices.ContainsFunc(known, func(k Category) bool { return k.Code == code }) {
			refuse(CodeUnknownCode, fmt.Sprintf("codes/%d", i))
		}
		if slices.Contains(c.Codes[:i], code) {
			refuse(CodeDuplicateCode, fmt.Sprintf("codes/%d", i))
		}
	}
}
