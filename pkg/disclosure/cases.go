package disclosure

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// CodeCasesMalformed says that a file of cases is not what it claims to be, or too large.
const CodeCasesMalformed fault.Code = "cases_malformed"

// Limits of a file of cases.
const (
	casesBytes  = 32 << 20
	casesTables = 10_000
	casesAtoms  = 4_000
	casesCells  = 5_000
)

// casesFile is a file of tables that another tool has protected.
type casesFile struct {
	Note   string      `json:"note"`
	Tables []caseTable `json:"tables"`
}

type caseTable struct {
	Name            string     `json:"name"`
	Formula         string     `json:"formula"`
	MaxN            int        `json:"maxN"`
	ProtectZeros    bool       `json:"protectZeros"`
	SingletonMethod string     `json:"singletonMethod"`
	InnerFreq       []int      `json:"innerFreq"`
	Cells           []caseCell `json:"cells"`
}

type caseCell struct {
	Label      []string `json:"label"`
	Inner      []int    `json:"inner"`
	Value      int      `json:"value"`
	Primary    bool     `json:"primary"`
	Suppressed bool     `json:"suppressed"`
	Lo         *float64 `json:"lo"`
	Up         *float64 `json:"up"`
	LoInt      *int     `json:"loInt"`
	UpInt      *int     `json:"upInt"`
}

// CasesReport compares this protector with the tool that a file of cases comes
// from, on the same primary cells.
type CasesReport struct {
	Tables     int
	Primaries  int
	Deniable   int // primaries with both witnesses
	Suppressed int // cells withheld, primaries included
	Reference  int // cells that the other tool withholds
	// Differences are the nested differences below the threshold that two shown
	// cells give; the other tool does not look at them either.
	Differences int
	Worst       string // the table that withholds most against the reference
	WorstRatio  float64
}

// String is the report on one line.
func (r CasesReport) String() string {
	return fmt.Sprintf("%d tables, %d deniable, %d suppressed, %d suppressed by the reference",
		r.Tables, r.Deniable, r.Suppressed, r.Reference)
}

// ProtectCases protects every table of a file in the format of
// testdata/interval_oracle.json: its primary cells, with the threshold maxN+1.
func ProtectCases(ctx context.Context, r io.Reader) (CasesReport, error) {
	file, err := readCases(r)
	if err != nil {
		return CasesReport{}, err
	}
	report := CasesReport{Tables: len(file.Tables)}
	for _, t := range file.Tables {
		if err := report.add(ctx, t); err != nil {
			return CasesReport{}, fmt.Errorf("table %q: %w", t.Name, err)
		}
	}
	return report, nil
}

func readCases(r io.Reader) (*casesFile, error) {
	limited := &io.LimitedReader{R: r, N: casesBytes}
	file := new(casesFile)
	if err := json.UnmarshalRead(limited, file, json.RejectUnknownMembers(true)); err != nil {
		return nil, fault.Because(err, fault.Malformed, CodeCasesMalformed)
	}
	if len(file.Tables) == 0 || len(file.Tables) > casesTables {
		return nil, fault.New(fault.Invalid, CodeCasesMalformed)
	}
	for _, t := range file.Tables {
		if !t.valid() {
			return nil, fault.New(fault.Invalid, CodeCasesMalformed)
		}
	}
	return file, nil
}

func (t *caseTable) valid() bool {
	if t.MaxN < 0 || t.MaxN > maxWeight || len(t.InnerFreq) == 0 || len(t.InnerFreq) > casesAtoms {
		return false
	}
	if len(t.Cells) == 0 || len(t.Cells) > casesCells {
		return false
	}
	for _, n := range t.InnerFreq {
		if n < 0 || n > maxPersons/casesAtoms {
			return false
		}
	}
	return !slices.ContainsFunc(t.Cells, func(c caseCell) bool { return !c.valid(t.InnerFreq) })
}

// valid checks that a cell is the sum that it says it is.
func (c *caseCell) valid(freq []int) bool {
	sum, last := 0, -1
	for _, i := range c.Inner {
		if i <= last || i >= len(freq) {
			return false
		}
		last = i
		sum += freq[i]
	}
	return len(c.Inner) > 0 && len(c.Label) > 0 && sum == c.Value
}

// problem puts a table on one axis, a category for each inner cell.
func (t *caseTable) problem() Problem {
	axis := plan.Axis{Name: "inner"}
	p := Problem{Policy: plan.Defaults()}
	for i, n := range t.InnerFreq {
		axis.Categories = append(axis.Categories, fmt.Sprint(i))
		if n > 0 {
			p.Data = append(p.Data, plan.Count{Atom: []int{i}, N: n})
		}
	}
	p.System.Axes = []plan.Axis{axis}
	p.Functionals = []plan.Functional{}
	for _, c := range t.Cells {
		cell := plan.Cell{Name: strings.Join(c.Label, ":"), Rank: plan.Inner}
		if len(c.Inner) < len(t.InnerFreq) {
			cell.Where = plan.Selection{{Axis: 0, Categories: c.Inner}}
		} else if !c.Primary {
			cell.Rank = plan.Total
		}
		p.System.Cells = append(p.System.Cells, cell)
		if c.Primary {
			p.Functionals = append(p.Functionals, plan.Functional{Name: "count:" + cell.Name, Within: cell.Where})
		}
	}
	p.Views = []plan.View{{Name: PublicView, Threshold: t.MaxN + 1, ZeroIsSafe: !t.ProtectZeros}}
	return p
}

// add protects one table and counts what came of it.
func (r *CasesReport) add(ctx context.Context, t caseTable) error {
	p := t.problem()
	e, err := newEngine(ctx, &p, Seed{}, func(c plan.Cell, _ int) float64 {
		if c.Rank == plan.Total {
			return infinite
		}
		return 1
	})
	if err != nil {
		return err
	}
	s, err := e.protect()
	if err != nil && fault.CodeOf(err) != CodeNotDeniable {
		return err
	}
	held, reference := 0, 0
	for i, c := range t.Cells {
		if e.withheld[i] {
			held++
		}
		if c.Suppressed {
			reference++
		}
	}
	r.Primaries += len(p.Functionals)
	r.Deniable += len(p.Functionals) - denied(s.Findings)
	r.Suppressed += held
	r.Reference += reference
	r.Differences += e.bareDifferences()
	if ratio := float64(held) / float64(max(1, reference)); ratio > r.WorstRatio {
		r.Worst, r.WorstRatio = t.Name, ratio
	}
	return nil
}

// denied counts the functionals that lack a witness.
func denied(findings []Finding) int {
	var names []string
	for _, f := range findings {
		if f.Rule == RuleDeniable {
			names = append(names, f.Scope)
		}
	}
	slices.SortFunc(names, cmp.Compare[string])
	return len(slices.Compact(names))
}

// bareDifferences counts the small nested differences of two shown cells.
func (e *engine) bareDifferences() int {
	n, view := 0, e.sights[0]
	cells := e.problem.System.Cells
	for p, parent := range cells {
		for c, child := range cells {
			if e.withheld[p] || e.withheld[c] || !nested(e.problem.System, parent, child) {
				continue
			}
			if value(parent, view.rest)-value(child, view.rest) < view.view.Threshold {
				n++
			}
		}
	}
	return n
}
