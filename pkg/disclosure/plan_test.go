package disclosure

import (
	"fmt"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// outcome is what a plan's tables keep, in shares of 1.
type outcome struct{ oneWay, twoWay, codes float64 }

// measure protects the slide's plan and says how much stays exact: of the
// one-way cells, of the two-way cells, and of the codes with five persons or
// more how many keep an exact cell of their own.
func measure(t *testing.T, seed uint64, pairs int) outcome {
	t.Helper()
	p, layout, shown, err := slideProblem(seed, 12, pairs)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Protect(t.Context(), p, Seed{byte(seed)})
	if err != nil {
		t.Fatalf("seed %d: %v: %v", seed, err, s.Findings)
	}
	for i, c := range p.System.Cells {
		if c.Rank >= plan.Headline && !s.Pattern[i] {
			t.Errorf("seed %d: %s is withheld", seed, c.Name)
		}
		if c.Weighted && !s.Pattern[i] {
			t.Errorf("seed %d: the sum is withheld", seed)
		}
	}
	var exact, cells [3]int
	for i, pr := range shown {
		if pr.Dropped {
			continue
		}
		ways := len(layout.Tables[i].Axes)
		for _, c := range pr.Cells {
			cells[ways]++
			exact[ways] += int(bit(s.Pattern[c]))
		}
	}
	large, own := 0, 0
	for i, pr := range shown {
		if len(layout.Tables[i].Axes) == 1 {
			l, o := ownCells(p, s, layout.Tables[i].Axes[0], pr)
			large, own = large+l, own+o
		}
	}
	return outcome{share(exact[1], cells[1]), share(exact[2], cells[2]), share(own, large)}
}

func ownCells(p Problem, s Solution, axis int, pr Presentation) (large, own int) {
	for c := range p.System.Axes[axis].Categories {
		alone := plan.Selection{{Axis: axis, Categories: []int{c}}}
		if total(plan.Functional{Within: alone}, p.Data) < 5 {
			continue
		}
		large++
		for _, i := range pr.Cells {
			if s.Pattern[i] && sameSelection(p.System.Cells[i].Where, alone) {
				own++
			}
		}
	}
	return large, own
}

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return (s[len(s)/2] + s[(len(s)-1)/2]) / 2
}

func TestSlideKeepsItsFiguresAndMostCells(t *testing.T) {
	for _, c := range []struct {
		pairs                   int
		median, least           float64
		codesMedian, codesLeast float64
	}{
		{pairs: 0, median: 0.90, least: 0.80, codesMedian: 0.75, codesLeast: 0.65},
		{pairs: 3, median: 0.85, least: 0.80, codesMedian: 0.75, codesLeast: 0.60},
	} {
		t.Run(fmt.Sprintf("%d two-way tables", c.pairs), func(t *testing.T) {
			var one, two, codes []float64
			for seed := range uint64(20) {
				o := measure(t, seed, c.pairs)
				one, two, codes = append(one, o.oneWay), append(two, o.twoWay), append(codes, o.codes)
			}
			t.Logf("one-way cells exact: median %.3f, least %.3f; two-way %.3f, %.3f; codes with their own cell %.3f, %.3f",
				median(one), slices.Min(one), median(two), slices.Min(two), median(codes), slices.Min(codes))
			if median(one) < c.median || slices.Min(one) < c.least {
				t.Errorf("want a median of %v and at least %v of the one-way cells", c.median, c.least)
			}
			if median(codes) < c.codesMedian || slices.Min(codes) < c.codesLeast {
				t.Errorf("want a median of %v and at least %v of the codes", c.codesMedian, c.codesLeast)
			}
		})
	}
}
