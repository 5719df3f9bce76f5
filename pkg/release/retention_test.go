package release_test

import (
	"bytes"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
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

// TestT35_AReleaseStandsWhenRecordsWereReplaced: the first release is the same
// bytes as ever, and the second counts the records as they are now. Nothing was
// withdrawn: six were corrected into another year, and ten came late.
func TestT35_AReleaseStandsWhenRecordsWereReplaced(t *testing.T) {
	const size = "size:sexual_exploitation_women_girls"
	h := open(t)
	h.published(draftA, tiny(t))
	before := bytes.Clone(h.releases()[0].Raw)
	on := persons(t)
	h.memory.SetRecords(theYear, append(leaving(t, on[3:9]), copies(on[9:], 10)...)) // a change of six alone would be told apart, and is refused
	d := h.published(draftB, tiny(t))
	if d.Kind != plan.Revision || d.Number != 2 {
		t.Errorf("release %d of kind %s", d.Number, d.Kind)
	}
	if !bytes.Equal(before, h.releases()[0].Raw) {
		t.Error("the release from before changed")
	}
	first, _ := h.releases()[0].Protected.Year(theYear)
	second, _ := h.releases()[1].Protected.Year(theYear)
	if was, is := said(first)[size], said(second)[size]; was != 35 || is != 35+10-6 {
		t.Errorf("%d before six were moved and ten came, and %d after it", was, is)
	}
}
