package report

import "manniskohandel.se/casestat/pkg/plan"

// Status says whether a number is published.
type Status string

// The statuses.
const (
	Exact      Status = "exact"
	Withheld   Status = "withheld"
	Impossible Status = "impossible" // a place of a table where no record can be
)

// Number is a number of a release. The zero Number is none.
type Number struct {
	Status Status
	Value  int // of an exact number; 0 otherwise
	// Range is where a withheld number lies for everybody. Nil: that nothing could
	// be established.
	Range *plan.Range
}

// NumberOf reads a cell of a year; plan.NoCell is impossible. A cell that does
// not exist is withheld.
func NumberOf(y plan.Publication, cell int) Number {
	if cell == plan.NoCell {
		return Number{Status: Impossible}
	}
	if cell < 0 || cell >= len(y.Cells) {
		return Number{Status: Withheld}
	}
	c := y.Cells[cell]
	if c.Shown {
		return Number{Status: Exact, Value: c.Value}
	}
	return Number{Status: Withheld, Range: c.Range}
}

// optional is NumberOf for what a statement need not have.
func optional(y plan.Publication, cell int) *Number {
	if cell == plan.NoCell {
		return nil
	}
	n := NumberOf(y, cell)
	return &n
}

// missing says whether a statement has the number but may not state it.
func (n *Number) missing() bool { return n != nil && n.Status != Exact }
