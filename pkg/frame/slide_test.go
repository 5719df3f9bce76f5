package frame_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/demo"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
)

// slideOnly is the plan of the eight headline figures.
func slideOnly(t testing.TB) *plan.Plan {
	t.Helper()
	p := defaults(t)
	p.Figures, p.Tables = p.Figures[:8], nil
	return p
}

// slideOf reads the slide's numbers off the frame's own cells.
func slideOf(t testing.TB, f *frame.Frame, counts []plan.Count) demo.Slide {
	t.Helper()
	at := func(cell int) int { return value(f.Layout.Base.Cells[cell], counts) }
	n := make(map[plan.Name]int)
	var children int
	for _, fig := range f.Figures {
		n[fig.Wanted.Name] = at(fig.N)
		if fig.Wanted.Name == "children" {
			children = at(fig.Sum)
		}
	}
	return demo.Slide{
		Persons: n["women_girls_sexual_exploitation"], CivilSociety: n["first_contact_civil_society"],
		NeverDared: n["never_dared_to_report"], Undocumented: n["undocumented"], Violence: n["forced_by_violence"],
		Relation: n["relation_to_perpetrator"], Parents: n["children"], Children: children, Minors: n["minors_themselves"],
	}
}

func TestTheSlideOverTheDemosRecords(t *testing.T) {
	for name, p := range map[string]*plan.Plan{"the slide alone": slideOnly(t), "the default plan": defaults(t)} {
		t.Run(name, func(t *testing.T) {
			f := lay(t, p)
			got := slideOf(t, f, data(t, f, demoRecords(t)))
			if diff := cmp.Diff(demo.Expected, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Package table counts the same figures from the columns, on another path.
func TestEveryFigureOfTheDefaultPlanByOrganisation(t *testing.T) {
	f := lay(t, defaults(t))
	for organisation := -1; organisation < 5; organisation++ {
		records := demoRecords(t)
		if organisation >= 0 {
			records = of(organisation, records)
		}
		counts, c := data(t, f, records), columns(t, records)
		for _, fig := range f.Figures {
			checkFigure(t, f, fig, counts, c)
		}
	}
}

func TestTheDefaultPlanHoldsEveryFigure(t *testing.T) {
	wanted := make(map[plan.Name]bool)
	for _, w := range defaults(t).Figures {
		wanted[w.Name] = true
	}
	for _, fig := range figures(t).All() {
		if !wanted[plan.Name(fig.Name)] {
			t.Errorf("%s is not in the default plan", fig.Name)
		}
	}
}

// The five fields of the slide's universe make one population, so it is no axis.
func TestASingleUniverseLeavesPinnedFieldsOut(t *testing.T) {
	f := lay(t, slideOnly(t))
	var names []string
	for _, a := range f.Layout.Base.Axes {
		names = append(names, a.Name)
	}
	want := []string{
		"age_band", "residence_status", "has_children", "children_count", "entry_means", "perpetrator_relation",
		"first_contact", "police_report", "police_report_barriers", "organisation", "batch",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	first := f.Layout.Base.Cells[0]
	if diff := cmp.Diff(plan.Cell{Name: "size:sexual_exploitation_women_girls", Rank: plan.Total}, first); diff != "" {
		t.Errorf("the first headline is the size itself (-want +got)\n%s", diff)
	}
}

// The sizes of the default plan: what the protector has to work with.
func TestTheSizesOfTheDefaultPlan(t *testing.T) {
	f := lay(t, defaults(t))
	base := f.Layout.Base
	categories := 0
	atoms := 1.0
	for _, a := range base.Axes {
		if !a.Hidden {
			categories += len(a.Categories)
			atoms *= float64(len(a.Categories))
		}
	}
	t.Logf("%d axes, %d categories, %.3g combinations, %d bans, %d cells, %d tables, %d ladders; %d atoms hold the demo's records",
		len(base.Axes)-2, categories, atoms, len(base.Bans), len(base.Cells), len(f.Layout.Tables), len(f.Layout.Ladders),
		len(data(t, f, demoRecords(t))))
	if len(base.Axes) > 64 || categories > 1_000 || len(base.Bans) > 200 || len(base.Cells) > 400 {
		t.Error("the default plan has outgrown what it was laid out for")
	}
}

func TestTheSumIsOpenWhereANumberIsMissing(t *testing.T) {
	f := lay(t, slideOnly(t))
	var open plan.Selection
	for _, fig := range f.Figures {
		if fig.Sum >= 0 {
			open = fig.Open
		}
	}
	axis := -1
	for i, a := range f.Layout.Base.Axes {
		if a.Name == "children_count" {
			axis = i
		}
	}
	var names []string
	for _, part := range open {
		if part.Axis == axis {
			for _, c := range part.Categories {
				names = append(names, f.Layout.Base.Axes[axis].Categories[c])
			}
		}
	}
	if diff := cmp.Diff([]string{"15", "not_stated"}, names); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
