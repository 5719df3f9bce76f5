package disclosure

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/plan"
)

// Axes of a system with a panel: a property, the panel, and the organisations,
// of which the first are in it.
const (
	panelProperty = iota
	panelMembers
	panelOrganisation
)

// panelled is such a system over persons of each organisation, those without the
// property and those with it.
func panelled(t testing.TB, members int, persons ...[2]int) Problem {
	t.Helper()
	s := plan.System{Axes: []plan.Axis{
		{Name: "property", Categories: []string{"no", "yes"}},
		{Name: plan.PanelAxis, Categories: []string{"in", "out"}},
		{Name: plan.OrganisationAxis, Hidden: true},
	}}
	var p Problem
	groups := [2][]int{}
	for org, n := range persons {
		s.Axes[panelOrganisation].Categories = append(s.Axes[panelOrganisation].Categories, fmt.Sprint("org", org))
		group := int(bit(org >= members))
		groups[group] = append(groups[group], org)
		for property, n := range n {
			p.Data = append(p.Data, plan.Count{Atom: []int{property, group, org}, N: n})
		}
	}
	for group, others := range [][]int{groups[1], groups[0]} {
		s.Bans = append(s.Bans, plan.Selection{{Axis: panelMembers, Categories: []int{group}}, {Axis: panelOrganisation, Categories: others}})
	}
	has, in := plan.Subset{Axis: panelProperty, Categories: []int{1}}, plan.Subset{Axis: panelMembers, Categories: []int{0}}
	s.Cells = []plan.Cell{
		{Name: "all", Rank: plan.Total},
		{Name: "have", Where: plan.Selection{has}, Rank: plan.Headline},
		{Name: "panel", Where: plan.Selection{in}, Rank: plan.OneWay},
		{Name: "panel have", Where: plan.Selection{has, in}, Rank: plan.OneWay},
	}
	p.System, p.Policy, p.Data = s, plan.Defaults(), tally(p.Data)
	return p.asked(t, Outsiders(s))
}

// asked is the problem with functionals declared, and the views of them all.
func (p Problem) asked(t testing.TB, declared []plan.Functional) Problem {
	t.Helper()
	p.Functionals = append(Derive(p.System), declared...)
	var err error
	if p.Views, err = Views(p.System, p.Data, p.Policy, declared...); err != nil {
		t.Fatal(err)
	}
	return p
}

// even are two with and two without the property at each of five members, and
// what is outside.
func even(outside ...[2]int) [][2]int {
	return append(slices.Repeat([][2]int{{3, 3}}, 5), outside...)
}

func TestWhatAPanelLeavesOutIsANestedDifference(t *testing.T) {
	var names []string
	for _, f := range panelled(t, 5, even([2]int{2, 2}, [2]int{2, 2}, [2]int{2, 2})...).Functionals {
		names = append(names, f.Name)
	}
	for _, want := range []string{
		"rest:all-panel", "rest:have-panel have", "rest:panel-panel have", "rest:beyond:all-panel-beyond:have-panel have",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not asked about: %q", want, names)
		}
	}
}

// entrants has one person outside who has the property: everybody can subtract.
func entrants(t testing.TB) Problem {
	return panelled(t, 5, even([2]int{4, 1}, [2]int{5, 0}, [2]int{5, 0})...)
}

func TestAFewEntrantsAreDenied(t *testing.T) {
	p := entrants(t)
	s, err := Protect(t.Context(), p, Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	if s.Pattern[cellNamed(t, p.System, "panel have")] || !s.Pattern[cellNamed(t, p.System, "have")] {
		t.Errorf("shown: %v", s.Pattern)
	}
	if fails := audit(p, s); len(fails) > 0 {
		t.Errorf("%+v", fails)
	}
}

// The contrast: without the panel's differences its number is shown, the
// subtraction gives the entrant away, the attack finds her, and Verify refuses.
func TestContrastWithoutTheDifferenceAnEntrantIsGivenAway(t *testing.T) {
	p := entrants(t)
	p.Functionals = slices.DeleteFunc(p.Functionals, func(f plan.Functional) bool { return strings.HasPrefix(f.Name, "rest:") })
	s, err := protectWeakly(t, p, func(e *engine) { e.safe.lone = func(int) bool { return false } })
	if err != nil {
		t.Fatal(err)
	}
	if !s.Pattern[cellNamed(t, p.System, "panel have")] {
		t.Fatal("the panel's number is withheld all the same: the contrast has no teeth")
	}
	c := certificate(Problem{System: p.System, Data: p.Data, Views: p.Views, Policy: p.Policy}, s)
	found := func(findings []auditor.Finding, rule auditor.Rule) bool {
		return slices.ContainsFunc(findings, func(f auditor.Finding) bool {
			return f.Rule == rule && f.Class == auditor.Fail && f.Scope == "rest:have-panel have"
		})
	}
	if !found(auditor.Verify(c), auditor.RuleShown) {
		t.Error("the auditor takes it")
	}
	public := auditor.Published{System: p.System, Shown: c.Shown, Values: c.Values}
	public.System.Axes, public.System.Bans = p.System.Axes[:panelOrganisation], nil
	assault, err := auditor.Attack(t.Context(), public, p.Policy)
	if err != nil {
		t.Fatal(err)
	}
	if !found(assault.Findings, auditor.RuleDetermined) {
		t.Errorf("the attack finds nothing: %+v", assault.Findings)
	}
}

// alike are six persons outside, all of whom have the property: no two cells say
// so, four together do.
func alike(t testing.TB) Problem {
	return panelled(t, 5, even([2]int{0, 2}, [2]int{0, 2}, [2]int{0, 2})...)
}

func TestThatAllOutsideAreAlikeIsDenied(t *testing.T) {
	p := alike(t)
	s, err := Protect(t.Context(), p, Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(s.Pattern, false) {
		t.Error("everything is shown")
	}
	if fails := audit(p, s); len(fails) > 0 {
		t.Errorf("%+v", fails)
	}
}

// The contrast: nested differences of two cells alone do not see it.
func TestContrastWithoutOutsidersAllAlikeIsShown(t *testing.T) {
	p := alike(t).asked(t, nil)
	s, err := Protect(t.Context(), p, Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(s.Pattern, false) {
		t.Errorf("something is withheld: the contrast has no teeth: %v", s.Pattern)
	}
	if fails := audit(p, s); len(fails) == 0 {
		t.Error("the auditor takes it")
	}
}

// What is outside must be three organisations' at least.
func TestACaseloadOfOneOrTwoOutsideIsNotShown(t *testing.T) {
	p := panelled(t, 5, even([2]int{8, 8}, [2]int{8, 8}, [2]int{0, 0})...)
	s, err := Protect(t.Context(), p, Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	if s.Pattern[cellNamed(t, p.System, "panel")] || s.Pattern[cellNamed(t, p.System, "panel have")] {
		t.Errorf("shown: %v", s.Pattern)
	}
	weak, err := protectWeakly(t, p, func(e *engine) { e.safe.lone = func(int) bool { return false } })
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(weak.Pattern, false) {
		t.Fatal("something is withheld: the contrast has no teeth")
	}
	refuses := func(f auditor.Finding) bool {
		return f.Rule == auditor.RuleOrganisations && f.Scope == "rest:have-panel have"
	}
	if !slices.ContainsFunc(audit(p, weak), refuses) {
		t.Errorf("the auditor takes it: %+v", audit(p, weak))
	}
}

// Members and outsiders are looked at alike, those without a record among them.
func TestEveryOrganisationIsAViewpointWhereThereIsAPanel(t *testing.T) {
	p := panelled(t, 5, even([2]int{4, 4}, [2]int{4, 4}, [2]int{0, 0}, [2]int{4, 4})...)
	for org := range 9 {
		name := fmt.Sprint("organisation:org", org)
		if !slices.ContainsFunc(p.Views, func(v plan.View) bool { return v.Name == name }) {
			t.Errorf("%s is no view", name)
		}
	}
}

// A member's sum outside the panel follows the rules for sums.
func TestASumOutsideThePanelIsASum(t *testing.T) {
	sums := func(outside ...[2]int) (Problem, int) {
		p := panelled(t, 5, even(outside...)...)
		for _, c := range p.System.Cells[:4:4] {
			if strings.HasSuffix(c.Name, "have") {
				c.Name, c.Weighted, c.WeightAxis, c.Weights = c.Name+" sum", true, panelProperty, []int{0, 2}
				p.System.Cells = append(p.System.Cells, c)
			}
		}
		return p, len(p.System.Cells) - 1
	}
	for _, c := range []struct {
		outside [][2]int
		shown   bool
	}{
		{[][2]int{{4, 4}, {4, 4}, {4, 4}}, true},
		{[][2]int{{4, 10}, {4, 1}, {4, 1}}, false}, // one organisation has more than half
	} {
		p, at := sums(c.outside...)
		s, err := Protect(t.Context(), p, Seed{1})
		if err != nil {
			t.Fatal(err)
		}
		if s.Pattern[at] != c.shown {
			t.Errorf("%v: shown %v", c.outside, s.Pattern)
		}
		if fails := audit(p, s); len(fails) > 0 {
			t.Errorf("%+v", fails)
		}
		told := certificate(p, s)
		told.Shown = slices.Repeat(plan.Pattern{true}, len(told.Shown))
		tells := func(f auditor.Finding) bool {
			return f.Rule == auditor.RuleSum && f.Scope == "rest:have sum-panel have sum"
		}
		if slices.ContainsFunc(auditor.Verify(told), tells) == c.shown {
			t.Errorf("%v: the auditor says otherwise", c.outside)
		}
	}
}

// Whatever the organisations' records are, what is shown is proved or nothing
// is, and the auditor agrees.
func TestPanelsOfAnyRecordsAreProved(t *testing.T) {
	proved := 0
	rapid.Check(t, func(r *rapid.T) {
		var persons [][2]int
		for range 8 {
			persons = append(persons, [2]int{rapid.IntRange(0, 5).Draw(r, "without"), rapid.IntRange(0, 5).Draw(r, "with")})
		}
		p := panelled(t, 5, persons...)
		s, err := Protect(t.Context(), p, Seed{1})
		if err != nil {
			return // refused, and so not published
		}
		if fails := audit(p, s); len(fails) > 0 {
			r.Fatalf("%v: %+v", persons, fails[0])
		}
		proved++
	})
	if proved == 0 {
		t.Error("all were refused, so nothing was tried")
	}
}

// TestASumOfThoseWhoCameOutsideIsWithheld: the sum of all who came is large, and
// so is that of the panel; two came outside, and four sums together would tell.
func TestASumOfThoseWhoCameOutsideIsWithheld(t *testing.T) {
	p := panelled(t, 5, slices.Repeat([][2]int{{8, 8}}, 8)...)
	for i := range p.System.Cells[1:] {
		c := &p.System.Cells[1+i]
		c.Weighted, c.WeightAxis, c.Weights = true, panelProperty, []int{0, 2}
	}
	p.System.Cells = slices.Delete(p.System.Cells, 2, 3) // the panel's sum is that of those who have it
	var data []plan.Count
	var in []int
	for _, d := range p.Data {
		come := 4
		switch {
		case d.Atom[panelMembers] == 0:
		case d.Atom[panelOrganisation] == 5 && d.Atom[panelProperty] == 1:
			come = 2
		default:
			come = 0
		}
		for batch, n := range []int{stayed: d.N - come - 2, came: come, went: 2} {
			data, in = append(data, plan.Count{Atom: d.Atom, N: n}), append(in, batch)
		}
	}
	q := revised(t, p.System, data, func(i int) int { return in[i] })
	q.Earlier = []plan.Pattern{{true, true, true}}
	s, err := Protect(t.Context(), q, Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	if at := cellNamed(t, q.System, "panel have@2"); s.Pattern[at] || !s.Pattern[at-1] {
		t.Errorf("shown: %v", s.Pattern)
	}
	c := certificate(q, s)
	c.Shown = slices.Repeat(plan.Pattern{true}, len(c.Shown))
	before := 0
	for _, f := range auditor.Verify(c) {
		before += int(bit(f.Rule == auditor.RuleSum && strings.Count(f.Scope, "panel have") == 2))
	}
	if before == 0 {
		t.Errorf("the auditor takes it: %+v", auditor.Verify(c))
	}
}
