package server_test

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/pkg/signed"
)

const (
	victim      = "/v1/records/c0ffee00-0000-4000-8000-000000000bad"
	secondDraft = "/v1/drafts/c0ffee00-0000-4000-8000-00000000d4b0"
)

// thief has the files of a service on SQLite, and the keys of the drafts.
type thief struct {
	play
	canary []byte   // the victim's answers as they stand in JSON
	sealed [][]byte // ciphertexts from before, of which pieces are looked for
}

// robbed gives a service with a release and a computed draft about a year with
// one record that is like no other.
func robbed(t *testing.T) *thief {
	p := &thief{play: play{t: t, s: servertest.Start(t, servertest.Options{})}}
	wantStatus(t, p.do(p.s.Cast.A, "PUT", victim, string(recordtest.With(recordtest.Core(), "first_contact", `"police"`))), 201, "")
	p.closeTheYear()
	for i, step := range p.steps(smallPlan) {
		if answer := step(); answer.Status >= 300 {
			t.Fatalf("step %d: %d %s", i, answer.Status, answer.Body)
		}
	}
	wantStatus(t, p.do(p.s.Cast.Desk, "PUT", secondDraft, strings.Replace(smallPlan, "Small", "Smaller", 1)), 201, "")
	wantStatus(t, p.do(p.s.Cast.Desk, "POST", secondDraft+"/computation", ""), 200, "")
	key := intake.Key{Organisation: p.s.Cast.A.Organisation, Record: record.ID(strings.TrimPrefix(victim, "/v1/records/"))}
	history, err := p.s.Store.Intake().History(t.Context(), key)
	if err != nil || len(history) != 1 {
		t.Fatal(len(history), err)
	}
	p.canary = []byte(base64.StdEncoding.EncodeToString(history[0].Record.Answers))
	if n := p.opened(true); n != 2 {
		t.Fatalf("contrast: %d sealed years hold the answers before, want those of the release and of the draft", n)
	}
	if len(p.sealed) != 4 || p.pieces() == 0 {
		t.Fatalf("contrast: of %d sealed parts no piece is found before", len(p.sealed))
	}
	return p
}

// opened counts the sealed parts in the database that hold the canary: years by
// the history's key, and proofs, which hold every person, by the reviewer's.
func (p *thief) opened(remember bool) (n int) {
	p.t.Helper()
	db := p.database()
	defer db.Close()
	rows, err := db.Query(`SELECT draft, 'y', year, records FROM draft_year WHERE records IS NOT NULL
UNION ALL SELECT draft, 'f', 0, frozen FROM draft_artefact WHERE frozen IS NOT NULL
UNION ALL SELECT draft, 'c', 0, certificate FROM draft_artefact WHERE certificate IS NOT NULL`)
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, part []byte
		var kind, year string
		if err := rows.Scan(&id, &kind, &year, &part); err != nil {
			p.t.Fatal(err)
		}
		if kind != "f" && remember {
			p.sealed = append(p.sealed, part)
		}
		draft, key, context := uuid.UUID(id).String(), p.s.History, "casestat snapshot of draft "
		switch context += draft; kind {
		case "y":
			context += ", year " + year
		case "c":
			key, context = p.s.Certificates, "casestat certificate of a release, format 1"
		}
		n += p.holds(key, context, part)
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
	return n
}

func (p *thief) holds(key signed.Unsealer, context string, part []byte) int {
	p.t.Helper()
	text, err := key.Unseal(context, part)
	if err != nil {
		p.t.Fatalf("%s: %v", context, err)
	}
	return min(1, bytes.Count(text, p.canary))
}

// pieces counts pieces of what was sealed before that stand in any file.
func (p *thief) pieces() (n int) {
	p.t.Helper()
	files, err := filepath.Glob(filepath.Join(p.s.Place.Folder, "*"))
	if err != nil || len(files) == 0 {
		p.t.Fatal(len(files), err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, part := range p.sealed {
			for at := 0; at+32 <= len(part); at += 32 {
				if bytes.Contains(b, part[at:at+32]) {
					n++
				}
			}
		}
	}
	return n
}

func (p *thief) database() *sql.DB {
	p.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(p.s.Place.Folder, "records.db"))
	if err != nil {
		p.t.Fatal(err)
	}
	return db
}

// findsNothing looks for the answers in everything, with every key.
func (p *thief) findsNothing() {
	p.t.Helper()
	if n := p.opened(false); n != 0 {
		p.t.Errorf("%d sealed parts hold the answers", n)
	}
	if n := p.pieces(); n != 0 {
		p.t.Errorf("%d pieces of what was sealed are in the files", n)
	}
}

// TestT35_ThiefOfFilesAndKeysFindsNothingOfAWithdrawnRecord: neither in what a
// release was computed from nor in a draft. The desk hears why, over HTTP.
func TestT35_ThiefOfFilesAndKeysFindsNothingOfAWithdrawnRecord(t *testing.T) {
	p := robbed(t)
	desk := p.s.Cast.Desk
	wantStatus(t, p.do(p.s.Cast.A, "DELETE", victim, ""), 204, "")
	p.findsNothing()
	wantStatus(t, p.do(desk, "POST", secondDraft+"/submission", `{"waivers":[]}`), 409, "computation_outdated")
	refused := p.do(desk, "POST", secondDraft+"/computation", "")
	wantStatus(t, refused, 409, "release_history_erased")
	if got := errorsOf(t, refused); got != `"pointer":"/years/0","code":"release_history_erased"` {
		t.Error(got)
	}
	wantStatus(t, p.do(p.s.Cast.Reviewer, "GET", aDraft+"/certificate", ""), 409, "release_history_erased")
	wantStatus(t, p.do(desk, "GET", aDraft+"/content", ""), 200, "")
	wantStatus(t, p.do(desk, "GET", "/v1/releases/1", ""), 200, "")
	p.findsNothing()
}

// TestT35_ThiefOfFilesAndKeysFindsNothingOfAnErasedYear: from the mark on, before
// its records are gone.
func TestT35_ThiefOfFilesAndKeysFindsNothingOfAnErasedYear(t *testing.T) {
	p := robbed(t)
	p.s.Clock.Move(3 * 366 * 24 * time.Hour)
	years, err := p.s.Members.EraseExpired(t.Context(), 2)
	if err != nil || len(years) == 0 {
		t.Fatal(years, err)
	}
	p.findsNothing()
	if _, err := p.s.Records.EraseYear(t.Context(), 2025, []access.OrganisationID{p.s.Cast.A.Organisation, p.s.Cast.B.Organisation}); err != nil {
		t.Error(err)
	}
	p.findsNothing()
}

// TestT35_Contrast_AWithdrawalThatLeavesTheDrafts is found: the record alone is
// erased, as before drafts were reached.
func TestT35_Contrast_AWithdrawalThatLeavesTheDrafts(t *testing.T) {
	p := robbed(t)
	db := p.database()
	defer db.Close()
	id := uuid.MustParse(strings.TrimPrefix(victim, "/v1/records/"))
	_, err := db.Exec(`UPDATE record SET withdrawn = 1, year = NULL, codebook = NULL, answers = NULL WHERE record_id = ?`, id[:])
	if err != nil {
		t.Fatal(err)
	}
	if n := p.opened(false); n != 2 || p.pieces() == 0 {
		t.Errorf("%d sealed parts hold the answers, and nobody would have noticed", n)
	}
}
