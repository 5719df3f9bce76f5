package auditor

import (
	"cmp"
	"maps"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// people is more persons than any certificate is about; it keeps sums exact.
const people = 10_000_000

// form checks that the certificate's parts fit together, so that what follows
// may add without looking.
func form(c Certificate, l lapses) []Finding {
	bad := func(scope string) []Finding { return []Finding{{Class: Fail, Rule: RuleForm, Scope: scope}} }
	if checkSystem(c.System) != nil || len(c.Shown) != len(c.System.Cells) || len(c.Values) != len(c.Shown) {
		return bad("system")
	}
	for _, e := range c.Earlier {
		if len(e) > len(c.Shown) {
			return bad("earlier")
		}
	}
	for i, f := range c.Declared {
		if f.Except == nil || !wellFormed(c.System.Axes, f.Within) || !wellFormed(c.System.Axes, *f.Except) {
			return bad("declared")
		}
		same := func(g plan.Functional) bool { return g.Name == f.Name }
		if slices.ContainsFunc(c.Declared[:i], same) || slices.ContainsFunc(derived(c.System), same) {
			return bad("declared")
		}
	}
	v := verifier{Certificate: c}
	if !v.population(c.Data, c.System.Bans) {
		return bad("data")
	}
	for i, cell := range c.System.Cells {
		sum := 0
		for _, d := range c.Data {
			sum += d.N * weight(cell, d.Atom)
		}
		if c.Shown[i] && sum != c.Values[i] && !l.values || cell.StructuralZero && sum != 0 {
			return bad(cell.Name)
		}
	}
	return v.viewForm(tally(c.Data))
}

func derived(s plan.System) []plan.Functional {
	fs, _ := derive(s, nil, make(plan.Pattern, len(s.Cells)))
	return fs
}

// viewForm: names differ, nobody is known who is not there, and what a view
// holds to be empty is.
func (v *verifier) viewForm(all map[string]int) (findings []Finding) {
	names := map[string]bool{}
	for _, view := range v.Views {
		ok := !names[view.Name] && view.Threshold > 0 && view.Threshold <= people && v.population(view.Known, v.System.Bans)
		names[view.Name] = true
		for _, e := range view.Empty {
			ok = ok && wellFormed(v.System.Axes, e)
		}
		ok = ok && within(tally(view.Known), all) && v.emptied(view)
		if !ok {
			findings = append(findings, Finding{Class: Fail, Rule: RuleForm, Scope: "view", View: view.Name})
		}
	}
	return findings
}

func within(some, all map[string]int) bool {
	for key, n := range some {
		if n > all[key] {
			return false
		}
	}
	return true
}

// emptied: all persons in the selections that a view holds to be empty are
// among those it knows.
func (v *verifier) emptied(view plan.View) bool {
	for _, e := range view.Empty {
		f := plan.Functional{Within: e}
		if count(f, v.Data) != count(f, view.Known) {
			return false
		}
	}
	return true
}

// population: atoms exist, in increasing order, none is banned, and each holds
// somebody.
func (v *verifier) population(counts []plan.Count, bans []plan.Selection) bool {
	total := 0
	for i, d := range counts {
		if d.N <= 0 || d.N > people-total || !v.isAtom(d.Atom) || i > 0 && slices.Compare(counts[i-1].Atom, d.Atom) >= 0 {
			return false
		}
		total += d.N
		if slices.ContainsFunc(bans, func(b plan.Selection) bool { return holds(b, d.Atom) }) {
			return false
		}
	}
	return true
}

func (v *verifier) isAtom(atom []int) bool {
	if len(atom) != len(v.System.Axes) {
		return false
	}
	for a, c := range atom {
		if c < 0 || c >= len(v.System.Axes[a].Categories) {
			return false
		}
	}
	return true
}

// tally is how many stand in each atom.
func tally(counts []plan.Count) map[string]int {
	t := make(map[string]int, len(counts))
	for _, c := range counts {
		t[keyOf(c.Atom)] += c.N
	}
	return t
}

// unused are the claims that nothing needed, in a fixed order.
func (v *verifier) unused() []claim {
	return slices.SortedFunc(maps.Keys(v.witness), func(a, b claim) int {
		return cmp.Or(cmp.Compare(a.view, b.view), cmp.Compare(a.functional, b.functional), cmp.Compare(a.goal, b.goal))
	})
}

// populated says whether a functional counts any atom outside the bans. A
// functional that counts none is 0 for everybody who knows the code lists, and
// says nothing about persons. The selection is cut along one ban after another
// until a piece is left that none of them touches.
func populated(s plan.System, f plan.Functional, bans []plan.Selection) bool {
	if f.Except != nil {
		bans = append(slices.Clone(bans), *f.Except)
	}
	return remains(s, f.Within, bans)
}

func remains(s plan.System, piece plan.Selection, bans []plan.Selection) bool {
	for i, b := range bans {
		if _, touches := meet(piece, b); !touches {
			continue
		}
		// Whoever is outside the ban is outside on a first axis of it.
		for _, side := range b {
			var others []int
			for c := range s.Axes[side.Axis].Categories {
				if _, in := slices.BinarySearch(side.Categories, c); !in {
					others = append(others, c)
				}
			}
			if len(others) > 0 {
				if cut, any := meet(piece, plan.Selection{{Axis: side.Axis, Categories: others}}); any && remains(s, cut, bans[i+1:]) {
					return true
				}
			}
			piece, _ = meet(piece, plan.Selection{side})
		}
		return false
	}
	return true
}
