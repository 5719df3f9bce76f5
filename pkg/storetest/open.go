// Package storetest gives tests a real store of their own: SQLite in a
// temporary folder, or a throw-away PostgreSQL.
package storetest

import (
	"context"
	"path/filepath"
	"testing"

	"manniskohandel.se/casestat/pkg/store"
)

// Backends are the databases that every promise about storage is tested on.
var Backends = []store.Backend{store.SQLite, store.Postgres}

// Open gives a migrated, empty records store that lives as long as the test.
func Open(t testing.TB, backend store.Backend) *store.Records {
	t.Helper()
	return OpenConfig(t, Config(t, backend))
}

// Config says where a fresh store for this test is. On PostgreSQL it is
// migrated already, on SQLite the folder is empty.
func Config(t testing.TB, backend store.Backend) store.Config {
	t.Helper()
	if backend == store.Postgres {
		return postgresConfig(t)
	}
	return store.Config{Backend: store.SQLite, Folder: filepath.Join(t.TempDir(), "data")}
}

// OpenConfig opens and migrates the records store that c names and closes it
// when the test ends.
func OpenConfig(t testing.TB, c store.Config) *store.Records {
	t.Helper()
	r, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	if c.Backend == store.SQLite {
		if err := r.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// OpenReleases opens and migrates the releases store that c names and closes it
// when the test ends. What is opened to be read from is not migrated.
func OpenReleases(t testing.TB, c store.Config) *store.Releases {
	t.Helper()
	r, err := store.OpenReleases(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	if c.Backend == store.SQLite && !c.ReadOnly {
		if err := r.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// backgroundOf gives a context that still works in a test's cleanup.
func backgroundOf(t testing.TB) context.Context { return context.WithoutCancel(t.Context()) }
