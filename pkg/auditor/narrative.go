package auditor

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// ordinals are how running text refers to a figure named before.
var ordinals = map[string]int{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}

// narrative: figures told one after another, "of these" and "of the nine"
// referring back. Each is a cell inside the one that it refers to.
func (c namedCase) narrative(ctx context.Context) ([]string, error) {
	p, err := c.chainPublished()
	if err != nil {
		return nil, err
	}
	findings, err := told(ctx, p, plan.Defaults().Threshold)
	if err != nil {
		return nil, err
	}
	var unmet expectations
	var fails, passes []string
	if json.Unmarshal(c.Expect["t=5 fail"], &fails) != nil || json.Unmarshal(c.Expect["pass"], &passes) != nil {
		return nil, fault.New(fault.Invalid, CodeCaseFile)
	}
	left := map[Numbers]int{}
	for _, f := range findings {
		left[f.Desk]++
	}
	for _, text := range fails {
		v, _ := lastNumber(text)
		n := Numbers{v, plan.Defaults().Threshold}
		unmet.hold(left[n] > 0, "fail: "+text)
		left[n]--
	}
	for _, text := range passes {
		var v, complement int
		if _, err := fmt.Sscanf(text, "%d / %d", &v, &complement); err != nil {
			complement = -1
			_, err = fmt.Sscanf(text, "%d", &v)
			unmet.hold(err == nil, "pass: "+text)
		}
		unmet.hold(passed(p, findings, v, complement), "pass: "+text)
	}
	return unmet, nil
}

// lastNumber reads "10-9 = 1 ..." as 1 and "4" as 4.
func lastNumber(text string) (v int, ok bool) {
	_, result, found := strings.Cut(text, "=")
	if !found {
		result = text
	}
	n, err := fmt.Sscanf(strings.TrimSpace(result), "%d", &v)
	return v, n == 1 && err == nil
}

// passed: some cell has the value and the complement, and neither is found.
func passed(p Published, findings []Finding, v, complement int) bool {
	for i, c := range p.System.Cells {
		if p.Values[i] != v || complement >= 0 && p.Values[0]-v != complement {
			continue
		}
		about := func(f Finding) bool {
			return f.Scope == "count:"+c.Name || f.Scope == "rest:"+p.System.Cells[0].Name+"-"+c.Name
		}
		if !slices.ContainsFunc(findings, about) {
			return true
		}
	}
	return false
}

func (c namedCase) chainPublished() (Published, error) {
	var p Published
	if len(c.Chain) > 200 {
		return p, fault.New(fault.TooLarge, CodeCaseFileTooLarge)
	}
	base := -1 // the last figure that refers to none
	for i, entry := range c.Chain {
		label, isText := entry[0].(string)
		value, isNumber := entry[1].(float64)
		if !isText || !isNumber || value < 0 || value > greatestValue {
			return p, fault.New(fault.Invalid, CodeCaseFile)
		}
		if strings.Contains(label, "in total") {
			continue // a sum, not a count
		}
		cell := plan.Cell{Name: fmt.Sprintf("%d %s", i, label), Rank: plan.Figure}
		parent, refers := p.refersTo(label, base)
		switch {
		case len(p.System.Cells) == 0:
			cell.Rank = plan.Total
		case refers && parent >= 0:
			cell.Where = slices.Clone(p.System.Cells[parent].Where)
		}
		if !refers {
			base = len(p.System.Cells)
		}
		if cell.Rank != plan.Total {
			cell.Where = append(cell.Where, plan.Subset{Axis: len(p.System.Axes), Categories: []int{1}})
			p.System.Axes = append(p.System.Axes, plan.Axis{Name: cell.Name, Categories: []string{"no", "yes"}})
		}
		p.System.Cells = append(p.System.Cells, cell)
		p.Shown, p.Values = append(p.Shown, true), append(p.Values, int(value))
	}
	return p, nil
}

// refersTo finds the cell that a label refers back to.
func (p Published) refersTo(label string, base int) (cell int, refers bool) {
	words := strings.Fields(strings.NewReplacer(":", " ", ",", " ").Replace(label))
	if len(words) < 2 || words[0] != "of" {
		return -1, false
	}
	if len(words) > 2 {
		if v, counts := ordinals[words[2]]; counts {
			for i := len(p.Values) - 1; i >= 0; i-- {
				if p.Values[i] == v {
					return i, true
				}
			}
		}
	}
	return base, true
}

// synthetic is a table of four attributes of three labels each, every
// combination as often but for one corner, in four subsets; a cell below the
// threshold is flagged.
func (c namedCase) synthetic(ctx context.Context) ([]string, error) {
	var flagged map[string]int
	if raw, given := c.Expect["flagged_cells"]; !given || json.Unmarshal(raw, &flagged) != nil {
		return nil, fault.New(fault.Invalid, CodeCaseFile)
	}
	var unmet expectations
	for dims := 1; dims <= 4; dims++ {
		name := fmt.Sprintf("%dd", dims)
		want, asked := flagged[name]
		if !asked {
			continue
		}
		all, err := told(ctx, corner(dims, false, false), 10)
		if err != nil {
			return nil, err
		}
		unmet.hold(len(all) == want, name)
		for status, p := range map[string]Published{
			"status_without_suppression": corner(dims, false, false),
			"status_with_suppression":    corner(dims, true, false),
			"safe_subset (indvar1!=C)":   corner(dims, false, true),
		} {
			got, err := statusOf(ctx, p)
			if err != nil {
				return nil, err
			}
			var verdict string
			_ = json.Unmarshal(c.Expect[status], &verdict)
			unmet.hold(got == verdict, name+" "+status)
		}
	}
	slices.Sort(unmet)
	return unmet, nil
}

// statusOf is a table's status as output checkers use the word: something was
// withheld, so that somebody has to look.
func statusOf(ctx context.Context, p Published) (string, error) {
	findings, err := told(ctx, p, 10)
	if err != nil {
		return "", err
	}
	switch {
	case len(findings) > 0:
		return Worst(findings).String(), nil
	case slices.Contains(p.Shown, false):
		return Review.String(), nil
	}
	return Pass.String(), nil
}

// corner makes the table over the first attributes, the others being C: 11
// persons in each cell, 5 where the first, third and fourth are C.
func corner(dims int, withhold, safe bool) Published {
	var p Published
	labels := []string{"A", "B", "C"}
	var cells []plan.Selection
	for d := range dims {
		p.System.Axes = append(p.System.Axes, plan.Axis{Name: fmt.Sprintf("indvar%d", d+1), Categories: labels})
	}
	cells = append(cells, nil)
	for d := range dims {
		var longer []plan.Selection
		for _, where := range cells {
			for k := range labels {
				longer = append(longer, append(slices.Clone(where), plan.Subset{Axis: d, Categories: []int{k}}))
			}
		}
		cells = longer
	}
	for _, where := range cells {
		isC := func(d int) bool { return d >= dims || where[d].Categories[0] == 2 }
		if safe && isC(0) {
			continue
		}
		n := 11
		if isC(0) && isC(2) && isC(3) {
			n = 5
		}
		p.System.Cells = append(p.System.Cells, plan.Cell{Name: fmt.Sprint(where), Where: where})
		p.Shown, p.Values = append(p.Shown, !withhold || n >= 10), append(p.Values, n)
	}
	return p
}
