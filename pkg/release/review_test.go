package release_test

import (
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/release"
)

// reviewable is a computed draft with one finding of each class that a release
// can have.
func reviewable(t *testing.T) (*house, release.Draft) {
	t.Helper()
	h := open(t)
	h.WithVerdict(
		auditor.Finding{Class: auditor.Review, Rule: auditor.RuleOrganisations, Scope: "x"},
		auditor.Finding{Class: auditor.Review, Rule: auditor.RuleOrganisations, Scope: "y"},
		auditor.Finding{Class: auditor.Pass, Rule: auditor.RuleVerified},
	)
	return h, h.computed(draftA, tiny(t))
}

func TestEveryFindingForReviewIsWaivedAndNothingElse(t *testing.T) {
	h, d := reviewable(t)
	good := waivers(d)
	if len(good) != 2 || d.Summary.Waivable != 2 {
		t.Fatalf("%+v", d.Findings)
	}
	with := func(edit func(w []release.Waiver) []release.Waiver) []release.Waiver {
		return edit(append([]release.Waiver(nil), good...))
	}
	for name, c := range map[string]struct {
		waivers []release.Waiver
		kind    fault.Kind
		code    fault.Code
		pointer string
	}{
		"none":               {nil, fault.Conflict, release.CodeFindingsStand, ""},
		"one of two":         {good[:1], fault.Conflict, release.CodeFindingsStand, ""},
		"one twice":          {append(good[:2:2], good[0]), fault.Invalid, release.CodeWaiverRefused, "/waivers/2/finding"},
		"of what passed":     {append(good[:2:2], release.Waiver{Finding: "2025/all_witnesses", Reason: good[0].Reason, LegalBasis: "x y z"}), fault.Invalid, release.CodeWaiverRefused, "/waivers/2/finding"},
		"of what is not":     {append(good[:2:2], release.Waiver{Finding: "2025/nothing", Reason: good[0].Reason, LegalBasis: "x y z"}), fault.Invalid, release.CodeWaiverRefused, "/waivers/2/finding"},
		"a short reason":     {with(func(w []release.Waiver) []release.Waiver { w[1].Reason = "It is fine."; return w }), fault.Invalid, release.CodeWaiverReason, "/waivers/1/reason"},
		"a reason of spaces": {with(func(w []release.Waiver) []release.Waiver { w[1].Reason = strings.Repeat(" ", 40); return w }), fault.Invalid, release.CodeWaiverReason, "/waivers/1/reason"},
		"a long reason":      {with(func(w []release.Waiver) []release.Waiver { w[0].Reason = strings.Repeat("å", 501); return w }), fault.Invalid, release.CodeWaiverReason, "/waivers/0/reason"},
		"a control":          {with(func(w []release.Waiver) []release.Waiver { w[0].Reason += "\x00"; return w }), fault.Invalid, release.CodeWaiverReason, "/waivers/0/reason"},
		"no basis":           {with(func(w []release.Waiver) []release.Waiver { w[0].LegalBasis = ""; return w }), fault.Invalid, release.CodeWaiverReason, "/waivers/0/legal_basis"},
		"a long basis":       {with(func(w []release.Waiver) []release.Waiver { w[0].LegalBasis = strings.Repeat("x", 201); return w }), fault.Invalid, release.CodeWaiverReason, "/waivers/0/legal_basis"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.Submit(t.Context(), author, draftA, c.waivers)
			wantRefusal(t, err, c.kind, c.code)
			if d := details(err); c.pointer != "" && (len(d) == 0 || d[0].Pointer != c.pointer) {
				t.Errorf("points at %+v", d)
			}
		})
	}
	long := with(func(w []release.Waiver) []release.Waiver { w[0].Reason = strings.Repeat("å", 500); return w })
	d = must[release.Draft](t)(h.Submit(t.Context(), colleague, draftA, long))
	if d.State != release.Submitted || d.Submission.By.Client != colleague.Client || len(d.Submission.Waivers) != 2 {
		t.Errorf("%+v", d.Submission)
	}
}

// A fail cannot be waived: a draft with one is never computed, and so never
// submitted, whatever it brings.
func TestAFailCannotBeWaived(t *testing.T) {
	h := open(t)
	h.WithVerdict(auditor.Finding{Class: auditor.Fail, Rule: auditor.RuleShown, Scope: "x"})
	h.planned(draftA, tiny(t))
	d := h.refusedComputation(draftA, fault.Conflict, release.CodeNotProved)
	waiver := release.Waiver{Finding: d.Findings[0].ID, Reason: strings.Repeat("because ", 5), LegalBasis: "none at all"}
	_, err := h.Submit(t.Context(), author, draftA, []release.Waiver{waiver})
	wantRefusal(t, err, fault.Conflict, release.CodeDraftState)
}

func TestT7_NobodyApprovesTheirOwn(t *testing.T) {
	both := func(p access.Principal) access.Principal {
		p.Permissions = []access.Permission{access.ReleasesPrepare, access.ReleasesReview}
		return p
	}
	alias := reviewer // another client of the author
	alias.Holder = author.Holder
	alias2 := reviewer
	alias2.Holder = colleague.Holder
	stranger := reviewer
	stranger.Holder = ""
	sameClient := both(author)
	sameClient.Holder = "holder-new"
	for name, p := range map[string]access.Principal{
		"the author":                        both(author),
		"the submitter":                     both(colleague),
		"the author with another client":    alias,
		"the submitter with another client": alias2,
		"nobody":                            stranger,
		"the author's client":               sameClient,
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.computed(draftA, tiny(t))
			must[release.Draft](t)(h.Submit(t.Context(), colleague, draftA, nil))
			_, err := h.Approve(t.Context(), p, draftA, h.version(draftA))
			wantRefusal(t, err, fault.Forbidden, release.CodeOwnSubmission)
			_, err = h.Reject(t.Context(), p, draftA, h.version(draftA), "not good enough")
			wantRefusal(t, err, fault.Forbidden, release.CodeOwnSubmission)
			must[release.Draft](t)(h.Approve(t.Context(), reviewer, draftA, h.version(draftA))) // somebody else may
		})
	}
}

// A reviewer approves what was read, and nothing that came in its place: here
// another plan, submitted under the same draft after a colleague's rejection.
func TestT7_TheReviewerDecidesOnWhatWasRead(t *testing.T) {
	h := open(t)
	h.computed(draftA, tiny(t))
	read := must[release.Draft](t)(h.Submit(t.Context(), author, draftA, nil))
	second := reviewer
	second.Client, second.Holder = "client-second", "holder-second"
	rejected := must[release.Draft](t)(h.Reject(t.Context(), second, draftA, read.Version, "One figure is missing."))
	must[release.Draft](t)(h.Plan(t.Context(), author, draftA, document(t, withTable(t)), rejected.Version))
	d := must[release.Draft](t)(h.Compute(t.Context(), author, draftA))
	d = must[release.Draft](t)(h.Submit(t.Context(), author, draftA, waivers(d)))
	for name, version := range map[string]int{"what was read": read.Version, "nothing": 0, "what is not there yet": d.Version + 1} {
		_, err := h.Approve(t.Context(), reviewer, draftA, version)
		wantRefusal(t, err, fault.Stale, release.CodeDraftChanged)
		_, err = h.Reject(t.Context(), reviewer, draftA, version, "It was never read.")
		wantRefusal(t, err, fault.Stale, release.CodeDraftChanged)
		if now := must[release.Draft](t)(h.memory.Draft(t.Context(), draftA)); now.State != release.Submitted || now.Version != d.Version {
			t.Errorf("%s: %+v", name, now)
		}
	}
	// The contrast: the same word about the version that is there.
	must[release.Draft](t)(h.Approve(t.Context(), reviewer, draftA, d.Version))
}

// What is submitted or approved stays what it is until somebody decides: that
// is why neither a submission nor a publication has to name a version.
func TestT7_NothingChangesUnderAReviewer(t *testing.T) {
	h := open(t)
	h.computed(draftA, tiny(t))
	try := func(version int) {
		t.Helper()
		_, err := h.Plan(t.Context(), colleague, draftA, document(t, withTable(t)), version)
		wantRefusal(t, err, fault.Conflict, release.CodeDraftState)
		_, err = h.Compute(t.Context(), colleague, draftA)
		wantRefusal(t, err, fault.Conflict, release.CodeDraftState)
		_, err = h.Submit(t.Context(), colleague, draftA, nil)
		wantRefusal(t, err, fault.Conflict, release.CodeDraftState)
	}
	try(must[release.Draft](t)(h.Submit(t.Context(), author, draftA, nil)).Version)
	try(must[release.Draft](t)(h.Approve(t.Context(), reviewer, draftA, h.version(draftA))).Version)
}

// A submission by nobody is approved by nobody.
func TestT7_ASubmissionByNobodyIsNotApproved(t *testing.T) {
	h := open(t)
	nameless := author
	nameless.Holder = ""
	h.computed(draftA, tiny(t))
	must[release.Draft](t)(h.Submit(t.Context(), nameless, draftA, nil))
	_, err := h.Approve(t.Context(), reviewer, draftA, h.version(draftA))
	wantRefusal(t, err, fault.Forbidden, release.CodeOwnSubmission)
}

// The contrast: without the separation one person goes all the way alone.
func TestT7_Contrast_WithoutSeparationOnePersonPublishesAlone(t *testing.T) {
	h := open(t)
	h.WithoutSeparation()
	alone := author
	alone.Permissions = append(alone.Permissions, access.ReleasesReview)
	h.computed(draftA, tiny(t))
	must[release.Draft](t)(h.Submit(t.Context(), alone, draftA, nil))
	must[release.Draft](t)(h.Approve(t.Context(), alone, draftA, h.version(draftA)))
	must[release.Draft](t)(h.Publish(t.Context(), alone, draftA))
}

func TestARejectionHasAReasonAndTakesANewPlan(t *testing.T) {
	h := open(t)
	h.computed(draftA, tiny(t))
	must[release.Draft](t)(h.Submit(t.Context(), author, draftA, nil))
	for _, reason := range []string{"", "no", strings.Repeat("x", 501), "a bell \a rings here"} {
		_, err := h.Reject(t.Context(), reviewer, draftA, h.version(draftA), reason)
		wantRefusal(t, err, fault.Invalid, release.CodeReason)
	}
	d := must[release.Draft](t)(h.Reject(t.Context(), reviewer, draftA, h.version(draftA), "The title is not that of the report."))
	if d.State != release.Rejected || d.Decision.Approved || d.Decision.By.Holder != reviewer.Holder {
		t.Errorf("%+v", d.Decision)
	}
	if deed := lastDeed(h.memory.Deeds()); deed.Deed != release.DeedRejected || deed.Reason != "" {
		t.Errorf("free text in the ledger: %+v", deed)
	}
	_, err := h.Compute(t.Context(), author, draftA)
	wantRefusal(t, err, fault.Conflict, release.CodeDraftState)
	d = must[release.Draft](t)(h.Plan(t.Context(), author, draftA, document(t, tiny(t)), d.Version))
	if d.State != release.Planned || d.Submission != nil || d.Decision != nil || d.Findings != nil {
		t.Errorf("the new plan begins with %+v", d)
	}
}
