package release_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/signed"
)

// withTable is the tiny plan with a table of which some cells are withheld.
func withTable(t testing.TB) *plan.Plan {
	t.Helper()
	p := tiny(t)
	p.Tables = []plan.Tabulation{ages(requestA).Table}
	p.Tables[0].Dimensions[0].Field = "residence_status"
	p.Figures = append(p.Figures, slide(t).Figures[3]) // undocumented
	return p
}

func TestWhatAnOutsiderFindsIsPublishedOrRefused(t *testing.T) {
	h := open(t)
	h.memory.SetRecords(theYear, withUndocumented(t, 4, 1, 1, 1, 0)) // the first knows too much: withheld
	h.computed(draftA, withTable(t))
	truth := valuesOf(t, h)
	content := must[*disclosure.Protected](t)(h.Content(t.Context(), author, draftA))
	y, _ := content.Year(theYear)
	withheld := 0
	for i, c := range y.Cells {
		if c.Shown {
			continue
		}
		withheld++
		if r := c.Range; r == nil || truth[i] < r.From || !r.Open && (truth[i] > r.To || r.From == r.To) {
			t.Errorf("%s lies in %+v, and is %d", c.Name, r, truth[i])
		}
	}
	// The contrast: what has no range is what the attack says nothing of.
	h.WithAssault(auditor.Assault{Findings: []auditor.Finding{{Class: auditor.Pass, Rule: auditor.RuleWithstood}}})
	must[release.Draft](t)(h.Compute(t.Context(), author, draftA))
	content = must[*disclosure.Protected](t)(h.Content(t.Context(), author, draftA))
	bare, _ := content.Year(theYear)
	for i, c := range bare.Cells {
		if c.Range != nil || c.Shown != y.Cells[i].Shown {
			t.Errorf("%s lies in %+v although nobody found out", c.Name, c.Range)
		}
	}
	if withheld == 0 {
		t.Error("the plan withholds nothing: nothing was tested")
	}
	h.WithAssault(auditor.Assault{Findings: []auditor.Finding{{Class: auditor.Fail, Rule: auditor.RuleDetermined, Scope: "count:x"}}})
	d := h.refusedComputation(draftA, fault.Conflict, release.CodeNotProved)
	if len(d.Findings) != 1 || d.Findings[0].Rule != "determined" {
		t.Errorf("%+v", d.Findings)
	}
	h.WithAssault(auditor.Assault{})
	h.refusedComputation(draftA, fault.Conflict, release.CodeNotProved)
}

// valuesOf are the values of every cell of a computed draft, shown or not.
func valuesOf(t *testing.T, h *house) []int {
	t.Helper()
	a := must[release.Artefacts](t)(h.memory.Artefacts(t.Context(), draftA))
	c := must[release.Certificate](t)(release.OpenCertificate(keysOf(t).certificates, a.Certificate, manifestOf(a)))
	return c.Years[0].Proof.Values
}

// manifestOf is a manifest that names the certificate, as far as that goes.
func manifestOf(a release.Artefacts) plan.Manifest {
	return plan.Manifest{Certificate: signed.HashOf(a.Certificate)}
}

func TestWhatIsUndecidedIsHeldAgainstTheRecords(t *testing.T) {
	h := open(t)
	of := func(categories ...int) auditor.Conjunction {
		return auditor.Conjunction{Where: plan.Selection{{Axis: 0, Categories: categories}}}
	}
	h.WithAssault(auditor.Assault{
		Findings: []auditor.Finding{{Class: auditor.Pass, Rule: auditor.RuleWithstood}},
		Present:  []auditor.Conjunction{of(0), of(1), of(0, 1)},
	})
	review := func(id release.DraftID) (out []release.Finding) {
		p := tiny(t)
		p.Figures = slide(t).Figures[3:4] // undocumented: 7 of 35
		for _, f := range h.computed(id, p).Findings {
			if f.Class == release.ForReview {
				out = append(out, f)
			}
		}
		return out
	}
	if found := review(draftA); len(found) != 0 {
		t.Errorf("7 and 28 of 35 are few: %+v", found)
	}
	h.memory.SetRecords(theYear, fewUndocumented(t))
	found := review(draftB)
	if len(found) != 1 || found[0].Value != 3 || found[0].Scope != "residence_status=undocumented" || found[0].Threshold != 5 {
		t.Errorf("3 are many: %+v", found)
	}
}

func TestWhatAnInsiderFinds(t *testing.T) {
	determined := auditor.Finding{Class: auditor.Fail, Rule: auditor.RuleDetermined, Scope: "count:x"}
	together := auditor.Finding{Class: auditor.Review, Rule: auditor.RuleConjunction, Scope: "a & b"}
	inTime := func(context.Context) {}
	count := func(d release.Draft, rule string) (n int) {
		for _, f := range d.Findings {
			if f.Rule == rule {
				n++
			}
		}
		return n
	}
	h := open(t)
	h.WithInsider(inTime, determined)
	h.planned(draftA, tiny(t))
	h.refusedComputation(draftA, fault.Conflict, release.CodeNotProved)

	h.WithInsider(inTime, together)
	d := must[release.Draft](t)(h.Compute(t.Context(), author, draftA))
	if d.Summary.Waivable != 1 || count(d, release.RuleNotFinished) != 0 {
		t.Errorf("%+v", d.Findings)
	}
	h.WithInsider(inTime, auditor.Finding{Class: auditor.Review, Rule: auditor.RuleTruncated, Scope: "y"})
	d = must[release.Draft](t)(h.Compute(t.Context(), author, draftA))
	if d.Summary.Waivable != 0 || count(d, release.RuleNotFinished) != 5 {
		t.Errorf("%+v", d.Findings)
	}
}

// An insider whose time ran out reports what was established, and is not
// believed where it did not look to the end.
func TestAnInsiderWhoseTimeRanOut(t *testing.T) {
	h := open(t)
	h.WithInsideTime(time.Millisecond)
	h.WithInsider(func(ctx context.Context) { <-ctx.Done() },
		auditor.Finding{Class: auditor.Fail, Rule: auditor.RuleDetermined, Scope: "count:x"})
	d := h.computed(draftA, tiny(t))
	notes := slices.DeleteFunc(d.Findings, func(f release.Finding) bool { return f.Rule != release.RuleNotFinished })
	if len(notes) != 5 || d.Summary.Waivable != 0 {
		t.Errorf("%+v", d.Findings)
	}
}

// Nothing is built on a history that may lack its end.
func TestAStaleShelfStopsEverything(t *testing.T) {
	h := open(t)
	h.published(draftA, tiny(t))
	before := h.planned(draftB, tiny(t))
	h.releases()
	h.archive.Break(context.DeadlineExceeded)
	if releases, err := h.shelf.Releases(t.Context()); err != nil || len(releases) != 1 {
		t.Fatalf("the contrast has no teeth: the shelf itself shows %d, %v", len(releases), err)
	}
	_, err := h.Compute(t.Context(), author, draftB)
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("computed without the newest releases: %v", err)
	}
	if d := must[release.Draft](t)(h.memory.Draft(t.Context(), draftB)); d.Version != before.Version {
		t.Errorf("%+v", d)
	}
	if _, err := h.Withdraw(t.Context(), author, 1, regret); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("withdrawn: %v", err)
	}
	h.archive.Break(nil)
	must[release.Draft](t)(h.Compute(t.Context(), author, draftB))
}

func TestRemediesArePriced(t *testing.T) {
	h := open(t)
	h.planned(draftA, withTable(t))
	free := h.Busy()
	_, err := h.Remedies(t.Context(), author, draftA)
	wantRefusal(t, err, fault.Unavailable, release.CodeBusy)
	free()
	_, err = h.Remedies(t.Context(), reviewer, draftA)
	if fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the reviewer prices: %v", err)
	}
	r := must[[]disclosure.Remedy](t)(h.Remedies(t.Context(), author, draftA))
	if len(r) < 2 || r[0].Kind != disclosure.AsPlanned || !slices.ContainsFunc(r, func(r disclosure.Remedy) bool { return r.Kind == disclosure.Drop }) {
		t.Errorf("%+v", r)
	}
	h.approved(draftB, tiny(t))
	_, err = h.Remedies(t.Context(), author, draftB)
	wantRefusal(t, err, fault.Conflict, release.CodeDraftState)
}
