package disclosure

import (
	"context"
	"errors"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// smallProblem is ten persons of two kinds.
func smallProblem() Problem {
	return Problem{
		System: plan.System{
			Axes: []plan.Axis{{Name: "a", Categories: []string{"x", "y", "z"}}, {Name: "b", Categories: []string{"0", "1"}}},
			Bans: []plan.Selection{{{Axis: 0, Categories: []int{2}}}},
			Cells: []plan.Cell{
				{Name: "all", Rank: plan.Total},
				{Name: "x", Rank: plan.OneWay, Where: plan.Selection{{Axis: 0, Categories: []int{0}}}},
				{Name: "sum", Rank: plan.Figure, Weighted: true, WeightAxis: 1, Weights: []int{0, 1}},
			},
		},
		Data:   []plan.Count{{Atom: []int{0, 0}, N: 5}, {Atom: []int{1, 1}, N: 6}},
		Views:  []plan.View{{Name: PublicView, Threshold: 5}},
		Policy: plan.Defaults(),
	}
}

func TestProblemsThatMeanNothingAreRefused(t *testing.T) {
	if s, err := Protect(t.Context(), smallProblem(), Seed{}); err != nil || s.Shown() != 3 {
		t.Fatalf("the sound problem: %v, %d shown", err, s.Shown())
	}
	for _, c := range []struct {
		name   string
		want   fault.Code
		change func(*Problem)
	}{
		{"no axes", CodeSystemMalformed, func(p *Problem) { p.System.Axes = nil }},
		{"an axis without categories", CodeSystemMalformed, func(p *Problem) { p.System.Axes[1].Categories = nil }},
		{"no cells", CodeSystemMalformed, func(p *Problem) { p.System.Cells = nil }},
		{"two cells of one name", CodeSystemMalformed, func(p *Problem) { p.System.Cells[1].Name = "all" }},
		{"a cell without a name", CodeSystemMalformed, func(p *Problem) { p.System.Cells[1].Name = "" }},
		{"a rank beyond the last", CodeSystemMalformed, func(p *Problem) { p.System.Cells[1].Rank = plan.Total + 1 }},
		{"a category that does not exist", CodeSystemMalformed, func(p *Problem) { p.System.Cells[1].Where[0].Categories[0] = 3 }},
		{"an axis that does not exist", CodeSystemMalformed, func(p *Problem) { p.System.Cells[1].Where[0].Axis = 2 }},
		{"a selection of no category", CodeSystemMalformed, func(p *Problem) { p.System.Cells[1].Where[0].Categories = nil }},
		{"a ban of everybody", CodeSystemMalformed, func(p *Problem) { p.System.Bans = []plan.Selection{{}} }},
		{"weights too few", CodeSystemMalformed, func(p *Problem) { p.System.Cells[2].Weights = []int{1} }},
		{"a negative weight", CodeSystemMalformed, func(p *Problem) { p.System.Cells[2].Weights = []int{0, -1} }},
		{"a weight beyond the limit", CodeSystemMalformed, func(p *Problem) { p.System.Cells[2].Weights = []int{0, maxWeight + 1} }},
		{"a weight axis that does not exist", CodeSystemMalformed, func(p *Problem) { p.System.Cells[2].WeightAxis = 7 }},
		{"a sum as a population's size", CodeSystemMalformed, func(p *Problem) { p.System.Cells[2].Rank = plan.Total }},
		{"no views", CodeSystemMalformed, func(p *Problem) { p.Views = nil }},
		{"two views of one name", CodeSystemMalformed, func(p *Problem) { p.Views = append(p.Views, p.Views[0]) }},
		{"a view without a threshold", CodeSystemMalformed, func(p *Problem) { p.Views[0].Threshold = 0 }},
		{"a view's selection out of range", CodeSystemMalformed, func(p *Problem) {
			p.Views[0].Empty = []plan.Selection{{{Axis: 9, Categories: []int{0}}}}
		}},
		{"a functional out of range", CodeSystemMalformed, func(p *Problem) {
			p.Functionals = []plan.Functional{{Name: "f", Within: plan.Selection{{Axis: 9, Categories: []int{0}}}}}
		}},
		{"a pattern too long", CodeSystemMalformed, func(p *Problem) { p.Earlier = []plan.Pattern{make(plan.Pattern, 9)} }},
		{"a record in a ban", CodeDataOutsideSystem, func(p *Problem) { p.Data[0].Atom[0] = 2 }},
		{"a record of another length", CodeDataOutsideSystem, func(p *Problem) { p.Data[0].Atom = []int{0} }},
		{"fewer than nobody", CodeDataOutsideSystem, func(p *Problem) { p.Data[0].N = -1 }},
		{"a view that knows more than there are", CodeDataOutsideSystem, func(p *Problem) {
			p.Views[0].Known = []plan.Count{{Atom: []int{0, 0}, N: 6}}
		}},
		{"a view that takes for empty what is not", CodeDataOutsideSystem, func(p *Problem) {
			p.Views[0].Empty = []plan.Selection{{{Axis: 0, Categories: []int{0}}}}
		}},
		{"t below its floor", CodePolicyTooWeak, func(p *Problem) { p.Policy.Threshold = 2 }},
		{"t_org below its floor", CodePolicyTooWeak, func(p *Problem) { p.Policy.OrganisationThreshold = 0 }},
		{"more persons than the limit", CodeTooLarge, func(p *Problem) { p.Data[0].N, p.Data[1].N = maxPersons, maxPersons }},
		{"more cells than the limit", CodeTooLarge, func(p *Problem) { p.System.Cells = make([]plan.Cell, maxCells+1) }},
		{"a total below t", CodeNotDeniable, func(p *Problem) {
			p.Data = []plan.Count{{Atom: []int{0, 0}, N: 2}, {Atom: []int{1, 1}, N: 2}}
		}},
	} {
		p := smallProblem()
		c.change(&p)
		s, err := Protect(t.Context(), p, Seed{})
		if fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
		if s.Pattern != nil || s.Witnesses != nil {
			t.Errorf("%s: something would be published", c.name)
		}
	}
}

func TestProtectEndsWithItsContext(t *testing.T) {
	p := crowd(1, 35, 5, 3)
	var err error
	if p.Views, err = Views(p.System, p.Data, p.Policy); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Protect(ctx, p, Seed{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	l := slideLayout(p.System, 0)
	if _, _, err := Recode(ctx, plan.Layout{Base: p.System, Tables: l.Tables, Ladders: l.Ladders}, p); !errors.Is(err, context.Canceled) {
		t.Errorf("recoding after the end: %v", err)
	}
}

// A structural zero that is declared, or that follows from the bans, is neither
// sensitive nor ever changed.
func TestStructuralZerosAreNotSensitive(t *testing.T) {
	p := smallProblem()
	p.System.Cells = append(p.System.Cells,
		plan.Cell{Name: "z", Rank: plan.OneWay, Where: plan.Selection{{Axis: 0, Categories: []int{2}}}},
		plan.Cell{Name: "x or z", Rank: plan.OneWay, Where: plan.Selection{{Axis: 0, Categories: []int{0, 2}}}})
	s, err := Protect(t.Context(), p, Seed{})
	if err != nil {
		t.Fatal(err)
	}
	if s.Shown() != len(p.System.Cells) || s.Stats.Sensitive != 0 {
		t.Errorf("%d of %d cells shown, %d sensitive", s.Shown(), len(p.System.Cells), s.Stats.Sensitive)
	}
	p.System.Bans = nil
	p.Data[1].N = 30
	if s, err = Protect(t.Context(), p, Seed{}); err != nil || s.Pattern[3] {
		t.Errorf("without the ban the zero is sensitive: %v, shown %v", err, s.Pattern)
	}
	p.System.Cells[3].StructuralZero = true
	p.System.Cells = p.System.Cells[:4]
	if s, err = Protect(t.Context(), p, Seed{}); err != nil || !s.Pattern[3] {
		t.Errorf("declared, it is not: %v, shown %v", err, s.Pattern)
	}
}
