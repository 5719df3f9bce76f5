package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

func TestCheckSafetyTakesAStoreAsDeployed(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			c := storetest.Config(t, backend)
			if err := storetest.OpenConfig(t, c).CheckSafety(t.Context()); err != nil {
				t.Errorf("records: %v", err)
			}
			r := storetest.OpenReleases(t, c)
			if err := r.Migrated(t.Context()); err != nil {
				t.Error(err)
			}
			if err := r.CheckSafety(t.Context()); err != nil {
				t.Errorf("releases: %v", err)
			}
			c.ReadOnly, c.Publisher = true, ""
			if err := storetest.OpenReleases(t, c).CheckSafety(t.Context()); err != nil {
				t.Errorf("releases to be read: %v", err)
			}
		})
	}
}

// Each unsafe setting on a real PostgreSQL, put back afterwards.
func TestCheckSafetyRefusesEachUnsafePostgres(t *testing.T) {
	const unforce = `ALTER TABLE records.%s NO FORCE ROW LEVEL SECURITY`
	tests := []struct {
		name, setting string
		spoil, mend   []string
	}{
		{"fsync off", "fsync", server("fsync = off"), reset("fsync")},
		{"full_page_writes off", "full_page_writes", server("full_page_writes = off"), reset("full_page_writes")},
		{"synchronous_commit off", "synchronous_commit", server("synchronous_commit = off"), reset("synchronous_commit")},
		{"synchronous_commit local", "synchronous_commit", server("synchronous_commit = local"), reset("synchronous_commit")},
		{"parameters logged", "log_parameter_max_length", server("log_parameter_max_length = -1"), reset("log_parameter_max_length")},
		{
			"parameters of errors logged", "log_parameter_max_length_on_error",
			server("log_parameter_max_length_on_error = 64"), reset("log_parameter_max_length_on_error"),
		},
		{"statements logged", "log_statement", server("log_statement = 'all'"), reset("log_statement")},
		{"details logged", "log_error_verbosity", server("log_error_verbosity = 'default'"), reset("log_error_verbosity")},
		{
			"one login commits asynchronously", "synchronous_commit",
			[]string{`ALTER ROLE casestat_test_intake SET synchronous_commit = off`},
			[]string{`ALTER ROLE casestat_test_intake RESET ALL`},
		},
		{"row security not forced", "FORCE ROW LEVEL SECURITY on record", []string{strings.Replace(unforce, "%s", "record", 1)}, nil},
		{
			"row security of the history not forced", "FORCE ROW LEVEL SECURITY on record_history",
			[]string{strings.Replace(unforce, "%s", "record_history", 1)},
			nil,
		},
		{"row security off", "FORCE ROW LEVEL SECURITY on record", []string{`ALTER TABLE records.record DISABLE ROW LEVEL SECURITY`}, nil},
		{"a policy missing", "policy record.closed_periods", []string{`DROP POLICY closed_periods ON records.record`}, nil},
		{"a policy too many", "policy record.everybody", []string{`CREATE POLICY everybody ON records.record USING (true)`}, nil},
		{"a superuser", "the login", []string{`ALTER ROLE casestat_test_intake SUPERUSER`}, []string{`ALTER ROLE casestat_test_intake NOSUPERUSER`}},
		{
			"a login free of row security", "the login",
			[]string{`ALTER ROLE casestat_test_counter BYPASSRLS`},
			[]string{`ALTER ROLE casestat_test_counter NOBYPASSRLS`},
		},
		{
			"a login that owns", "the login",
			[]string{`GRANT casestat_owner TO casestat_test_intake`},
			[]string{`REVOKE casestat_owner FROM casestat_test_intake`},
		},
		{
			"a counter that is the intake too", "the login",
			[]string{`GRANT casestat_intake TO casestat_test_counter`},
			[]string{`REVOKE casestat_intake FROM casestat_test_counter`},
		},
		{
			"a trigger missing", "trigger ledger_entries_no_truncate",
			[]string{`DROP TRIGGER ledger_entries_no_truncate ON records.ledger_entries`},
			nil,
		},
		{
			"a trigger asleep", "trigger ledger_entries_no_change",
			[]string{`ALTER TABLE records.ledger_entries DISABLE TRIGGER ledger_entries_no_change`},
			nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := storetest.Config(t, store.Postgres)
			t.Cleanup(func() { storetest.Tamper(t, c, tt.mend...) })
			storetest.Tamper(t, c, tt.spoil...)
			r := storetest.OpenConfig(t, c)
			wantUnsafe(t, r.CheckSafety(t.Context()), tt.setting)
		})
	}
}

func server(assignment string) []string {
	return []string{`ALTER SYSTEM SET ` + assignment, `SELECT pg_reload_conf()`, `SELECT pg_sleep(0.2)`}
}

func reset(name string) []string {
	return []string{`ALTER SYSTEM RESET ` + name, `SELECT pg_reload_conf()`, `SELECT pg_sleep(0.2)`}
}

func TestCheckSafetyRefusesEachUnsafeSQLite(t *testing.T) {
	tests := []struct {
		name, setting string
		spoil         func(t *testing.T, r *store.Records, c store.Config)
	}{
		{"synchronous NORMAL", "synchronous", pragma(`PRAGMA synchronous = NORMAL`)},
		{"synchronous OFF", "synchronous", pragma(`PRAGMA synchronous = OFF`)},
		{"no WAL", "journal_mode", func(t *testing.T, r *store.Records, c store.Config) {
			if err := store.CloseReaders(r); err != nil { // SQLite leaves WAL for its last connection alone
				t.Fatal(err)
			}
			pragma(`PRAGMA journal_mode = DELETE`)(t, r, c)
		}},
		{"erased values stay", "secure_delete", pragma(`PRAGMA secure_delete = OFF`)},
		{"no foreign keys", "foreign_keys", pragma(`PRAGMA foreign_keys = OFF`)},
		{"a trusted schema", "trusted_schema", pragma(`PRAGMA trusted_schema = ON`)},
		{"a trigger missing", "trigger ledger_entries_no_delete", func(t *testing.T, _ *store.Records, c store.Config) {
			storetest.Tamper(t, c, `DROP TRIGGER ledger_entries_no_delete`)
		}},
		{"a folder open to others", "the mode of data", func(t *testing.T, _ *store.Records, c store.Config) {
			chmod(t, c.Folder, 0o755)
		}},
		{"a file open to others", "the mode of records.db", func(t *testing.T, _ *store.Records, c store.Config) {
			chmod(t, filepath.Join(c.Folder, "records.db"), 0o644)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := storetest.Config(t, store.SQLite)
			r := storetest.OpenConfig(t, c)
			tt.spoil(t, r, c)
			wantUnsafe(t, r.CheckSafety(t.Context()), tt.setting)
		})
	}
}

func chmod(t *testing.T, name string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(name, mode); err != nil {
		t.Fatal(err)
	}
}

// pragma changes the connection that writes.
func pragma(statement string) func(*testing.T, *store.Records, store.Config) {
	return func(t *testing.T, r *store.Records, _ store.Config) {
		t.Helper()
		if err := store.ExecOnWriter(t.Context(), r, statement); err != nil {
			t.Fatal(err)
		}
	}
}

// wantUnsafe demands one clear message that names the setting, and no other.
func wantUnsafe(t *testing.T, err error, setting string) {
	t.Helper()
	unsafe, ok := errors.AsType[*store.UnsafeSetting](err)
	if !ok {
		t.Fatalf("not refused: %v", err)
	}
	if unsafe.Setting != setting {
		t.Errorf("named %q, want %q", unsafe.Setting, setting)
	}
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 1 {
		t.Errorf("one setting was unsafe, %d were named:\n%v", len(lines), err)
	}
}
