package pxweb

import (
	"strconv"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/report"
)

// totalCode is the category that stands for all of a dimension.
const totalCode = "_T"

// table is what a client knows as a table. It is read-only.
type table struct {
	id      string
	title   codelist.Text
	about   codelist.Text  // one sentence on whom or what it counts
	edition export.Edition // of the newest release in it
	// dimensions are the classifications, then what is counted, then time.
	dimensions []dimension
	numbers    numbers
	notes      []codelist.Text
	// listed: it is among the tables that are told of without being asked for.
	listed bool
	// discontinued: what it says stands in another table too, or was withdrawn.
	discontinued bool
}

// numbers finds the number that a choice of values stands for: one of each
// dimension, in the order of the table, or nil where a dimension is left out.
type numbers interface {
	number(chosen []*value) report.Number
}

// dimension is a variable.
type dimension struct {
	code    string
	label   codelist.Text
	role    export.Role
	options bool
	values  []value
	lists   []*grouping
}

// value is one value of a variable.
type value struct {
	export.Category
	covers string // the codes of the field that it stands for; "" of a total, of contents and of years
	total  bool
}

// total is the value that the dimension takes where it is left out, nil if it
// cannot be.
func (d *dimension) total() *value {
	for i := range d.values {
		if d.values[i].total {
			return &d.values[i]
		}
	}
	return nil
}

// list finds a codelist of the dimension.
func (d *dimension) list(id string) *grouping {
	for _, g := range d.lists {
		if g.id == id {
			return g
		}
	}
	return nil
}

// years are the first and the last.
func (t *table) years() (first, last string) {
	values := t.dimensions[len(t.dimensions)-1].values
	return values[0].Code, values[len(values)-1].Code
}

// grouping is what PxWebApi calls a codelist.
type grouping struct {
	id        string
	label     codelist.Text
	aggregate bool // its values are unions of the dimension's
	values    []value
	parts     [][]string // for each value, the codes of the dimension's values in it
}

func (g *grouping) kind() string {
	if g.aggregate {
		return "Aggregation"
	}
	return "Valueset"
}

// same is a text that is the same in both languages.
func same(text string) codelist.Text { return codelist.Text{SV: text, EN: text} }

func timeOf(years []int) dimension {
	d := dimension{code: export.TimeCode, label: labelYear, role: export.Time}
	for _, year := range years {
		text := strconv.Itoa(year)
		d.values = append(d.values, value{Category: export.Category{Code: text, Label: same(text)}})
	}
	return d
}

func contentsOf(of ...export.Category) dimension {
	d := dimension{code: export.ContentsCode, label: labelContents, role: export.Contents}
	for _, c := range of {
		d.values = append(d.values, value{Category: c})
	}
	return d
}
