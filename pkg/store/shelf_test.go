package store_test

import (
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/storetest"
)

// copied puts the releases of the books into an archive, through its one door.
func copied(t *testing.T, books *shelftest.Books, to release.Archive) {
	t.Helper()
	all, err := books.Source().Stored(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		if err := to.Publish(t.Context(), publicationOf(t, books, one)); err != nil {
			t.Fatal(err)
		}
		if one.Withdrawal == nil {
			continue
		}
		if err := to.Withdraw(t.Context(), release.Notice{Number: one.Number, Withdrawal: one.Withdrawal, Deed: signedDeed(books)}); err != nil {
			t.Fatal(err)
		}
	}
}

func publicationOf(t *testing.T, books *shelftest.Books, one shelf.Stored) release.Publication {
	t.Helper()
	p := release.Publication{Number: one.Number, Manifest: one.Manifest, Deed: signedDeed(books)}
	r, err := books.Shelf().Release(t.Context(), one.Number)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Manifest.Files {
		content, err := books.Source().File(t.Context(), one.Number, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		p.Files = append(p.Files, release.RenderedFile{Name: f.Name, Media: f.Media, Content: content})
	}
	return p
}

func signedDeed(books *shelftest.Books) release.Deed {
	return release.Deed{
		Entries: []ledger.Entry{{Day: "2026-11-23", Actor: "command-line", Deed: "test.published"}},
		Checkpoint: func(h ledger.Head) ([]byte, error) {
			text, err := h.Checkpoint("casestat.example.org/releases").MarshalText()
			if err != nil {
				return nil, err
			}
			return books.Signer().SignCheckpoint(text)
		},
	}
}

// Whoever owns the database can write past its triggers. The shelf, which holds
// a key and nothing of the database's, serves none of it.
func TestT26_TheShelfFindsAFlippedByteInTheStore(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			c := storetest.Config(t, backend)
			books := shelftest.New(t)
			books.Publish(shelftest.Slide(2024))
			books.Publish(shelftest.Slide(2025))
			books.Withdraw(1)
			copied(t, books, storetest.OpenReleases(t, c).Archive())
			c.ReadOnly, c.Publisher, c.Intake = true, "", ""
			public := storetest.OpenReleases(t, c).Archive()
			wantShelf(t, public, books, "")
			for _, flip := range []struct{ table, column, where string }{
				{"release", "manifest", "number = 1"},
				{"release", "manifest", "number = 2"},
				{"withdrawal", "notice", "number = 1"},
				{"checkpoint", "note", "size = 3"},
				{"release_file", "content", "number = 2 AND name = 'figures.json'"},
			} {
				storetest.FlipRelease(t, c, flip.table, flip.column, flip.where)
				wantShelf(t, public, books, shelf.CodeUntrusted)
				storetest.FlipRelease(t, c, flip.table, flip.column, flip.where) // and back
				wantShelf(t, public, books, "")
			}
		})
	}
}

// wantShelf reads everything with a shelf that has seen nothing yet.
func wantShelf(t *testing.T, source shelf.Source, books *shelftest.Books, code fault.Code) {
	t.Helper()
	if err := readAll(t, shelf.New(source, books.Trust())); fault.CodeOf(err) != code || (err == nil) != (code == "") {
		t.Errorf("%v, want %q", err, code)
	}
}

func readAll(t *testing.T, s *shelf.Shelf) error {
	t.Helper()
	releases, err := s.Releases(t.Context())
	if err != nil {
		return err
	}
	if len(releases) != 2 || releases[0].Withdrawal == nil || releases[1].Withdrawal != nil {
		t.Errorf("%d releases, or another one withdrawn", len(releases))
	}
	for _, r := range releases {
		for _, f := range r.Manifest.Files {
			if _, _, err := s.File(t.Context(), r.Manifest.Number, f.Name); err != nil {
				return err
			}
		}
	}
	return nil
}
