package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

func TestMaxWaysGrowsWithTheUniverse(t *testing.T) {
	for n, want := range map[int]int{0: 1, 35: 1, 59: 1, 60: 2, 999: 2, 1_000: 3, 19_999: 3, 20_000: 4, 1 << 30: 4} {
		if got := plan.MaxWays(n); got != want {
			t.Errorf("%d persons bear %d dimensions, want %d", n, got, want)
		}
	}
}

func TestAdmissionLooksAtStructureAndPublishedSizesAlone(t *testing.T) {
	table := func(u plan.Name, ways, cells int) plan.Shape {
		return plan.Shape{Universe: u, Ways: ways, Cells: cells}
	}
	tables := []plan.Shape{
		table("small", 1, 2),
		table("slide", 1, 7), table("slide", 1, 8),
		table("slide", 2, 4), table("slide", 2, 8), table("slide", 2, 6), table("slide", 2, 4), table("slide", 2, 4),
		table("slide", 3, 4),
		table("year", 2, 40), table("year", 3, 8), table("unknown", 1, 1),
	}
	want := []fault.Code{
		plan.CodeSmallUniverse,
		"", plan.CodeTooManyCells,
		"", plan.CodeTooManyCells, "", "", plan.CodeTooManyPairs, // a refused pair uses no place up
		plan.CodeTooManyWays,
		"", plan.CodeTooManyWays, plan.CodeSmallUniverse,
	}
	got := plan.Admit(tables, map[plan.Name]int{"small": 24, "slide": 35, "year": 200})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
