package auditor

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// A grid is a two-way table of a case, margins included.
type grid struct {
	rows, cols []string
	values     [][]int
}

func newGrid(rows, cols []string, values [][]int) (grid, error) {
	ok := len(rows) > 0 && len(cols) > 0 && len(values) == len(rows) && len(rows)*len(cols) <= maxCaseAtoms
	for _, v := range values {
		ok = ok && len(v) == len(cols) && slices.Min(v) >= 0 && slices.Max(v) <= greatestValue/maxCaseAtoms
	}
	if !ok {
		return grid{}, fault.New(fault.Invalid, CodeCaseFile)
	}
	return grid{rows, cols, values}, nil
}

// rowGrid reads rows given by name; columns are names or the letters of one
// word.
func (c namedCase) rowGrid() (grid, error) {
	var rows map[string][]int
	var cols []string
	var letters string
	bad := fault.New(fault.Invalid, CodeCaseFile)
	if json.Unmarshal(c.Rows, &rows) != nil {
		return grid{}, bad
	}
	if json.Unmarshal(c.Cols, &letters) == nil {
		for _, l := range letters {
			cols = append(cols, string(l))
		}
	} else if json.Unmarshal(c.Cols, &cols) != nil {
		return grid{}, bad
	}
	names := slices.Sorted(maps.Keys(rows))
	var values [][]int
	for _, n := range names {
		values = append(values, rows[n])
	}
	return newGrid(names, cols, values)
}

// name of a cell; -1 stands for all rows or all columns.
func (g grid) name(r, k int) string {
	row, col := "", ""
	if r >= 0 {
		row = g.rows[r]
	}
	if k >= 0 {
		col = g.cols[k]
	}
	return row + "/" + col
}

// published writes the table and its margins as a system; shown decides by row
// and column (-1 for a margin) and value. The grand total is always shown.
func (g grid) published(shown func(r, k, v int) bool) Published {
	p := Published{System: plan.System{Axes: []plan.Axis{{Name: "row", Categories: g.rows}, {Name: "column", Categories: g.cols}}}}
	for r := -1; r < len(g.rows); r++ {
		for k := -1; k < len(g.cols); k++ {
			c := plan.Cell{Name: g.name(r, k)}
			if r >= 0 {
				c.Where = append(c.Where, plan.Subset{Axis: 0, Categories: []int{r}})
			}
			if k >= 0 {
				c.Where = append(c.Where, plan.Subset{Axis: 1, Categories: []int{k}})
			}
			c.Rank = [...]plan.Rank{plan.Total, plan.OneWay, plan.Inner}[len(c.Where)]
			v := g.sum(r, k)
			p.System.Cells = append(p.System.Cells, c)
			p.Shown, p.Values = append(p.Shown, c.Rank == plan.Total || shown(r, k, v)), append(p.Values, v)
		}
	}
	return p
}

func (g grid) sum(r, k int) int {
	sum := 0
	for i, row := range g.values {
		for j, v := range row {
			if (r < 0 || r == i) && (k < 0 || k == j) {
				sum += v
			}
		}
	}
	return sum
}

func keysOf(m map[string]any) iter.Seq[string] { return maps.Keys(m) }

// contributionsOf reads a sum's contributions: all of them, or the two largest
// and the sum, whose rest is then cut into pieces no larger than the second.
func contributionsOf(cell map[string]any) (parts []float64, sum float64) {
	sum, _ = cell["X"].(float64)
	if all, given := cell["contributions"].([]any); given {
		for _, v := range all {
			f, _ := v.(float64)
			parts = append(parts, f)
		}
		return parts, sum
	}
	x1, _ := cell["x1"].(float64)
	x2, _ := cell["x2"].(float64)
	parts = []float64{x1, x2}
	for rest := sum - x1 - x2; rest > 0 && x2 > 0 && len(parts) < maxCaseAtoms; rest -= x2 {
		parts = append(parts, min(rest, x2))
	}
	return parts, sum
}

func ruleNamed(name string) (n int, k float64, kind string) {
	if got, err := fmt.Sscanf(name, "p=%g", &k); err == nil && got == 1 {
		return 0, k, "p"
	}
	if got, err := fmt.Sscanf(name, "(%d,%g)", &n, &k); err == nil && got == 2 && n > 0 && n < maxCaseAtoms {
		return n, k, "dominance"
	}
	return 0, 0, name
}
