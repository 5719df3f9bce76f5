package auditor

import (
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// sequel is two releases about persons of three organisations: those of the
// first, and those who came to be in the second or were in it no more. Of each
// there is the total and how many have a.
type sequel struct{ stay, come, gone, stayA, comeA, goneA int }

const (
	stayed = iota
	came
	went
)

func (q sequel) certificate(tb testing.TB) Certificate {
	tb.Helper()
	s := plan.System{Axes: []plan.Axis{
		{Name: "a", Categories: []string{"no", "yes"}},
		{Name: plan.OrganisationAxis, Categories: []string{"A", "B", "C"}, Hidden: true},
		{Name: plan.BatchAxis, Categories: []string{"1-2", "2-2", "1-1"}, Hidden: true},
	}}
	first, second := plan.Subset{Axis: 2, Categories: []int{stayed, went}}, plan.Subset{Axis: 2, Categories: []int{stayed, came}}
	if q.gone == 0 { // nobody can have gone
		s.Axes[2].Categories, first.Categories = []string{"1-2", "2-2"}, []int{stayed}
	}
	has := plan.Subset{Axis: 0, Categories: []int{1}}
	s.Cells = []plan.Cell{
		{Name: "1/all", Where: plan.Selection{first}, Rank: plan.Total},
		{Name: "1/a", Where: plan.Selection{has, first}, Rank: plan.Figure},
		{Name: "all", Where: plan.Selection{second}, Rank: plan.Total},
		{Name: "a", Where: plan.Selection{has, second}, Rank: plan.Figure},
	}
	c := Certificate{System: s, Policy: plan.Defaults(), Shown: plan.Pattern{true, true, true, true}, Earlier: []plan.Pattern{{true, true}}}
	for batch, n := range [3][2]int{{q.stay - q.stayA, q.stayA}, {q.come - q.comeA, q.comeA}, {q.gone - q.goneA, q.goneA}} {
		for a, n := range n {
			for org := range 3 {
				if part := (n + org) / 3; part > 0 {
					c.Data = append(c.Data, plan.Count{Atom: []int{a, org, batch}, N: part})
				}
			}
		}
	}
	slices.SortFunc(c.Data, func(x, y plan.Count) int { return slices.Compare(x.Atom, y.Atom) })
	for _, cell := range s.Cells {
		c.Values = append(c.Values, quantity{{termOf(cell), 1}}.of(c.Data))
	}
	fs, _ := derive(s, nil, c.Shown)
	c.Views = required(c, append(fs, newcomers(s, fs)...))
	return c
}

// TestOnePersonMoreIsNoSecondRelease: 35 first, 36 then.
func TestOnePersonMoreIsNoSecondRelease(t *testing.T) {
	found := Verify(sequel{stay: 35, come: 1, stayA: 20, comeA: 1}.certificate(t))
	if Worst(found) != Fail {
		t.Fatalf("taken: %+v", found)
	}
	at := slices.IndexFunc(found, func(f Finding) bool { return f.Rule == RuleShown && f.Scope == "rest:all-1/all" && f.View == "public" })
	if at < 0 || found[at].Desk != (Numbers{1, 5}) {
		t.Errorf("the one who came is not found: %+v", found)
	}
}

// TestWhoCameIsKnownByWhatIsKnownOfAll: 26 of 35, then 31 of 40: all five who
// came have a. The contrast: of ten who came five have it.
func TestWhoCameIsKnownByWhatIsKnownOfAll(t *testing.T) {
	c := sequel{stay: 35, come: 15, stayA: 20, comeA: 15}.certificate(t)
	missing := func(c Certificate) (scopes []string) {
		for _, f := range Verify(c) {
			if f.View == "public" && f.Class == Fail {
				scopes = append(scopes, f.Scope)
			}
		}
		return scopes
	}
	if got := missing(c); !slices.Contains(got, "rest:all-a rest:all-1/all") {
		t.Errorf("that all who came have it is not found: %v", got)
	}
	if got := missing(sequel{stay: 35, come: 30, stayA: 20, comeA: 15}.certificate(t)); len(got) != 0 {
		t.Errorf("half of those who came have it: %v", got)
	}
}

// TestWhatACertificateDoesNotDeclareIsAskedAllTheSame: one came and one went, so
// that neither release lies in the other and nothing is a nested difference.
func TestWhatACertificateDoesNotDeclareIsAskedAllTheSame(t *testing.T) {
	c := sequel{stay: 35, come: 1, gone: 1, stayA: 20, comeA: 1, goneA: 1}.certificate(t)
	fs, _ := derive(c.System, nil, c.Shown)
	own := newcomers(c.System, fs)
	var names []string
	for _, f := range own {
		names = append(names, f.Name)
	}
	for _, name := range []string{"rest:all-1/all", "rest:1/all-all", "rest:a-1/a", "rest:1/a-a"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not asked about: %v", name, names)
		}
	}
	open := func(c Certificate) int { return tallyRules(Verify(c))[RuleMissing] }
	if open(c) == 0 {
		t.Fatal("nothing is missing")
	}
	// Declared under any name it is asked about once, under that name.
	before := open(c)
	for i, f := range own {
		f.Name = "declared" + numbered(100)[i]
		c.Declared = append(c.Declared, f)
	}
	if after := open(c); after != before {
		t.Errorf("%d missing undeclared, %d declared", before, after)
	}
	if slices.ContainsFunc(Verify(c), func(f Finding) bool { return f.Rule == RuleMissing && f.Scope == "rest:all-1/all" }) {
		t.Error("what is declared is asked about twice")
	}
}

// TestSumsBetweenReleasesAreLookedAt: each release's sum is safe, what they
// leave between them is one family's.
func TestSumsBetweenReleasesAreLookedAt(t *testing.T) {
	c := family(2, 2, 2, 1, 2, 3, 2, 1, 2)
	c.System.Axes = append(c.System.Axes, plan.Axis{Name: plan.BatchAxis, Categories: []string{"1-2", "2-2"}, Hidden: true})
	for i := range c.Data {
		c.Data[i].Atom = append(c.Data[i].Atom, 0)
	}
	sum := c.System.Cells[1]
	c.System.Cells = append(c.System.Cells, plan.Cell{Name: "later", Weighted: true, WeightAxis: 0, Weights: sum.Weights})
	c.System.Cells[1].Where = plan.Selection{{Axis: 2, Categories: []int{0}}}
	c.Shown, c.Values = append(c.Shown, true), append(c.Values, c.Values[1])
	tells := func() bool {
		return slices.ContainsFunc(contributors(c, c.Shown, lapses{}), func(f Finding) bool { return f.Rule == RuleSum && f.Scope == "rest:later-children" })
	}
	c.Data = append(c.Data, plan.Count{Atom: []int{4, 0, 1}, N: 1})
	if !tells() {
		t.Error("one family's children lie between two sums")
	}
	for i := range 9 {
		c.Data = append(c.Data, plan.Count{Atom: []int{2, i % 3, 1}, N: 1})
	}
	if tells() {
		t.Error("ten families alike lie between them")
	}
}

// TestAnOrganisationKnowsItsBatches: what it added and what it took away are
// its own.
func TestAnOrganisationKnowsItsBatches(t *testing.T) {
	c := sequel{stay: 35, come: 7, gone: 8, stayA: 20, comeA: 4, goneA: 5}.certificate(t)
	v := c.Views[slices.IndexFunc(c.Views, func(v plan.View) bool { return v.Name == "organisation:B" })]
	for batch := range 3 {
		if !slices.ContainsFunc(v.Known, func(k plan.Count) bool { return k.Atom[1] == 1 && k.Atom[2] == batch }) {
			t.Errorf("of batch %d it knows nothing", batch)
		}
	}
	i := slices.IndexFunc(c.Views, func(w plan.View) bool { return w.Name == v.Name })
	c.Views[i].Known = slices.DeleteFunc(slices.Clone(v.Known), func(k plan.Count) bool { return k.Atom[2] == went })
	if !slices.ContainsFunc(Verify(c), func(f Finding) bool { return f.Class == Fail && f.View == v.Name && f.Rule == RuleForm }) {
		t.Error("a view that forgets what was taken away is taken")
	}
}
