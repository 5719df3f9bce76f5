package release_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
)

// withdraw does what the withdrawal of the first n persons does.
func (h *house) withdraw(n int) {
	h.t.Helper()
	gone := persons(h.t)[:n]
	h.memory.SetRecords(theYear, leaving(h.t, gone))
	h.memory.Erase(theYear)
}

// leaving are the demo's records without some.
func leaving(t testing.TB, gone []release.Counted) []release.Counted {
	t.Helper()
	left := demoRecords(t)
	for _, g := range gone {
		i := slices.IndexFunc(left, func(c release.Counted) bool {
			return c.Organisation == g.Organisation && bytes.Equal(c.Answers, g.Answers)
		})
		left = slices.Delete(left, i, i+1)
	}
	return left
}

// refusedYear computes a draft whose plan has a year that cannot be released.
func (h *house) refusedYear(id release.DraftID, place string) {
	h.t.Helper()
	_, err := h.Compute(h.t.Context(), author, id)
	wantRefusal(h.t, err, fault.Conflict, release.CodeHistoryErased)
	want := []fault.Detail{{Code: release.CodeHistoryErased, Pointer: place}}
	if diff := cmp.Diff(want, details(err)); diff != "" {
		h.t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestT35_AWithdrawalEndsTheReleasesOfAYear: however many come and go, and also
// with the same records as there are left. What was released stands. Contrast: the
// same change without an erasure makes a revision, in
// TestT35_AReleaseStandsWhenRecordsWereReplaced.
func TestT35_AWithdrawalEndsTheReleasesOfAYear(t *testing.T) {
	for name, change := range map[string]func(*house){
		"one withdrawn":             func(h *house) { h.withdraw(1) },
		"six withdrawn and ten new": func(h *house) { h.withdraw(6); h.add(10) },
		"withdrawn and given again": func(h *house) { h.withdraw(1); h.memory.SetRecords(theYear, demoRecords(h.t)) },
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.published(draftA, tiny(t))
			before := bytes.Clone(h.releases()[0].Raw)
			change(h)
			h.planned(draftB, tiny(t))
			h.refusedYear(draftB, "/years/0")
			if d := must[release.Draft](t)(h.memory.Draft(t.Context(), draftB)); d.State != release.Planned {
				t.Errorf("the draft is %s", d.State)
			}
			if r := h.releases(); len(r) != 1 || !bytes.Equal(before, r[0].Raw) {
				t.Error("the release changed")
			}
		})
	}
}

// add gives the year more records.
func (h *house) add(n int) {
	h.t.Helper()
	h.memory.SetRecords(theYear, append(leaving(h.t, persons(h.t)[:6]), copies(persons(h.t)[6:], n)...))
}

// TestT35_ADraftOfAWithdrawnRecordIsComputedAgain: whatever its state, it cannot
// go on, says why, and goes on without the record.
func TestT35_ADraftOfAWithdrawnRecordIsComputedAgain(t *testing.T) {
	submit := func(h *house) {
		d := h.computed(draftA, tiny(h.t))
		must[release.Draft](h.t)(h.Submit(h.t.Context(), author, draftA, waivers(d)))
	}
	for state, reach := range map[release.State]func(*house){
		release.Computed:  func(h *house) { h.computed(draftA, tiny(h.t)) },
		release.Submitted: submit,
		release.Approved:  func(h *house) { h.approved(draftA, tiny(h.t)) },
	} {
		t.Run(string(state), func(t *testing.T) {
			h := open(t)
			reach(h)
			was := h.version(draftA)
			h.withdraw(1)
			d := must[release.Draft](t)(h.Read(t.Context(), author, draftA))
			want := []release.Finding{{ID: "2025/records_erased", Year: theYear, Class: release.Fail, Rule: release.RuleErased}}
			if diff := cmp.Diff(want, d.Findings); diff != "" || d.State != release.Planned || d.Version != was+1 || d.Submission != nil {
				t.Errorf("%s in version %d after %d %s", d.State, d.Version, was, diff)
			}
			_, submitted := h.Submit(t.Context(), author, draftA, nil)
			_, approved := h.Approve(t.Context(), reviewer, draftA, d.Version)
			_, published := h.Publish(t.Context(), author, draftA)
			_, read := h.Content(t.Context(), author, draftA)
			_, proof := h.Certificate(t.Context(), author, draftA)
			for _, err := range []error{submitted, approved, published, read, proof} {
				wantRefusal(t, err, fault.Conflict, release.CodeOutdated)
			}
			if diff := cmp.Diff(release.Artefacts{}, must[release.Artefacts](t)(h.memory.Artefacts(t.Context(), draftA))); diff != "" {
				t.Errorf("left: %s", diff)
			}
			if d := must[release.Draft](t)(h.Compute(t.Context(), author, draftA)); d.State != release.Computed {
				t.Errorf("computed again it is %s", d.State)
			}
		})
	}
}

// TestT35_ARejectedDraftKeepsTheReviewersWord, and nothing that was computed.
func TestT35_ARejectedDraftKeepsTheReviewersWord(t *testing.T) {
	h := open(t)
	d := h.computed(draftA, tiny(t))
	must[release.Draft](t)(h.Submit(t.Context(), author, draftA, waivers(d)))
	must[release.Draft](t)(h.Reject(t.Context(), reviewer, draftA, h.version(draftA), "One table too many."))
	h.withdraw(1)
	d = must[release.Draft](t)(h.Read(t.Context(), author, draftA))
	if d.State != release.Rejected || d.Decision == nil || d.Decision.Reason != "One table too many." || d.Submission.Waivers != nil {
		t.Errorf("%+v", d)
	}
	_, err := h.Content(t.Context(), author, draftA)
	wantRefusal(t, err, fault.Conflict, release.CodeOutdated)
	must[release.Draft](t)(h.Plan(t.Context(), author, draftA, document(t, tiny(t)), d.Version))
	must[release.Draft](t)(h.Compute(t.Context(), author, draftA))
}

// TestT35_TheOtherYearsOfAReleaseGoOn: each year is sealed apart. The proof of the
// release goes as a whole; what it says can still be read.
func TestT35_TheOtherYearsOfAReleaseGoOn(t *testing.T) {
	h := open(t)
	h.withOtherYear()
	both := tiny(t)
	both.Years = []int{otherYear, theYear}
	d := h.published(draftA, both)
	h.memory.Erase(theYear)
	if now := must[release.Draft](t)(h.Read(t.Context(), author, draftA)); now.State != release.Published || now.Version != d.Version || now.Findings != nil {
		t.Errorf("%s in version %d, %d findings", now.State, now.Version, len(now.Findings))
	}
	if _, err := h.Content(t.Context(), author, draftA); err != nil {
		t.Error(err)
	}
	_, err := h.Certificate(t.Context(), author, draftA)
	wantRefusal(t, err, fault.Conflict, release.CodeHistoryErased)
	h.planned(draftB, both)
	h.refusedYear(draftB, "/years/1")
	p := tiny(t)
	p.Years, p.Title.EN = []int{otherYear}, "The other year alone"
	third := release.DraftID("eeeeeeee-0000-4000-8000-000000000003")
	if d := h.published(third, p); d.Kind != plan.Addendum {
		t.Errorf("the other year is a %s", d.Kind)
	}
}

// TestT35_AFrozenDraftIsPublishedOrTakenBack: only the archive knows whether it
// is a release. If it is, it stays one, and ends the year; if not, it goes back to
// its plan.
func TestT35_AFrozenDraftIsPublishedOrTakenBack(t *testing.T) {
	for step, arrived := range map[string]bool{"publish": false, "published": true} {
		t.Run(step, func(t *testing.T) {
			h := open(t)
			h.approved(draftA, tiny(t))
			h.archive.Fail = failing(step)
			if _, err := h.Publish(t.Context(), author, draftA); err == nil {
				t.Fatal("nothing failed")
			}
			h.withdraw(1)
			d, err := h.Publish(t.Context(), author, draftA)
			if !arrived {
				wantRefusal(t, err, fault.Conflict, release.CodeOutdated)
				if d := must[release.Draft](t)(h.memory.Draft(t.Context(), draftA)); d.State != release.Planned || len(h.releases()) != 0 {
					t.Errorf("%s, %d releases", d.State, len(h.releases()))
				}
				return
			}
			if err != nil || d.State != release.Published || len(h.releases()) != 1 {
				t.Fatalf("%s, %d releases, %v", d.State, len(h.releases()), err)
			}
			h.planned(draftB, tiny(t))
			h.refusedYear(draftB, "/years/0")
		})
	}
}

// meanwhile runs something once while a draft is computed.
func (h *house) meanwhile(f func()) {
	var once sync.Once
	h.WithInsider(func(context.Context) { once.Do(f) }, auditor.Finding{Class: auditor.Pass, Rule: auditor.RuleVerified})
}

// TestT35_AComputationDoesNotBringBackWhatWasWithdrawnMeanwhile: neither a record
// of the year, nor one that was moved out of it and is in its history alone.
// Contrast: without the check it does.
func TestT35_AComputationDoesNotBringBackWhatWasWithdrawnMeanwhile(t *testing.T) {
	for name, c := range map[string]struct {
		before, during func(*house)
		code           fault.Code
	}{
		"a record of the year": {func(*house) {}, func(h *house) { h.withdraw(1) }, release.CodeOutdated},
		"a record of its history": {
			func(h *house) { h.published(draftB, tiny(h.t)) },
			func(h *house) { h.memory.Erase(theYear) }, release.CodeHistoryErased,
		},
	} {
		for _, checked := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				h := open(t)
				c.before(h)
				h.planned(draftA, tiny(t))
				h.meanwhile(func() { c.during(h) })
				if !checked {
					h.WithoutUnchanged()
				}
				_, err := h.Compute(t.Context(), author, draftA)
				a := must[release.Artefacts](t)(h.memory.Artefacts(t.Context(), draftA))
				if !checked {
					if err != nil || a.Years == nil {
						t.Errorf("contrast: the check is not what kept it out: %v", err)
					}
					return
				}
				wantRefusal(t, err, fault.Conflict, c.code)
				if diff := cmp.Diff(release.Artefacts{}, a); diff != "" {
					t.Errorf("kept: %s", diff)
				}
			})
		}
	}
}

// TestT35_WhatEarlierVersionsSealedIsReadAndForgotten: with all years inside, it
// serves later releases until a record is erased.
func TestT35_WhatEarlierVersionsSealedIsReadAndForgotten(t *testing.T) {
	h := open(t)
	h.published(draftA, tiny(t))
	d := must[release.Draft](t)(h.memory.Draft(t.Context(), draftA))
	h.memory.Tamper(draftA, func(a *release.Artefacts) { *a = must[release.Artefacts](t)(h.AsSealedBefore(d, *a)) })
	p := tiny(t)
	p.Title.EN = "Addendum"
	if d := h.published(draftB, p); d.Kind != plan.Addendum {
		t.Errorf("of kind %s", d.Kind)
	}
	h.memory.Erase(theYear)
	third := release.DraftID("eeeeeeee-0000-4000-8000-000000000003")
	h.planned(third, tiny(t))
	h.refusedYear(third, "/years/0")
	_, err := h.Content(t.Context(), author, draftA)
	wantRefusal(t, err, fault.Conflict, release.CodeHistoryErased)
}

// TestT35_ATamperedYearIsNoErasedOne: another's, a forged or a missing part stops
// everything, under its own name.
func TestT35_ATamperedYearIsNoErasedOne(t *testing.T) {
	for name, tamper := range map[string]func(*release.Artefacts){
		"no part":            func(a *release.Artefacts) { a.Years = nil },
		"a flipped byte":     func(a *release.Artefacts) { a.Years[0].Records[40] ^= 1 },
		"of another year":    func(a *release.Artefacts) { a.Years[0].Year-- },
		"no proof, and year": func(a *release.Artefacts) { a.Certificate = nil },
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.published(draftA, tiny(t))
			h.memory.Tamper(draftA, func(a *release.Artefacts) {
				a.Years = []release.SealedYear{{Year: a.Years[0].Year, Records: bytes.Clone(a.Years[0].Records)}}
				tamper(a)
			})
			h.planned(draftB, tiny(t))
			h.refusedComputation(draftB, fault.Conflict, release.CodeHistory)
		})
	}
}

// TestT35_AnErasedYearForgets, beside its records.
func TestT35_AnErasedYearForgets(t *testing.T) {
	h := open(t)
	h.withOtherYear()
	both := tiny(t)
	both.Years = []int{otherYear, theYear}
	h.published(draftA, both)
	h.memory.SetPeriod(otherYear, record.PeriodErased)
	h.memory.Erase(otherYear)
	h.planned(draftB, tiny(t))
	if d := must[release.Draft](t)(h.Compute(t.Context(), author, draftB)); d.State != release.Computed {
		t.Errorf("the year that is left: %s", d.State)
	}
}
