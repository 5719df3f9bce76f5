package release_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/signed"
)

// TestTheSlideGoesThroughAuthorAndReviewer: plan, compute, submit, approve,
// publish, and read from the shelf what the demo's records say.
func TestTheSlideGoesThroughAuthorAndReviewer(t *testing.T) {
	h := open(t)
	began := time.Now()
	d := h.published(draftA, slide(t))
	t.Logf("the slide in %s: %+v", time.Since(began).Round(time.Millisecond), d.Summary)
	if d.State != release.Published || d.Number != 1 || d.Kind != plan.First {
		t.Errorf("state %s, release %d, kind %s", d.State, d.Number, d.Kind)
	}
	released := h.releases()[0]
	y, _ := released.Protected.Year(theYear)
	want := map[string]int{
		"size:sexual_exploitation_women_girls": 35, "figure:first_contact_civil_society": 15, "figure:never_dared_to_report": 10,
		"figure:undocumented": 7, "figure:forced_by_violence": 9, "figure:relation_to_perpetrator": 26,
		"figure:children": 16, "sum:children": 24, "figure:minors_themselves": 7,
	}
	if diff := cmp.Diff(want, said(y)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	m := released.Manifest
	if m.Published != "2026-02-28" || m.Software != "v0.0.0-test" || len(m.Files) == 0 || !m.Previous.IsZero() {
		t.Errorf("the manifest: %+v", m.Files)
	}
	checkpoint, err := h.shelf.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	opened, err := signed.OpenCheckpoint(signed.Pin(keysOf(t).Signer.Key()), nil, checkpoint)
	var c ledger.Checkpoint
	if err != nil || c.UnmarshalText(opened.Text()) != nil || c.Origin != origin || c.Size != 1 {
		t.Errorf("the checkpoint: %v %+v", err, c)
	}
	deed := lastDeed(h.archive.Deeds())
	if diff := cmp.Diff(ledger.Entry{
		Day: "2026-02-28", Actor: "client-author", Deed: release.DeedPublished, Subjects: []string{"1", released.Hash.String()},
	}, deed); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
