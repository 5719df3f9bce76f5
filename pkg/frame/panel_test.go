package frame_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
)

// members are the organisations that letters stand for.
func members(letters string) (out []string) {
	for _, l := range letters {
		out = append(out, fmt.Sprintf("%08x-0000-4000-8000-000000000000", l))
	}
	return out
}

func ids(letters string) (out []access.OrganisationID) {
	for _, m := range members(letters) {
		out = append(out, access.OrganisationID(m))
	}
	return out
}

// panelled adds a panel over the plan's figures, of those who took part in the
// year before as well.
func panelled(p *plan.Plan, before, now string) *plan.Plan {
	p.Participation = []plan.Participation{{Year: year - 1, Organisations: members(before)}, {Year: year, Organisations: members(now)}}
	p.Panels = []plan.Panel{{Name: "both", Years: []int{year - 1, year}}}
	for _, f := range p.Figures {
		p.Panels[0].Figures = append(p.Panels[0].Figures, f.Name)
	}
	return p
}

// layFor lays a plan for the year, with records of some organisations.
func layFor(t testing.TB, p *plan.Plan, records string) *frame.Frame {
	t.Helper()
	f, err := frame.Lay(p, figures(t), frame.Hidden{Year: year, Organisations: ids(records)})
	if err != nil {
		t.Fatalf("%v %v", err, details(err))
	}
	return f
}

// apart gives the records to organisations in turn.
func apart(records []submitted, organisations int) []submitted {
	out := slices.Clone(records)
	for i := range out {
		out[i].from.Organisation = (i*5 + i/organisations) % organisations
	}
	return out
}

// slideOf12 is the slide over four times the demo's records, of twelve
// organisations of which the first eight are in the panel.
func slideOf12(t testing.TB) (*frame.Frame, []plan.Count) {
	t.Helper()
	f := layFor(t, panelled(slideOnly(t), "abcdefghxyz", "abcdefghijkl"), "abcdefghijkl")
	return f, data(t, f, apart(slices.Concat(demoRecords(t), demoRecords(t), demoRecords(t), demoRecords(t)), 12))
}

// Whatever records there are, a panel's cells hold what package table counts
// among the records of its organisations.
func TestAPanelsCellsAreWhatIsCounted(t *testing.T) {
	f := layFor(t, panelled(defaults(t), "abcxyz", "abcdef"), "abcdef")
	all := apart(pool(t), 6)
	rapid.Check(t, func(r *rapid.T) {
		var some, inside []submitted
		for range rapid.IntRange(0, 60).Draw(r, "records") {
			s := all[rapid.IntRange(0, len(all)-1).Draw(r, "record")]
			some = append(some, s)
			if s.from.Organisation < 3 {
				inside = append(inside, s)
			}
		}
		counts, read := data(r, f, some), columns(t, inside)
		for _, fig := range f.Panels[0].Figures {
			checkFigure(r, f, fig, counts, read)
		}
	})
}

// A year that no panel compares, and a year unknown, lay out as without panels.
func TestAYearWithoutPanelsIsLaidOutAsEver(t *testing.T) {
	want := lay(t, slideOnly(t)).Layout
	p := panelled(slideOnly(t), "abcxyz", "abcdef")
	for _, y := range []int{0, year + 1} {
		p.Years = []int{year, year + 1}
		hidden := five
		hidden.Year = y
		f, err := frame.Lay(p, figures(t), hidden)
		if err != nil {
			t.Fatal(err)
		}
		a, b := mustJSON(t, want), mustJSON(t, f.Layout)
		if !bytes.Equal(a, b) || len(f.Panels) > 0 {
			t.Errorf("year %d is laid out otherwise", y)
		}
	}
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Where all who took part are in the panel there is nothing to tell apart, and
// its figures are the plan's.
func TestAPanelOfEverybodyHasTheFiguresCells(t *testing.T) {
	f := layFor(t, panelled(slideOnly(t), "abcdexyz", "abcde"), "abcde")
	for i, fig := range f.Panels[0].Figures {
		if fig.N != f.Figures[i].N || fig.Of != f.Figures[i].Of || fig.Sum != f.Figures[i].Sum {
			t.Errorf("%s has cells of its own", fig.Wanted.Name)
		}
	}
	if slices.ContainsFunc(f.Layout.Base.Axes, func(a plan.Axis) bool { return a.Name == plan.PanelAxis }) {
		t.Error("there is an axis that tells nothing apart")
	}
}

// Where those outside had no record at all, the panel's numbers are those of
// everybody, and that is not to be seen: nothing of the panel is shown.
func TestThatNobodyMetAnEntrantIsNotShown(t *testing.T) {
	f := layFor(t, panelled(slideOnly(t), "abcdexyz", "abcdefgh"), "abcde")
	counts := data(t, f, demoRecords(t))
	out := prepared(t, f, counts)
	for _, fig := range f.Panels[0].Figures {
		cell := f.Layout.Base.Cells[fig.N]
		if value(cell, counts) != value(f.Layout.Base.Cells[f.Figures[slices.IndexFunc(f.Figures, func(o frame.Figure) bool { return o.Wanted.Name == fig.Wanted.Name })].N], counts) {
			t.Errorf("%s: the example is none", cell.Name)
		}
		if out.Solution.Pattern[fig.N] {
			t.Errorf("%s is shown", cell.Name)
		}
	}
}

// prepared protects a frame and has the auditor verify the proof.
func prepared(t testing.TB, f *frame.Frame, counts []plan.Count) disclosure.Prepared {
	t.Helper()
	problem := disclosure.Problem{Data: counts, Policy: plan.Defaults(), Uncounted: true}
	out, err := disclosure.Prepare(t.Context(), f.Layout, problem, disclosure.Seed{1})
	if err != nil {
		t.Fatalf("%v: %+v", err, out.Solution.Findings)
	}
	if found := auditor.Verify(certificate(out, counts)); auditor.Worst(found) == auditor.Fail {
		t.Errorf("the auditor refuses: %+v", found)
	}
	return out
}

func certificate(out disclosure.Prepared, counts []plan.Count) auditor.Certificate {
	c := auditor.Certificate{
		System: out.Problem.System, Data: counts, Views: out.Problem.Views, Policy: out.Problem.Policy, Shown: out.Solution.Pattern,
		Declared: out.Problem.Functionals[len(disclosure.Derive(out.Problem.System)):], Witnesses: out.Solution.Witnesses,
	}
	for _, cell := range c.System.Cells {
		c.Values = append(c.Values, value(cell, counts))
	}
	return c
}

// With twelve organisations the slide's panel is published: only the count is
// withheld of which those outside are two organisations' alone.
func TestThePanelOfTheSlideIsPublishable(t *testing.T) {
	f, counts := slideOf12(t)
	out := prepared(t, f, counts)
	lone := lonely(out.Problem.System, counts)
	for i, shown := range out.Solution.Pattern {
		if name := out.Problem.System.Cells[i].Name; shown == lone[i] {
			t.Errorf("%s: shown %v, lone outside %v", name, shown, lone[i])
		}
	}
	if n := len(out.Solution.Pattern); n != 18 || out.Solution.Shown() < 15 {
		t.Errorf("%d of %d cells are shown", out.Solution.Shown(), n)
	}
}

// lonely says of the panel's cells whether one or two organisations alone make
// up what is outside.
func lonely(s plan.System, counts []plan.Count) []bool {
	out := make([]bool, len(s.Cells))
	panel, org := len(s.Axes)-3, len(s.Axes)-2
	for i, c := range s.Cells {
		at := slices.IndexFunc(c.Where, func(p plan.Subset) bool { return p.Axis == panel })
		if at < 0 {
			continue
		}
		outside := slices.Clone(c.Where)
		outside[at].Categories = []int{1 - outside[at].Categories[0]}
		by := make(map[int]bool)
		for _, d := range counts {
			if holds(outside, d.Atom) && d.N > 0 {
				by[d.Atom[org]] = true
			}
		}
		out[i] = len(by) < plan.MinPanel
	}
	return out
}

// Auditor.Verify refuses a publication in which a panel gives an entrant's count
// away: the withheld number of the panel, shown after all.
func TestTheAuditorRefusesAPanelThatGivesAnEntrantAway(t *testing.T) {
	f := layFor(t, panelled(slideOnly(t), "abcxyz", "abcdef"), "abcde")
	counts := data(t, f, demoRecords(t))
	c := certificate(prepared(t, f, counts), counts)
	for _, fig := range f.Panels[0].Figures {
		all := f.Figures[slices.IndexFunc(f.Figures, func(o frame.Figure) bool { return o.Wanted.Name == fig.Wanted.Name })].N
		if entrants := c.Values[all] - c.Values[fig.N]; entrants >= 5 || !c.Shown[all] || c.Shown[fig.N] {
			continue
		}
		told := c
		told.Shown = slices.Clone(c.Shown)
		told.Shown[fig.N] = true
		rest := "rest:" + c.System.Cells[all].Name + "-" + c.System.Cells[fig.N].Name
		gives := func(f auditor.Finding) bool { return f.Class == auditor.Fail && f.Scope == rest && f.View == "public" }
		if !slices.ContainsFunc(auditor.Verify(told), gives) {
			t.Errorf("%s: nobody objects", rest)
		}
		return
	}
	t.Fatal("the example has no entrants of few persons")
}

// What is published of a panel says how many and never who; every cell of it
// says whose it is, and read back beside another plan it is the same number.
func TestAPanelIsDescribedWithoutItsOrganisations(t *testing.T) {
	f, counts := slideOf12(t)
	out := prepared(t, f, counts)
	y, err := f.Describe(out.Problem.System, out.Tables)
	if err != nil {
		t.Fatal(err)
	}
	text := mustJSON(t, y)
	for _, o := range members("abcdefghijklxyz") {
		if bytes.Contains(text, []byte(o)) {
			t.Errorf("%s is named", o)
		}
	}
	if len(y.Panels) != 1 || y.Panels[0].Organisations != 8 || y.Panels[0].Reporting != 12 || len(y.Panels[0].Figures) != 8 {
		t.Errorf("%+v", y.Panels)
	}
	past := frame.Past{Cells: y.Cells, TookPart: ids("abcdefghijkl"), Panels: map[plan.Name][]access.OrganisationID{"both": ids("abcdefgh")}}
	later, err := frame.Lay(tabled(t), figures(t), frame.Hidden{Year: year, Organisations: ids("abcdefghijkl"), Past: []frame.Past{past}})
	if err != nil {
		t.Fatalf("%v %v", err, details(err))
	}
	again := data(t, later, apart(slices.Concat(demoRecords(t), demoRecords(t), demoRecords(t), demoRecords(t)), 12))
	for i, cell := range later.Past[0] {
		was, is := value(out.Problem.System.Cells[i], counts), value(later.Layout.Base.Cells[cell], again)
		if was != is || strings.HasPrefix(y.Cells[i].Name, "panel:") != (y.Cells[i].Quantity.Panel == "both") {
			t.Errorf("%s was %d and is %d", y.Cells[i].Name, was, is)
		}
	}
}

func TestPanelsThatCannotBeLaidAreRefused(t *testing.T) {
	said := func(cells []plan.PublishedCell, took, panel string) frame.Past {
		return frame.Past{Cells: cells, TookPart: ids(took), Panels: map[plan.Name][]access.OrganisationID{"both": ids(panel)}}
	}
	cell := plan.PublishedCell{Cell: plan.Cell{Name: "panel:both:x"}, Quantity: plan.Quantity{Panel: "both"}}
	stranger := []plan.PublishedCell{cell}
	stranger[0].Quantity.Panel = "unheard_of"
	for name, c := range map[string]struct {
		past frame.Past
		code fault.Code
	}{
		"the same name over others":     {said(nil, "abcdefgh", "abcd"), frame.CodePanelChanged},
		"another by one organisation":   {frame.Past{TookPart: ids("abcdef"), Panels: map[plan.Name][]access.OrganisationID{"old": ids("abcd")}}, plan.CodePanelOutside},
		"a cell of a panel unheard of":  {frame.Past{Cells: stranger}, frame.CodePastUnreadable},
		"the same name over the same":   {said(nil, "abcdef", "cba"), ""},
		"another by three organisation": {frame.Past{TookPart: ids("abcdefghi"), Panels: map[plan.Name][]access.OrganisationID{"old": ids("abcghi")}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := panelled(slideOnly(t), "abcxyz", "abcdef")
			_, err := frame.Lay(p, figures(t), frame.Hidden{Year: year, Organisations: ids("abcdef"), Past: []frame.Past{c.past}})
			if fault.CodeOf(err) != c.code {
				t.Errorf("got %v, want %q", err, c.code)
			}
		})
	}
}

// TestTheWholeReportWithAPanelIsPublishable: a panel that two organisations
// alone are outside of costs the report nothing; its own numbers are withheld.
func TestTheWholeReportWithAPanelIsPublishable(t *testing.T) {
	p := defaults(t)
	figures := p.Figures
	p.Figures = figures[:8]
	panelled(p, "abcxyz", "abcdef").Figures = figures
	f := layFor(t, p, "abcde")
	counts := data(t, f, demoRecords(t))
	out := prepared(t, f, counts)
	t.Logf("%d of %d cells are shown", out.Solution.Shown(), len(out.Solution.Pattern))
	for i, c := range out.Problem.System.Cells {
		switch shown := out.Solution.Pattern[i]; {
		case strings.HasPrefix(c.Name, "panel:") && shown:
			t.Errorf("%s is shown", c.Name)
		case c.Rank >= plan.Headline && !shown:
			t.Errorf("%s is withheld", c.Name)
		}
	}
}
