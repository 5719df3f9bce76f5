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
	tamperAll(t, c, "records.db", statements)
}

// TamperReleases is Tamper for the releases store; on PostgreSQL its tables
// stand in the schema releases.
func TamperReleases(t testing.TB, c store.Config, statements ...string) {
	t.Helper()
	tamperAll(t, c, "releases.db", statements)
}

// TryReleases is TamperReleases with one statement that may fail.
func TryReleases(t testing.TB, c store.Config, statement string) error {
	t.Helper()
	return tamperIn(t, c, "releases.db", statement)
}

func tamperAll(t testing.TB, c store.Config, file string, statements []string) {
	t.Helper()
	for _, one := range statements {
		if err := tamperIn(t, c, file, one); err != nil {
			t.Fatalf("%s: %v", one, err)
		}
	}
}

// tamper is Tamper with one statement that may fail.
func tamper(t testing.TB, c store.Config, statement string) error {
	t.Helper()
	return tamperIn(t, c, "records.db", statement)
}

func tamperIn(t testing.TB, c store.Config, file, statement string) error {
	t.Helper()
	if c.Backend == store.Postgres {
		return tamperPostgres(t, c, statement)
	}
	return tamperSQLite(t, filepath.Join(c.Folder, file), statement)
}

func tamperPostgres(t testing.TB, c store.Config, statement string) error {
	t.Helper()
	s, err := theServer()
	if err != nil {
		return err
	}
	target, err := pgx.ParseConfig(c.Owner)
	if err != nil {
		return err
	}
	return s.run(backgroundOf(t), target.Database, statement)
}

func tamperSQLite(t testing.TB, file, statement string) error {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(file)+"?_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(backgroundOf(t), statement)
	return err
}

// askReleases gives the first column of a query on the releases store.
func askReleases(t testing.TB, c store.Config, query string) (out []string) {
	t.Helper()
	var err error
	if c.Backend == store.Postgres {
		out, err = askPostgres(t, c, query)
	} else {
		out, err = askSQLite(t, filepath.Join(c.Folder, "releases.db"), query)
	}
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return out
}

func askPostgres(t testing.TB, c store.Config, query string) ([]string, error) {
	t.Helper()
	s, err := theServer()
	if err != nil {
		return nil, err
	}
	target, err := pgx.ParseConfig(c.Owner)
	if err != nil {
		return nil, err
	}
	conn, err := s.connect(t.Context(), target.Database)
	if err != nil {
		return nil, err
	}
	defer conn.Close(backgroundOf(t))
	rows, err := conn.Query(t.Context(), query)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func askSQLite(t testing.TB, file, query string) (out []string, err error) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(file)+"?_pragma=busy_timeout(5000)")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, rows.Err()
}
