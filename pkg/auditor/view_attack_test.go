package auditor

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// shelter is 20 persons of two organisations, of whom 10 have a; the first
// organisation met so many of those, and 9 persons in all.
func shelter(own int) (Published, []plan.Count) {
	s := pairs("a")
	s.Axes = append(s.Axes, plan.Axis{Name: OrganisationAxis, Categories: []string{"A", "B"}, Hidden: true})
	s.Cells = append(s.Cells, plan.Cell{Name: "a", Rank: plan.OneWay, Where: plan.Selection{{Axis: 0, Categories: []int{1}}}})
	var people []plan.Count
	for _, c := range []plan.Count{
		{Atom: []int{0, 0}, N: 9 - own},
		{Atom: []int{0, 1}, N: 1 + own},
		{Atom: []int{1, 0}, N: own},
		{Atom: []int{1, 1}, N: 10 - own},
	} {
		if c.N > 0 {
			people = append(people, c)
		}
	}
	return threshold(s, people, 5), people
}

func insiderOf(p Published, people []plan.Count, organisation int) plan.View {
	return insider(Certificate{System: p.System, Data: people, Policy: plan.Defaults()}, 1, []int{organisation})
}

func attackedAs(t *testing.T, p Published, v plan.View) Assault {
	t.Helper()
	a, err := AttackAs(t.Context(), p, v, plan.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestAnOrganisationFindsWhatItsOwnRecordsLeave: 10 of 20 are shown; whoever met
// 9 of the 10 knows that one other person has it. The contrast: the public
// finds nothing, nor does who met 5.
func TestAnOrganisationFindsWhatItsOwnRecordsLeave(t *testing.T) {
	p, people := shelter(9)
	if found := tallyRules(attacked(t, p).Findings); found[RuleWithstood] != 1 {
		t.Errorf("the public finds %v", found)
	}
	a := attackedAs(t, p, insiderOf(p, people, 0))
	at := slices.IndexFunc(a.Findings, func(f Finding) bool { return f.Scope == "count:a" })
	if at < 0 || a.Findings[at] != (Finding{Fail, RuleDetermined, "count:a", "organisation:A", Numbers{1, 3}}) {
		t.Errorf("who met 9 of the 10 finds %+v", a.Findings)
	}
	p, people = shelter(5)
	if a := attackedAs(t, p, insiderOf(p, people, 0)); Worst(a.Findings) != Pass {
		t.Errorf("who met 5 of the 10 finds %+v", a.Findings)
	}
}

// TestAnOrganisationKnowsThatItKnowsAllItsRecords: withheld or not, whoever
// holds every record of the place knows the rest of it.
func TestAnOrganisationKnowsThatItKnowsAllItsRecords(t *testing.T) {
	p, people := shelter(6)
	v := insiderOf(p, people, 0)
	// The persons of the organisation who have a; nobody else is of it.
	p.System.Cells = append(p.System.Cells, plan.Cell{Name: "its own", Where: plan.Selection{{Axis: 1, Categories: []int{0}}}})
	p.Shown, p.Values = append(p.Shown, false), append(p.Values, 9)
	with := attackedAs(t, p, v)
	if r := with.Ranges[0]; !r.Known || r.From != 0 || r.To != 0 {
		t.Errorf("of its own there are no others: %+v", r)
	}
	v.Empty = nil // the contrast
	if r := attackedAs(t, p, v).Ranges[0]; r.To == 0 {
		t.Error("without it the same is found: the test shows nothing")
	}
}

// TestZeroTellsAnOrganisationNothing: a remainder of 0 only says that nobody
// else has the property; a complement of 0 says that everybody else has it.
func TestZeroTellsAnOrganisationNothing(t *testing.T) {
	p, _ := shelter(9)
	p.Values[1] = 9
	people := []plan.Count{{Atom: []int{0, 1}, N: 11}, {Atom: []int{1, 0}, N: 9}}
	v := insiderOf(p, people, 0)
	if a := attackedAs(t, p, v); Worst(a.Findings) != Pass {
		t.Errorf("nobody else has it: %+v", a.Findings)
	}
	v.ZeroIsSafe = false // the contrast
	if a := attackedAs(t, p, v); Worst(a.Findings) != Fail {
		t.Error("zeros are never looked at: the test shows nothing")
	}
	// All 11 others have it.
	p.Values[1], people = 11, []plan.Count{{Atom: []int{0, 0}, N: 9}, {Atom: []int{1, 1}, N: 11}}
	if a := attackedAs(t, p, insiderOf(p, people, 0)); tallyRules(a.Findings)[RuleDetermined] == 0 {
		t.Errorf("everybody else has it: %+v", a.Findings)
	}
}

func TestAViewThatDoesNotFitIsRefused(t *testing.T) {
	p, _ := shelter(5)
	for name, v := range map[string]plan.View{
		"an atom of too few axes":      {Known: []plan.Count{{Atom: []int{0}, N: 1}}},
		"a category that is not there": {Known: []plan.Count{{Atom: []int{0, 2}, N: 1}}},
		"fewer than nobody":            {Known: []plan.Count{{Atom: []int{0, 0}, N: -1}}},
		"a place that is not there":    {Empty: []plan.Selection{{{Axis: 7, Categories: []int{0}}}}},
	} {
		if _, err := AttackAs(t.Context(), p, v, plan.Defaults()); fault.CodeOf(err) != CodeSystem {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := FindAs(t.Context(), p, v, plan.Defaults()); fault.CodeOf(err) != CodeSystem {
			t.Errorf("%s, found as: %v", name, err)
		}
	}
	// Who knows more persons than are counted contradicts what is published.
	a := attackedAs(t, p, plan.View{Threshold: 3, Known: []plan.Count{{Atom: []int{1, 0}, N: 30}}})
	if tallyRules(a.Findings)[RuleContradiction] != 1 {
		t.Errorf("30 of 20 known: %+v", a.Findings)
	}
}

// TestACombinationTellsOnlyOfWhoIsRecognised (S5): one condition at least by
// which she is recognised, and one that she would not have told.
func TestACombinationTellsOnlyOfWhoIsRecognised(t *testing.T) {
	for _, c := range []struct {
		a, b plan.Role
		told bool
	}{
		{plan.Both, plan.Both, true},
		{plan.Identifying, plan.Sensitive, true},
		{plan.Sensitive, plan.Both, true},
		{plan.Identifying, plan.Identifying, false},
		{plan.Sensitive, plan.Sensitive, false},
	} {
		s := pairs("a", "b")
		s.Axes[0].Role, s.Axes[1].Role = c.a, c.b
		for axis := range s.Axes {
			s.Cells = append(s.Cells, plan.Cell{Name: s.Axes[axis].Name, Rank: plan.OneWay, Where: plan.Selection{{Axis: axis, Categories: []int{1}}}})
		}
		a := attacked(t, Published{System: s, Shown: plan.Pattern{true, true, true}, Values: []int{35, 30, 8}})
		both := func(c Conjunction) bool { return len(c.Where) == 2 }
		if got := slices.ContainsFunc(a.Present, both); got != c.told {
			t.Errorf("%d and %d: told %t", c.a, c.b, got)
		}
	}
}

// TestFindingIsAttackingWithoutRanges: what is found does not hang on the ranges,
// where nothing is to be found and where something is; and no range is given.
func TestFindingIsAttackingWithoutRanges(t *testing.T) {
	worst := map[Class]bool{}
	for own := range 10 {
		p, people := shelter(own)
		v := insiderOf(p, people, 0)
		// Something withheld, of which the attack gives a range.
		p.System.Cells = append(p.System.Cells, plan.Cell{Name: "not a", Where: plan.Selection{{Axis: 0, Categories: []int{0}}}})
		p.Shown, p.Values = append(p.Shown, false), append(p.Values, 0)
		found, err := FindAs(t.Context(), p, v, plan.Defaults())
		if err != nil {
			t.Fatal(err)
		}
		attacked := attackedAs(t, p, v)
		if len(found.Ranges) > 0 || len(attacked.Ranges) == 0 {
			t.Errorf("%d and %d ranges", len(found.Ranges), len(attacked.Ranges))
		}
		attacked.Ranges = nil
		if diff := cmp.Diff(attacked, found); diff != "" {
			t.Errorf("%d own (-attacked +found):\n%s", own, diff)
		}
		worst[Worst(found.Findings)] = true
	}
	if !worst[Pass] || !worst[Fail] {
		t.Errorf("every time the same comes out: %v", worst)
	}
}
