package auditor

import (
	"fmt"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// panelled is a certificate that shows everything: a property of persons whom
// five organisations of a panel met, three each way each, and of those whom
// others met, without the property and with it.
func panelled(t *testing.T, outside ...[2]int) Certificate {
	t.Helper()
	s := plan.System{Axes: []plan.Axis{
		{Name: "property", Categories: []string{"no", "yes"}},
		{Name: plan.PanelAxis, Categories: []string{"in", "out"}},
		{Name: OrganisationAxis, Hidden: true},
	}}
	var people []plan.Count
	groups := [2][]int{}
	for org, n := range append(slices.Repeat([][2]int{{3, 3}}, 5), outside...) {
		s.Axes[2].Categories = append(s.Axes[2].Categories, fmt.Sprint(org))
		group := min(org/5, 1)
		groups[group] = append(groups[group], org)
		for property, n := range n {
			if n > 0 {
				people = append(people, plan.Count{Atom: []int{property, group, org}, N: n})
			}
		}
	}
	slices.SortFunc(people, func(a, b plan.Count) int { return slices.Compare(a.Atom, b.Atom) })
	for group, others := range [][]int{groups[1], groups[0]} {
		s.Bans = append(s.Bans, plan.Selection{{Axis: 1, Categories: []int{group}}, {Axis: 2, Categories: others}})
	}
	has, in := plan.Subset{Axis: 0, Categories: []int{1}}, plan.Subset{Axis: 1, Categories: []int{0}}
	s.Cells = []plan.Cell{
		{Name: "all", Rank: plan.Total},
		{Name: "have", Where: plan.Selection{has}, Rank: plan.Headline},
		{Name: "panel", Where: plan.Selection{in}, Rank: plan.OneWay},
		{Name: "panel have", Where: plan.Selection{has, in}, Rank: plan.OneWay},
	}
	c := Certificate{System: s, Data: people, Policy: plan.Defaults(), Shown: plan.Pattern{true, true, true, true}}
	for _, cell := range s.Cells {
		c.Values = append(c.Values, quantity{{termOf(cell), 1}}.of(people))
	}
	fs, _ := derive(s, nil, c.Shown)
	c.Views = required(c, append(fs, outsiders(s, fs)...))
	return c
}

// TestWhomPanelsLeaveOutIsAskedAbout: what a verifier that forgot them would take.
func TestWhomPanelsLeaveOutIsAskedAbout(t *testing.T) {
	for name, c := range map[string]struct {
		outside [][2]int
		lapse   lapses
		rule    Rule
	}{
		"enough of everything":               {[][2]int{{4, 4}, {4, 4}, {4, 4}}, lapses{}, RuleVerified},
		"one entrant has it":                 {[][2]int{{4, 1}, {4, 0}, {4, 0}}, lapses{differences: true, organisations: true}, RuleShown},
		"all outside have it":                {[][2]int{{0, 4}, {0, 4}, {0, 4}}, lapses{outsiders: true}, RuleMissing},
		"all but one outside have it":        {[][2]int{{1, 4}, {0, 4}, {0, 4}}, lapses{outsiders: true}, RuleMissing},
		"two organisations are all outside":  {[][2]int{{9, 9}, {9, 9}, {0, 0}}, lapses{organisations: true}, RuleOrganisations},
		"one organisation has them outside":  {[][2]int{{9, 9}, {9, 0}, {9, 0}}, lapses{organisations: true, differences: true}, RuleOrganisations},
		"nobody outside has a record at all": {[][2]int{{0, 0}, {0, 0}, {0, 0}}, lapses{differences: true}, RuleShown},
	} {
		t.Run(name, func(t *testing.T) {
			certificate := panelled(t, c.outside...)
			if found := tallyRules(Verify(certificate)); found[c.rule] == 0 {
				t.Errorf("found %v, not %s", found, c.rule)
			}
			if found := verify(certificate, c.lapse); Worst(found) == Fail {
				t.Errorf("seen without the rule as well: %+v", found[0])
			}
		})
	}
}

// An organisation without a record knows that it has none, which tells it who
// the others outside are.
func TestAnOrganisationWithoutRecordsIsAViewWhereThereIsAPanel(t *testing.T) {
	c := panelled(t, [2]int{4, 4}, [2]int{4, 4}, [2]int{4, 4}, [2]int{0, 0})
	at := slices.IndexFunc(c.Views, func(v plan.View) bool { return v.Name == "organisation:8" })
	if at < 0 || len(c.Views[at].Known) > 0 {
		t.Fatalf("views %d", at)
	}
	c.Views = slices.Delete(c.Views, at, at+1)
	if found := tallyRules(Verify(c)); found[RuleViews] == 0 {
		t.Errorf("nobody misses it: %v", found)
	}
}
