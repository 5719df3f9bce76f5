package release

import (
	"context"
	"slices"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

// Withdraw takes a release back, with a reason for everybody in both languages.
// It stays readable and stays in the history: it was seen. The same withdrawal
// again changes nothing.
func (s *Service) Withdraw(ctx context.Context, p access.Principal, number int, reason codelist.Text) (_ plan.Withdrawal, err error) {
	defer fault.Wrap(&err, "withdraw a release")
	if err := p.Require(access.ReleasesPrepare); err != nil {
		return plan.Withdrawal{}, err
	}
	if !wordedBoth(reason, MinRejection, MaxReasonText) {
		return plan.Withdrawal{}, fault.New(fault.Invalid, CodeReason, fault.Detail{Code: CodeReason, Pointer: "/reason"})
	}
	done, err := s.turn(ctx)
	if err != nil {
		return plan.Withdrawal{}, err
	}
	defer done()
	releases, err := s.releases(ctx)
	if err != nil {
		return plan.Withdrawal{}, err
	}
	i := slices.IndexFunc(releases, func(r *shelf.Release) bool { return r.Manifest.Number == number })
	if i < 0 {
		return plan.Withdrawal{}, fault.New(fault.NotFound, CodeReleaseUnknown)
	}
	if before := releases[i].Withdrawal; before != nil {
		if before.Reason == reason {
			return *before, nil
		}
		return plan.Withdrawal{}, conflict(CodeWithdrawn)
	}
	w := plan.Withdrawal{Number: number, Manifest: releases[i].Hash, Withdrawn: s.today(), Reason: reason}
	raw, err := s.signer().Sign(signed.KindWithdrawal, w)
	if err != nil {
		return plan.Withdrawal{}, err
	}
	notice := Notice{Number: number, Withdrawal: raw, Deed: s.noted(p, DeedWithdrawn, number, releases[i].Hash)}
	if err := s.deps.Archive.Withdraw(ctx, notice); err != nil {
		return plan.Withdrawal{}, err
	}
	return w, nil
}
