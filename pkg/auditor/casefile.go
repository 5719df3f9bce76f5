package auditor

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// Reasons for which a file of cases is refused.
const (
	// CodeCaseFile: not JSON of the expected form, or a table in it does not fit
	// together.
	CodeCaseFile fault.Code = "case_file_malformed"
	// CodeCaseFileTooLarge: more bytes, tables or cells than are taken.
	CodeCaseFileTooLarge fault.Code = "case_file_too_large"
)

// Limits of case files.
const (
	maxCaseBytes  = 16 << 20
	maxCaseTables = 2_000
	maxCaseAtoms  = 5_000
	maxCaseCells  = 10_000
)

// readCases decodes one JSON document and nothing after it.
func readCases(r io.Reader, into any) error {
	limited := &io.LimitedReader{R: r, N: maxCaseBytes + 1}
	dec := json.NewDecoder(limited)
	err := dec.Decode(into)
	if limited.N <= 0 {
		return fault.New(fault.TooLarge, CodeCaseFileTooLarge)
	}
	if err != nil {
		return fault.Because(err, fault.Malformed, CodeCaseFile)
	}
	_, err = dec.Token()
	if limited.N <= 0 {
		return fault.New(fault.TooLarge, CodeCaseFileTooLarge)
	}
	if !errors.Is(err, io.EOF) {
		return fault.New(fault.Malformed, CodeCaseFile)
	}
	return nil
}

// oracleTable is one table of a file of intervals: its atoms are numbered, and
// each cell says which of them it counts.
type oracleTable struct {
	Name      string       `json:"name"`
	InnerFreq []int        `json:"innerFreq"`
	Cells     []oracleCell `json:"cells"`
}

type oracleCell struct {
	Label      []string `json:"label"`
	Inner      []int    `json:"inner"`
	Value      int      `json:"value"`
	Suppressed bool     `json:"suppressed"`
	Low        *float64 `json:"lo"`
	High       *float64 `json:"up"`
	Least      *int     `json:"loInt"`
	Most       *int     `json:"upInt"`
}

// published writes the table as a system with one axis, whose categories are
// the table's atoms.
func (t oracleTable) published() (Published, error) {
	bad := fault.New(fault.Invalid, CodeCaseFile)
	if len(t.InnerFreq) == 0 {
		return Published{}, bad
	}
	if len(t.InnerFreq) > maxCaseAtoms || len(t.Cells) > maxCaseCells {
		return Published{}, fault.New(fault.TooLarge, CodeCaseFileTooLarge)
	}
	p := Published{System: plan.System{Axes: []plan.Axis{{Name: "inner", Categories: numbered(len(t.InnerFreq))}}}}
	for i, c := range t.Cells {
		inner := slices.Clone(c.Inner)
		slices.Sort(inner)
		sum := 0
		for _, a := range inner {
			if a < 0 || a >= len(t.InnerFreq) {
				return Published{}, bad
			}
			sum += t.InnerFreq[a]
		}
		if sum != c.Value {
			return Published{}, bad
		}
		p.System.Cells = append(p.System.Cells, plan.Cell{
			Name:  strings.Join(c.Label, ":") + "#" + strconv.Itoa(i),
			Where: plan.Selection{{Axis: 0, Categories: inner}},
		})
		p.Shown, p.Values = append(p.Shown, !c.Suppressed), append(p.Values, c.Value)
	}
	if err := p.check(); err != nil {
		return Published{}, fault.Because(err, fault.Invalid, CodeCaseFile)
	}
	return p, nil
}

func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}

// BoundsReport is how the intervals of a file compare with ours.
type BoundsReport struct {
	Tables     int
	Intervals  int
	Mismatches []Mismatch
}

// Mismatch is one interval of the file that we do not find.
type Mismatch struct {
	Table, Cell string
	Found       Interval
}

// CheckBounds reads tables with suppressed cells and, for each of those, the
// interval that it must have (lo, up; loInt and upInt over whole persons, where
// given; up null where there is no upper bound), and compares.
func CheckBounds(ctx context.Context, r io.Reader) (BoundsReport, error) {
	var file struct {
		Tables []oracleTable `json:"tables"`
	}
	if err := readCases(r, &file); err != nil {
		return BoundsReport{}, err
	}
	if len(file.Tables) > maxCaseTables {
		return BoundsReport{}, fault.New(fault.TooLarge, CodeCaseFileTooLarge)
	}
	var report BoundsReport
	for _, t := range file.Tables {
		if err := t.compare(ctx, &report); err != nil {
			return BoundsReport{}, err
		}
	}
	return report, nil
}

func (t oracleTable) compare(ctx context.Context, report *BoundsReport) error {
	p, err := t.published()
	if err != nil {
		return err
	}
	intervals, err := Bounds(ctx, p)
	if err != nil {
		return err
	}
	report.Tables++
	for i, c := range t.Cells {
		if !c.Suppressed {
			continue
		}
		if c.Low == nil {
			return fault.New(fault.Invalid, CodeCaseFile)
		}
		report.Intervals++
		if !c.agrees(intervals[i]) {
			report.Mismatches = append(report.Mismatches, Mismatch{t.Name, p.System.Cells[i].Name, intervals[i]})
		}
	}
	return nil
}

// intervalTolerance is within what a bound written as a decimal is ours.
const intervalTolerance = 1e-6

func (c oracleCell) agrees(i Interval) bool {
	near := func(a, b float64) bool { return a-b <= intervalTolerance && b-a <= intervalTolerance }
	switch {
	case !i.Proved || !near(i.Low.Float(), *c.Low):
		return false
	case i.Open != (c.High == nil) || !i.Open && !near(i.High.Float(), *c.High):
		return false
	case c.Least != nil && (!i.ProvedWhole || i.Least != *c.Least):
		return false
	case c.Most != nil && (!i.ProvedWhole || i.Open || i.Most != *c.Most):
		return false
	}
	return true
}
