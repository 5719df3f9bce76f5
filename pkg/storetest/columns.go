package storetest

import (
	"path/filepath"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/store"
)

// Columns gives every column of both stores as store.table.column, sorted, but
// for those in which the database and the migration tool keep their own
// accounts.
func Columns(t testing.TB, c store.Config) (columns []string) {
	t.Helper()
	if c.Backend == store.Postgres {
		columns = columnsOf(t, func() ([]string, error) {
			return askPostgres(t, c, `SELECT table_schema || '.' || table_name || '.' || column_name FROM information_schema.columns
				WHERE table_schema IN ('records', 'releases') AND table_name <> 'schema_version'`)
		})
	} else {
		for _, name := range []string{"records", "releases"} {
			columns = append(columns, columnsOf(t, func() ([]string, error) {
				return askSQLite(t, filepath.Join(c.Folder, name+".db"), `SELECT '`+name+`.' || m.name || '.' || c.name
					FROM sqlite_master m, pragma_table_info(m.name) c
					WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> 'schema_version'`)
			})...)
		}
	}
	slices.Sort(columns)
	return columns
}

func columnsOf(t testing.TB, ask func() ([]string, error)) []string {
	t.Helper()
	columns, err := ask()
	if err != nil {
		t.Fatal(err)
	}
	return columns
}
