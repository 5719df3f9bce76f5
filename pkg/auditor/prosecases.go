package auditor

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// told examines what is shown without asking what combinations it gives away:
// every count and difference of the case.
func told(ctx context.Context, p Published, threshold int) ([]Finding, error) {
	prober, err := Probe(ctx, p)
	if err != nil {
		return nil, err
	}
	policy := plan.Defaults()
	policy.Threshold = threshold
	view := plan.View{Threshold: threshold}
	a := &attacker{published: p, policy: policy, view: view, prober: prober}
	err = a.sensitive()
	return a.assault.Findings, err
}

func (c namedCase) headline(ctx context.Context) ([]string, error) {
	p := Published{System: plan.System{
		Axes: []plan.Axis{{Name: "has", Categories: []string{"no", "yes"}}},
		Cells: []plan.Cell{
			{Name: "all", Rank: plan.Total},
			{Name: "figure", Where: plan.Selection{{Axis: 0, Categories: []int{1}}}},
		},
	}, Shown: plan.Pattern{true, true}, Values: []int{c.Figure[1], c.Figure[0]}}
	var unmet expectations
	for name, raw := range c.Expect {
		var verdict string
		var complement, t int
		switch {
		case name == "complement":
			unmet.hold(json.Unmarshal(raw, &complement) == nil && complement == c.Figure[1]-c.Figure[0], name)
			continue
		case json.Unmarshal(raw, &verdict) != nil:
			return nil, fault.New(fault.Invalid, CodeCaseFile)
		}
		if n, err := fmt.Sscanf(name, "t=%d", &t); err != nil || n != 1 {
			unmet.hold(false, name)
			continue
		}
		findings, err := told(ctx, p, t)
		if err != nil {
			return nil, err
		}
		unmet.hold((len(findings) == 0) == (verdict == "publish exactly"), name)
	}
	slices.Sort(unmet)
	return unmet, nil
}

// differencing: two tables over the same persons whose groupings overlap.
func (c namedCase) differencing(ctx context.Context) ([]string, error) {
	var edges []int
	for _, table := range []map[string]map[string]int{c.First, c.Second} {
		for _, row := range table {
			for label := range row {
				from, to, ok := ages(label)
				if !ok {
					return nil, fault.New(fault.Invalid, CodeCaseFile)
				}
				edges = append(edges, from, to)
			}
		}
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	rows := slices.Sorted(maps.Keys(c.First))
	p := Published{System: plan.System{Axes: []plan.Axis{{Name: "row", Categories: rows}, {Name: "age", Categories: numbered(max(len(edges)-1, 1))}}}}
	for i, table := range []map[string]map[string]int{c.First, c.Second} {
		for r, row := range rows {
			for _, label := range slices.Sorted(maps.Keys(table[row])) {
				where, _ := between(edges, r, label)
				p.System.Cells = append(p.System.Cells, plan.Cell{Name: fmt.Sprint(i, row, label), Where: where})
				p.Shown, p.Values = append(p.Shown, true), append(p.Values, table[row][label])
			}
		}
	}
	prober, err := Probe(ctx, p)
	if err != nil {
		return nil, err
	}
	var unmet expectations
	for name, raw := range c.Expect {
		var want int
		row, label, _ := strings.Cut(name, " ")
		where, ok := between(edges, slices.Index(rows, row), label)
		unmet.hold(ok && json.Unmarshal(raw, &want) == nil && lies(prober, where, [2]int{want, want}), name)
	}
	slices.Sort(unmet)
	return unmet, nil
}

// ages reads "<20" and "20-39" as years from and up to, the latter excluded.
func ages(label string) (from, to int, ok bool) {
	if rest, under := strings.CutPrefix(label, "<"); under {
		to, err := strconv.Atoi(rest)
		return 0, to, err == nil && to > 0 && to < 1000
	}
	a, b, _ := strings.Cut(label, "-")
	from, err1 := strconv.Atoi(a)
	to, err2 := strconv.Atoi(b)
	return from, to + 1, err1 == nil && err2 == nil && from >= 0 && to >= from && to < 1000
}

// between is a row's persons of an age group, the group being a run of the
// pieces between edges.
func between(edges []int, row int, label string) (plan.Selection, bool) {
	from, to, ok := ages(label)
	first, in1 := slices.BinarySearch(edges, from)
	last, in2 := slices.BinarySearch(edges, to)
	if !ok || !in1 || !in2 || row < 0 {
		return nil, false
	}
	var pieces []int
	for i := first; i < last; i++ {
		pieces = append(pieces, i)
	}
	return plan.Selection{{Axis: 0, Categories: []int{row}}, {Axis: 1, Categories: pieces}}, true
}
