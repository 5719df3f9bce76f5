package table

import (
	"fmt"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/record"
)

// Cell is one count, with the sum of the number field if one was asked for.
type Cell struct {
	N       int
	Sum     int
	AtLeast bool // a number behind Sum is missing or open upwards: it is a lower bound
}

// Table is an answered Question: exact counts, for the desk and for the
// owners of the records alone.
type Table struct {
	Axes    []Axis
	Cells   []Cell // row-major, the last axis fastest
	Records int    // that pass the filters, each once
	Summed  codelist.FieldName
}

// At gives the cell of one category index for each axis.
func (t *Table) At(categories ...int) Cell {
	at := 0
	for i, c := range categories {
		at = at*len(t.Axes[i].Categories) + c
	}
	return t.Cells[at]
}

// Count answers the question over the full records. The columns must keep its
// Fields.
func (c *Columns) Count(question *Question) (*Table, error) {
	if err := c.need(question.Fields()...); err != nil {
		return nil, err
	}
	result := c.query(question).run(c.full)
	return &Table{
		Axes: question.axes, Cells: result.cells, Records: result.records, Summed: question.sum.Field,
	}, nil
}

func (c *Columns) query(question *Question) *query {
	var q query
	for _, a := range question.axes {
		q.axis(a.column, a.Categories)
	}
	c.filters(&q, question.filters)
	if question.sum.Field != "" {
		c.total(&q, question.sum)
	}
	return &q
}

func (c *Columns) filters(q *query, conditions []codelist.Condition) {
	for _, condition := range conditions {
		q.filter(c.column(condition.Field), condition)
	}
}

func (c *Columns) total(q *query, number figure.Summand) {
	q.total(c.column(number.Field), number)
}

func (c *Columns) column(name codelist.FieldName) record.Column {
	column, _ := c.schema.Column(name)
	return column
}

// need refuses a field whose columns were not kept.
func (c *Columns) need(fields ...codelist.FieldName) error {
	for _, f := range fields {
		if !c.keeps[f] {
			return fmt.Errorf("the columns of field %q were not kept", f)
		}
	}
	return nil
}
