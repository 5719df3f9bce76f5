package storetest

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver, without the hardening of pkg/store

	"manniskohandel.se/casestat/pkg/store"
)

// Tamper runs statements on the records store that c names, past every guard,
// as somebody who owns the database could. On PostgreSQL tables stand in the
// schema records.
func Tamper(t testing.TB, c store.Config, statements ...string) {
	t.Helper()
	for _, one := range statements {
		if err := tamper(t, c, one); err != nil {
			t.Fatalf("%s: %v", one, err)
		}
	}
}

func tamper(t testing.TB, c store.Config, statement string) error {
	t.Helper()
	if c.Backend == store.Postgres {
		return tamperPostgres(t, c, statement)
	}
	return tamperSQLite(t, c, statement)
}

func tamperPostgres(t testing.TB, c store.Config, statement string) error {
	t.Helper()
	s, err := theServer()
	if err != nil {
		return err
	}
	target, err := pgx.ParseConfig(c.Intake)
	if err != nil {
		return err
	}
	return s.run(backgroundOf(t), target.Database, statement)
}

func tamperSQLite(t testing.TB, c store.Config, statement string) error {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(filepath.Join(c.Folder, "records.db"))+"?_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(backgroundOf(t), statement)
	return err
}
