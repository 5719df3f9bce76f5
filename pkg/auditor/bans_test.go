package auditor

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/plan"
)

// TestLeavingImpliedBansOutBansTheSame: atom by atom.
func TestLeavingImpliedBansOutBansTheSame(t *testing.T) {
	fewer := false
	rapid.Check(t, func(t *rapid.T) {
		s := plan.System{}
		var sizes []int
		for i, n := range rapid.SliceOfN(rapid.IntRange(2, 4), 2, 4).Draw(t, "sizes") {
			s.Axes = append(s.Axes, plan.Axis{Name: fmt.Sprint(i), Categories: numbered(n)})
			sizes = append(sizes, n)
		}
		for range rapid.IntRange(0, 8).Draw(t, "bans") {
			s.Bans = append(s.Bans, someSelection(t, s.Axes, 1))
		}
		kept := irredundant(sizes, s.Bans)
		fewer = fewer || len(kept) < len(s.Bans)
		mended := s
		mended.Bans = kept
		before, after := fmt.Sprint(atomsOf(s)), fmt.Sprint(atomsOf(mended))
		if before != after {
			t.Fatalf("%v became %v", s.Bans, kept)
		}
	})
	if !fewer {
		t.Error("no ban was ever left out")
	}
}

// TestAChainOfConditionsBecomesAStar: nine attributes of which either all or
// none are asked about are written as every pair; the smallest one is left in
// the middle.
func TestAChainOfConditionsBecomesAStar(t *testing.T) {
	var bans []plan.Selection
	sizes := []int{9, 2, 5, 7, 17, 3, 33, 12, 4}
	rest := func(axis int) []int { return complement([]int{0}, sizes[axis]) }
	for a := range sizes {
		for b := range a {
			bans = append(bans,
				plan.Selection{{Axis: b, Categories: []int{0}}, {Axis: a, Categories: rest(a)}},
				plan.Selection{{Axis: b, Categories: rest(b)}, {Axis: a, Categories: []int{0}}})
		}
	}
	kept := irredundant(sizes, bans)
	if len(kept) != 16 {
		t.Errorf("%d of %d bans are left", len(kept), len(bans))
	}
	for _, b := range kept {
		if b[0].Axis != 1 && b[1].Axis != 1 {
			t.Errorf("%v does not touch the smallest axis", b)
		}
	}
}
