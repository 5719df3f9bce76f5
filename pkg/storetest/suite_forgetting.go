package storetest

import (
	"context"
	"errors"
	"testing"

	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/store"
)

const draftC = release.DraftID("0d000000-0000-4000-8000-00000000000c")

// sealedOf are artefacts of a computation of two years.
func sealedOf() release.Artefacts {
	return release.Artefacts{
		Content: []byte(`{"a":1}`), Certificate: []byte("proof"), Frozen: []byte("tie"), Manifest: []byte{0xff}, Files: []byte("zip"),
		Years: []release.SealedYear{{Year: year - 1, Records: []byte("before")}, {Year: year, Records: []byte("now")}},
	}
}

// waived is a draft with everything that may tell of single persons.
func waived(id release.DraftID, version int, state release.State) release.Draft {
	d := draft(id, version, state)
	d.Submission = &release.Submission{By: release.Person{Client: "c", Holder: "h"}, Waivers: []release.Waiver{{Finding: "2026/x", Reason: "<known>"}}}
	d.Decision = &release.Decision{By: release.Person{Client: "r", Holder: "g"}, Approved: true}
	return d
}

// remembering gives a store with two records, of which one was moved from the
// year before, and three drafts: a published one, an approved one, and one that
// may be a release already.
func remembering(t *testing.T, c store.Config) *store.Records {
	t.Helper()
	r := OpenConfig(t, c)
	moved := version(orgA, 2, 1)
	moved.Record.Year--
	save(t, r, version(orgA, 1, 1), moved, version(orgB, 1, 1))
	save(t, r, version(orgA, 2, 2))
	frozen := waived(draftC, 2, release.Approved)
	frozen.Number = 8
	draftsDone(t, r, func(ctx context.Context, tx release.Tx) error {
		return errors.Join(
			tx.SaveDraft(ctx, waived(draftA, 1, release.Approved)), tx.SaveArtefacts(ctx, draftA, sealedOf()),
			tx.SaveDraft(ctx, waived(draftA, 2, release.Published)),
			tx.SaveDraft(ctx, waived(draftB, 1, release.Approved)), tx.SaveArtefacts(ctx, draftB, sealedOf()),
			tx.SaveDraft(ctx, frozen), tx.SaveArtefacts(ctx, draftC, sealedOf()),
		)
	})
	return r
}

// kept are the artefacts of a release after years were erased.
func kept(years ...int) release.Artefacts {
	a := sealedOf()
	a.Certificate = nil
	for i := range a.Years {
		for _, gone := range years {
			if a.Years[i].Year == gone {
				a.Years[i].Records = nil
			}
		}
	}
	return a
}

// left compares the drafts of remembering with what they should be.
func left(t *testing.T, r *store.Records, want map[release.DraftID]release.Draft, artefacts map[release.DraftID]release.Artefacts) {
	t.Helper()
	for id, d := range want {
		got, err := r.Drafts().Draft(t.Context(), id)
		if err != nil {
			t.Error(err)
		}
		equal(t, "draft "+string(id), d, got)
	}
	for id, a := range artefacts {
		got, err := r.Drafts().Artefacts(t.Context(), id)
		if err != nil {
			t.Error(err)
		}
		equal(t, "artefacts of "+string(id), a, got)
	}
}

// forgotten is what is left of remembering's drafts after years were erased,
// the first one in which the approved draft lost.
func forgotten(years ...int) (map[release.DraftID]release.Draft, map[release.DraftID]release.Artefacts) {
	published, frozen := waived(draftA, 2, release.Published), waived(draftC, 2, release.Approved)
	frozen.Number = 8
	rows := []release.SealedYear{{Year: year - 1}, {Year: year}} // empty, and no part of the draft any more
	return map[release.DraftID]release.Draft{
		draftA: published.Forgotten(years[0]), draftB: waived(draftB, 1, release.Approved).Forgotten(years[0]), draftC: frozen.Forgotten(years[0]),
	}, map[release.DraftID]release.Artefacts{
		draftA: kept(years...), draftB: {Years: rows}, draftC: kept(years...),
	}
}

func withdrawalForgets(t *testing.T, c store.Config) {
	r := remembering(t, c)
	withdraw(t, r, tombstone(orgB, 1, 2))
	leftOver(t, r, year)
	withdraw(t, r, tombstone(orgA, 1, 2)) // nothing more to take
	leftOver(t, r, year)
}

func leftOver(t *testing.T, r *store.Records, years ...int) {
	t.Helper()
	d, a := forgotten(years...)
	left(t, r, d, a)
}

// formerYearsAreForgotten: a release counted the record where it was.
func formerYearsAreForgotten(t *testing.T, c store.Config) {
	r := remembering(t, c)
	withdraw(t, r, tombstone(orgA, 2, 3))
	leftOver(t, r, year-1, year)
}

func erasedYearIsForgotten(t *testing.T, c store.Config) {
	r := remembering(t, c)
	period(t, r, year-1, record.PeriodClosed)
	left(t, r, nil, map[release.DraftID]release.Artefacts{draftA: sealedOf(), draftB: sealedOf()})
	period(t, r, year-1, record.PeriodErased)
	leftOver(t, r, year-1)
}

// aFailedWithdrawalForgetsNothing, as after a crash before the commit.
func aFailedWithdrawalForgetsNothing(t *testing.T, c store.Config) {
	r := remembering(t, c)
	broken := errors.New("broken off")
	err := try(t, r, func(ctx context.Context, tx intake.Tx) error {
		return errors.Join(tx.Withdraw(ctx, []intake.Version{tombstone(orgB, 1, 2)}), broken)
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	left(t, r, map[release.DraftID]release.Draft{draftA: waived(draftA, 2, release.Published), draftB: waived(draftB, 1, release.Approved)},
		map[release.DraftID]release.Artefacts{draftA: sealedOf(), draftB: sealedOf(), draftC: sealedOf()})
	equal(t, "the record", history(t, r, version(orgB, 1, 1).Key), []intake.Version{version(orgB, 1, 1)})
}

// earlierSnapshotsGoWithAnyRecord: nobody can tell their years apart.
func earlierSnapshotsGoWithAnyRecord(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	elsewhere := version(orgA, 1, 1)
	elsewhere.Record.Year = year + 5
	save(t, r, elsewhere)
	earlier := release.Artefacts{Content: []byte("c"), Certificate: []byte("p"), Snapshot: []byte("all"), Manifest: []byte("m"), Files: []byte("f")}
	draftsDone(t, r, func(ctx context.Context, tx release.Tx) error {
		return errors.Join(tx.SaveDraft(ctx, waived(draftA, 1, release.Approved)), tx.SaveArtefacts(ctx, draftA, earlier),
			tx.SaveDraft(ctx, waived(draftA, 2, release.Published)))
	})
	withdraw(t, r, tombstone(orgA, 1, 2))
	earlier.Certificate, earlier.Snapshot = nil, nil
	left(t, r, map[release.DraftID]release.Draft{draftA: waived(draftA, 2, release.Published).Forgotten(year + 5)},
		map[release.DraftID]release.Artefacts{draftA: earlier})
}

// anUnreadableDraftKeepsNoRecord: the record can be withdrawn, and what was
// computed from it goes.
func anUnreadableDraftKeepsNoRecord(t *testing.T, c store.Config) {
	r := remembering(t, c)
	broken := `x'7b'`
	if c.Backend == store.Postgres {
		broken = `'\x7b'`
	}
	Tamper(t, c, `UPDATE `+table(c, "draft")+` SET body = `+broken+` WHERE state <> 'published'`)
	withdraw(t, r, tombstone(orgB, 1, 2))
	left(t, r, nil, map[release.DraftID]release.Artefacts{draftA: kept(year), draftB: kept(year), draftC: kept(year)})
}

// releasesForgetAndNoMore: past the program, too, nothing else of a release can
// be taken or changed.
func releasesForgetAndNoMore(t *testing.T, c store.Config) {
	r := remembering(t, c)
	years, artefacts, body := table(c, "draft_year"), table(c, "draft_artefact"), table(c, "draft")
	of := ` WHERE draft IN (SELECT id FROM ` + body + ` WHERE state = 'published')`
	without := `CAST(json_set(CAST(body AS TEXT), '$.author', 'x') AS BLOB)`
	emptied := `CAST(json_set(CAST(body AS TEXT), '$.findings', json('[]')) AS BLOB)`
	bytes := `x'00'`
	if c.Backend == store.Postgres {
		bytes = `'\x00'`
		without = `convert_to((convert_from(body, 'UTF8')::jsonb - 'findings' #- '{submission,waivers}' - 'author')::text, 'UTF8')`
		emptied = `convert_to(jsonb_set(convert_from(body, 'UTF8')::jsonb, '{findings}', '[]')::text, 'UTF8')`
	}
	for _, statement := range []string{
		`UPDATE ` + years + ` SET records = ` + bytes + of, `UPDATE ` + years + ` SET year = year + 9` + of,
		`UPDATE ` + years + ` SET year = year + 9, records = NULL` + of, `DELETE FROM ` + years + of,
		`INSERT INTO ` + years + ` (draft, year) SELECT id, 1999 FROM ` + body + ` WHERE state = 'published'`,
		`UPDATE ` + years + ` SET draft = (SELECT id FROM ` + body + ` WHERE state = 'published'), year = 1999 WHERE records IS NOT NULL AND year = 2025`,
		`UPDATE ` + artefacts + ` SET certificate = ` + bytes + of, `UPDATE ` + artefacts + ` SET snapshot = ` + bytes + of,
		`UPDATE ` + artefacts + ` SET frozen = NULL` + of, `UPDATE ` + artefacts + ` SET content = NULL` + of,
		`UPDATE ` + artefacts + ` SET manifest = NULL, certificate = NULL` + of, `UPDATE ` + artefacts + ` SET files = NULL` + of,
		`UPDATE ` + body + ` SET body = ` + without + ` WHERE state = 'published'`,
		`UPDATE ` + body + ` SET body = ` + emptied + ` WHERE state = 'published'`,
		`UPDATE ` + body + ` SET body = ` + bytes + ` WHERE state = 'published'`,
	} {
		if err := tamper(t, c, statement); err == nil {
			t.Errorf("%s: done", statement)
		}
	}
	left(t, r, map[release.DraftID]release.Draft{draftA: waived(draftA, 2, release.Published)}, map[release.DraftID]release.Artefacts{draftA: sealedOf()})
	withdraw(t, r, tombstone(orgB, 1, 2)) // contrast: what may go, goes
	leftOver(t, r, year)
	if err := tamper(t, c, `UPDATE `+years+` SET records = `+bytes+of); err == nil {
		t.Error("what was erased came back")
	}
	// Contrast: it is the triggers that hold the rest.
	Tamper(t, c, dropTrigger(c, "records", "draft_year", "draft_year_published_no_change", "draft_year_published_no_update")...)
	Tamper(t, c, `UPDATE `+years+` SET records = `+bytes+of)
}
