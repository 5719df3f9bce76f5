package store_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

const (
	mine   = "0a000000-0000-4000-8000-00000000000a"
	theirs = "0b000000-0000-4000-8000-00000000000b"
)

// login connects as one of the roles, past this package.
func login(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn+"&search_path=records")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func count(t *testing.T, conn *pgx.Conn, query string) (n int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// twoOrganisations gives a store that holds one corrected record of each.
func twoOrganisations(t *testing.T) (store.Config, *store.Records) {
	t.Helper()
	c := storetest.Config(t, store.Postgres)
	r := storetest.OpenConfig(t, c)
	for number := range 2 {
		err := r.Intake().Atomically(t.Context(), func(tx intake.Tx) error {
			return tx.Save(t.Context(), []intake.Version{sample(mine, number+1), sample(theirs, number+1)})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return c, r
}

func sample(organisation string, number int) intake.Version {
	v := intake.Version{Number: number, Tag: "t", Day: "2026-11-23"}
	v.Key.Organisation, v.Key.Record = access.OrganisationID(organisation), record.ID("01000000-0000-4000-8000-000000000001")
	v.Record = record.Record{ID: v.Key.Record, Year: 2026, Codebook: 1, Answers: record.Answers("canary-answers-0123456789")}
	return v
}

// The second line of isolation: a statement that forgot its organisation.
func TestT3_RowSecurityShowsOneOrganisation(t *testing.T) {
	c, _ := twoOrganisations(t)
	conn := login(t, c.Intake)
	all := map[string]string{"record": `SELECT count(*) FROM record`, "record_history": `SELECT count(*) FROM record_history`}
	for table, query := range all {
		if n := count(t, conn, query); n != 0 {
			t.Errorf("%s without an organisation: %d rows", table, n)
		}
	}
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT set_config('casestat.organisation', $1, true)`, mine); err != nil {
		t.Fatal(err)
	}
	for table, query := range all {
		if n := count(t, conn, query); n != 1 {
			t.Errorf("%s of one organisation: %d rows", table, n)
		}
	}
	_, err = tx.Exec(t.Context(), `INSERT INTO record VALUES ($1, $2, 1, 't', '2026-11-23', false, 2026, 1, '')`, theirs, theirs)
	if e, ok := errors.AsType[*pgconn.PgError](err); !ok || e.Code != "42501" {
		t.Errorf("written for another organisation: %v", err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, conn, all["record"]); n != 0 {
		t.Errorf("the organisation outlived its transaction: %d rows", n)
	}
	// Contrast: without row security the same statement shows everybody's.
	storetest.Tamper(t, c, `ALTER TABLE records.record DISABLE ROW LEVEL SECURITY`)
	if n := count(t, conn, all["record"]); n != 2 {
		t.Errorf("without row security: %d rows, so this test proves nothing", n)
	}
}

func TestTheCounterSeesClosedPeriodsAndNoRecordsName(t *testing.T) {
	c, _ := twoOrganisations(t)
	storetest.Tamper(t, c, `INSERT INTO records.period VALUES (2026, 'open')`)
	conn := login(t, c.Counter)
	if n := count(t, conn, `SELECT count(answers) + count(organisation) FROM record`); n != 0 {
		t.Errorf("an open period: %d rows", n)
	}
	storetest.Tamper(t, c, `UPDATE records.period SET state = 'correcting'`)
	if n := count(t, conn, `SELECT count(answers) + count(organisation) FROM record`); n != 0 {
		t.Errorf("a period that is being corrected: %d rows", n)
	}
	for _, forbidden := range []string{
		`SELECT record_id FROM record`, `SELECT tag FROM record`, `SELECT day FROM record`, `SELECT version FROM record`,
		`SELECT * FROM record_history`, `SELECT * FROM client`, `SELECT * FROM organisation`, `SELECT * FROM draft`, `SELECT * FROM draft_artefact`,
		`SELECT * FROM ledger_entries`, `UPDATE period SET state = 'closed'`, `DELETE FROM record`,
	} {
		_, err := conn.Exec(t.Context(), forbidden)
		if e, ok := errors.AsType[*pgconn.PgError](err); !ok || e.Code != "42501" {
			t.Errorf("%s: %v", forbidden, err)
		}
	}
	storetest.Tamper(t, c, `UPDATE records.period SET state = 'closed'`)
	if n := count(t, conn, `SELECT count(answers) FROM record`); n != 2 {
		t.Errorf("a closed period: %d rows", n)
	}
	// Contrast: with a policy that lets everything through, an open one shows.
	storetest.Tamper(t, c, `UPDATE records.period SET state = 'open'`,
		`DROP POLICY closed_periods ON records.record`, `CREATE POLICY all_of_them ON records.record TO casestat_counter USING (true)`)
	if n := count(t, conn, `SELECT count(answers) FROM record`); n != 2 {
		t.Errorf("without the policy: %d rows, so this test proves nothing", n)
	}
}

func TestTheRolesMayNotMoreThanTheyMust(t *testing.T) {
	c, _ := twoOrganisations(t)
	for dsn, forbidden := range map[string][]string{
		c.Intake: {
			`DELETE FROM record`, `TRUNCATE record`, `UPDATE ledger_entries SET body = body`, `DELETE FROM ledger_entries`,
			`TRUNCATE ledger_entries`, `ALTER TABLE record NO FORCE ROW LEVEL SECURITY`, `DROP POLICY own_organisation ON record`,
			`CREATE TABLE x (y int)`, `SET ROLE casestat_owner`, `SELECT * FROM releases.ledger_head`, `SELECT * FROM releases.release`,
			`DELETE FROM draft`, `DELETE FROM draft_artefact`, `DELETE FROM table_request`, `TRUNCATE draft`,
		},
		c.Public: {
			`SELECT * FROM records.record`, `SELECT * FROM records.ledger_head`, `SELECT * FROM records.draft`,
			`DELETE FROM releases.ledger_entries`, `INSERT INTO releases.release VALUES (1, '', '')`,
			`INSERT INTO releases.release_file VALUES (1, '', '', '')`, `INSERT INTO releases.withdrawal VALUES (1, '')`,
			`INSERT INTO releases.checkpoint VALUES (1, '')`, `UPDATE releases.ledger_head SET size = 9`,
			`INSERT INTO releases.ledger_entries VALUES (1, '', '')`, `SELECT * FROM releases.ledger_head FOR UPDATE`,
		},
		c.Publisher: {
			`SELECT * FROM records.record`, `SELECT * FROM records.draft`, `UPDATE releases.release SET manifest = ''`,
			`DELETE FROM releases.release`, `TRUNCATE releases.release CASCADE`, `UPDATE releases.release_file SET content = ''`,
			`DELETE FROM releases.release_file`, `UPDATE releases.withdrawal SET notice = ''`, `DELETE FROM releases.withdrawal`,
			`UPDATE releases.checkpoint SET note = ''`, `DELETE FROM releases.checkpoint`,
			`UPDATE releases.ledger_entries SET body = body`, `DELETE FROM releases.ledger_entries`, `DELETE FROM releases.ledger_head`,
			`ALTER TABLE releases.release DISABLE TRIGGER ALL`, `SET ROLE casestat_owner`,
		},
	} {
		conn := login(t, dsn)
		for _, statement := range forbidden {
			_, err := conn.Exec(t.Context(), statement)
			if e, ok := errors.AsType[*pgconn.PgError](err); !ok || e.Code != "42501" {
				t.Errorf("%s: %v", statement, err)
			}
		}
	}
	owner := login(t, c.Owner)
	if n := count(t, owner, `SELECT count(*) FROM record`); n != 0 {
		t.Errorf("the owner sees %d records: row security is not forced", n)
	}
}

func TestRolesCanBeMadeAgain(t *testing.T) {
	c := storetest.Config(t, store.Postgres)
	text, err := os.ReadFile("../../deploy/postgres/roles.sql")
	if err != nil {
		t.Fatal(err)
	}
	storetest.Tamper(t, c, string(text))
	if err := storetest.OpenConfig(t, c).CheckSafety(t.Context()); err != nil {
		t.Error(err)
	}
	if err := store.Migrate(t.Context(), c); err != nil {
		t.Errorf("migrating again: %v", err)
	}
}

// A commit that is not on the standby must not look acknowledged, whether the
// wait for the standby ran into the deadline or was cancelled by an operator.
func TestACommitWithoutItsStandbyIsNoSuccess(t *testing.T) {
	c := storetest.Config(t, store.Postgres)
	c.Write = 2 * time.Second
	r := storetest.OpenConfig(t, c)
	t.Cleanup(func() { storetest.Tamper(t, c, reset("synchronous_standby_names")...) })
	storetest.Tamper(t, c, server("synchronous_standby_names = 'nobody'")...)
	write := func(id string) error {
		v := sample(mine, 1)
		v.Key.Record = record.ID(id)
		v.Record.ID = v.Key.Record
		return r.Intake().Atomically(t.Context(), func(tx intake.Tx) error { return tx.Save(t.Context(), []intake.Version{v}) })
	}
	if err := write("01000000-0000-4000-8000-000000000001"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("past the deadline: %v", err)
	}
	done := make(chan error)
	go func() { done <- write("02000000-0000-4000-8000-000000000002") }()
	const cancel = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = current_database()`
	for {
		select {
		case err := <-done:
			if fault.KindOf(err) != fault.Unavailable {
				t.Errorf("the wait cancelled: %v", err)
			}
			return
		case <-time.After(50 * time.Millisecond):
			storetest.Tamper(t, c, cancel)
		}
	}
}

func TestErrorsTellNothingOfTheServer(t *testing.T) {
	c := storetest.Config(t, store.Postgres)
	c.Intake = "postgres://someone:hunter2@127.0.0.1:1/secretdb?connect_timeout=1"
	r := storetest.OpenConfig(t, c)
	err := r.Ping(t.Context())
	if fault.KindOf(err) != fault.Unavailable || fault.CodeOf(err) != store.CodeUnavailable {
		t.Errorf("an unreachable server: %v", err)
	}
	for _, secret := range []string{"hunter2", "someone", "127.0.0.1", "secretdb"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error repeats %q", secret)
		}
	}
	for name, spoil := range map[string]func(*store.Config){
		"no connection string": func(c *store.Config) { c.Intake = "" },
		"not one":              func(c *store.Config) { c.Intake = "postgres://hunter2:%%%" },
		"not one, to count":    func(c *store.Config) { c.Counter = "postgres://hunter2:%%%" },
	} {
		bad := c
		spoil(&bad)
		if _, err := store.Open(t.Context(), bad); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
