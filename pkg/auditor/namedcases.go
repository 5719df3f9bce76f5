package auditor

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// CasesReport is how the verdicts of a file of published cases compare with
// ours.
type CasesReport struct {
	Cases      int
	Mismatches []CaseMismatch
}

// CaseMismatch is one expectation of one case that we do not share. A case of a
// kind that is not known is one, too.
type CaseMismatch struct{ Case, Expectation string }

// namedCase is one published case. Which of the fields it has says of which
// kind it is.
type namedCase struct {
	ID     string                     `json:"id"`
	Expect map[string]json.RawMessage `json:"expect"`
	System *equationCase              `json:"system"`
	Values [][]int                    `json:"values"`
	Rows   json.RawMessage            `json:"rows"`
	Cols   json.RawMessage            `json:"cols"`
	Hidden json.RawMessage            `json:"suppressed"`
	// Intervals are those of the determined cell when one more is withheld.
	Intervals map[string][2]int         `json:"extra_intervals"`
	Faulty    map[string][]string       `json:"suppressed_by_faulty_tool"`
	MaxN      int                       `json:"maxN"`
	First     map[string]map[string]int `json:"t1"`
	Second    map[string]map[string]int `json:"t2"`
	Sums      []map[string]any          `json:"cells"`
	Chain     [][2]any                  `json:"chain"`
	Figure    []int                     `json:"figure"`
	Generator string                    `json:"generator"`
}

// equationCase is a system of sums over unknown numbers.
type equationCase struct {
	Unknown   []string             `json:"unknown"`
	Equations [][2]json.RawMessage `json:"equations"`
}

// CheckCases reads published cases with the verdicts that they must get, and
// compares.
func CheckCases(ctx context.Context, r io.Reader) (CasesReport, error) {
	var file struct {
		Cases []namedCase `json:"cases"`
	}
	if err := readCases(r, &file); err != nil {
		return CasesReport{}, err
	}
	if len(file.Cases) > maxCaseTables {
		return CasesReport{}, fault.New(fault.TooLarge, CodeCaseFileTooLarge)
	}
	report := CasesReport{Cases: len(file.Cases)}
	for _, c := range file.Cases {
		unmet, err := c.unmet(ctx)
		if err != nil {
			return CasesReport{}, fault.Because(err, fault.Invalid, CodeCaseFile)
		}
		for _, e := range unmet {
			report.Mismatches = append(report.Mismatches, CaseMismatch{c.ID, e})
		}
	}
	return report, nil
}

// unmet are the expectations of a case that do not hold.
func (c namedCase) unmet(ctx context.Context) ([]string, error) {
	switch {
	case c.System != nil:
		return c.equations(ctx)
	case c.Values != nil:
		return c.pattern(ctx)
	case c.Faulty != nil || c.MaxN > 0 && c.Rows != nil:
		return c.singletons(ctx)
	case c.Rows != nil:
		return c.groups(ctx)
	case c.First != nil && c.Second != nil:
		return c.differencing(ctx)
	case c.Sums != nil:
		return c.dominance()
	case c.Chain != nil:
		return c.narrative(ctx)
	case len(c.Figure) == 2:
		return c.headline(ctx)
	case c.Generator != "":
		return c.synthetic(ctx)
	}
	return []string{"a case of this kind"}, nil
}

// expectations collects what does not hold.
type expectations []string

func (e *expectations) hold(ok bool, what string) {
	if !ok {
		*e = append(*e, what)
	}
}

func (c namedCase) equations(ctx context.Context) ([]string, error) {
	axis := plan.Axis{Name: "unknown", Categories: c.System.Unknown}
	p := Published{System: plan.System{Axes: []plan.Axis{axis}}}
	for i, eq := range c.System.Equations {
		var names []string
		var value int
		if json.Unmarshal(eq[0], &names) != nil || json.Unmarshal(eq[1], &value) != nil {
			return nil, fault.New(fault.Invalid, CodeCaseFile)
		}
		var members []int
		for _, n := range names {
			members = append(members, slices.Index(axis.Categories, n))
		}
		slices.Sort(members)
		p.System.Cells = append(p.System.Cells, plan.Cell{Name: numbered(i + 1)[i], Where: plan.Selection{{Axis: 0, Categories: members}}})
		p.Shown, p.Values = append(p.Shown, true), append(p.Values, value)
	}
	prober, err := Probe(ctx, p)
	if err != nil {
		return nil, err
	}
	var unmet expectations
	for name, raw := range c.Expect {
		var want [2]int
		at := slices.Index(axis.Categories, name)
		if json.Unmarshal(raw, &want) != nil || at < 0 {
			return nil, fault.New(fault.Invalid, CodeCaseFile)
		}
		unmet.hold(lies(prober, plan.Selection{{Axis: 0, Categories: []int{at}}}, want), name)
	}
	slices.Sort(unmet)
	return unmet, nil
}

// lies says whether the interval of a selection is the given one.
func lies(prober *Prober, where plan.Selection, want [2]int) bool {
	in, err := prober.interval(quantity{{term{where: where}, 1}})
	return err == nil && in.ProvedWhole && !in.Open && in.Least == want[0] && in.Most == want[1]
}

func (c namedCase) pattern(ctx context.Context) ([]string, error) {
	var rows, cols, hidden []string
	if json.Unmarshal(c.Rows, &rows) != nil || json.Unmarshal(c.Cols, &cols) != nil || json.Unmarshal(c.Hidden, &hidden) != nil {
		return nil, fault.New(fault.Invalid, CodeCaseFile)
	}
	g, err := newGrid(rows, cols, c.Values)
	if err != nil {
		return nil, err
	}
	p := g.published(func(r, k, _ int) bool { return r < 0 || k < 0 || !slices.Contains(hidden, rows[r]+cols[k]) })
	var determined map[string]int
	if raw, given := c.Expect["exactly_determined"]; given && json.Unmarshal(raw, &determined) != nil {
		return nil, fault.New(fault.Invalid, CodeCaseFile)
	}
	var unmet expectations
	for name, v := range determined {
		unmet.hold(g.lies(ctx, p, name, "", [2]int{v, v}), name)
		for candidate, interval := range c.Intervals {
			unmet.hold(g.lies(ctx, p, name, candidate, interval), name+" with "+candidate)
		}
	}
	slices.Sort(unmet)
	return unmet, nil
}

// lies examines a cell, named by its row and column, when one more is withheld
// ("": none).
func (g grid) lies(ctx context.Context, p Published, cell, more string, want [2]int) bool {
	p.Shown = slices.Clone(p.Shown)
	var where plan.Selection
	for r, row := range g.rows {
		for k, col := range g.cols {
			at := slices.IndexFunc(p.System.Cells, func(c plan.Cell) bool { return c.Name == g.name(r, k) })
			if row+col == more {
				p.Shown[at] = false
			}
			if row+col == cell {
				where = p.System.Cells[at].Where
			}
		}
	}
	prober, err := Probe(ctx, p)
	return err == nil && where != nil && lies(prober, where, want)
}

// singletons: where zeros are published, whoever is withheld is at least 1, and
// a pattern that forgets this gives persons away.
func (c namedCase) singletons(ctx context.Context) ([]string, error) {
	g, err := c.rowGrid()
	if err != nil {
		return nil, err
	}
	p := g.published(func(r, k, v int) bool {
		if c.Faulty == nil || r < 0 || k < 0 {
			return v == 0 || v > c.MaxN
		}
		return !slices.Contains(c.Faulty[g.rows[r]], g.cols[k])
	})
	if c.Faulty != nil { // margins are small only where primary
		for i, cell := range p.System.Cells {
			p.Shown[i] = p.Shown[i] || cell.Rank == plan.Total
		}
	}
	policy := plan.Defaults()
	policy.Threshold, policy.ZerosArePublic = c.MaxN+1, true
	assault, err := Attack(ctx, p, policy)
	if err != nil {
		return nil, err
	}
	var unmet expectations
	known := slices.ContainsFunc(assault.Findings, func(f Finding) bool { return f.Rule == RuleDetermined && strings.HasPrefix(f.Scope, "count:") })
	unmet.hold(known, "a withheld count is known exactly")
	unmet.hold(Worst(assault.Findings) == Fail, "the pattern fails")
	return unmet, nil
}

func (c namedCase) groups(ctx context.Context) ([]string, error) {
	g, err := c.rowGrid()
	if err != nil {
		return nil, err
	}
	assault, err := Attack(ctx, g.published(func(_, _, _ int) bool { return true }), plan.Defaults())
	if err != nil {
		return nil, err
	}
	var unmet expectations
	for kind, rest := range map[string]int{"group_disclosure": 0, "within_group": 1} {
		var text string
		if raw, given := c.Expect[kind]; !given || json.Unmarshal(raw, &text) != nil {
			continue
		}
		told := slices.ContainsFunc(assault.Findings, func(f Finding) bool {
			return f.Rule == RuleGroup && f.Desk.Value == rest && slices.ContainsFunc(g.rows, func(row string) bool {
				return strings.Contains(strings.ToLower(text), strings.ToLower(row)) && strings.HasPrefix(f.Scope, "rest:"+row+"/")
			})
		})
		unmet.hold(told, kind)
	}
	slices.Sort(unmet)
	return unmet, nil
}

// dominance reads contributions and the verdicts of rules named "p=10" and
// "(n,k)".
func (c namedCase) dominance() ([]string, error) {
	var unmet expectations
	for _, cell := range c.Sums {
		parts, sum := contributionsOf(cell)
		for _, rule := range slices.Sorted(keysOf(cell)) {
			want, _ := cell[rule].(string)
			n, k, kind := ruleNamed(rule)
			switch kind {
			case "p":
				unmet.hold(PercentRule(parts, k) == (want == "unsafe"), rule)
			case "dominance":
				unmet.hold(Dominance(parts, n, k) == (want == "unsafe"), rule)
			case "estimate_error_pct":
				want, _ := cell[rule].(float64)
				unmet.hold(len(parts) > 1 && math.Abs(100*(sum-parts[0]-parts[1])/parts[0]-want) < 0.1, rule)
			}
		}
	}
	return unmet, nil
}
