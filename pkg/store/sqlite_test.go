package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

// onDisk counts the files of a data folder that hold the sample's answers.
func onDisk(t *testing.T, folder string) (n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, sample(mine, 1).Record.Answers) {
			n++
		}
	}
	return n
}

// T35 in short: what is withdrawn is in no file any more, of the current
// version as of the history.
func TestT35_WithdrawnAnswersAreOffTheDisk(t *testing.T) {
	for _, tt := range []struct {
		name   string
		erase  string
		remain bool
	}{
		{"as deployed", `PRAGMA secure_delete = ON`, false},
		{"contrast: without secure_delete", `PRAGMA secure_delete = OFF`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := storetest.Config(t, store.SQLite)
			r := storetest.OpenConfig(t, c)
			if err := store.ExecOnWriter(t.Context(), r, tt.erase); err != nil {
				t.Fatal(err)
			}
			gone := sample(mine, 3)
			gone.Withdrawn = true
			for _, change := range []func(tx intake.Tx) error{
				func(tx intake.Tx) error { return tx.Save(t.Context(), []intake.Version{sample(mine, 1)}) },
				func(tx intake.Tx) error { return tx.Save(t.Context(), []intake.Version{sample(mine, 2)}) },
				func(tx intake.Tx) error {
					if onDisk(t, c.Folder) == 0 {
						t.Error("not found before the withdrawal, so this test proves nothing")
					}
					return tx.Withdraw(t.Context(), []intake.Version{gone})
				},
			} {
				if err := r.Intake().Atomically(t.Context(), change); err != nil {
					t.Fatal(err)
				}
			}
			if n := onDisk(t, c.Folder); (n > 0) != tt.remain {
				t.Errorf("%d files hold withdrawn answers", n)
			}
		})
	}
}

func TestASecondWriterIsRefused(t *testing.T) {
	c := storetest.Config(t, store.SQLite)
	first := storetest.OpenConfig(t, c)
	if _, err := store.Open(t.Context(), c); fault.CodeOf(err) != store.CodeLocked {
		t.Errorf("a second writer: %v", err)
	}
	if err := first.Intake().Atomically(t.Context(), func(tx intake.Tx) error {
		return tx.Save(t.Context(), []intake.Version{sample(mine, 1)})
	}); err != nil {
		t.Errorf("the first writer was disturbed: %v", err)
	}
	c.ReadOnly = true
	reader, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if report, err := reader.Ledger().Verify(t.Context(), nil); err != nil || !report.OK() {
		t.Errorf("verifying beside the writer: %v, %v", report, err)
	}
	err = reader.Intake().Atomically(t.Context(), func(intake.Tx) error { return nil })
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("writing to what was opened for reading: %v", err)
	}
	if err := reader.CheckSafety(t.Context()); err == nil {
		t.Error("a store that cannot write was called safe to serve from")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	c.ReadOnly = false
	again, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatalf("after the first has ended: %v", err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestReadOnlyDoesNotMakeAStore(t *testing.T) {
	c := storetest.Config(t, store.SQLite)
	c.ReadOnly = true
	if _, err := store.Open(t.Context(), c); err == nil {
		t.Error("opened what is not there")
	}
	if _, err := os.Stat(c.Folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder was made: %v", err)
	}
}

// The process that serves releases has no way to the records: it does without
// their file, and without anybody who writes.
func TestReleasesAreReadWithoutTheRecords(t *testing.T) {
	c := storetest.Config(t, store.SQLite)
	r, err := store.OpenReleases(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Migrate(t.Context()), r.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(c.Folder, "records.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file for the records was made: %v", err)
	}
	c.ReadOnly = true
	reader := storetest.OpenReleases(t, c)
	if err := errors.Join(reader.Migrated(t.Context()), reader.CheckSafety(t.Context())); err != nil {
		t.Error(err)
	}
	if version, err := reader.Archive().Version(t.Context()); version != 0 || err != nil {
		t.Errorf("version %d, %v", version, err)
	}
	storetest.TamperReleases(t, c, `DROP TRIGGER release_no_update`)
	wantUnsafe(t, reader.CheckSafety(t.Context()), "trigger release_no_update")
}

// SQLite deletes what it replaces without asking the trigger of deletions, so
// the insertion has to be refused.
func TestT26_AReleaseIsNotReplaced(t *testing.T) {
	c := storetest.Config(t, store.SQLite)
	archive := storetest.OpenReleases(t, c).Archive()
	publication := release.Publication{Number: 1, Manifest: []byte("first"), Deed: signedDeed(shelftest.New(t))}
	if err := archive.Publish(t.Context(), publication); err != nil {
		t.Fatal(err)
	}
	const replace = `INSERT OR REPLACE INTO release (number, sha256, manifest) VALUES (1, randomblob(32), CAST('another' AS BLOB))`
	if err := storetest.TryReleases(t, c, replace); err == nil {
		t.Error("replaced")
	}
	// Contrast: the triggers against updates and deletions alone let it happen.
	storetest.TamperReleases(t, c, `DROP TRIGGER release_numbered`, replace)
	if all, err := archive.Stored(t.Context()); err != nil || string(all[0].Manifest) != "another" {
		t.Errorf("%v, %v: not replaced, so this test proves nothing", all, err)
	}
}

func TestTheWriterKeepsAsManyPagesAsItIsGiven(t *testing.T) {
	for given, want := range map[int64]int{0: -64 << 10, 12 << 20: -12 << 10, 1: -1} { // bytes, KiB
		c := storetest.Config(t, store.SQLite)
		c.Pages = given
		r, err := store.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		if got, err := store.CacheSize(t.Context(), r); err != nil || got != want {
			t.Errorf("given %d: cache_size %d, %v, want %d", given, got, err, want)
		}
	}
}

func TestConfigRefusesWhatCannotWork(t *testing.T) {
	for name, c := range map[string]store.Config{
		"no backend":        {},
		"another backend":   {Backend: "oracle"},
		"SQLite nowhere":    {Backend: store.SQLite},
		"a negative limit":  {Backend: store.SQLite, Folder: "x", Write: -1},
		"negative pages":    {Backend: store.SQLite, Folder: "x", Pages: -1},
		"a file for folder": {Backend: store.SQLite, Folder: "sqlite_test.go"},
	} {
		if _, err := store.Open(t.Context(), c); err == nil {
			t.Errorf("%s: opened", name)
		}
		if _, err := store.OpenReleases(t.Context(), c); err == nil {
			t.Errorf("%s: opened for releases", name)
		}
		if err := store.Migrate(t.Context(), c); err == nil {
			t.Errorf("%s: migrated", name)
		}
	}
}
