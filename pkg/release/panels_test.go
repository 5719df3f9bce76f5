package release_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/signed"
)

// member is the n-th of many organisations.
func member(n int) access.OrganisationID {
	return access.OrganisationID(fmt.Sprintf("%08x-0000-4000-8000-000000000000", 0xa0+n))
}

func memberIDs(numbers ...int) (out []string) {
	for _, n := range numbers {
		out = append(out, string(member(n)))
	}
	return out
}

// spread are four times the demo's records, met by the given organisations.
func spread(t testing.TB, organisations ...int) (out []release.Counted) {
	t.Helper()
	for k := range 4 {
		for i, r := range demoRecords(t) {
			r.Organisation = member(organisations[(i*5+k*7+i/12)%len(organisations)])
			out = append(out, r)
		}
	}
	return out
}

var (
	stayed  = []int{0, 1, 2, 3, 4, 5, 6, 7}
	left    = []int{20, 21, 22}   // after the first year
	entered = []int{8, 9, 10, 11} // in the second year
	before  = append(stayed[:8:8], left...)
	after   = append(stayed[:8:8], entered...)
)

// compared is the slide of two years with a panel over both.
func compared(t testing.TB) *plan.Plan {
	t.Helper()
	p := slide(t)
	p.Years = []int{otherYear, theYear}
	p.Participation = []plan.Participation{
		{Year: otherYear, Organisations: memberIDs(before...)}, {Year: theYear, Organisations: memberIDs(after...)},
	}
	panel := plan.Panel{Name: "both_years", Years: p.Years}
	for _, f := range p.Figures {
		panel.Figures = append(panel.Figures, f.Name)
	}
	p.Panels, p.Intervals = []plan.Panel{panel}, plan.Wilson
	return p
}

// twoYears is a house with two closed years, of which many organisations have records.
func twoYears(t testing.TB) *house {
	t.Helper()
	h := open(t)
	h.WithInsideTime(time.Millisecond)
	h.withOtherYear()
	for n := range 40 {
		h.members = append(h.members, member(n))
	}
	h.memory.SetMembers(h.members...)
	h.memory.SetRecords(otherYear, spread(t, before...))
	h.memory.SetRecords(theYear, spread(t, after...))
	return h
}

// content is what the newest release says.
func (h *house) content() plan.Content {
	h.t.Helper()
	r := h.releases()
	return r[len(r)-1].Protected.Content()
}

func panelOf(t testing.TB, y plan.Publication) plan.PublishedPanel {
	t.Helper()
	if len(y.Panels) != 1 {
		t.Fatalf("%d panels in %d", len(y.Panels), y.Year)
	}
	return y.Panels[0]
}

// TestAPanelIsPublished: two closed years and a plan with a panel over both. Of
// every figure the panel's number is shown, exactly, or withheld with the proof.
func TestAPanelIsPublished(t *testing.T) {
	h := twoYears(t)
	h.published(draftA, compared(t))
	content := h.content()
	if content.Intervals != plan.Wilson {
		t.Errorf("intervals %q", content.Intervals)
	}
	shown := 0
	for i, want := range []plan.PublishedPanel{{Reporting: len(before)}, {Reporting: len(after)}} {
		y := content.Years[i]
		got := panelOf(t, y)
		want.Name, want.Years, want.Organisations = "both_years", []int{otherYear, theYear}, len(stayed)
		figures := got.Figures
		got.Figures = nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d (-want +got)\n%s", y.Year, diff)
		}
		if len(figures) != len(y.Figures) {
			t.Fatalf("%d figures of %d", len(figures), len(y.Figures))
		}
		for k, f := range figures {
			cell := y.Cells[f.N]
			if cell.Quantity.Panel != "both_years" || f.Name != y.Figures[k].Name || f.N == y.Figures[k].N {
				t.Errorf("%s in %d: %+v", f.Name, y.Year, cell)
			}
			if cell.Shown {
				shown++
				if all := y.Cells[y.Figures[k].N]; all.Shown && all.Value <= cell.Value {
					t.Errorf("%s: %d of the panel, %d of all", f.Name, cell.Value, all.Value)
				}
			}
		}
	}
	if shown < 8 {
		t.Errorf("%d of 16 numbers of the panel are shown", shown)
	}
	h.verifies(draftA)
}

// verifies holds the sealed certificate of the newest release against it.
func (h *house) verifies(id release.DraftID) release.Certificate {
	h.t.Helper()
	releases := h.releases()
	r := releases[len(releases)-1]
	a := must[release.Artefacts](h.t)(h.memory.Artefacts(h.t.Context(), id))
	c := must[release.Certificate](h.t)(release.OpenCertificate(keysOf(h.t).certificates, a.Certificate, r.Manifest))
	found := must[map[int][]auditor.Finding](h.t)(c.Verify(r.Protected.Content()))
	for year, f := range found {
		if auditor.Worst(f) == auditor.Fail {
			h.t.Errorf("%d: %+v", year, f)
		}
	}
	return c
}

// Neither the manifest nor a file of the release names an organisation.
func TestNoOrganisationIsNamedInARelease(t *testing.T) {
	h := twoYears(t)
	h.published(draftA, compared(t))
	r := h.releases()[0]
	texts := [][]byte{r.Raw, must[[]byte](t)(signed.Canonical(r.Protected.Content()))}
	for _, f := range r.Manifest.Files {
		texts = append(texts, must[[]byte](t)(h.archive.File(t.Context(), 1, f.Name)))
	}
	for _, o := range append(slices.Clone(after), left...) {
		for _, text := range texts {
			if bytes.Contains(text, []byte(member(o))) {
				t.Errorf("organisation %d is named", o)
			}
		}
	}
	c := h.verifies(draftA)
	if !strings.Contains(string(c.Plan), string(member(0))) {
		t.Error("the contrast has no teeth: the sealed plan does not name it either")
	}
}

// The panel of a year is published when the other year's was long before.
func TestAYearIsAddedToAPanel(t *testing.T) {
	h := twoYears(t)
	p := compared(t)
	p.Years = []int{otherYear}
	h.published(draftA, p)
	p.Years = []int{theYear}
	h.published(draftB, p)
	y := h.content().Years[0]
	if got := panelOf(t, y); got.Reporting != len(after) || y.Year != theYear {
		t.Errorf("%+v", got)
	}
}

// TestAnAddendumToAPanelIsProtectedTogetherWithIt: the cells of the panel are
// read back, its organisations come from the sealed past, and nothing changes.
func TestAnAddendumToAPanelIsProtectedTogetherWithIt(t *testing.T) {
	h := twoYears(t)
	h.published(draftA, compared(t))
	p := tiny(t) // without a panel, and without a word on who took part
	d := h.published(draftB, p)
	if d.Kind != plan.Addendum {
		t.Errorf("of kind %s", d.Kind)
	}
	h.sameNumbers()
	c := h.verifies(draftB)
	axes := c.Years[0].Proof.System.Axes
	if !slices.ContainsFunc(axes, func(a plan.Axis) bool { return a.Name == plan.PanelAxis }) {
		t.Error("the panel was forgotten")
	}
}

// sameNumbers: what the first release says of the year, the second repeats.
func (h *house) sameNumbers() {
	h.t.Helper()
	first, _ := h.releases()[0].Protected.Year(theYear)
	again, _ := h.releases()[1].Protected.Year(theYear)
	values := said(again)
	panel := 0
	for _, c := range first.Cells {
		got, shown := values["past0:"+c.Name]
		if shown != c.Shown || got != c.Value {
			h.t.Errorf("%s was %d (%v) and is %d (%v)", c.Name, c.Value, c.Shown, got, shown)
		}
		if strings.HasPrefix(c.Name, "panel:") && c.Shown {
			panel++
		}
	}
	if panel == 0 {
		h.t.Error("nothing of the panel was shown, so nothing was compared")
	}
}

// A revision after persons came, of the same panel and of none.
func TestARevisionAfterAPanel(t *testing.T) {
	for name, again := range map[string]*plan.Plan{"with the panel": compared(t), "without": tiny(t)} {
		t.Run(name, func(t *testing.T) {
			h := twoYears(t)
			h.published(draftA, compared(t))
			more := spread(t, after...)
			var on []release.Counted
			for i, r := range copies(persons(t), 40) {
				r.Organisation = member(after[i%len(after)])
				on = append(on, r)
			}
			h.memory.SetRecords(theYear, append(more, on...))
			again.Years = []int{theYear}
			h.planned(draftB, again)
			d, err := h.Compute(t.Context(), author, draftB)
			if err != nil {
				t.Fatalf("%v: %+v", err, must[release.Draft](t)(h.Read(t.Context(), author, draftB)).Findings)
			}
			if d.Kind != plan.Revision {
				t.Errorf("of kind %s", d.Kind)
			}
			must[release.Draft](t)(h.Submit(t.Context(), author, draftB, waivers(d)))
			must[release.Draft](t)(h.Approve(t.Context(), reviewer, draftB, h.version(draftB)))
			must[release.Draft](t)(h.Publish(t.Context(), author, draftB))
			h.sameNumbers()
			h.verifies(draftB)
		})
	}
}

func TestWhoHasRecordsAndIsNotNamedIsRefused(t *testing.T) {
	h := twoYears(t)
	p := compared(t)
	p.Participation[1].Organisations = memberIDs(append(stayed[:8:8], 8, 9, 10)...)
	h.planned(draftA, p)
	_, err := h.Compute(t.Context(), author, draftA)
	wantRefusal(t, err, fault.Conflict, release.CodeNotNamed)
	want := []fault.Detail{{Code: release.CodeNotNamed, Pointer: "/participation/1/organisations"}}
	if diff := cmp.Diff(want, details(err)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// An id that nobody has would make up for an organisation that was left out, and
// a panel of three out of one of two.
func TestWhoTookPartAndIsNoMemberIsRefused(t *testing.T) {
	h := twoYears(t)
	h.memory.SetMembers(slices.DeleteFunc(h.members, func(o access.OrganisationID) bool { return o == member(9) || o == member(20) })...)
	_, err := h.Plan(t.Context(), author, draftA, document(t, compared(t)), 0)
	wantRefusal(t, err, fault.Invalid, release.CodeTookPartUnknown)
	want := []fault.Detail{
		{Code: release.CodeTookPartUnknown, Pointer: "/participation/0/organisations/8"},
		{Code: release.CodeTookPartUnknown, Pointer: "/participation/1/organisations/9"},
	}
	if diff := cmp.Diff(want, details(err)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if strings.Contains(err.Error(), string(member(9))) {
		t.Errorf("the id is repeated: %v", err)
	}
	if _, err := h.memory.Draft(t.Context(), draftA); fault.CodeOf(err) != release.CodeDraftUnknown {
		t.Errorf("something of it was kept: %v", err)
	}
	h.memory.Fail = failing("members")
	if _, err = h.Plan(t.Context(), author, draftA, document(t, compared(t)), 0); fault.KindOf(err) != fault.Internal {
		t.Errorf("members that cannot be read: %v", err)
	}
}

// The contrast: unlooked at, ids that nobody has are published as having taken part.
func TestWhoTookPartContrast(t *testing.T) {
	h := twoYears(t)
	h.memory.SetMembers()
	h.WithoutKnown()
	p := compared(t)
	p.Participation[1].Organisations = append(p.Participation[1].Organisations, memberIDs(50, 51)...)
	h.planned(draftA, p)
	d := must[release.Draft](t)(h.Compute(t.Context(), author, draftA))
	must[release.Draft](t)(h.Submit(t.Context(), author, draftA, waivers(d)))
	must[release.Draft](t)(h.Approve(t.Context(), reviewer, draftA, h.version(draftA)))
	must[release.Draft](t)(h.Publish(t.Context(), author, draftA))
	if got := panelOf(t, h.content().Years[1]).Reporting; got != len(after)+2 {
		t.Errorf("%d took part", got)
	}
}

// A panel keeps its organisations: the same name over others would make two
// releases tell whom one has and the other has not.
func TestAPanelOfTheSameNameOverOthersIsRefused(t *testing.T) {
	h := twoYears(t)
	h.published(draftA, compared(t))
	p := compared(t)
	p.Years = []int{theYear}
	p.Participation[0].Organisations = memberIDs(append(before[3:11:11], 30, 31, 32)...)
	h.planned(draftB, p)
	h.refusedComputation(draftB, fault.Invalid, "plan_panel_changed")
}

// Nor may a new panel differ from an earlier one by one or two organisations.
func TestAPanelThatDiffersFromAnEarlierOneByOneIsRefused(t *testing.T) {
	h := twoYears(t)
	h.published(draftA, compared(t))
	p := compared(t)
	p.Years, p.Panels[0].Name = []int{theYear}, "another"
	p.Participation[0].Organisations = memberIDs(append(before[1:11:11], 30)...)
	h.planned(draftB, p)
	h.refusedComputation(draftB, fault.Invalid, plan.CodePanelOutside)
}

// Whose panel it was is kept with the draft: without that plan, or with one that
// names others, nothing is added to what the panel gave away.
func TestAPanelWhoseOrganisationsCannotBeReadStopsEverything(t *testing.T) {
	said := plan.Publication{Year: theYear, Panels: []plan.PublishedPanel{{Name: "both_years", Years: []int{otherYear, theYear}, Organisations: 8, Reporting: 12}}}
	whole := document(t, compared(t))
	other := compared(t)
	other.Panels[0].Name = "another"
	fewer := compared(t)
	fewer.Participation[0].Organisations = fewer.Participation[0].Organisations[1:]
	late := compared(t)
	late.Participation[1].Organisations = late.Participation[1].Organisations[:11]
	for name, c := range map[string]struct {
		document []byte
		code     fault.Code
	}{
		"the plan":              {whole, ""},
		"no JSON":               {[]byte("{"), release.CodeHistory},
		"no panel":              {document(t, tiny(t)), release.CodePanelHistory},
		"another panel":         {document(t, other), release.CodePanelHistory},
		"another member":        {document(t, fewer), release.CodePanelHistory},
		"another who took part": {document(t, late), release.CodePanelHistory},
	} {
		if err := release.Recall(said, c.document); fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}
