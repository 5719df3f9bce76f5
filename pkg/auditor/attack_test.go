package auditor

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/plan"
)

func tallyRules(findings []Finding) map[Rule]int {
	n := map[Rule]int{}
	for _, f := range findings {
		n[f.Rule]++
	}
	return n
}

func attacked(tb testing.TB, p Published) Assault {
	tb.Helper()
	a, err := Attack(context.Background(), p, plan.Defaults())
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// TestAThresholdAloneIsBroken is the positive control: an attack that found
// nothing here would prove nothing elsewhere.
func TestAThresholdAloneIsBroken(t *testing.T) {
	for _, c := range []crowd{{1, 35, 12, 0, 5}, {1, 35, 12, 3, 5}} {
		s, people := c.planned()
		a := attacked(t, threshold(s, people, 5))
		found := tallyRules(a.Findings)
		if found[RuleDetermined] == 0 || found[RuleTooSmall] == 0 || Worst(a.Findings) != Fail {
			t.Errorf("%+v: %v", c, found)
		}
		for _, f := range a.Findings {
			if f.Rule != RuleDetermined {
				continue
			}
			for _, fn := range derived(s) {
				if v := count(fn, people); fn.Name == f.Scope && v != f.Desk.Value {
					t.Errorf("%s is %d, the attack says %d", f.Scope, v, f.Desk.Value)
				}
			}
		}
	}
}

// TestWhatVerifyAcceptsWithstandsTheAttack: prover and attacker share nothing
// but the question.
func TestWhatVerifyAcceptsWithstandsTheAttack(t *testing.T) {
	for seed := range uint64(4) {
		s, people := crowd{seed, 40, 3, 1, 4}.planned()
		c := certified(t, s, people, plan.Defaults())
		if Worst(Verify(c)) == Fail {
			t.Fatalf("seed %d: the fixture does not hold", seed)
		}
		a := attacked(t, Published{System: s, Shown: c.Shown, Values: c.Values})
		for _, f := range a.Findings {
			if f.Class == Fail {
				t.Errorf("seed %d: %+v", seed, f)
			}
		}
		for i, r := range a.Ranges {
			if !r.Known || r.Open {
				t.Errorf("range %d of a small system: %+v", i, r)
			}
		}
	}
}

// TestTheAttackHoldsNoRecords: what it says depends on what is published alone.
func TestTheAttackHoldsNoRecords(t *testing.T) {
	s, people := crowd{1, 35, 6, 2, 5}.planned()
	p := threshold(s, people, 5)
	first := attacked(t, p)
	for i := range p.Values {
		if !p.Shown[i] {
			p.Values[i] = -77
		}
	}
	if diff := cmp.Diff(first, attacked(t, p)); diff != "" {
		t.Errorf("withheld values matter:\n%s", diff)
	}
}

func pairs(names ...string) plan.System {
	var s plan.System
	for _, n := range names {
		s.Axes = append(s.Axes, plan.Axis{Name: n, Categories: []string{"no", "yes"}})
	}
	s.Cells = []plan.Cell{{Name: "all", Rank: plan.Total}}
	return s
}

// TestAWholeRecordIsFound (S4): everybody is unlike everybody else in one
// attribute of four, and the table of all four is shown down to one person.
func TestAWholeRecordIsFound(t *testing.T) {
	s := pairs("a", "b", "c", "d")
	var people []plan.Count
	for k := range 16 {
		atom := []int{k >> 3 & 1, k >> 2 & 1, k >> 1 & 1, k & 1}
		n := 6
		if k == 5 {
			n = 1
		}
		people = append(people, plan.Count{Atom: atom, N: n})
	}
	// All four three-way tables; the three-way cells next to the lone person
	// leave no room for her to be away.
	for out := range 4 {
		for k := range 8 {
			c := plan.Cell{Name: fmt.Sprintf("without %d: %03b", out, k)}
			bit := 2
			for axis := range 4 {
				if axis != out {
					c.Where = append(c.Where, plan.Subset{Axis: axis, Categories: []int{k >> bit & 1}})
					bit--
				}
			}
			s.Cells = append(s.Cells, c)
		}
	}
	a := attacked(t, threshold(s, people, 0))
	if tallyRules(a.Findings)[RuleRecord] == 0 {
		t.Errorf("no record found: %v", tallyRules(a.Findings))
	}
}

// TestASmallCombinationIsFound (S5): nobody published a and b together, but 30
// of 35 have a, 8 have b, and so at least 3 have both.
func TestASmallCombinationIsFound(t *testing.T) {
	s := pairs("a", "b")
	for axis := range s.Axes {
		s.Cells = append(s.Cells, plan.Cell{Name: s.Axes[axis].Name, Rank: plan.OneWay, Where: plan.Selection{{Axis: axis, Categories: []int{1}}}})
	}
	p := Published{System: s, Shown: plan.Pattern{true, true, true}, Values: []int{35, 30, 8}}
	a := attacked(t, p)
	want := Conjunction{Where: plan.Selection{{Axis: 0, Categories: []int{1}}, {Axis: 1, Categories: []int{1}}}}
	at := -1
	for i, c := range a.Present {
		if cmp.Equal(c.Where, want.Where) {
			at = i
		}
	}
	if at < 0 || a.Present[at].Range.Least != 3 || a.Present[at].Range.To < 5 {
		t.Fatalf("%+v", a)
	}
	both := func(n int) []plan.Count {
		return []plan.Count{{Atom: []int{0, 1}, N: 8 - n}, {Atom: []int{1, 0}, N: 30 - n}, {Atom: []int{1, 1}, N: n}}
	}
	for _, n := range []int{3, 4} { // whatever their number, the same words
		want := []Finding{{Class: Review, Rule: RuleConjunction, Scope: "a=yes & b=yes", Desk: Numbers{n, 5}}}
		if diff := cmp.Diff(want, a.Against(both(n), 5)); diff != "" {
			t.Errorf("%d have both (-want +got)\n%s", n, diff)
		}
	}
	if got := a.Against(both(7), 5); len(got) != 0 {
		t.Errorf("7 have both: %+v", got)
	}
	// 34 and 2: one or two have both, whatever else.
	p.Values = []int{35, 34, 2}
	if tallyRules(attacked(t, p).Findings)[RuleConjunction] == 0 {
		t.Error("a combination of 1 or 2 is not reported")
	}
}

func TestContradictionsAreFound(t *testing.T) {
	s := pairs("a")
	s.Cells = append(s.Cells, plan.Cell{Name: "a", Where: plan.Selection{{Axis: 0, Categories: []int{1}}}}, plan.Cell{Name: "not a", Where: plan.Selection{{Axis: 0, Categories: []int{0}}}})
	p := Published{System: s, Shown: plan.Pattern{true, true, false}, Values: []int{10, 11, 0}}
	a := attacked(t, p)
	if tallyRules(a.Findings)[RuleContradiction] != 1 || Worst(a.Findings) != Fail {
		t.Errorf("%+v", a)
	}
}

// TestSomebodyAmongNobodyIsAContradiction: of no persons, 3 have a.
func TestSomebodyAmongNobodyIsAContradiction(t *testing.T) {
	s := pairs("a")
	s.Cells = append(s.Cells, plan.Cell{Name: "a", Where: plan.Selection{{Axis: 0, Categories: []int{1}}}})
	a := attacked(t, Published{System: s, Shown: plan.Pattern{true, true}, Values: []int{0, 3}})
	if tallyRules(a.Findings)[RuleContradiction] != 1 {
		t.Errorf("%+v", a.Findings)
	}
}

// TestEliminationFindsWhatAddingFinds: a functional that the shown values give
// by addition is in their span, and the interval is a point then.
func TestEliminationFindsWhatAddingFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := smallSystem(t)
		prober, err := Probe(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		span := prober.newSpan()
		for i, c := range p.System.Cells {
			if !p.Shown[i] {
				continue
			}
			if v, in := span.contains(quantity{{termOf(c), 1}}); !in || v != p.Values[i] {
				t.Errorf("the shown cell %s is %d, elimination says %d, %t", c.Name, p.Values[i], v, in)
			}
		}
	})
}

// TestWhatEliminationFindsIsJudgedByItsValue: where bounds are too hard to
// establish, of 20 persons who are a or not a the rest is computed; 12 are many,
// 2 are few, and none where 25 of 20 are a.
func TestWhatEliminationFindsIsJudgedByItsValue(t *testing.T) {
	for _, c := range []struct {
		have int
		want []Finding
	}{
		{8, nil},
		{15, nil},
		{18, []Finding{{Fail, RuleDetermined, "rest", "", Numbers{2, 5}}}},
		{25, []Finding{{Fail, RuleDetermined, "rest", "", Numbers{0, 5}}}},
	} {
		s := pairs("a")
		s.Cells = append(s.Cells, plan.Cell{Name: "a", Where: plan.Selection{{Axis: 0, Categories: []int{1}}}})
		p := Published{System: s, Shown: plan.Pattern{true, true}, Values: []int{20, c.have}}
		prober, err := Probe(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		a := &attacker{published: p, policy: plan.Defaults(), view: plan.View{Threshold: 5}, prober: prober}
		a.unproved(plan.Functional{Name: "rest", Within: plan.Selection{{Axis: 0, Categories: []int{0}}}})
		if diff := cmp.Diff(c.want, a.assault.Findings); diff != "" {
			t.Errorf("%d of 20 (-want +got)\n%s", c.have, diff)
		}
	}
	// The contrast: what is no combination of what is shown is not exhausted.
	s := pairs("a", "b")
	prober, err := Probe(t.Context(), Published{System: s, Shown: plan.Pattern{true}, Values: []int{20}})
	if err != nil {
		t.Fatal(err)
	}
	a := &attacker{view: plan.View{Threshold: 5}, prober: prober}
	a.unproved(plan.Functional{Name: "b", Within: plan.Selection{{Axis: 1, Categories: []int{1}}}})
	if len(a.assault.Findings) != 1 || a.assault.Findings[0].Rule != RuleTruncated {
		t.Errorf("%+v", a.assault.Findings)
	}
}
