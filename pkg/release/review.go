package release

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
)

// How long a reason is, in characters.
const (
	MinReason     = 30 // of a waiver
	MinBasis      = 3  // a legal basis
	MaxBasis      = 200
	MinRejection  = 10 // also of a withdrawal
	MaxReasonText = 500
)

// worded takes text of so many characters without control characters.
func worded(text string, least, most int) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(text))
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' }
	return utf8.ValidString(text) && n >= least && utf8.RuneCountInString(text) <= most && !strings.ContainsFunc(text, control)
}

// wordedBoth is worded in both languages.
func wordedBoth(t codelist.Text, least, most int) bool {
	return worded(t.SV, least, most) && worded(t.EN, least, most)
}

// Submit hands a computed draft to a reviewer. Every finding of class review
// has to be waived, each with a reason and a legal basis, and nothing else can be.
//
// It names no version. The waivers have to fit the findings that there are now;
// if a colleague computed the draft again meanwhile, the reviewer finds them
// beside the newer numbers and approves, by its version, the draft as it then
// is, or does not. Nothing leaves the house by a submission alone.
func (s *Service) Submit(ctx context.Context, p access.Principal, id DraftID, waivers []Waiver) (_ Draft, err error) {
	defer fault.Wrap(&err, "submit a draft")
	if err := p.Require(access.ReleasesPrepare); err != nil {
		return Draft{}, err
	}
	return s.change(ctx, id, func(d *Draft) (step, error) {
		if err := d.in(Computed); err != nil {
			return step{}, err
		}
		if err := waive(d.Findings, waivers); err != nil {
			return step{}, err
		}
		d.State, d.Submission = Submitted, &Submission{By: personOf(p), Waivers: slices.Clone(waivers)}
		return step{deed: s.deed(p, DeedSubmitted, string(id))}, nil
	})
}

// waive holds waivers against the findings that they are for.
func waive(found findings, waivers []Waiver) error {
	open := make(map[string]bool)
	for _, f := range found.of(ForReview) {
		open[f.ID] = true
	}
	var wrong []fault.Detail
	refuse := func(code fault.Code, i int, key string) {
		wrong = append(wrong, fault.Detail{Code: code, Pointer: fmt.Sprintf("/waivers/%d/%s", i, key)})
	}
	for i, w := range waivers {
		if !open[w.Finding] {
			refuse(CodeWaiverRefused, i, "finding")
		}
		if !worded(w.Reason, MinReason, MaxReasonText) {
			refuse(CodeWaiverReason, i, "reason")
		}
		if !worded(w.LegalBasis, MinBasis, MaxBasis) {
			refuse(CodeWaiverReason, i, "legal_basis")
		}
		delete(open, w.Finding)
	}
	if len(wrong) > 0 {
		return fault.New(fault.Invalid, wrong[0].Code, wrong...)
	}
	if len(open) > 0 || len(found.of(Fail)) > 0 {
		return conflict(CodeFindingsStand)
	}
	return nil
}

// Approve is a reviewer's word that a submitted draft may be published. It is
// about the version that the reviewer read: if that is not the draft's any more,
// the answer is CodeDraftChanged. The reviewer is another person than whoever
// planned or submitted it: persons, not clients, and whoever is nobody reviews
// nothing.
func (s *Service) Approve(ctx context.Context, p access.Principal, id DraftID, version int) (_ Draft, err error) {
	defer fault.Wrap(&err, "approve a draft")
	return s.decide(ctx, p, draftVersion{id, version}, Decision{By: personOf(p), Approved: true})
}

// Reject sends a submitted draft back in the version that the reviewer read,
// with a reason for its author.
func (s *Service) Reject(ctx context.Context, p access.Principal, id DraftID, version int, reason string) (_ Draft, err error) {
	defer fault.Wrap(&err, "reject a draft")
	return s.decide(ctx, p, draftVersion{id, version}, Decision{By: personOf(p), Reason: reason})
}

// draftVersion is a draft as somebody read it.
type draftVersion struct {
	id      DraftID
	version int
}

func (s *Service) decide(ctx context.Context, p access.Principal, read draftVersion, word Decision) (Draft, error) {
	if err := p.Require(access.ReleasesReview); err != nil {
		return Draft{}, err
	}
	if !word.Approved && !worded(word.Reason, MinRejection, MaxReasonText) {
		return Draft{}, fault.New(fault.Invalid, CodeReason, fault.Detail{Code: CodeReason, Pointer: "/reason"})
	}
	return s.change(ctx, read.id, func(d *Draft) (step, error) {
		if d.Version != read.version {
			return step{}, fault.New(fault.Stale, CodeDraftChanged)
		}
		if err := d.in(Submitted); err != nil {
			return step{}, err
		}
		if !s.checks.separate(word.By, d.Author, d.Submission.By) {
			return step{}, fault.New(fault.Forbidden, CodeOwnSubmission)
		}
		d.State, d.Decision = Approved, &word
		deed := DeedApproved
		if !word.Approved {
			d.State, deed = Rejected, DeedRejected
		}
		return step{deed: s.deed(p, deed, string(read.id))}, nil
	})
}

// separate says whether a reviewer is known to be none of the others.
func separate(reviewer Person, others ...Person) bool {
	return reviewer.Holder != "" && !slices.ContainsFunc(others, func(o Person) bool {
		return o.Holder == "" || o.Holder == reviewer.Holder || o.Client == reviewer.Client
	})
}
