package disclosure

import (
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// finish writes the solution down and adds every witness up once more, apart
// from the search: what does not hold is not returned.
func (e *engine) finish() (Solution, error) {
	s := Solution{Pattern: make(plan.Pattern, len(e.withheld)), Findings: e.findings, Stats: e.stats}
	for i, w := range e.withheld {
		s.Pattern[i] = !w
		if w && !e.primary[i] {
			s.Findings = append(s.Findings, Finding{Rule: RuleSecondary, Scope: e.problem.System.Cells[i].Name})
		}
	}
	populations := make(map[*found]bool)
	for _, d := range e.duties {
		w := plan.Witness{View: d.sight.view.Name, Functional: e.functionals[d.functional].Name, Goal: d.goal}
		if len(d.found.moves) > 0 {
			if w.Moves = d.found.written; w.Moves == nil {
				w.Moves = d.part.lift(d.found.moves, d.sight.rest, d.hidden)
			}
			populations[d.found] = true
		}
		s.Witnesses = append(s.Witnesses, w)
	}
	s.Stats.Populations = len(populations)
	if err := e.check(s); err != nil {
		return Solution{Findings: e.findings}, err
	}
	s.proved = slices.Clone(s.Pattern)
	for _, c := range e.problem.System.Cells {
		s.names, s.values = append(s.names, c.Name), append(s.values, value(c, e.data))
	}
	return s, nil
}

// check proves a solution by plain addition over whole records.
func (e *engine) check(s Solution) error {
	for i, shown := range e.safe.shownBefore(e.problem) {
		if shown && !s.Pattern[i] {
			return fmt.Errorf("check: a cell of an earlier release is withheld")
		}
	}
	for i, d := range e.duties {
		if !e.safe.proves(e, s.Witnesses[i], d.sight, e.functionals[d.functional], s.Pattern) {
			return fmt.Errorf("check: witness %d of %q does not hold", i, d.sight.view.Name)
		}
	}
	return nil
}

// proves says whether a witness is a possible population for its view, agrees
// with every shown cell and takes its goal.
func (e *engine) proves(w plan.Witness, s *sight, f plan.Functional, shown plan.Pattern) bool {
	for i, m := range w.Moves {
		if i > 0 && compareAtoms(w.Moves[i-1].Atom, m.Atom) >= 0 || m.N == 0 {
			return false
		}
		if countAt(s.rest, m.Atom)+m.N < 0 || !validAtom(e.problem.System, m.Atom) {
			return false
		}
		if m.N > 0 && slices.ContainsFunc(s.view.Empty, func(b plan.Selection) bool { return holds(b, m.Atom) }) {
			return false
		}
	}
	for i, c := range e.problem.System.Cells {
		if shown[i] && value(c, w.Moves) != 0 {
			return false
		}
	}
	reached := total(f, s.rest) + total(f, w.Moves)
	if w.Goal == plan.None {
		return reached == 0
	}
	return reached >= s.view.Threshold
}
