package disclosure

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// scenario is a test written for statisticians; testdata/scenarios/README.md
// says how.
type scenario struct {
	problem Problem
	earlier []plan.Cell
	cells   []plan.Cell
	expect  []string
	columns []string
	codes   map[string][]string
}

func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d scenarios: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := readScenario(string(text))
			if err != nil {
				t.Fatal(err)
			}
			s.run(t)
		})
	}
}

// run protects, has the auditor verify, and holds the outcome against what is
// expected.
func (s *scenario) run(t *testing.T) {
	p := s.problem
	p.System.Cells = slices.Concat(s.earlier, s.cells)
	p.Functionals = Derive(p.System)
	if len(s.earlier) > 0 {
		p.Earlier = []plan.Pattern{slices.Repeat(plan.Pattern{true}, len(s.earlier))}
		p.Functionals = append(p.Functionals, Differences(p.System, len(s.earlier))...)
	}
	p.Views = viewsOf(t, p)
	solution, err := Protect(t.Context(), p, Seed{1})
	if err == nil {
		if fails := audit(p, solution); len(fails) > 0 {
			t.Errorf("the auditor refuses: %+v", fails[0])
		}
	}
	for _, line := range s.expect {
		if problem := s.check(line, p, solution, err); problem != "" {
			t.Errorf("%s: %s", line, problem)
		}
	}
	if t.Failed() {
		for i := range solution.Pattern {
			t.Logf("%-40s %4d shown %v", p.System.Cells[i].Name, value(p.System.Cells[i], p.Data), solution.Pattern[i])
		}
	}
}

// check holds one line of what is expected against the outcome.
func (s *scenario) check(line string, p Problem, solution Solution, err error) string {
	verb, rest, _ := strings.Cut(line, " ")
	if verb == "refused" {
		if got := string(fault.CodeOf(err)); got != rest || solution.Pattern != nil {
			return fmt.Sprintf("the outcome is %q", got)
		}
		return ""
	}
	if err != nil {
		return fmt.Sprintf("refused: %v", err)
	}
	if at, cells, some := strings.Cut(rest, " among "); some {
		least, _ := strconv.Atoi(strings.TrimPrefix(at, "at least "))
		n := 0
		for i, c := range p.System.Cells {
			if strings.HasPrefix(c.Name, cells+" and ") && solution.Pattern[i] == (verb == "shown") {
				n++
			}
		}
		if n < least || least == 0 {
			return fmt.Sprintf("there are %d", n)
		}
		return ""
	}
	for i, c := range p.System.Cells {
		if rest == "everything" || c.Name == rest {
			if solution.Pattern[i] != (verb == "shown") {
				return fmt.Sprintf("%s is shown: %v", c.Name, solution.Pattern[i])
			}
			if rest == c.Name {
				return ""
			}
		}
	}
	if rest != "everything" || verb != "shown" && verb != "withheld" {
		return "nothing of that kind is published"
	}
	return ""
}

// readScenario reads the text of a scenario.
func readScenario(text string) (*scenario, error) {
	s := &scenario{codes: make(map[string][]string)}
	s.problem.Policy = plan.Defaults()
	sections := map[string][]string{}
	section := ""
	for _, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		switch {
		case strings.TrimSpace(line) == "":
		case !strings.HasPrefix(line, " "):
			section = strings.TrimSpace(line)
		default:
			sections[section] = append(sections[section], strings.Join(strings.Fields(line), " "))
		}
	}
	if len(sections["records"]) < 2 || len(sections["protect"]) == 0 || len(sections["expect"]) == 0 {
		return nil, fmt.Errorf("records, protect and expect are needed")
	}
	s.expect = sections["expect"]
	s.readCodes(sections["codes"])
	if err := s.readRecords(sections["records"]); err != nil {
		return nil, err
	}
	for _, line := range sections["never"] {
		ban, err := s.selection(line)
		if err != nil {
			return nil, err
		}
		s.problem.System.Bans = append(s.problem.System.Bans, ban)
	}
	var err error
	if s.earlier, err = s.readCells(sections["published before"], "before: ", "second"); err != nil {
		return nil, err
	}
	s.cells, err = s.readCells(sections["protect"], "", "first")
	return s, err
}

// readCodes declares codes that no record may have.
func (s *scenario) readCodes(lines []string) {
	for _, line := range lines {
		column, codes, _ := strings.Cut(line, ": ")
		s.codes[column] = strings.Split(codes, ", ")
	}
}

// readRecords reads how many persons there are of each kind: a heading, then a
// number and the codes.
func (s *scenario) readRecords(lines []string) error {
	s.columns = strings.Fields(lines[0])[1:]
	for _, line := range lines[1:] {
		words := strings.Fields(line)
		n, err := strconv.Atoi(words[0])
		if err != nil || len(words) != len(s.columns)+1 {
			return fmt.Errorf("record %q", line)
		}
		atom := make([]int, len(s.columns))
		for i, code := range words[1:] {
			atom[i] = s.code(s.columns[i], code)
		}
		s.problem.Data = append(s.problem.Data, plan.Count{Atom: atom, N: n})
	}
	s.problem.Data = tally(s.problem.Data)
	for _, column := range s.columns {
		name, hidden := column, false
		switch column {
		case "organisation":
			name, hidden = plan.OrganisationAxis, true
		case "release":
			name, hidden = plan.BatchAxis, true
		}
		s.problem.System.Axes = append(s.problem.System.Axes, plan.Axis{Name: name, Categories: s.codes[column], Hidden: hidden})
	}
	return nil
}

func (s *scenario) code(column, code string) int {
	if i := slices.Index(s.codes[column], code); i >= 0 {
		return i
	}
	s.codes[column] = append(s.codes[column], code)
	return len(s.codes[column]) - 1
}

// selection reads conditions: "region = north or south and age = old".
func (s *scenario) selection(text string) (plan.Selection, error) {
	var sel plan.Selection
	for _, condition := range strings.Split(text, " and ") {
		column, codes, some := strings.Cut(condition, " = ")
		part := plan.Subset{Axis: slices.Index(s.columns, column)}
		for _, code := range strings.Split(codes, " or ") {
			part.Categories = append(part.Categories, slices.Index(s.codes[column], code))
		}
		slices.Sort(part.Categories)
		if !some || part.Axis < 0 || part.Categories[0] < 0 {
			return nil, fmt.Errorf("%q is no condition", condition)
		}
		sel = append(sel, part)
	}
	slices.SortFunc(sel, func(a, b plan.Subset) int { return a.Axis - b.Axis })
	return sel, nil
}

// readCells reads what is published, the size of the population first. Records
// of one release may be left out.
func (s *scenario) readCells(lines []string, prefix, without string) (cells []plan.Cell, err error) {
	if len(lines) > 0 {
		cells = append(cells, plan.Cell{Name: "persons", Rank: plan.Total})
	}
	for _, line := range lines {
		required := strings.HasPrefix(line, "required ")
		verb, rest, _ := strings.Cut(strings.TrimPrefix(line, "required "), " ")
		var more []plan.Cell
		switch verb {
		case "t":
			s.problem.Policy.Threshold, err = strconv.Atoi(rest)
		case "t_org":
			s.problem.Policy.OrganisationThreshold, err = strconv.Atoi(rest)
		case "figure":
			more, err = s.figure(rest)
		case "table":
			more, err = s.table(strings.Split(rest, " by "))
		case "sum":
			more, err = s.sum(rest)
		default:
			err = fmt.Errorf("%q is nothing that is published", line)
		}
		if err != nil {
			return nil, err
		}
		for i := range more {
			more[i].Required = required
		}
		cells = append(cells, more...)
	}
	for i := range cells {
		cells[i].Name = prefix + cells[i].Name
		cells[i].Where = s.present(cells[i].Where, without)
	}
	return cells, nil
}

// present leaves the records of one release out of a selection.
func (s *scenario) present(sel plan.Selection, without string) plan.Selection {
	axis := slices.Index(s.columns, "release")
	if axis < 0 || !slices.Contains(s.codes["release"], without) {
		return sel
	}
	part := plan.Subset{Axis: axis}
	for i, code := range s.codes["release"] {
		if code != without {
			part.Categories = append(part.Categories, i)
		}
	}
	sel = append(slices.Clone(sel), part)
	slices.SortFunc(sel, func(a, b plan.Subset) int { return a.Axis - b.Axis })
	return sel
}

func (s *scenario) figure(text string) ([]plan.Cell, error) {
	where, err := s.selection(text)
	return []plan.Cell{{Name: text, Rank: plan.Headline, Where: where}}, err
}

func (s *scenario) table(columns []string) (cells []plan.Cell, err error) {
	cells = []plan.Cell{{Rank: plan.OneWay}}
	if len(columns) > 1 {
		cells[0].Rank = plan.Inner
	}
	for _, column := range columns {
		var next []plan.Cell
		for _, c := range cells {
			for _, code := range s.codes[column] {
				cell := c
				cell.Name = strings.TrimPrefix(c.Name+" and "+column+" = "+code, " and ")
				next = append(next, cell)
			}
		}
		cells = next
	}
	for i := range cells {
		if cells[i].Where, err = s.selection(cells[i].Name); err != nil {
			return nil, err
		}
	}
	return cells, nil
}

func (s *scenario) sum(column string) ([]plan.Cell, error) {
	c := plan.Cell{Name: "sum " + column, Rank: plan.Headline, Weighted: true, WeightAxis: slices.Index(s.columns, column)}
	for _, code := range s.codes[column] {
		n, err := strconv.Atoi(code)
		if err != nil {
			return nil, err
		}
		c.Weights = append(c.Weights, n)
	}
	return []plan.Cell{c}, nil
}
