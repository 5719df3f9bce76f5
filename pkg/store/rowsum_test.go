package store_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

// spoiled gives statements that change what one record counts as.
func spoiled(b store.Backend) map[string]string {
	table, flip := "record", `CAST('x' || substr(answers, 2) AS BLOB)`
	if b == store.Postgres {
		table, flip = "records.record", `set_byte(answers, 0, 120)`
	}
	return map[string]string{
		"an answer":    `UPDATE ` + table + ` SET answers = ` + flip,
		"the codebook": `UPDATE ` + table + ` SET codebook = 2`,
		"the sum cut":  `UPDATE ` + table + ` SET answers = substr(answers, 1, 3)`,
		"the year":     `UPDATE ` + table + ` SET year = 2025`,
	}
}

// What the disk has changed is not counted: neither read, nor figured, nor
// published.
func TestF13_ASpoiltRecordIsNoticedByWhoeverReadsIt(t *testing.T) {
	for _, backend := range storetest.Backends {
		for name, statement := range spoiled(backend) {
			t.Run(fmt.Sprintf("%s, %s", backend, name), func(t *testing.T) {
				c := storetest.Config(t, backend)
				r := storetest.OpenConfig(t, c)
				storetest.Tamper(t, c, `INSERT INTO `+periodTable(backend)+` VALUES (2025, 'closed'), (2026, 'closed')`)
				if err := r.Intake().Atomically(t.Context(), func(tx intake.Tx) error {
					return tx.Save(t.Context(), []intake.Version{sample(mine, 1)})
				}); err != nil {
					t.Fatal(err)
				}
				if errs := readings(t, r, 2026); len(errs) > 0 {
					t.Fatalf("before: %v", errs)
				}
				storetest.Tamper(t, c, statement)
				year := 2026
				if name == "the year" {
					year = 2025
				}
				if errs := readings(t, r, year); len(errs) != 4 {
					t.Errorf("noticed by %v of 4", errs)
				}
			})
		}
	}
}

func periodTable(b store.Backend) string {
	if b == store.Postgres {
		return "records.period"
	}
	return "period"
}

// readings reads the one record in every way there is and names those that fail.
func readings(t *testing.T, r *store.Records, year int) (failed []string) {
	t.Helper()
	count := func(codelist.Version, record.Answers) error { return nil }
	_, err := r.Intake().List(t.Context(), intake.Page{Organisation: mine, Limit: 10})
	for name, err := range map[string]error{
		"listing":  err,
		"figures":  r.Desk().Scan(t.Context(), desk.Scope{Year: year}, count),
		"pair":     r.Desk().ScanPair(t.Context(), 2025, 2026, func(desk.Origin, codelist.Version, record.Answers) error { return nil }),
		"snapshot": r.Frozen().Snapshot(t.Context(), year, func(release.Counted) error { return nil }),
	} {
		if err != nil {
			failed = append(failed, name)
		}
	}
	return failed
}

// A record from before there were sums is read as it is.
func TestARecordWithoutASumIsBroughtForward(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			c := firstVersion(t, backend)
			storetest.Tamper(t, c, firstRecord(backend))
			if err := store.Migrate(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			all, err := storetest.OpenConfig(t, c).Intake().List(t.Context(), intake.Page{Organisation: mine, Limit: 10})
			if err != nil || len(all) != 1 || !bytes.Equal(all[0].Record.Answers, []byte{1, 0, 0xff, 0}) {
				t.Errorf("%v, %v", all, err)
			}
		})
	}
}

// firstRecord inserts a record as the first version of the tables had it.
func firstRecord(b store.Backend) string {
	const id = "0c000000-0000-4000-8000-00000000000c"
	if b == store.Postgres {
		return fmt.Sprintf(`INSERT INTO records.record VALUES ('%s', '%s', 1, 't', '2026-11-23', false, 2025, 1, '\x0100ff00')`, mine, id)
	}
	return fmt.Sprintf(`INSERT INTO record VALUES (unhex('%s', '-'), unhex('%s', '-'), 1, 't', '2026-11-23', 0, 2025, 1, x'0100ff00')`, mine, id)
}

// An index that lacks a row hides it from everybody; the guard and the
// verification of the ledger look for that.
func TestF13_ARowThatItsIndexLacksIsNoticed(t *testing.T) {
	c := storetest.Config(t, store.SQLite)
	r := storetest.OpenConfig(t, c)
	if err := r.Intake().Atomically(t.Context(), func(tx intake.Tx) error {
		return tx.Save(t.Context(), []intake.Version{sample(mine, 1)})
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Ledger().Verify(t.Context(), nil); err != nil || r.CheckSafety(t.Context()) != nil {
		t.Fatalf("before: %v, %v", err, r.CheckSafety(t.Context()))
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	renameInIndex(t, filepath.Join(c.Folder, "records.db"), sample(mine, 1).Key.Record)
	again := storetest.OpenConfig(t, c)
	if _, err := again.Ledger().Verify(t.Context(), nil); err == nil {
		t.Error("verification does not notice")
	}
	if again.CheckSafety(t.Context()) == nil {
		t.Error("the guard does not notice")
	}
}

// renameInIndex changes the id of a record where it stands last in the file: in
// the table or in its index, so that the two say different things.
func renameInIndex(t *testing.T, file string, id record.ID) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bytesOf := uuid.MustParse(string(id))
	at := bytes.LastIndex(content, bytesOf[:])
	if at < 0 || at == bytes.Index(content, bytesOf[:]) {
		t.Fatal("the id does not stand in the file twice, so this test proves nothing")
	}
	content[at] ^= 1
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
