package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

// beforeDraftYears gives an installation of the version that sealed all years
// of a draft together, with one published draft.
func beforeDraftYears(t *testing.T, backend store.Backend, and string) store.Config {
	t.Helper()
	c := firstVersion(t, backend)
	script := ""
	if backend == store.Postgres {
		script = `SET ROLE casestat_owner; SET search_path = records; `
	}
	for _, name := range []string{"0002_drafts", "0003_corrections", "0004_sums", "0005_erased_years"} {
		b, err := os.ReadFile(filepath.Join("migrations", string(backend), "records", name+".sql"))
		if err != nil {
			t.Fatal(err)
		}
		script += string(b) + ";\n"
	}
	yes, id, blob := "1", `x'0d00000000004000800000000000000a'`, func(s string) string { return `CAST('` + s + `' AS BLOB)` }
	if backend == store.Postgres {
		yes, id, blob = "true", `'0d000000-0000-4000-8000-00000000000a'`, func(s string) string { return `'` + s + `'` }
	}
	for _, version := range []string{"2", "3", "4", "5"} {
		script += `INSERT INTO schema_version (version_id, is_applied) VALUES (` + version + `, ` + yes + `); `
	}
	script += `INSERT INTO draft (id, state, version, number, changed, body) VALUES (` + id + `, 'approved', 1, 1, 1, ` +
		blob(`{"id":"0d000000-0000-4000-8000-00000000000a"}`) + `);
INSERT INTO draft_artefact (draft, content, certificate, snapshot, manifest) VALUES (` + id + `, ` + blob("content") + `, ` + blob("proof") + `, ` +
		blob("all") + `, ` + blob("manifest") + `); UPDATE draft SET state = 'published'; `
	storetest.Tamper(t, c, script+and)
	return c
}

// TestT35_AMigrationErasesWhatCouldNotBeToldApart: a record that was withdrawn, or
// a year that was erased, before drafts were reached. Contrast: where nothing was
// erased, everything stays.
func TestT35_AMigrationErasesWhatCouldNotBeToldApart(t *testing.T) {
	for _, backend := range storetest.Backends {
		no, yes, before, after, id := "0", "1", "", "", `x'0a00000000004000800000000000000a'`
		if backend == store.Postgres {
			// The owner is bound by row security, which lets it see and write nothing.
			before, after = `ALTER TABLE record NO FORCE ROW LEVEL SECURITY; `, `; ALTER TABLE record FORCE ROW LEVEL SECURITY`
			no, yes, id = "false", "true", `'0a000000-0000-4000-8000-00000000000a'`
		}
		record := `INSERT INTO record (organisation, record_id, version, tag, day, withdrawn, year, codebook, answers) VALUES (` + id + `, ` + id + `, 2, 't', '2026-01-01', `
		for name, tt := range map[string]struct {
			and    string
			erased bool
		}{
			"a record was withdrawn": {before + record + yes + `, NULL, NULL, NULL)` + after, true},
			"a year was erased":      {`UPDATE period SET state = 'erased' WHERE year = 2024`, true},
			"nothing was erased":     {`UPDATE period SET state = 'closed' WHERE ` + no + ` = ` + no, false},
		} {
			t.Run(string(backend)+"/"+name, func(t *testing.T) {
				c := beforeDraftYears(t, backend, tt.and)
				if err := store.Migrate(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				a, err := storetest.OpenConfig(t, c).Drafts().Artefacts(t.Context(), release.DraftID("0d000000-0000-4000-8000-00000000000a"))
				if err != nil || string(a.Content) != "content" || string(a.Manifest) != "manifest" {
					t.Fatalf("%q, %v", a.Content, err)
				}
				if gone := a.Snapshot == nil && a.Certificate == nil; gone != tt.erased {
					t.Errorf("snapshot %q, proof %q", a.Snapshot, a.Certificate)
				}
			})
		}
	}
}
