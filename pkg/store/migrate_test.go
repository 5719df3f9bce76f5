package store

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whoever changes one database changes the other.
func TestEveryMigrationHasItsTwin(t *testing.T) {
	for _, name := range []string{recordsName, releasesName} {
		sqlite, postgres := migrationFiles(t, SQLite, name), migrationFiles(t, Postgres, name)
		if diff := cmp.Diff(sqlite, postgres); diff != "" || len(sqlite) == 0 {
			t.Errorf("%s (-sqlite +postgres):\n%s", name, diff)
		}
		if !slices.IsSorted(sqlite) {
			t.Errorf("%s: numbers must have equal length", name)
		}
	}
}

func migrationFiles(t *testing.T, b Backend, store string) (names []string) {
	t.Helper()
	files, err := migrationsOf(b, store)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := fs.ReadFile(files, e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "NO TRANSACTION") {
			t.Errorf("%s/%s/%s is not one transaction", b, store, e.Name())
		}
		names = append(names, e.Name())
	}
	return names
}
