package frame_test

import (
	"slices"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
)

// published protects a frame over the demo's records and has the independent
// auditor verify the proof.
func published(t *testing.T, f *frame.Frame, counts []plan.Count) (plan.System, []plan.Presentation, disclosure.Solution) {
	t.Helper()
	problem := disclosure.Problem{System: f.Layout.Base, Data: counts, Policy: plan.Defaults()}
	var err error
	if problem.Views, err = disclosure.Views(problem.System, counts, problem.Policy); err != nil {
		t.Fatal(err)
	}
	var shown []plan.Presentation
	if problem.System, shown, err = disclosure.Recode(t.Context(), f.Layout, problem); err != nil {
		t.Fatal(err)
	}
	if problem.Views, err = disclosure.Views(problem.System, counts, problem.Policy); err != nil {
		t.Fatal(err) // whom it pays to recognise depends on the tables as well
	}
	began := time.Now()
	solution, err := disclosure.Protect(t.Context(), problem, disclosure.Seed{1})
	if err != nil {
		t.Fatalf("%v: %+v", err, solution.Findings)
	}
	protected := time.Now()
	certificate := auditor.Certificate{
		System: problem.System, Data: counts, Views: problem.Views, Policy: problem.Policy,
		Shown: solution.Pattern, Witnesses: solution.Witnesses,
	}
	for _, c := range problem.System.Cells {
		certificate.Values = append(certificate.Values, value(c, counts))
	}
	for _, finding := range auditor.Verify(certificate) {
		if finding.Class == auditor.Fail {
			t.Errorf("the auditor refuses: %+v", finding)
		}
	}
	t.Logf("%d cells, %d shown, %d witnesses of %d populations; protected in %s, verified in %s",
		len(problem.System.Cells), solution.Shown(), len(solution.Witnesses), solution.Stats.Populations,
		protected.Sub(began).Round(time.Millisecond), time.Since(protected).Round(time.Millisecond))
	return problem.System, shown, solution
}

// TestTheSlideIsPublishable: over the demo's records all eight headline values
// are shown exactly, and every viewpoint is proved harmless.
func TestTheSlideIsPublishable(t *testing.T) {
	f := lay(t, slideOnly(t))
	system, _, solution := published(t, f, data(t, f, demoRecords(t)))
	for i, shown := range solution.Pattern {
		if !shown {
			t.Errorf("%s is withheld", system.Cells[i].Name)
		}
	}
}

// TestTheWholeDefaultPlanIsPublishable: the eight headline values stay exact
// with every other figure and table of the plan beside them, and the auditor
// accepts the proof.
func TestTheWholeDefaultPlanIsPublishable(t *testing.T) {
	f := lay(t, defaults(t))
	system, _, solution := published(t, f, data(t, f, demoRecords(t)))
	for i, shown := range solution.Pattern {
		if !shown && system.Cells[i].Rank >= plan.Headline {
			t.Errorf("%s is withheld", system.Cells[i].Name)
		}
	}
	if 10*solution.Shown() < 6*len(solution.Pattern) {
		t.Errorf("%d of %d cells are shown", solution.Shown(), len(solution.Pattern))
	}
}

// The contrast: with one organisation's records alone, the same figures are
// that organisation's caseload, and hardly any may be shown.
func TestTheSlideOfOneOrganisationIsNot(t *testing.T) {
	f := lay(t, slideOnly(t))
	counts := data(t, f, of(0, demoRecords(t)))
	problem := disclosure.Problem{System: f.Layout.Base, Data: counts, Policy: plan.Defaults()}
	var err error
	if problem.Views, err = disclosure.Views(problem.System, counts, problem.Policy); err != nil {
		t.Fatal(err)
	}
	solution, err := disclosure.Protect(t.Context(), problem, disclosure.Seed{1})
	if err == nil && !slices.Contains(solution.Pattern, false) {
		t.Error("everything is shown")
	}
}

// TestAnAddendumIsPublishable: a release with tables after that of the slide is
// protected in one system with it, and says the same of the slide.
func TestAnAddendumIsPublishable(t *testing.T) {
	first := lay(t, slideOnly(t))
	counts := data(t, first, demoRecords(t))
	system, shown, solution := published(t, first, counts)
	described, err := first.Describe(system, shown)
	if err != nil {
		t.Fatal(err)
	}
	y, err := solution.Publish(described)
	if err != nil {
		t.Fatal(err)
	}
	cells := y.Publication().Cells
	hidden := five
	hidden.Past = []frame.Past{{Cells: cells}}
	f, err := frame.Lay(tabled(t), figures(t), hidden)
	if err != nil {
		t.Fatal(err)
	}
	counts = data(t, f, demoRecords(t))
	problem := disclosure.Problem{System: f.Layout.Base, Data: counts, Policy: plan.Defaults()}
	earlier := make(plan.Pattern, len(cells))
	for j, cell := range f.Past[0] {
		earlier[cell] = earlier[cell] || cells[j].Shown
	}
	problem.Earlier = []plan.Pattern{earlier}
	if problem.Views, err = disclosure.Views(problem.System, counts, problem.Policy); err != nil {
		t.Fatal(err)
	}
	if problem.System, shown, err = disclosure.Recode(t.Context(), f.Layout, problem); err != nil {
		t.Fatal(err)
	}
	if solution, err = disclosure.Protect(t.Context(), problem, disclosure.Seed{2}); err != nil {
		t.Fatalf("%v: %+v", err, solution.Findings)
	}
	if described, err = f.Describe(problem.System, shown); err != nil {
		t.Fatal(err)
	}
	if y, err = solution.Publish(described); err != nil {
		t.Fatal(err)
	}
	later := y.Publication()
	for j, cell := range f.Past[0] {
		if now := later.Cells[cell]; now.Shown != cells[j].Shown || now.Value != cells[j].Value || cell >= later.Earlier {
			t.Errorf("%s was %+v", now.Name, cells[j])
		}
	}
}
