package disclosure

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// change is what a second release adds and removes, by organisation.
type change struct{ added, removed []int }

// twoReleases is the slide, released once, and again after a change: the same
// cells over those who were there the first time and over those who are there
// the second time. The batch axis says in which releases a record was.
func twoReleases(t *testing.T, c change) Problem {
	t.Helper()
	system, data := slide(0, 0)
	batches := []string{"both"}
	category := func(name string) int {
		if i := slices.Index(batches, name); i >= 0 {
			return i
		}
		batches = append(batches, name)
		return len(batches) - 1
	}
	for i := range data {
		data[i].Atom = append(data[i].Atom, 0)
	}
	for _, org := range c.removed {
		i := slices.IndexFunc(data, func(d plan.Count) bool { return d.Atom[slideOrganisation] == org && d.Atom[slideAttribute] == 0 })
		data[i].Atom[slideAttribute] = category("removed")
	}
	for _, org := range c.added { // nobody who comes has any of the figures
		data = append(data, plan.Count{Atom: slices.Concat([]int{org}, make([]int, 7), []int{category("added")}), N: 1})
	}
	p := Problem{Data: data, Policy: plan.Defaults()}
	p.System.Axes = append(system.Axes, plan.Axis{Name: plan.BatchAxis, Categories: batches, Hidden: true})
	p.System.Cells = append(during(system.Cells, 1, batches, "added"), during(system.Cells, 2, batches, "removed")...)
	p.Functionals = append(Derive(p.System), Differences(p.System, len(system.Cells))...)
	p.Earlier = []plan.Pattern{slices.Repeat(plan.Pattern{true}, len(system.Cells))}
	p.Views = viewsOf(t, p)
	return p
}

func viewsOf(t *testing.T, p Problem) []plan.View {
	t.Helper()
	views, err := Views(p.System, p.Data, p.Policy, p.Functionals...)
	if err != nil {
		t.Fatal(err)
	}
	return views
}

// during are cells of a release, over the records of all batches but one.
func during(cells []plan.Cell, release int, batches []string, without string) (out []plan.Cell) {
	var in []int
	for i, b := range batches {
		if b != without {
			in = append(in, i)
		}
	}
	for _, c := range cells {
		c.Name = fmt.Sprintf("%s@%d", c.Name, release)
		c.Where = append(slices.Clone(c.Where), plan.Subset{Axis: slideAttribute, Categories: in})
		out = append(out, c)
	}
	return out
}

func TestASecondReleaseIsHeldAgainstTheFirst(t *testing.T) {
	for _, c := range []struct {
		name string
		change
		want fault.Code
	}{
		{"one added: 35 becomes 36", change{added: []int{0}}, CodeNotDeniable},
		{"four added", change{added: []int{0, 1, 2, 3}}, CodeNotDeniable},
		{"one removed", change{removed: []int{0}}, CodeNotDeniable},
		{"one removed behind five added", change{added: []int{0, 1, 2, 3, 4}, removed: []int{0}}, CodeNotDeniable},
		{"five added by one organisation", change{added: []int{0, 0, 0, 0, 0}}, CodeNotDeniable},
		{"five added by three organisations, one of which knows a third", change{added: []int{0, 0, 1, 1, 2}}, CodeNotDeniable},
	} {
		p := twoReleases(t, c.change)
		s, err := Protect(t.Context(), p, Seed{1})
		if fault.CodeOf(err) != c.want || s.Pattern != nil {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// Enough come, from enough organisations: the second release goes through, and
// everything that the two tell together is deniable.
func TestASecondReleaseWithEnoughNewPersons(t *testing.T) {
	for _, c := range []change{
		{added: []int{0, 1, 2, 3, 4}},
		{added: []int{0, 0, 1, 1, 2, 2}},
		{added: []int{0, 1, 2, 3, 4}, removed: []int{0, 1, 2, 3, 4}},
	} {
		p := twoReleases(t, c)
		s, err := Protect(t.Context(), p, Seed{1})
		if err != nil {
			t.Fatalf("%+v: %v: %v", c, err, s.Findings)
		}
		for i := range p.Earlier[0] {
			if !s.Pattern[i] {
				t.Errorf("%+v: %s was shown and is withheld", c, p.System.Cells[i].Name)
			}
		}
		if !s.Pattern[cellNamed(t, p.System, "persons@2")] {
			t.Errorf("%+v: the size is withheld", c)
		}
		if len(s.Witnesses) == 0 {
			t.Errorf("%+v: nothing had to be proved, though nobody new has any of the figures", c)
		}
		if fails := audit(p, s); len(fails) > 0 {
			t.Errorf("%+v: the auditor refuses: %+v", c, fails[0])
		}
	}
}

// What the newcomers have in common shows as a difference of two releases; the
// newer figure is withheld for it.
func TestAFigureIsWithheldWhereItWouldTellWhoCame(t *testing.T) {
	p := twoReleases(t, change{added: []int{0, 1, 2, 3, 4}})
	s, err := Protect(t.Context(), p, Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	if cell := cellNamed(t, p.System, "relation@2"); s.Pattern[cell] {
		t.Error("26 of 35 becomes 26 of 40: nobody who came has the property")
	}
	for i := range p.Data {
		if p.Data[i].Atom[slideAttribute] != 0 {
			p.Data[i].Atom[slideFigure+slices.Index(slideFigures, "relation")] = 1
		}
	}
	p.Views = viewsOf(t, p)
	if s, err = Protect(t.Context(), p, Seed{1}); err != nil {
		t.Fatal(err)
	}
	if cell := cellNamed(t, p.System, "relation@2"); s.Pattern[cell] {
		t.Error("26 of 35 becomes 31 of 40: everybody who came has the property")
	}
	p.Functionals = nil
	if s, err = Protect(t.Context(), p, Seed{1}); err != nil || !s.Pattern[cellNamed(t, p.System, "relation@2")] {
		t.Errorf("%v: without the declared differences nobody looks; the test has lost its point", err)
	}
}

// The contrasts: held against nothing, one person more is no difference to
// anything; and of those who left, only the declared differences speak.
func TestContrastWithoutHistoryOnePersonMoreGoesThrough(t *testing.T) {
	p := twoReleases(t, change{added: []int{0}})
	n := len(p.Earlier[0])
	p.System.Cells, p.Earlier, p.Functionals = p.System.Cells[n:], nil, nil
	p.Views = viewsOf(t, p)
	if s, err := Protect(t.Context(), p, Seed{1}); err != nil || !s.Pattern[0] {
		t.Errorf("%v: the test has lost its point", err)
	}

	p = twoReleases(t, change{added: []int{0, 1, 2, 3, 4}, removed: []int{0}})
	p.Functionals = nil
	p.Views = viewsOf(t, p)
	if _, err := Protect(t.Context(), p, Seed{1}); err != nil {
		t.Errorf("%v: without the declared differences nobody looks at who left; the test has lost its point", err)
	}
}

func TestDifferencesAreNamed(t *testing.T) {
	p := twoReleases(t, change{added: []int{0}, removed: []int{1}})
	cells := []plan.Cell{p.System.Cells[0], p.System.Cells[1], p.System.Cells[9], p.System.Cells[10], p.System.Cells[8], p.System.Cells[17]}
	p.System.Cells = []plan.Cell{cells[0], cells[1], cells[4], cells[2], cells[3], cells[5]}
	var got []string
	for _, f := range Differences(p.System, 3) {
		got = append(got, f.Name)
	}
	want := []string{
		"come:persons@2@persons@1", "gone:persons@2@persons@1",
		"come:persons@2-civil_society@2@persons@1", "gone:persons@2-civil_society@2@persons@1",
		"come:civil_society@2@civil_society@1", "gone:civil_society@2@civil_society@1",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if Differences(p.System, 0) != nil || Differences(p.System, 7) != nil {
		t.Error("differences without two releases")
	}
	p.System.Axes[slideAttribute].Hidden = false
	if Differences(p.System, 3) != nil {
		t.Error("differences without batches")
	}
}

// 24 children of 35 women, then more of 40: the difference is the newcomers'.
func TestTwoSumsMustNotTellWhatTheNewcomersAdd(t *testing.T) {
	for _, c := range []struct {
		children []int
		shown    bool
	}{
		{[]int{1, 2, 1, 2, 1}, true},
		{[]int{0, 0, 0, 0, 3}, false},
		{[]int{1, 1, 1, 1, 1}, false}, // as many children as mothers
		{[]int{0, 0, 0, 0, 0}, false},
	} {
		p := twoReleases(t, change{added: []int{0, 1, 2, 3, 4, 0, 1, 2, 3, 4}})
		for i, d := range p.Data[len(p.Data)-10 : len(p.Data)-5] {
			d.Atom[slideChildren] = c.children[i]
		}
		p.Views = viewsOf(t, p)
		s, err := Protect(t.Context(), p, Seed{1})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Pattern[cellNamed(t, p.System, "children@2")]; got != c.shown {
			t.Errorf("newcomers with %v: the sum is shown: %v", c.children, got)
		}
	}
}
