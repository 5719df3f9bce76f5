package release_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
)

var (
	subject = regexp.MustCompile(`^([0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|[1-9][0-9]{0,3})$`)
	reason  = regexp.MustCompile(`^([a-z][a-z_]*)?$`)
)

// TestTheLedgerHoldsNamesAndCodesAlone: whatever was done and refused, no
// entry holds a count, a cell, a finding or a word that somebody wrote.
func TestTheLedgerHoldsNamesAndCodesAlone(t *testing.T) {
	h := open(t)
	h.published(draftA, withTable(t))
	h.memory.SetRecords(theYear, demoRecords(t)[1:])
	h.planned(draftB, tiny(t))
	h.refusedComputation(draftB, fault.Conflict, release.CodeTooFewChanges)
	must[release.Request](t)(h.Request(t.Context(), researcher, ages(requestA)))
	must[plan.Withdrawal](t)(h.Withdraw(t.Context(), author, 1, regret))
	for _, e := range append(h.memory.Deeds(), h.archive.Deeds()...) {
		if !reason.MatchString(e.Reason) || e.Day != "2026-02-28" {
			t.Errorf("%+v", e)
		}
		for _, s := range e.Subjects {
			if !subject.MatchString(s) {
				t.Errorf("%s is about %q", e.Deed, s)
			}
		}
	}
}

// TestT26_TheFilesSayWhatTheManifestSays: every figure in the rendered file
// is the cell of the signed manifest, shown or withheld.
func TestT26_TheFilesSayWhatTheManifestSays(t *testing.T) {
	h := open(t)
	h.published(draftA, withTable(t))
	y, _ := h.releases()[0].Protected.Year(theYear)
	raw, _, err := h.shelf.File(t.Context(), 1, "figures.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Years []struct {
			Figures []struct {
				Name   plan.Name `json:"name"`
				Status string    `json:"status"`
				Value  *int      `json:"value"`
			} `json:"figures"`
		} `json:"years"`
	}
	if err := json.Unmarshal(raw, &file); err != nil || len(file.Years) != 1 || len(file.Years[0].Figures) != len(y.Figures) {
		t.Fatalf("%v: %s", err, raw)
	}
	for i, f := range file.Years[0].Figures {
		cell := y.Cells[y.Figures[i].N]
		shown := f.Value != nil && f.Status == "exact"
		if f.Name != y.Figures[i].Name || shown != cell.Shown || shown && *f.Value != cell.Value {
			t.Errorf("%s: the file says %+v, the manifest %+v", f.Name, f, cell)
		}
	}
}
