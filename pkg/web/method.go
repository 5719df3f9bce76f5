package web

import (
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/report"
)

// methodPage says what is promised, with an example of our own making.
type methodPage struct {
	Example []exampleRow
}

// exampleRow is a way to treat the same 35 persons. The zero Number of a cell
// is one that is merely left blank.
type exampleRow struct {
	Key   string // of the wording
	Cells []report.Number
}

// methodView needs no release.
func (*Pages) methodView() view {
	blank, held := report.Number{}, report.Number{Status: report.Withheld}
	n := func(v int) report.Number { return report.Number{Status: report.Exact, Value: v} }
	return view{Here: "/method", Title: codelist.Text{}, Body: methodPage{Example: []exampleRow{
		{"method.example.truth", []report.Number{n(12), n(9), n(5), n(7), n(2), n(35)}},
		{"method.example.naive", []report.Number{n(12), n(9), n(5), n(7), blank, n(35)}},
		{"method.example.ours", []report.Number{n(12), n(9), held, n(7), held, n(35)}},
	}}}
}

// Blank says whether a cell is merely left blank.
func (exampleRow) Blank(n report.Number) bool { return n.Status == "" }
