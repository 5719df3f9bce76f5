package table

import (
	"math/bits"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/record"
)

// query is what is counted, as byte sets: axes, filters and a sum.
type query struct {
	axes    []axis
	filters []filter
	sum     *axis // its options are the binary digits of the number, and "a lower bound" last
}

// axis is a dimension as byte sets, one for each option.
type axis struct {
	column  record.Column
	options []byteSet
	several bool // several options may hold at once, or none
	hit     bool // a filter: only records with the option count, and it is no dimension
}

type filter struct {
	column record.Column
	set    byteSet
	not    bool
}

func (q *query) axis(column record.Column, categories []Category) {
	a := axis{column: column, several: column.Field.Multi}
	for _, c := range categories {
		a.options = append(a.options, codeSet(column, c.codes))
	}
	q.axes = append(q.axes, a)
}

// filter adds a condition. One over several bytes of a multi-valued answer
// becomes a key bit, since no single byte can reject.
func (q *query) filter(column record.Column, c codelist.Condition) {
	set := codeSet(column, c.Codes)
	if _, one := set.confined(); c.Not || one {
		q.filters = append(q.filters, filter{column: column, set: set, not: c.Not})
		return
	}
	q.axes = append(q.axes, axis{column: column, options: []byteSet{set}, several: true, hit: true})
}

// total adds a sum over a number field.
func (q *query) total(column record.Column, number figure.Summand) {
	a := axis{column: column, several: true}
	digits := bits.Len(uint(column.Field.Max))
	lowerBound := []codelist.Code{codelist.Unknown, codelist.NotAsked, codelist.Declined, codelist.NotRecorded}
	a.options = make([]byteSet, digits, digits+1)
	for i := range a.options {
		a.options[i] = make(byteSet, 1)
	}
	a.options = append(a.options, codeSet(column, lowerBound))
	for value := max(column.Field.Min, 0); value <= column.Field.Max; value++ {
		b := firstCode + value - column.Field.Min
		for i := range digits {
			a.options[i][0][b] = value>>i&1 == 1
		}
		if number.OrMore > 0 && value >= number.OrMore {
			a.options[digits][0][b] = true
		}
	}
	q.sum = &a
}

// all gives the axes with the sum last.
func (q *query) all() []axis {
	axes := slices.Clone(q.axes)
	if q.sum != nil {
		axes = append(axes, *q.sum)
	}
	return axes
}
