package release

import (
	"context"
	"slices"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
)

// mayRead takes those who prepare releases and those who review them.
func mayRead(p access.Principal) error {
	if p.Can(access.ReleasesPrepare) {
		return nil
	}
	return p.Require(access.ReleasesReview)
}

// read gives a draft to somebody who may see it, once the ledger says so.
func (s *Service) read(ctx context.Context, p access.Principal, id DraftID) (Draft, error) {
	if err := mayRead(p); err != nil {
		return Draft{}, err
	}
	d, err := s.deps.Drafts.Draft(ctx, id)
	if err != nil {
		return Draft{}, err
	}
	if err := s.log(ctx, s.deed(p, DeedRead, string(id))); err != nil {
		return Draft{}, err
	}
	return d, nil
}

// List gives every draft, the newest change last, without findings and
// waivers: those are read one draft at a time.
func (s *Service) List(ctx context.Context, p access.Principal) (_ []Draft, err error) {
	defer fault.Wrap(&err, "list drafts")
	if err := mayRead(p); err != nil {
		return nil, err
	}
	drafts, err := s.deps.Drafts.Drafts(ctx)
	if err != nil || len(drafts) == 0 {
		return nil, err
	}
	var deeds []ledger.Entry
	for chunk := range slices.Chunk(drafts, ledger.MaxSubjects) {
		entry := s.deed(p, DeedRead)
		for _, d := range chunk {
			entry.Subjects = append(entry.Subjects, string(d.ID))
		}
		deeds = append(deeds, entry)
	}
	if err := s.log(ctx, deeds...); err != nil {
		return nil, err
	}
	out := slices.Clone(drafts)
	for i := range out {
		out[i].Findings = nil
		if out[i].Submission != nil {
			out[i].Submission = &Submission{By: out[i].Submission.By}
		}
	}
	return out, nil
}

// Read gives a draft with its findings.
func (s *Service) Read(ctx context.Context, p access.Principal, id DraftID) (_ Draft, err error) {
	defer fault.Wrap(&err, "read a draft")
	return s.read(ctx, p, id)
}

// Content gives what a computed draft would publish. A draft that is not
// computed answers CodeDraftState.
func (s *Service) Content(ctx context.Context, p access.Principal, id DraftID) (_ *disclosure.Protected, err error) {
	defer fault.Wrap(&err, "read a draft's content")
	a, err := s.artefacts(ctx, p, id, Computed, Submitted, Approved, Rejected, Published)
	if err != nil {
		return nil, err
	}
	return s.protected(a)
}

// Certificate gives the sealed proof of a computed draft, for whoever holds the
// key that it is sealed to; see [OpenCertificate]. A draft that is not computed
// answers CodeDraftState.
func (s *Service) Certificate(ctx context.Context, p access.Principal, id DraftID) (_ []byte, err error) {
	defer fault.Wrap(&err, "read a draft's certificate")
	a, err := s.artefacts(ctx, p, id, Computed, Submitted, Approved, Rejected, Published)
	if err != nil {
		return nil, err
	}
	if a.Certificate == nil {
		return nil, conflict(CodeHistoryErased)
	}
	return a.Certificate, nil
}

// Review gives the sealed review of a published draft, for whoever holds that
// key; see [OpenReview]. It is written when the draft is frozen: before, the
// answer is CodeDraftState.
func (s *Service) Review(ctx context.Context, p access.Principal, id DraftID) (_ []byte, err error) {
	defer fault.Wrap(&err, "read a draft's review")
	a, err := s.artefacts(ctx, p, id, Published)
	if err != nil {
		return nil, err
	}
	return a.SealedReview()
}

// artefacts gives what belongs to a draft in one of some states to somebody who
// may see it, once the ledger says so.
func (s *Service) artefacts(ctx context.Context, p access.Principal, id DraftID, states ...State) (Artefacts, error) {
	d, err := s.read(ctx, p, id)
	if err != nil {
		return Artefacts{}, err
	}
	if err := d.in(states...); err != nil {
		return Artefacts{}, err
	}
	a, err := s.deps.Drafts.Artefacts(ctx, id)
	if err != nil {
		return Artefacts{}, err
	}
	_, err = s.thaw(d, a)
	return a, err
}
