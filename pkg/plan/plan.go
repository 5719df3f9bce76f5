package plan

import "manniskohandel.se/casestat/pkg/codelist"

// Limits of a plan.
const (
	MaxBytes      = 256 << 10 // of the document
	MaxYears      = 12
	MaxUniverses  = 8
	MaxTables     = 128
	MaxFigures    = 256
	MaxDimensions = 4
	MaxFilters    = 8 // also the conditions of a sum or of a figure in prose
	MaxCodes      = 64
	MaxPanels     = 4
	MaxTookPart   = 500 // organisations in a year
	MaxText       = 500 // characters
	FirstYear     = 1990
	LastYear      = 2199
)

// Name names a table, a sum or a figure of a plan for good, or refers to a
// universe or a figure of package figure.
type Name string

// Plan says what a release is to contain. Whatever it wants, it wants for each
// of its years apart: persons of several years are never added up.
type Plan struct {
	Title codelist.Text `json:"title"`
	Years []int         `json:"years"`
	// Universes are the populations whose sizes are published whatever they are:
	// list few. The size of any other universe that a figure draws on is a figure
	// like the others, and may be withheld.
	Universes []Name       `json:"universes"`
	Tables    []Tabulation `json:"tables,omitzero"`
	Figures   []Wanted     `json:"figures,omitzero"`
	Sums      []Sum        `json:"sums,omitzero"`
	Prose     []Prose      `json:"prose,omitzero"`
	// Participation says who took part in a year, whether or not anybody turned to
	// them: the platform's own knowledge, not read off the records. Panels need it.
	Participation []Participation `json:"participation,omitzero"`
	Panels        []Panel         `json:"panels,omitzero"`
	// Intervals are stated beside the release's shares; "" is NoInterval.
	Intervals Interval `json:"intervals,omitzero"`
	Policy    Policy   `json:"policy"`
}

// Tabulation is one table that the plan wants, at the finest.
type Tabulation struct {
	Name       Name          `json:"name"`
	Title      codelist.Text `json:"title"`
	Universe   Name          `json:"universe"`
	Dimensions []Dimension   `json:"dimensions"`
	Filters    []Condition   `json:"filters,omitzero"`
}

// Dimension presents a field by a rung of its ladder or a coarser one. "" is
// the first rung: the codes.
type Dimension struct {
	Field codelist.FieldName `json:"field"`
	Rung  string             `json:"rung,omitzero"`
}

// Condition is a set of answers to one field: those with at least one of In
// and of the codes of Groups, or those with none of NotIn. Missing codes are
// codes like any other; a number is its digits.
type Condition struct {
	Field  codelist.FieldName `json:"field"`
	In     []codelist.Code    `json:"in,omitzero"`
	Groups []codelist.Code    `json:"groups,omitzero"` // of the field's ladder
	NotIn  []codelist.Code    `json:"not_in,omitzero"`
}

// Wanted is a figure of package figure that the release is to state.
type Wanted struct {
	Name Name `json:"name"`
	// Headline figures are the last to be withheld.
	Headline bool `json:"headline,omitzero"`
	// Required: no release without it.
	Required bool `json:"required,omitzero"`
}

// Sum adds a number up over the persons of a universe who meet every condition.
type Sum struct {
	Name     Name               `json:"name"`
	Title    codelist.Text      `json:"title"`
	Universe Name               `json:"universe"`
	Where    []Condition        `json:"where,omitzero"`
	Field    codelist.FieldName `json:"field"`
	Required bool               `json:"required,omitzero"`
}

// Prose is a number that a sentence of the report states: every such number is
// protected like a cell. The sentence writes {n}, and {of} for the universe's size.
type Prose struct {
	Name     Name          `json:"name"`
	Universe Name          `json:"universe"`
	Where    []Condition   `json:"where"`
	Sentence codelist.Text `json:"sentence"`
	Required bool          `json:"required,omitzero"`
}
