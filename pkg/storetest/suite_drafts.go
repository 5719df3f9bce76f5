package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/store"
)

// The drafts of the suite.
const (
	draftA = release.DraftID("0d000000-0000-4000-8000-00000000000a")
	draftB = release.DraftID("0d000000-0000-4000-8000-00000000000b")
)

func draft(id release.DraftID, version int, state release.State) release.Draft {
	d := release.Draft{
		ID: id, State: state, Version: version, Plan: []byte(`{"title":"Å"}`), Author: release.Person{Client: "c", Holder: "h"},
		Findings: []release.Finding{{ID: "2026/x", Year: 2026, Class: release.ForReview, Rule: "x", Value: 3}},
	}
	if state == release.Published {
		d.Number = 7
	}
	return d
}

func artefacts() release.Artefacts {
	return release.Artefacts{Content: []byte(`{"a":1}`), Certificate: []byte("sealed\x00"), Snapshot: []byte{}, Manifest: []byte{0xff}}
}

// drafting runs f in one transaction.
func drafting(t testing.TB, r *store.Records, f func(ctx context.Context, tx release.Tx) error) error {
	t.Helper()
	ctx := t.Context()
	return r.Drafts().Atomically(ctx, func(tx release.Tx) error { return f(ctx, tx) })
}

// draftsDone is drafting that must succeed.
func draftsDone(t testing.TB, r *store.Records, f func(ctx context.Context, tx release.Tx) error) {
	t.Helper()
	if err := drafting(t, r, f); err != nil {
		t.Fatal(err)
	}
}

func savingDraft(d release.Draft) func(context.Context, release.Tx) error {
	return func(ctx context.Context, tx release.Tx) error { return tx.SaveDraft(ctx, d) }
}

func drafts(t testing.TB, r *store.Records) []release.Draft {
	t.Helper()
	out, err := r.Drafts().Drafts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func draftRoundTrip(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	equal(t, "an empty store", []release.Draft(nil), drafts(t, r))
	a, b := draft(draftA, 1, release.Planned), draft(draftB, 1, release.Planned)
	draftsDone(t, r, func(ctx context.Context, tx release.Tx) error {
		if err := errors.Join(tx.SaveArtefacts(ctx, draftA, artefacts()), tx.SaveDraft(ctx, a), tx.SaveDraft(ctx, b)); err != nil {
			return err
		}
		got, err := tx.Draft(ctx, draftA)
		equal(t, "within the transaction", a, got)
		equal(t, "outside it", []release.Draft(nil), drafts(t, r))
		return errors.Join(err, tx.Append(ctx, deed("test.drafted")))
	})
	verified(t, r, 1)
	equal(t, "all", []release.Draft{a, b}, drafts(t, r))
	a = draft(draftA, 2, release.Computed)
	draftsDone(t, r, savingDraft(a))
	equal(t, "the newest change last", []release.Draft{b, a}, drafts(t, r))
	got, err := r.Drafts().Draft(t.Context(), draftA)
	if err != nil {
		t.Error(err)
	}
	equal(t, "one", a, got)
}

func artefactsRoundTrip(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	draftsDone(t, r, func(ctx context.Context, tx release.Tx) error {
		return errors.Join(tx.SaveDraft(ctx, draft(draftA, 1, release.Planned)), tx.SaveDraft(ctx, draft(draftB, 1, release.Planned)))
	})
	for _, want := range []release.Artefacts{artefacts(), {Files: []byte("zip")}, {}} {
		draftsDone(t, r, func(ctx context.Context, tx release.Tx) error { return tx.SaveArtefacts(ctx, draftA, want) })
		got, err := r.Drafts().Artefacts(t.Context(), draftA)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "artefacts", want, got)
	}
	got, err := r.Drafts().Artefacts(t.Context(), draftB)
	if err != nil {
		t.Error(err)
	}
	equal(t, "of a draft without", release.Artefacts{}, got)
	err = drafting(t, r, func(ctx context.Context, tx release.Tx) error {
		return tx.SaveArtefacts(ctx, "0d000000-0000-4000-8000-00000000000c", artefacts())
	})
	if err == nil {
		t.Error("artefacts without a draft: taken")
	}
}

func unknownDrafts(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	d, ctx := r.Drafts(), t.Context()
	_, one := d.Draft(ctx, draftA)
	_, large := d.Artefacts(ctx, draftA)
	var within error
	draftsDone(t, r, func(ctx context.Context, tx release.Tx) error {
		_, within = tx.Draft(ctx, draftA)
		return nil
	})
	for name, err := range map[string]error{"draft": one, "artefacts": large, "within": within} {
		if fault.KindOf(err) != fault.NotFound || fault.CodeOf(err) != release.CodeDraftUnknown {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []release.DraftID{"", "x", "0D000000-0000-4000-8000-00000000000A"} {
		_, one := d.Draft(ctx, bad)
		_, large := d.Artefacts(ctx, bad)
		saved := drafting(t, r, savingDraft(draft(bad, 1, release.Planned)))
		given := drafting(t, r, func(ctx context.Context, tx release.Tx) error { return tx.SaveArtefacts(ctx, bad, artefacts()) })
		asked := drafting(t, r, func(ctx context.Context, tx release.Tx) error {
			return tx.SaveRequest(ctx, release.Request{ID: release.RequestID(bad)})
		})
		for name, err := range map[string]error{"draft": one, "artefacts": large, "save": saved, "give": given, "ask": asked} {
			if err == nil {
				t.Errorf("%s of %q: taken", name, bad)
			}
		}
	}
}

// publishedDraft gives a store with a draft that is published and one that is not.
func publishedDraft(t *testing.T, c store.Config) *store.Records {
	t.Helper()
	r := OpenConfig(t, c)
	draftsDone(t, r, func(ctx context.Context, tx release.Tx) error {
		return errors.Join(tx.SaveDraft(ctx, draft(draftA, 1, release.Approved)), tx.SaveDraft(ctx, draft(draftB, 1, release.Approved)),
			tx.SaveArtefacts(ctx, draftA, artefacts()))
	})
	draftsDone(t, r, savingDraft(draft(draftA, 2, release.Published)))
	return r
}

func publishedIsFixed(t *testing.T, c store.Config) {
	r := publishedDraft(t, c)
	frozen := draft(draftB, 2, release.Approved)
	frozen.Number = 7 // as which it will have to be frozen anew
	draftsDone(t, r, savingDraft(frozen))
	for name, change := range map[string]func(context.Context, release.Tx) error{
		"back to the plan":      savingDraft(draft(draftA, 3, release.Planned)),
		"approved again":        savingDraft(draft(draftA, 3, release.Approved)),
		"published again":       savingDraft(draft(draftA, 3, release.Published)),
		"another of the number": savingDraft(draft(draftB, 3, release.Published)),
		"the same version":      savingDraft(draft(draftB, 2, release.Planned)),
		"an earlier version":    savingDraft(draft(draftB, 0, release.Planned)),
		"a state that is none":  savingDraft(draft(draftB, 3, "lost")),
		"other artefacts": func(ctx context.Context, tx release.Tx) error {
			return tx.SaveArtefacts(ctx, draftA, release.Artefacts{})
		},
		"published without number": savingDraft(release.Draft{ID: draftB, Version: 3, State: release.Published}),
		"half of it, and a refusal": func(ctx context.Context, tx release.Tx) error {
			return errors.Join(tx.SaveDraft(ctx, draft(draftB, 3, release.Rejected)), tx.SaveDraft(ctx, draft(draftA, 3, release.Planned)))
		},
	} {
		if err := drafting(t, r, change); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	for _, statement := range []string{
		`UPDATE ` + table(c, "draft") + ` SET state = 'approved', number = NULL WHERE state = 'published'`,
		`UPDATE ` + table(c, "draft") + ` SET body = body WHERE state = 'published'`,
		`DELETE FROM ` + table(c, "draft") + ` WHERE state = 'published'`,
		`UPDATE ` + table(c, "draft_artefact") + ` SET manifest = NULL`,
		`DELETE FROM ` + table(c, "draft_artefact"),
	} {
		if err := tamper(t, c, statement); err == nil {
			t.Errorf("%s: done", statement)
		}
	}
	equal(t, "untouched", []release.Draft{draft(draftA, 2, release.Published), frozen}, drafts(t, r))
	got, err := r.Drafts().Artefacts(t.Context(), draftA)
	if err != nil {
		t.Error(err)
	}
	equal(t, "what was published", artefacts(), got)
	// Contrast: it is the trigger that holds the published draft.
	Tamper(t, c, dropTrigger(c, "records", "draft", "draft_published_no_change", "draft_published_no_update", "draft_published_no_replace")...)
	draftsDone(t, r, savingDraft(draft(draftA, 3, release.Planned)))
}

// dropTrigger gives the statements that take triggers away: one on PostgreSQL,
// several on SQLite.
func dropTrigger(c store.Config, schema, table, postgres string, sqlite ...string) (statements []string) {
	if c.Backend == store.Postgres {
		return []string{`DROP TRIGGER ` + postgres + ` ON ` + schema + `.` + table}
	}
	for _, name := range sqlite {
		statements = append(statements, `DROP TRIGGER `+name)
	}
	return statements
}

func requestRoundTrip(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	request := func(id release.RequestID, year int) release.Request {
		return release.Request{
			ID: id, Year: year, By: release.Person{Client: "c", Holder: "h"}, Refusal: "table_inadmissible",
			Table: plan.Tabulation{Name: "t", Title: codelist.Text{SV: "Å", EN: "A"}},
		}
	}
	first, second := request("0e000000-0000-4000-8000-00000000000b", 2025), request("0e000000-0000-4000-8000-00000000000a", 2025)
	again := request(first.ID, 2026)
	for _, q := range []release.Request{first, second, again} {
		draftsDone(t, r, func(ctx context.Context, tx release.Tx) error {
			if err := tx.SaveRequest(ctx, q); err != nil {
				return err
			}
			got, err := tx.Requests(ctx)
			if len(got) == 0 {
				t.Error("not seen within the transaction")
			}
			return err
		})
	}
	got, err := r.Drafts().Requests(t.Context())
	if err != nil {
		t.Error(err)
	}
	equal(t, "in the order of their coming", []release.Request{again, second}, got)
}

func draftsNeedTheLedger(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	Tamper(t, c, refuseInsert(c)...)
	err := drafting(t, r, func(ctx context.Context, tx release.Tx) error {
		return errors.Join(tx.SaveDraft(ctx, draft(draftA, 1, release.Planned)), tx.Append(ctx, deed("test.drafted")))
	})
	if err == nil {
		t.Error("a draft was saved without its entry")
	}
	equal(t, "nothing", []release.Draft(nil), drafts(t, r))
	draftsDone(t, r, savingDraft(draft(draftA, 1, release.Planned))) // contrast: it was the ledger that refused
}

// membersHold: the members, closed ones among them and the platform not, are the
// same throughout a transaction, whoever is being founded.
func membersHold(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	found := func(o access.Organisation) error {
		return r.Membership().Atomically(t.Context(), func(tx membership.Tx) error { return tx.SaveOrganisation(t.Context(), o) })
	}
	closed := access.Organisation{ID: orgB, Name: "B", Kind: access.Member}
	platform := access.Organisation{ID: "0a000000-0000-4000-8000-00000000000f", Name: "P", Kind: access.Platform, Active: true}
	if err := errors.Join(found(closed), found(platform)); err != nil {
		t.Fatal(err)
	}
	founded := make(chan error, 1)
	draftsDone(t, r, func(ctx context.Context, tx release.Tx) error {
		before, err := tx.Members(ctx)
		equal(t, "the members", []access.OrganisationID{orgB}, before)
		go func() { founded <- found(access.Organisation{ID: orgA, Name: "A", Kind: access.Member, Active: true}) }()
		for range 20 { // gives the other one its chance
			again, err := tx.Members(ctx)
			equal(t, "the members, still", before, again)
			if err != nil || len(founded) > 0 {
				return errors.Join(err, errors.New("somebody was founded meanwhile"))
			}
			time.Sleep(time.Millisecond)
		}
		return err
	})
	if err := <-founded; err != nil {
		t.Fatal(err)
	}
	draftsDone(t, r, func(ctx context.Context, tx release.Tx) error {
		all, err := tx.Members(ctx)
		equal(t, "the members afterwards", []access.OrganisationID{orgA, orgB}, all)
		return err
	})
}
