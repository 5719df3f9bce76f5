package disclosure

import (
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// outcome is what a plan's tables keep, in shares of 1.
type outcome struct{ oneWay, twoWay, codes, pairCells float64 }

// measure protects the slide's plan and says how much stays exact: of the
// one-way cells, of the two-way cells, and of the codes with five persons or
// more how many keep an exact cell of their own.
func measure(t *testing.T, seed uint64, pairs int, lone bool) outcome {
	t.Helper()
	p, layout, shown, err := slideProblemFor(t.Context(), seed, 12, pairs, lone)
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
	return outcome{share(exact[1], cells[1]), share(exact[2], cells[2]), share(own, large), float64(exact[2])}
}

func ownCells(p Problem, s Solution, axis int, pr plan.Presentation) (large, own int) {
	for c := range p.System.Axes[axis].Categories {
		alone := plan.Selection{{Axis: axis, Categories: []int{c}}}
		if total(plan.Functional{Within: alone}, p.Data) < 5 {
			continue
		}
		large++
		for _, i := range pr.Cells {
			if s.Pattern[i] && sameSelection(p.System, p.System.Cells[i].Where, alone) {
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
		name                    string
		lone                    bool
		pairs                   int
		median, least           float64
		codesMedian, codesLeast float64
	}{
		{"one-way tables, public and organisations", true, 0, 0.90, 0.80, 0.75, 0.65},
		{"three two-way tables besides, public and organisations", true, 3, 0.85, 0.80, 0.75, 0.65},
		{"one-way tables, every view", false, 0, 0.90, 0.80, 0.65, 0.55},
		{"three two-way tables besides, every view", false, 3, 0.85, 0.80, 0.65, 0.55},
	} {
		t.Run(c.name, func(t *testing.T) {
			var one, two, codes, pairs []float64
			for seed := range uint64(20) {
				o := measure(t, seed, c.pairs, c.lone)
				one, two, codes = append(one, o.oneWay), append(two, o.twoWay), append(codes, o.codes)
				pairs = append(pairs, o.pairCells)
			}
			t.Logf("one-way cells exact: median %.3f, least %.3f; two-way %.3f, %.3f (%v cells, %v); codes with their own cell %.3f, %.3f",
				median(one), slices.Min(one), median(two), slices.Min(two), median(pairs), slices.Min(pairs), median(codes), slices.Min(codes))
			if median(one) < c.median || slices.Min(one) < c.least {
				t.Errorf("want a median of %v and at least %v of the one-way cells", c.median, c.least)
			}
			if median(codes) < c.codesMedian || slices.Min(codes) < c.codesLeast {
				t.Errorf("want a median of %v and at least %v of the codes", c.codesMedian, c.codesLeast)
			}
		})
	}
}

// What no presentation can show: a code that is unsafe by itself and, if all of
// those together with the residual are still unsafe, one code more that hides
// them. Recoding loses nothing besides, so that no other choice of what to merge
// keeps more codes.
func TestRecodingLosesNoCodeThatCouldBeKept(t *testing.T) {
	for seed := range uint64(20) {
		base, data := slide(seed, 12)
		p := Problem{System: base, Data: data, Policy: plan.Defaults()}
		var err error
		if p.Views, err = Views(base, data, p.Policy); err != nil {
			t.Fatal(err)
		}
		layout := slideLayout(base, 0)
		r := newRecoder(t.Context(), layout, p)
		for _, table := range layout.Tables {
			residual := len(base.Axes[table.Axes[0]].Categories) - 1
			could, hidden := 0, []int{residual}
			for c := range residual {
				if r.unsafe(table, []int{c}) {
					hidden = append(hidden, c)
					continue
				}
				could++
			}
			if r.unsafe(table, union([][]int{hidden})) {
				could = max(0, could-1)
			}
			kept := 0
			for _, g := range r.present(table).Groups[0] {
				kept += int(bit(len(g) == 1 && g[0] != residual && !r.unsafe(table, g)))
			}
			if kept < could {
				t.Errorf("seed %d, %s: %d codes keep a cell of their own, %d could", seed, table.Name, kept, could)
			}
		}
	}
}

// subtract recovers withheld cells as anybody can: where exactly one cell of a
// one-way table is missing, the total less the others is its value.
func subtract(p Problem, tables []plan.Presentation, shown plan.Pattern) (recovered, withheld int) {
	for _, pr := range tables {
		missing := 0
		for _, c := range pr.Cells {
			missing += int(bit(!shown[c]))
		}
		withheld += missing
		if missing == 1 {
			recovered++
		}
	}
	return recovered, withheld
}

// The contrast: on the unrecoded slide, hiding the small counts alone is undone
// by subtraction; what Protect hides is not.
func TestContrastThresholdAloneIsUndoneBySubtraction(t *testing.T) {
	broken, hidden := 0, 0
	for seed := range uint64(10) {
		system, data := slide(seed, 12)
		p := Problem{System: system, Data: data, Policy: plan.Defaults()}
		var tables []plan.Presentation
		for a := slideAttribute; a < len(system.Axes); a++ {
			pr := plan.Presentation{Table: system.Axes[a].Name}
			pr.Cells = addCells(&p.System, plan.Table{Name: pr.Table, Axes: []int{a}}, []plan.Grouping{singles(system.Axes[a])})
			tables = append(tables, pr)
		}
		var err error
		if p.Views, err = Views(p.System, data, p.Policy); err != nil {
			t.Fatal(err)
		}
		alone := make(plan.Pattern, len(p.System.Cells))
		for i, c := range p.System.Cells {
			v := value(c, data)
			alone[i] = v == 0 || v >= p.Policy.Threshold
		}
		r, h := subtract(p, tables, alone)
		broken, hidden = broken+r, hidden+h
		s, err := Protect(t.Context(), p, Seed{byte(seed)})
		if err != nil {
			t.Fatal(err)
		}
		if r, _ := subtract(p, tables, s.Pattern); r != 0 {
			t.Errorf("seed %d: subtraction recovers %d protected cells", seed, r)
		}
	}
	t.Logf("a threshold alone: %d of %d hidden cells recovered by one subtraction each", broken, hidden)
	if broken == 0 {
		t.Error("the threshold-only pattern withstands: the contrast has no teeth")
	}
}
