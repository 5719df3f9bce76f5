package storetest

import (
	"context"
	"errors"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/store"
)

// verified demands an unbroken ledger of so many rows.
func verified(t testing.TB, r *store.Records, rows int64) ledger.Head {
	t.Helper()
	report := verify(t, r, nil)
	if !report.OK() || report.Rows != rows {
		t.Fatalf("%d rows, want %d; findings %v", report.Rows, rows, report.Findings)
	}
	head, err := r.Ledger().Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head
}

func verify(t testing.TB, r *store.Records, c *ledger.Checkpoint) ledger.Report {
	t.Helper()
	report, err := r.Ledger().Verify(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func ledgerGrows(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	verified(t, r, 0)
	in(t, r, func(ctx context.Context, tx intake.Tx) error {
		return errors.Join(tx.Append(ctx, deed("test.one")), tx.Append(ctx, nil), tx.Append(ctx, append(deed("test.two"), deed("test.three")...)))
	})
	head := verified(t, r, 3)
	witness := head.Checkpoint("test")
	if err := r.Desk().Append(t.Context(), deed("test.read")); err != nil {
		t.Fatal(err)
	}
	in(t, r, func(context.Context, intake.Tx) error { return nil }) // nothing done, nothing written
	verified(t, r, 4)
	if report := verify(t, r, &witness); !report.OK() {
		t.Errorf("against an older checkpoint: %v", report.Findings)
	}
	many := make([]ledger.Entry, 2500) // more than a page of the reader
	for i := range many {
		many[i] = deed("test.many")[0]
	}
	in(t, r, func(ctx context.Context, tx intake.Tx) error { return tx.Append(ctx, many) })
	verified(t, r, 2504)
}

// names of the tables, as Tamper needs them.
func table(c store.Config, name string) string {
	if c.Backend == store.Postgres {
		return "records." + name
	}
	return name
}

// refuseInsert makes every new ledger row fail.
func refuseInsert(c store.Config) []string {
	if c.Backend == store.Postgres {
		return []string{`CREATE TRIGGER broken BEFORE INSERT ON records.ledger_entries
			FOR EACH ROW EXECUTE FUNCTION records.refuse_change()`}
	}
	return []string{`CREATE TRIGGER broken BEFORE INSERT ON ledger_entries BEGIN SELECT RAISE(ABORT, 'broken'); END`}
}

func auditOrRefuse(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	prepare(t, r)
	Tamper(t, c, refuseInsert(c)...)
	if err := try(t, r, everything); err == nil {
		t.Error("deeds were done without a ledger entry")
	}
	if err := r.Desk().Append(t.Context(), deed("test.read")); err == nil {
		t.Error("a read was announced without a ledger entry")
	}
	nothingDone(t, r)
	// Contrast: without deeds the same transaction goes through, so it was
	// the ledger that refused it.
	save(t, r, version(orgA, 7, 1))
}

func ledgerRefusesChange(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	prepare(t, r)
	for _, statement := range []string{
		`UPDATE ` + table(c, "ledger_entries") + ` SET body = body`,
		`DELETE FROM ` + table(c, "ledger_entries"),
		`DELETE FROM ` + table(c, "ledger_head"),
		`UPDATE ` + table(c, "ledger_head") + ` SET size = 0`,
	} {
		if err := tamper(t, c, statement); err == nil {
			t.Errorf("%s: done", statement)
		}
	}
	if c.Backend == store.Postgres {
		if err := tamper(t, c, `TRUNCATE records.ledger_entries`); err == nil {
			t.Error("TRUNCATE: done")
		}
	}
	verified(t, r, 1)
}

// unguarded takes the triggers away and then runs a statement.
func unguarded(c store.Config, statement string) []string {
	if c.Backend == store.Postgres {
		return []string{`ALTER TABLE records.ledger_entries DISABLE TRIGGER USER`, `ALTER TABLE records.ledger_head DISABLE TRIGGER USER`, statement}
	}
	return []string{
		`DROP TRIGGER IF EXISTS ledger_entries_no_update`, `DROP TRIGGER IF EXISTS ledger_entries_no_delete`,
		`DROP TRIGGER IF EXISTS ledger_head_no_shrink`, `DROP TRIGGER IF EXISTS ledger_head_no_delete`, statement,
	}
}

func tamperingIsFound(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	in(t, r, func(ctx context.Context, tx intake.Tx) error {
		return tx.Append(ctx, append(append(deed("test.one"), deed("test.two")...), append(deed("test.three"), deed("test.four")...)...))
	})
	entries := table(c, "ledger_entries")
	for _, tt := range []struct {
		statement string
		index     int64
		kind      ledger.FindingKind
	}{
		{`UPDATE ` + entries + ` SET link = (SELECT link FROM ` + entries + ` WHERE idx = 0) WHERE idx = 2`, 2, ledger.LinkBroken},
		{`UPDATE ` + entries + ` SET body = (SELECT body FROM ` + entries + ` WHERE idx = 0) WHERE idx = 1`, 1, ledger.Misplaced},
		{`DELETE FROM ` + entries + ` WHERE idx = 0`, 0, ledger.Missing},
		{`DELETE FROM ` + table(c, "ledger_head"), 1, ledger.Unexpected},
	} {
		Tamper(t, c, unguarded(c, tt.statement)...)
		report := verify(t, r, nil)
		found := false
		for _, f := range report.Findings {
			found = found || f.Index == tt.index && f.Kind == tt.kind
		}
		if !found {
			t.Errorf("%s: found %v", tt.statement, report.Findings)
		}
	}
}

func brokenHeadRefuses(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	prepare(t, r)
	Tamper(t, c, unguarded(c, `UPDATE `+table(c, "ledger_head")+` SET size = 3`)...)
	if err := try(t, r, everything); !errors.Is(err, ledger.ErrHead) {
		t.Errorf("written on a head that contradicts itself: %v", err)
	}
	if report := verify(t, r, nil); report.OK() {
		t.Error("verification found nothing")
	}
}

func closedStore(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	if err := r.Ping(t.Context()); err != nil {
		t.Errorf("open: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"ping":   r.Ping(t.Context()),
		"write":  try(t, r, everything),
		"append": r.Desk().Append(t.Context(), deed("test.late")),
	} {
		if fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func versionsRefused(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	if err := r.Migrated(t.Context()); err != nil {
		t.Errorf("as migrated: %v", err)
	}
	versions := table(c, "schema_version")
	for _, tt := range []struct {
		statement string
		code      fault.Code
	}{
		{`UPDATE ` + versions + ` SET version_id = 9999 WHERE version_id > 0`, store.CodeSchemaNew},
		{`DELETE FROM ` + versions + ` WHERE version_id > 0`, store.CodeSchemaOld},
	} {
		Tamper(t, c, tt.statement)
		if err := r.Migrated(t.Context()); fault.CodeOf(err) != tt.code {
			t.Errorf("%s: %v", tt.statement, err)
		}
		if tt.code == store.CodeSchemaNew {
			if err := r.Migrate(t.Context()); fault.CodeOf(err) != tt.code {
				t.Errorf("an old program migrates: %v", err)
			}
		}
	}
	Tamper(t, c, `DROP TABLE `+versions)
	if err := r.Migrated(t.Context()); fault.CodeOf(err) != store.CodeSchemaOld {
		t.Errorf("without a version: %v", err)
	}
}
