package release_test

import (
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
)

// TestT35_AnErasedYearIsReleasedNoMore: no first release, no addendum and no
// revision of it is computed, rather than one that counts it as nothing.
func TestT35_AnErasedYearIsReleasedNoMore(t *testing.T) {
	h := open(t)
	h.approved(draftB, tiny(t))
	must[release.Draft](t)(h.Publish(t.Context(), author, draftB))
	published := len(h.releases())
	h.approved(draftA, tiny(t))
	h.memory.SetPeriod(theYear, record.PeriodErased)
	_, err := h.Publish(t.Context(), author, draftA)
	wantRefusal(t, err, fault.Conflict, release.CodePeriodErased)
	_, err = h.Compute(t.Context(), author, draftA)
	wantRefusal(t, err, fault.Conflict, release.CodePeriodErased)
	if n := len(h.releases()); n != published {
		t.Errorf("%d releases, there were %d", n, published)
	}
}
