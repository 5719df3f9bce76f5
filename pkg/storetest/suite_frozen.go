package storetest

import (
	"bytes"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
	"manniskohandel.se/casestat/pkg/store"
)

// full gives a store with something in every table.
func full(t *testing.T, c store.Config) *store.Releases {
	t.Helper()
	r := OpenReleases(t, c)
	publish(t, r, publication(1), publication(2))
	if err := r.Archive().Withdraw(t.Context(), notice(1)); err != nil {
		t.Fatal(err)
	}
	return r
}

// frozenTables are the releases store's tables, each with a column. The
// bookkeeping of the migrations is theirs alone and holds nothing published.
var frozenTables = map[string]string{
	"release": "manifest", "release_file": "content", "withdrawal": "notice", "checkpoint": "note",
	"ledger_entries": "body", "ledger_head": "root",
}

// publishedRefusesChange is attack 17 with the database's own tools.
func publishedRefusesChange(t *testing.T, c store.Config) {
	r := full(t, c)
	want := stored(t, r.Archive())
	var names []string
	for name, column := range frozenTables {
		names = append(names, name)
		qualified := inReleases(c, name)
		for _, statement := range attempts(c, qualified, column) {
			if err := TryReleases(t, c, statement); err == nil {
				t.Errorf("%s: done", statement)
			}
		}
	}
	for _, statement := range additions(c) {
		if err := TryReleases(t, c, statement); err == nil {
			t.Errorf("%s: done", statement)
		}
	}
	noOtherTables(t, c, names)
	equal(t, "releases", want, stored(t, r.Archive()))
	verifiedReleases(t, r, 3)
	publish(t, r, publication(3)) // and the next one still fits; that the triggers refused, flippedByteIsFound shows
}

func inReleases(c store.Config, table string) string {
	if c.Backend == store.Postgres {
		return "releases." + table
	}
	return table
}

func attempts(c store.Config, table, column string) []string {
	statements := []string{
		`UPDATE ` + table + ` SET ` + column + ` = ` + column,
		`DELETE FROM ` + table,
	}
	if c.Backend == store.Postgres {
		return append(statements, `TRUNCATE `+table+` CASCADE`)
	}
	return append(statements, `INSERT OR REPLACE INTO `+table+` SELECT * FROM `+table, `REPLACE INTO `+table+` SELECT * FROM `+table)
}

// additions are rows that would change what is there by standing beside it.
func additions(c store.Config) []string {
	late := `INSERT INTO ` + inReleases(c, "release_file") + ` (number, name, media, content) VALUES (2, 'late.json', 'x', `
	if c.Backend == store.Postgres {
		return []string{
			late + `'')`,
			`INSERT INTO releases.release_file (number, name, media, content) VALUES (9, 'orphan.json', 'x', '')`,
			`INSERT INTO releases.withdrawal (number, notice) VALUES (9, '')`,
			`INSERT INTO releases.release (number, sha256, manifest) SELECT 3, sha256, '' FROM releases.release WHERE number = 1`,
			`INSERT INTO releases.release SELECT * FROM releases.release WHERE number = 1
				ON CONFLICT (number) DO UPDATE SET manifest = ''`,
		}
	}
	return []string{
		late + `x'')`,
		`INSERT OR REPLACE INTO release (number, sha256, manifest) SELECT 3, sha256, x'' FROM release WHERE number = 1`,
		`INSERT INTO release SELECT * FROM release WHERE number = 1 ON CONFLICT (number) DO UPDATE SET manifest = x''`,
		`UPDATE OR REPLACE release SET number = 3 WHERE number = 1`,
	}
}

// noOtherTables fails when a table has come that nobody tried to change.
func noOtherTables(t *testing.T, c store.Config, tried []string) {
	t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if c.Backend == store.Postgres {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = 'releases'`
	}
	found := askReleases(t, c, query)
	if len(found) != len(tried)+1 {
		t.Errorf("tables %v, of which %v were tried, and schema_version is not", found, tried)
	}
	for _, name := range found {
		if frozenTables[name] == "" && name != "schema_version" {
			t.Errorf("nobody tried to change the table %s", name)
		}
	}
}

// flippedByteIsFound writes around the triggers, as somebody can who owns the
// file or the server.
func flippedByteIsFound(t *testing.T, c store.Config) {
	r := full(t, c)
	intact(t, r, true)
	flips := []struct{ table, column, where string }{
		{"release", "manifest", "number = 1"},
		{"release_file", "content", "number = 2 AND name = 'figures.json'"},
		{"withdrawal", "notice", "number = 1"},
		{"checkpoint", "note", "size = 3"},
		{"ledger_entries", "body", "idx = 1"},
		{"ledger_head", "root", "id = 1"},
	}
	for _, f := range flips {
		FlipRelease(t, c, f.table, f.column, f.where)
		intact(t, r, false)
		FlipRelease(t, c, f.table, f.column, f.where) // and back
		intact(t, r, true)
	}
}

// unguardReleases takes a table's triggers away.
func unguardReleases(t testing.TB, c store.Config, table string) {
	t.Helper()
	if c.Backend == store.Postgres {
		TamperReleases(t, c, `ALTER TABLE releases.`+table+` DISABLE TRIGGER USER`)
		return
	}
	for _, name := range askReleases(t, c, `SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '`+table+`'`) {
		TamperReleases(t, c, `DROP TRIGGER `+name)
	}
}

// FlipRelease changes the last bit of the first byte of a value in the releases
// store, past its triggers. Twice is as before, but for the triggers.
func FlipRelease(t testing.TB, c store.Config, table, column, where string) {
	t.Helper()
	unguardReleases(t, c, table)
	if c.Backend == store.Postgres {
		TamperReleases(t, c, `UPDATE releases.`+table+` SET `+column+` = set_byte(`+column+`, 0, get_byte(`+column+`, 0) # 1) WHERE `+where)
		return
	}
	// SQLite has no way to change a byte: the new first byte is looked up.
	first := askReleases(t, c, `SELECT hex(substr(`+column+`, 1, 1)) FROM `+table+` WHERE `+where)
	const digits = "0123456789ABCDEF"
	byteNow := first[0]
	flipped := byteNow[:1] + string(digits[strings.IndexByte(digits, byteNow[1])^1])
	TamperReleases(t, c, `UPDATE `+table+` SET `+column+` = CAST(x'`+flipped+`' || substr(`+column+`, 2) AS BLOB) WHERE `+where)
}

// intact checks what a verifier of the whole does, with the means of this
// store: each manifest, file and notice is the one published, the ledger holds
// together and the checkpoint is its head's.
func intact(t *testing.T, r *store.Releases, want bool) {
	t.Helper()
	report, err := r.Ledger().Verify(t.Context(), nil)
	whole := err == nil && report.OK()
	whole = whole && manifestsHold(t, r.Archive()) && checkpointHolds(t, r)
	if whole != want {
		t.Errorf("verification says %v, want %v (%v, %v)", whole, want, report.Findings, err)
	}
}

func manifestsHold(t *testing.T, source shelf.Source) bool {
	t.Helper()
	for _, s := range stored(t, source) {
		p := publication(s.Number)
		if signed.HashOf(s.Manifest) != signed.HashOf(p.Manifest) || s.Withdrawal != nil && !bytes.Equal(s.Withdrawal, notice(s.Number).Withdrawal) {
			return false
		}
		for _, f := range p.Files {
			content, err := source.File(t.Context(), s.Number, f.Name)
			if err != nil || signed.HashOf(content) != signed.HashOf(f.Content) {
				return false
			}
		}
	}
	return true
}

func checkpointHolds(t *testing.T, r *store.Releases) bool {
	t.Helper()
	head, err := r.Ledger().Head(t.Context())
	if err != nil {
		return false
	}
	want, err := head.Checkpoint("test").MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Archive().Checkpoint(t.Context())
	return err == nil && bytes.Equal(want, got)
}
