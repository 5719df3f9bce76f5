package release

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
)

// year is one year of a draft while it is computed.
type year struct {
	story     story
	frame     *frame.Frame
	layout    plan.Layout
	problem   disclosure.Problem // its System is the layout's base until it is protected
	seed      disclosure.Seed
	solution  disclosure.Solution
	tables    []plan.Presentation // as they were recoded
	proof     auditor.Certificate
	published plan.Publication
	findings  findings
}

// lay lays a year out: the plan's cells beside those of every earlier release,
// and every record that was ever counted in its place. It refuses what the
// plan's structure and published sizes forbid.
func (s *Service) lay(p *plan.Plan, t story) (_ *year, err error) {
	y := &year{story: t}
	if err := t.named(p); err != nil {
		return nil, err
	}
	hidden := t.hidden()
	if len(hidden.Organisations) == 0 {
		return nil, fault.New(fault.Conflict, CodeUniverseTooSmall, fault.Detail{Code: CodeUniverseTooSmall, Pointer: "/universes/0"})
	}
	if y.frame, err = frame.Lay(p, s.deps.Figures, hidden); err != nil {
		return nil, err
	}
	y.layout = y.frame.Layout
	// Whoever lets nobody count her answers belongs to no universe, and comes and
	// goes like the others.
	y.problem = disclosure.Problem{System: y.layout.Base, Policy: p.Policy, Uncounted: true}
	if y.problem.Data, err = y.frame.Data(t.placed(hidden.Organisations)); err != nil {
		return nil, err
	}
	if err := y.admit(p); err != nil {
		return nil, err
	}
	return y, y.remember()
}

// hidden are the axes that nobody sees: which organisation, and which batch.
func (t *story) hidden() frame.Hidden {
	h := frame.Hidden{Year: t.year, Alive: t.alive(t.now())}
	names := make(map[access.OrganisationID]bool)
	for _, m := range t.moments {
		for _, c := range m {
			names[c.Organisation] = true
		}
	}
	h.Organisations = slices.Sorted(maps.Keys(names))
	for _, b := range t.batches() {
		h.Batches = append(h.Batches, b.String())
	}
	for i, r := range t.releases {
		y, _ := speaks(r, t.year)
		said := frame.Past{Cells: y.Cells[y.Earlier:], Alive: t.alive(t.of[i])}
		said.TookPart, said.Panels = tookPart(t.planned[i], y)
		h.Past = append(h.Past, said)
	}
	return h
}

// placed gives every record that was ever counted, once each.
func (t *story) placed(organisations []access.OrganisationID) iter.Seq2[record.Answers, frame.Origin] {
	batches := t.batches()
	return func(yield func(record.Answers, frame.Origin) bool) {
		for _, l := range stays(t.moments) {
			from := frame.Origin{Batch: slices.Index(batches, batch{l.entered, l.last})}
			from.Organisation, _ = slices.BinarySearch(organisations, l.Organisation)
			for range l.N {
				if !yield(l.answers(), from) {
					return
				}
			}
		}
	}
}

// admit looks at sizes, which are published, and at the plan alone.
func (y *year) admit(p *plan.Plan) error {
	sizes := make(map[plan.Name]int)
	var small, wrong []fault.Detail
	for i, u := range p.Universes {
		sizes[u] = quantity(y.problem.System.Cells[y.frame.Sizes[u]], y.problem.Data)
		if sizes[u] < p.Policy.Threshold {
			small = append(small, fault.Detail{Code: CodeUniverseTooSmall, Pointer: fmt.Sprintf("/universes/%d", i)})
		}
	}
	if len(small) > 0 {
		return fault.New(fault.Conflict, CodeUniverseTooSmall, small...)
	}
	for i, code := range plan.Admit(y.frame.Shapes(), sizes) {
		if code != "" {
			wrong = append(wrong, fault.Detail{Code: code, Pointer: fmt.Sprintf("/tables/%d", i)})
		}
	}
	if len(wrong) > 0 {
		return fault.New(fault.Invalid, CodeTableInadmissible, wrong...)
	}
	return nil
}

// remember lays down what earlier releases showed, and makes sure that they
// said of these records what the records say.
func (y *year) remember() error {
	cells := y.problem.System.Cells
	for i, places := range y.frame.Past {
		said, _ := speaks(y.story.releases[i], y.story.year)
		pattern := make(plan.Pattern, slices.Max(append([]int{-1}, places...))+1)
		for k, cell := range said.Cells[said.Earlier:] {
			at := places[k]
			if cell.Shown && cell.Value != quantity(cells[at], y.problem.Data) {
				return conflict(CodeHistory)
			}
			pattern[at] = pattern[at] || cell.Shown
		}
		y.problem.Earlier = append(y.problem.Earlier, pattern)
	}
	return nil
}

// quantity is what a cell holds.
func quantity(c plan.Cell, data []plan.Count) int {
	n := 0
	for _, d := range data {
		switch {
		case !holds(c.Where, d.Atom):
		case c.Weighted:
			n += d.N * c.Weights[d.Atom[c.WeightAxis]]
		default:
			n += d.N
		}
	}
	return n
}

func holds(s plan.Selection, atom []int) bool {
	for _, part := range s {
		if _, in := slices.BinarySearch(part.Categories, atom[part.Axis]); !in {
			return false
		}
	}
	return true
}

// protect decides what is shown of a laid out year, has the decision proved
// and attacked, and gives what may be published.
func (s *Service) protect(ctx context.Context, y *year) (_ disclosure.Year, err error) {
	y.problem.Functionals = earlierDifferences(y.layout.Base, y.frame.Past)
	prepared, err := disclosure.Prepare(ctx, y.layout, y.problem, y.seed)
	y.findings.add(fromProtector(y.story.year, prepared.Solution.Findings, withheld(prepared))...)
	if err != nil {
		return disclosure.Year{}, err
	}
	y.problem, y.solution, y.tables = prepared.Problem, prepared.Solution, prepared.Tables
	if err := s.prove(y); err != nil {
		return disclosure.Year{}, err
	}
	described, err := y.frame.Describe(y.problem.System, y.tables)
	if err != nil {
		return disclosure.Year{}, err
	}
	described.Year = y.story.year
	published, err := y.solution.Publish(described)
	if err != nil {
		return disclosure.Year{}, err
	}
	if published, err = s.attack(ctx, y, published); err != nil {
		return disclosure.Year{}, err
	}
	y.published = published.Publication()
	return published, nil
}

// withheld names the cells that a solution does not show; none, if there is no
// solution.
func withheld(p disclosure.Prepared) map[string]bool {
	out := make(map[string]bool)
	for i, shown := range p.Solution.Pattern {
		out[p.Problem.System.Cells[i].Name] = !shown
	}
	return out
}

// earlierDifferences are what earlier releases tell together about who came
// and went between them. It was deniable when the later of them came out; it
// must still be with what is said now. past says which cells are whose.
func earlierDifferences(base plan.System, past [][]int) (out []plan.Functional) {
	before := 0
	for _, places := range past {
		upTo := max(before, slices.Max(append([]int{-1}, places...))+1)
		said := base
		said.Cells = base.Cells[:upTo]
		out = append(out, disclosure.Differences(said, before)...)
		before = upTo
	}
	return out
}

// prove has the auditor hold the protector's proof against the records.
func (s *Service) prove(y *year) error {
	declared := y.problem.Functionals[len(disclosure.Derive(y.problem.System)):]
	y.proof = auditor.Certificate{
		System: y.problem.System, Data: y.problem.Data, Views: y.problem.Views, Policy: y.problem.Policy,
		Shown: y.solution.Pattern, Values: make([]int, len(y.problem.System.Cells)),
		Earlier: y.problem.Earlier, Declared: declared, Witnesses: y.solution.Witnesses,
	}
	for i, c := range y.problem.System.Cells {
		y.proof.Values[i] = quantity(c, y.problem.Data)
	}
	return y.judge(s.checks.verify(y.proof))
}

// judge keeps the auditor's findings, and refuses if one of them fails.
func (y *year) judge(found []auditor.Finding) error {
	y.findings.add(fromAuditor(y.story.year, found)...)
	if auditor.Worst(found) == auditor.Fail {
		return conflict(CodeNotProved)
	}
	return nil
}
