package disclosure

import (
	"errors"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// undocumentedFixture is the slide with its seven undocumented persons spread
// 3, 1, 1, 1, 1 over the organisations, or 4, 1, 1, 1, 0 after one of them is
// moved to the first.
func undocumentedFixture(t *testing.T, moved bool) Problem {
	t.Helper()
	system, data := slide(0, 0)
	undocumented := slideFigure + slices.Index(slideFigures, "undocumented")
	want := []int{3, 1, 1, 1, 1}
	have := make([]int, len(want))
	for i := range data {
		atom := data[i].Atom
		org := atom[slideOrganisation]
		atom[undocumented] = int(bit(have[org] < want[org]))
		have[org] += atom[undocumented]
	}
	if moved {
		i := slices.IndexFunc(data, func(c plan.Count) bool { return c.Atom[undocumented] == 1 && c.Atom[slideOrganisation] == 4 })
		data[i].Atom[slideOrganisation] = 0
	}
	p := Problem{System: system, Data: data, Policy: plan.Defaults()}
	var err error
	if p.Views, err = Views(system, data, p.Policy); err != nil {
		t.Fatal(err)
	}
	return p
}

func cellNamed(t *testing.T, s plan.System, name string) int {
	t.Helper()
	i := slices.IndexFunc(s.Cells, func(c plan.Cell) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no cell %q", name)
	}
	return i
}

func TestAFigureIsShownWhileEveryOrganisationLeavesEnough(t *testing.T) {
	p := undocumentedFixture(t, false)
	s, err := Protect(t.Context(), p, Seed{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Shown() != len(p.System.Cells) {
		t.Errorf("%d of %d cells are shown, want all", s.Shown(), len(p.System.Cells))
	}
}

// One record of seven moved into the organisation that has three: whoever
// there recognises one of the other three is left with two.
func TestAFigureIsWithheldWhenAnOrganisationCouldCountDownTheRest(t *testing.T) {
	p := undocumentedFixture(t, true)
	s, err := Protect(t.Context(), p, Seed{})
	if err != nil {
		t.Fatal(err)
	}
	cell := cellNamed(t, p.System, "undocumented")
	if s.Pattern[cell] {
		t.Error("undocumented is shown")
	}
	if s.Shown() != len(p.System.Cells)-1 {
		t.Errorf("%d cells are shown, want all but one of %d", s.Shown(), len(p.System.Cells))
	}

	p.System.Cells[cell].Required = true
	s, err = Protect(t.Context(), p, Seed{})
	if !errors.Is(err, fault.New(fault.Withheld, CodeRequiredCell)) {
		t.Errorf("with the figure required: %v", err)
	}
	if s.Pattern != nil || s.Witnesses != nil {
		t.Error("a refused release carries a pattern or witnesses")
	}
	want := Finding{Rule: RuleRequired, Class: Fail, Scope: "undocumented"}
	if !slices.Contains(s.Findings, want) {
		t.Errorf("findings %v lack %v", s.Findings, want)
	}
}

// The contrast: without the views of organisations the same figure is shown.
func TestContrastWithoutOrganisationsTheFigureWouldBeShown(t *testing.T) {
	p := undocumentedFixture(t, true)
	for _, c := range []struct {
		name string
		keep func(plan.View) bool
	}{
		{"public alone", func(v plan.View) bool { return v.Name == PublicView }},
		{"no duplicates", func(v plan.View) bool { return len(v.Name) <= len("organisation:A") }},
	} {
		q := p
		q.Views = nil
		for _, v := range p.Views {
			if c.keep(v) {
				q.Views = append(q.Views, v)
			}
		}
		s, err := Protect(t.Context(), q, Seed{})
		if err != nil {
			t.Fatal(err)
		}
		if !s.Pattern[cellNamed(t, p.System, "undocumented")] {
			t.Errorf("%s: the figure is withheld; the test has lost its point", c.name)
		}
	}
}

func TestSumsAreShownOnlyWhenNobodyStandsOut(t *testing.T) {
	cell := plan.Cell{Name: "children", Weighted: true, WeightAxis: 1, Weights: []int{0, 1, 2, 3, 4, 5, 6}}
	mothers := func(of ...[2]int) []plan.Count { // organisation, children
		var out []plan.Count
		for _, m := range of {
			out = append(out, plan.Count{Atom: []int{m[0], m[1]}, N: 1})
		}
		return tally(out)
	}
	for _, c := range []struct {
		name string
		data []plan.Count
		want bool
	}{
		{"five mothers, four organisations", mothers([2]int{0, 2}, [2]int{1, 2}, [2]int{2, 2}, [2]int{3, 1}, [2]int{3, 1}), true},
		{"four mothers", mothers([2]int{0, 2}, [2]int{1, 2}, [2]int{2, 2}, [2]int{3, 2}), false},
		{"two organisations", mothers([2]int{0, 2}, [2]int{0, 2}, [2]int{1, 2}, [2]int{1, 2}, [2]int{1, 2}), false},
		{"one has more than half", mothers([2]int{0, 6}, [2]int{1, 1}, [2]int{2, 1}, [2]int{3, 1}, [2]int{3, 1}), false},
		{"two large, the rest below p%", mothers([2]int{0, 6}, [2]int{1, 6}, [2]int{2, 1}, [2]int{2, 0}), false},
		{"one organisation has more than half", mothers([2]int{0, 2}, [2]int{0, 2}, [2]int{0, 2}, [2]int{1, 1}, [2]int{2, 1}), false},
		{"everybody has exactly one", mothers([2]int{0, 1}, [2]int{0, 1}, [2]int{1, 1}, [2]int{1, 1}, [2]int{2, 1}, [2]int{3, 1}), false},
		{"everybody has the most", mothers([2]int{0, 6}, [2]int{0, 6}, [2]int{1, 6}, [2]int{1, 6}, [2]int{2, 6}, [2]int{3, 6}), false},
		{"childless mothers do not count", mothers([2]int{0, 2}, [2]int{1, 2}, [2]int{2, 2}, [2]int{3, 2}, [2]int{3, 0}), false},
	} {
		if got := sumPublishable(cell, c.data, 0, plan.Defaults()); got != c.want {
			t.Errorf("%s: publishable %v, want %v", c.name, got, c.want)
		}
	}
}

// A shown sum is a row of every witness: the check refuses a witness that
// keeps all counts but not the sum.
func TestAShownSumBindsTheWitnesses(t *testing.T) {
	system, data := slide(1, 0)
	p := Problem{System: system, Data: data, Policy: plan.Defaults(), Views: []plan.View{{Name: PublicView, Threshold: 5}}}
	e, err := newEngine(t.Context(), &p, Seed{}, rankCost)
	if err != nil {
		t.Fatal(err)
	}
	one := slices.IndexFunc(data, func(c plan.Count) bool { return c.Atom[slideChildren] == 1 })
	two := slices.Clone(data[one].Atom)
	two[slideChildren] = 2
	w := plan.Witness{Goal: plan.Enough, Moves: tally([]plan.Count{{Atom: data[one].Atom, N: -1}, {Atom: two, N: 1}})}
	everybody := plan.Functional{Within: plan.Selection{}}
	shown := make(plan.Pattern, len(system.Cells))
	for i := range shown {
		shown[i] = true
	}
	if e.proves(w, e.sights[0], everybody, shown) {
		t.Error("a witness with another sum is accepted")
	}
	shown[cellNamed(t, system, "children")] = false
	if !e.proves(w, e.sights[0], everybody, shown) {
		t.Error("with the sum withheld the same witness is refused")
	}
}

func TestEarlierReleasesBind(t *testing.T) {
	p := undocumentedFixture(t, true)
	cell := cellNamed(t, p.System, "undocumented")
	shown := make(plan.Pattern, len(p.System.Cells))
	for i := range shown {
		shown[i] = true
	}
	p.Earlier = []plan.Pattern{shown}
	if _, err := Protect(t.Context(), p, Seed{}); !errors.Is(err, fault.New(fault.Conflict, CodeHistory)) {
		t.Errorf("an earlier release shows what is unsafe: %v", err)
	}

	safe := undocumentedFixture(t, false)
	before := slices.Clone(shown)
	before[cell] = false
	safe.Earlier = []plan.Pattern{before}
	s, err := Protect(t.Context(), safe, Seed{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Pattern[cell] {
		t.Error("a cell that an earlier release withholds is shown")
	}
}

func TestOneOrganisationsCaseloadIsNeverShown(t *testing.T) {
	system, data := slide(2, 0)
	relation := slideFigure + slices.Index(slideFigures, "minor")
	for i := range data {
		data[i].Atom[relation] = int(bit(data[i].Atom[slideOrganisation] == 0))
	}
	p := Problem{System: system, Data: data, Policy: plan.Defaults()}
	var err error
	if p.Views, err = Views(system, data, p.Policy); err != nil {
		t.Fatal(err)
	}
	s, err := Protect(t.Context(), p, Seed{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Pattern[cellNamed(t, system, "minor")] {
		t.Error("nine persons of one organisation are shown")
	}
	if !slices.Contains(s.Findings, Finding{Rule: RuleOrganisations, Scope: "minor"}) {
		t.Errorf("findings %v do not say why", s.Findings)
	}
}
