package auditor

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// OrganisationAxis is the name of the hidden axis that says which organisation
// submitted a record.
const OrganisationAxis = "organisation"

// Certificate is a release and the proof that it is safe: everything that
// Verify looks at. It is as secret as the records.
//
// A witness names its functional. The names are canonical:
//
//	count:<cell>            the persons of a cell (S1)
//	rest:<parent>-<child>   those of one cell who are not in another whose
//	                        selection implies the first's, complements included
//	                        (S2); a declared difference of siblings keeps the
//	                        name under which it was declared, and so do those who
//	                        came or went between two releases, or are in no panel
type Certificate struct {
	System plan.System  `json:"system"`
	Data   []plan.Count `json:"data,omitzero"` // every person, by atom, hidden axes included
	Views  []plan.View  `json:"views"`
	Policy plan.Policy  `json:"policy"`
	Shown  plan.Pattern `json:"shown"`
	Values []int        `json:"values"` // as published, by cell; only those of shown cells are looked at
	// Earlier are the patterns of the releases before, over the first cells of
	// System: whatever one of them shows is known for good. Cells of different
	// releases name on the hidden axis [plan.BatchAxis] whose records they count;
	// what they tell together about those who came and went must stay deniable,
	// whether or not it is among Declared.
	Earlier   []plan.Pattern    `json:"earlier,omitzero"`
	Declared  []plan.Functional `json:"declared,omitzero"`
	Witnesses []plan.Witness    `json:"witnesses,omitzero"`
}

// Verify holds a certificate against the records it was made from. It derives
// by itself what is sensitive in which view, and adds whole numbers; it
// believes nothing that the certificate says about itself. It returns either
// findings that fail or need a review, or a single one that passes.
func Verify(c Certificate) []Finding { return verify(c, lapses{}) }

func verify(c Certificate, l lapses) []Finding {
	if findings := form(c, l); len(findings) > 0 {
		return findings
	}
	v := verifier{Certificate: c, lapses: l, known: everShown(c), witness: map[claim][]int{}}
	if l.history {
		v.known = c.Shown
	}
	v.functionals, v.exposed = derive(c.System, c.Declared, v.known)
	if !l.outsiders {
		v.suspect(outsiders(c.System, v.functionals))
	}
	if !l.newcomers {
		v.suspect(newcomers(withOutsiders(c.System), v.functionals))
	}
	for _, f := range v.functionals {
		v.totals = append(v.totals, count(f, c.Data))
	}
	for i, w := range c.Witnesses {
		k := claim{w.View, w.Functional, w.Goal}
		v.witness[k] = append(v.witness[k], i)
	}
	if !l.viewpoints {
		v.findings = append(v.findings, viewpoints(c, v.functionals)...)
	}
	for _, view := range c.Views {
		if l.view == "" || view.Name != l.view {
			v.view(view)
		}
	}
	for _, k := range v.unused() {
		if !l.surplus {
			v.find(Fail, RuleSurplus, k.functional, k.view)
		}
	}
	v.findings = append(v.findings, contributors(c, v.known, l)...)
	if len(v.findings) == 0 {
		v.find(Pass, RuleVerified, "", "")
	}
	return v.findings
}

// suspect adds functionals that nothing gives away by itself.
func (v *verifier) suspect(found []plan.Functional) {
	for _, f := range found {
		v.functionals, v.exposed = append(v.functionals, f), append(v.exposed, false)
	}
}

type claim struct {
	view, functional string
	goal             plan.Goal
}

type verifier struct {
	Certificate
	lapses      lapses
	known       plan.Pattern // shown now or ever
	functionals []plan.Functional
	totals      []int  // by functional: its value for whoever knows nothing
	exposed     []bool // by functional: what is shown gives its value exactly
	witness     map[claim][]int
	findings    []Finding
}

func (v *verifier) find(c Class, r Rule, scope, view string) {
	v.findings = append(v.findings, Finding{Class: c, Rule: r, Scope: scope, View: view})
}

// everShown is the pattern of this release and of all before it.
func everShown(c Certificate) plan.Pattern {
	known := slices.Clone(c.Shown)
	for _, earlier := range c.Earlier {
		for i, shown := range earlier {
			known[i] = known[i] || shown
		}
	}
	return known
}

// derive lists what must stay deniable, and says which of it no witness can
// change because everything it is made of is known.
func derive(s plan.System, declared []plan.Functional, known plan.Pattern) (fs []plan.Functional, exposed []bool) {
	counts := func(c plan.Cell) bool { return !c.Weighted && !c.StructuralZero }
	for i, c := range s.Cells {
		if counts(c) && c.Rank != plan.Total {
			fs, exposed = append(fs, plan.Functional{Name: "count:" + c.Name, Within: c.Where}), append(exposed, known[i])
		}
	}
	for i, parent := range s.Cells {
		for k, child := range s.Cells {
			if !counts(parent) || !counts(child) || !implies(s, child.Where, parent.Where) || implies(s, parent.Where, child.Where) {
				continue
			}
			except := child.Where
			fs = append(fs, plan.Functional{Name: "rest:" + parent.Name + "-" + child.Name, Within: parent.Where, Except: &except})
			exposed = append(exposed, known[i] && known[k])
		}
	}
	for _, f := range declared {
		fs, exposed = append(fs, f), append(exposed, false)
	}
	return fs, exposed
}

// view examines every functional as one reader sees it.
func (v *verifier) view(view plan.View) {
	unknown := tally(v.Data)
	for _, k := range view.Known {
		unknown[keyOf(k.Atom)] -= k.N
	}
	barred := slices.Concat(v.System.Bans, view.Empty)
	for i, f := range v.functionals {
		value := v.totals[i] - count(f, view.Known)
		zeroSafe := f.Except == nil && view.ZeroIsSafe || v.lapses.zeros
		sensitive := value < view.Threshold-v.lapses.threshold && !(value == 0 && zeroSafe)
		if !sensitive || f.Except != nil && v.lapses.differences || !populated(v.System, f, barred) {
			continue
		}
		numbers := Numbers{Value: value, Threshold: view.Threshold}
		if v.exposed[i] {
			v.findings = append(v.findings, Finding{Fail, RuleShown, f.Name, view.Name, numbers})
			continue
		}
		for _, goal := range []plan.Goal{plan.None, plan.Enough} {
			k := claim{view.Name, f.Name, goal}
			proofs := v.witness[k]
			delete(v.witness, k)
			switch {
			case len(proofs) == 0:
				v.findings = append(v.findings, Finding{Fail, RuleMissing, f.Name, view.Name, numbers})
			case len(proofs) > 1:
				v.find(Fail, RuleSurplus, f.Name, view.Name)
			case !v.proves(proof{barred, unknown, f, goal, value, view.Threshold}, v.Witnesses[proofs[0]]):
				v.findings = append(v.findings, Finding{Fail, RuleWitness, f.Name, view.Name, numbers})
			}
		}
	}
}

// A proof is what a witness has to prove.
type proof struct {
	barred     []plan.Selection
	unknown    map[string]int
	functional plan.Functional
	goal       plan.Goal
	value      int
	threshold  int
}

func (v *verifier) proves(p proof, w plan.Witness) bool {
	if v.lapses.witnesses {
		return true
	}
	return v.possible(p.barred, p.unknown, w) &&
		(v.lapses.goals || reaches(p.goal, p.value+count(p.functional, w.Moves), p.threshold))
}

// possible checks a witness's population: nobody is taken away who is not
// there, nobody put where no valid record or no unknown one can be, and
// everything shown stays as it is.
func (v *verifier) possible(barred []plan.Selection, unknown map[string]int, w plan.Witness) bool {
	for i, m := range w.Moves {
		if m.N == 0 || m.N > people || m.N < -people || !v.isAtom(m.Atom) || i > 0 && slices.Compare(w.Moves[i-1].Atom, m.Atom) >= 0 {
			return false
		}
		outside := slices.ContainsFunc(barred, func(b plan.Selection) bool { return holds(b, m.Atom) })
		if outside && !v.lapses.bans || unknown[keyOf(m.Atom)]+m.N < 0 && !v.lapses.negatives {
			return false
		}
	}
	for i, c := range v.System.Cells {
		if !v.known[i] {
			continue
		}
		change := 0
		for _, m := range w.Moves {
			change += m.N * weight(c, m.Atom)
		}
		if change != 0 && !v.lapses.changes {
			return false
		}
	}
	return true
}

func reaches(goal plan.Goal, value, threshold int) bool {
	return goal == plan.None && value == 0 || goal == plan.Enough && value >= threshold
}

// count is how many of the people a functional counts.
func count(f plan.Functional, people []plan.Count) int {
	n := 0
	for _, p := range people {
		if holds(f.Within, p.Atom) && (f.Except == nil || !holds(*f.Except, p.Atom)) {
			n += p.N
		}
	}
	return n
}

// weight is what one person in the atom adds to a cell.
func weight(c plan.Cell, atom []int) int {
	switch {
	case !holds(c.Where, atom):
		return 0
	case c.Weighted:
		return c.Weights[atom[c.WeightAxis]]
	}
	return 1
}

// holds says whether an atom is in a selection.
func holds(where plan.Selection, atom []int) bool {
	for _, s := range where {
		if _, in := slices.BinarySearch(s.Categories, atom[s.Axis]); !in {
			return false
		}
	}
	return true
}

// implies says whether everybody in one selection is in the other.
func implies(s plan.System, narrow, wide plan.Selection) bool {
	for _, w := range wide {
		for c := range s.Axes[w.Axis].Categories {
			if _, in := slices.BinarySearch(w.Categories, c); !in && allows(narrow, w.Axis, c) {
				return false
			}
		}
	}
	return true
}

func allows(where plan.Selection, axis, category int) bool {
	for _, s := range where {
		if _, in := slices.BinarySearch(s.Categories, category); s.Axis == axis && !in {
			return false
		}
	}
	return true
}
