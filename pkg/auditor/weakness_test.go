package auditor

import (
	"maps"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// TestEachWeaknessOfAProverIsFound: certificates as a prover would make them
// that has one weakness each. Nothing but the named rules sees it: without
// them the certificate would be taken.
func TestEachWeaknessOfAProverIsFound(t *testing.T) {
	s, people := crowd{7, 40, 3, 1, 4}.planned()
	policy := plan.Defaults()
	made := func(change func(*Certificate)) Certificate {
		c := certified(t, s, people, policy)
		change(&c)
		return c
	}
	for name, w := range map[string]struct {
		c    Certificate
		seen []Rule
	}{
		"records that cannot be are taken for witnesses": {made(func(c *Certificate) {
			c.System.Bans = []plan.Selection{vacant(s, people, 1, 2)}
		}), []Rule{RuleWitness, RuleSurplus}},
		"an organisation's own records are taken for others'": {careless(t, s, people, policy, func(v *plan.View) { v.Empty = nil }), []Rule{RuleWitness}},
		"what an organisation knows is not subtracted": {careless(t, s, people, policy, func(v *plan.View) {
			if v.Threshold < policy.Threshold {
				v.Known, v.Empty = nil, nil
			}
		}), []Rule{RuleMissing, RuleWitness, RuleSurplus}},
		"the threshold is one too low": {careless(t, s, people, policy, func(v *plan.View) { v.Threshold-- }), []Rule{RuleMissing, RuleWitness, RuleShown}},
		"zeros are not protected":      {careless(t, s, people, policy, func(v *plan.View) { v.ZeroIsSafe = true }), []Rule{RuleMissing}},
		"an earlier release is forgotten": {made(func(c *Certificate) {
			c.Earlier = []plan.Pattern{withheldButLarge(*c)}
		}), []Rule{RuleWitness, RuleShown, RuleSurplus}},
		"a sibling difference is forgotten": {made(func(c *Certificate) {
			small := slices.IndexFunc(c.System.Cells, func(cell plan.Cell) bool { return cell.Name == "d2=3" })
			except := c.System.Cells[small-1].Where
			c.Declared = []plan.Functional{{Name: "siblings", Within: c.System.Cells[small].Where, Except: &except}}
		}), []Rule{RuleMissing}},
		"a view is skipped": {made(func(c *Certificate) {
			c.Views = c.Views[:1]
			c.Witnesses = slices.DeleteFunc(c.Witnesses, func(w plan.Witness) bool { return w.View != c.Views[0].Name })
		}), []Rule{RuleViews}},
		"coalitions are not looked at": {made(func(c *Certificate) { c.Policy.Coalition = 2 }), []Rule{RuleViews}},
		"the person herself is not covered": {made(func(c *Certificate) {
			c.Policy.OrganisationThreshold = 4
		}), []Rule{RulePolicy, RuleViews}},
	} {
		found := tallyRules(Verify(w.c))
		if len(found) == 0 || found[RuleVerified] > 0 || Worst(Verify(w.c)) != Fail {
			t.Errorf("%s: taken: %v", name, found)
		}
		for _, rule := range slices.Sorted(maps.Keys(found)) {
			if !slices.Contains(w.seen, rule) {
				t.Errorf("%s: also seen by %s: the contrast shows nothing", name, rule)
			}
		}
	}
}

// careless is a certificate by a prover that takes each view for another one,
// and says of it what Verify wants to hear.
func careless(t *testing.T, s plan.System, people []plan.Count, policy plan.Policy, mistake func(*plan.View)) Certificate {
	t.Helper()
	c := certified(t, s, people, policy)
	right := slices.Clone(c.Views)
	for i := range c.Views {
		mistake(&c.Views[i])
	}
	functionals := derived(s)
	for {
		witnesses, blame := prove(c, functionals)
		if blame < 0 {
			c.Witnesses, c.Views = witnesses, right
			return c
		}
		c.Shown[blame] = false
	}
}

// withheldButLarge shows the withheld cells that are not small.
func withheldButLarge(c Certificate) plan.Pattern {
	p := make(plan.Pattern, len(c.Shown))
	for i := range p {
		p[i] = !c.Shown[i] && c.Values[i] >= 2*c.Policy.Threshold
	}
	return p
}

// family is 12 persons of three organisations, n of whose children are given.
func family(children ...int) Certificate {
	s := plan.System{
		Axes: []plan.Axis{
			{Name: "children", Categories: numbered(9)},
			{Name: OrganisationAxis, Categories: []string{"A", "B", "C"}, Hidden: true},
		},
		Cells: []plan.Cell{
			{Name: "all", Rank: plan.Total},
			{Name: "children", Weighted: true, WeightAxis: 0, Weights: []int{0, 1, 2, 3, 4, 5, 6, 7, 8}},
		},
	}
	c := Certificate{System: s, Policy: plan.Defaults(), Shown: plan.Pattern{true, true}}
	by := map[string]plan.Count{}
	for i, n := range children {
		atom := []int{n, i % 3}
		by[keyOf(atom)] = plan.Count{Atom: atom, N: by[keyOf(atom)].N + 1}
	}
	c.Data = slices.SortedFunc(maps.Values(by), func(a, b plan.Count) int { return slices.Compare(a.Atom, b.Atom) })
	for _, cell := range s.Cells {
		c.Values = append(c.Values, quantity{{termOf(cell), 1}}.of(c.Data))
	}
	c.Views = required(c, nil)
	return c
}

func TestSumsThatTellAboutOneAreNotShown(t *testing.T) {
	for name, c := range map[string]struct {
		children []int
		safe     bool
	}{
		"many mothers alike":             {[]int{2, 2, 2, 1, 2, 3, 2, 1, 2}, true},
		"one with most of the children":  {[]int{8, 1, 1, 1, 1, 1, 0, 0, 0}, false},
		"one who could be estimated":     {[]int{6, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, false},
		"fewer than five mothers":        {[]int{2, 2, 2, 2, 0, 0, 0, 0, 0}, false},
		"the children of two":            {[]int{2, 2, 0, 2, 2, 0, 2, 2, 0}, false},
		"one organisation with too many": {[]int{8, 1, 1, 8, 1, 1, 8, 1, 1}, false},
	} {
		found := tallyRules(Verify(family(c.children...)))
		if (found[RuleSum] == 0) != c.safe {
			t.Errorf("%s: %v", name, found)
		}
	}
}

func TestFewOrganisations(t *testing.T) {
	for orgs, want := range map[int]Class{1: Fail, 2: Review, 3: Pass} {
		c := family()
		c.System.Cells = []plan.Cell{{Name: "all", Rank: plan.Total}}
		c.Shown, c.Values = plan.Pattern{true}, []int{10 * orgs}
		for o := range orgs {
			c.Data = append(c.Data, plan.Count{Atom: []int{0, o}, N: 10})
		}
		c.Views = required(c, nil)
		if got := Worst(Verify(c)); got != want {
			t.Errorf("%d organisations: %s, want %s: %+v", orgs, got, want, Verify(c))
		}
	}
}

func TestNothingExaminedDoesNotPass(t *testing.T) {
	if Worst(nil) != Fail || Worst(Verify(Certificate{})) != Fail {
		t.Error("an empty certificate passes")
	}
}

func BenchmarkVerify35(b *testing.B)   { benchmarkVerify(b, crowd{1, 35, 12, 0, 5}) }
func BenchmarkVerify2000(b *testing.B) { benchmarkVerify(b, crowd{1, 2000, 12, 0, 30}) }

func benchmarkVerify(b *testing.B, of crowd) {
	s, people := of.planned()
	c := certified(b, s, people, plan.Defaults())
	for b.Loop() {
		if Worst(Verify(c)) == Fail {
			b.Fatal("the fixture does not hold")
		}
	}
	b.ReportMetric(float64(len(c.Witnesses)), "witnesses")
	b.ReportMetric(float64(len(c.Views)), "views")
}
