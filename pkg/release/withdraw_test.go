package release_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
)

func TestAWithdrawnReleaseStaysAndSaysWhy(t *testing.T) {
	h := open(t)
	h.published(draftA, tiny(t))
	w := must[plan.Withdrawal](t)(h.Withdraw(t.Context(), colleague, 1, regret))
	r := h.releases()[0]
	want := plan.Withdrawal{Number: 1, Manifest: r.Hash, Withdrawn: "2026-02-28", Reason: regret}
	if diff := cmp.Diff(want, w); diff != "" || r.Withdrawal == nil || *r.Withdrawal != want {
		t.Errorf("(-want +got)\n%s", diff)
	}
	deed := ledger.Entry{Day: "2026-02-28", Actor: "client-colleague", Deed: release.DeedWithdrawn, Subjects: []string{"1", r.Hash.String()}}
	if diff := cmp.Diff(deed, lastDeed(h.archive.Deeds())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	again := must[plan.Withdrawal](t)(h.Withdraw(t.Context(), author, 1, regret))
	if diff := cmp.Diff(want, again); diff != "" || len(h.archive.Deeds()) != 2 {
		t.Errorf("the same again: %s, %d deeds", diff, len(h.archive.Deeds()))
	}
	_, err := h.Withdraw(t.Context(), author, 1, codelist.Text{SV: "Något helt annat.", EN: "Something else altogether."})
	wantRefusal(t, err, fault.Conflict, release.CodeWithdrawn)
}

func TestAWithdrawalIsRefused(t *testing.T) {
	h := open(t)
	h.published(draftA, tiny(t))
	_, err := h.Withdraw(t.Context(), author, 2, regret)
	wantRefusal(t, err, fault.NotFound, release.CodeReleaseUnknown)
	for _, reason := range []codelist.Text{{}, {SV: regret.SV}, {SV: regret.SV, EN: "wrong"}, {SV: regret.SV, EN: "a bell \a rings here"}} {
		_, err = h.Withdraw(t.Context(), author, 1, reason)
		wantRefusal(t, err, fault.Invalid, release.CodeReason)
	}
	h.archive.Fail = failing("noticed")
	if _, err := h.Withdraw(t.Context(), author, 1, regret); err == nil {
		t.Error("the answer was lost, and nobody heard of it")
	}
	must[plan.Withdrawal](t)(h.Withdraw(t.Context(), author, 1, regret))
	if n := len(h.archive.Deeds()); n != 2 {
		t.Errorf("%d deeds", n)
	}
}
