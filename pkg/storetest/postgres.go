package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"manniskohandel.se/casestat/pkg/store"
)

// The environment variables that choose a PostgreSQL.
const (
	dsnVariable = "CASESTAT_TEST_POSTGRES" // a superuser's connection string to a server that may be filled and emptied
	binVariable = "CASESTAT_TEST_PG_BIN"   // the folder that holds initdb and postgres
)

// The logins of a test server, one in each role.
const (
	migratorLogin  = "casestat_test_migrator"
	intakeLogin    = "casestat_test_intake"
	counterLogin   = "casestat_test_counter"
	publicLogin    = "casestat_test_public"
	publisherLogin = "casestat_test_publisher"
	backupLogin    = "casestat_test_backup"
	loginPassword  = "only-for-tests"
)

// server is the PostgreSQL of this test process, with a migrated template that
// every test's database is a copy of.
type server struct {
	admin    *pgx.ConnConfig // the superuser's way in
	template string
	last     atomic.Int64
	making   sync.Mutex // a template cannot be copied twice at a time
}

// theServer starts at the first use and ends with the process.
var theServer = sync.OnceValues(func() (*server, error) {
	ctx := context.Background()
	dsn := os.Getenv(dsnVariable)
	if dsn == "" {
		var err error
		if dsn, err = startCluster(ctx); err != nil {
			return nil, err
		}
	}
	admin, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("%s is not a connection string", dsnVariable)
	}
	s := &server{admin: admin, template: "casestat_template_" + strconv.Itoa(os.Getpid())}
	return s, s.makeTemplate(ctx)
})

// makeTemplate does what deploy/postgres says an operator does.
func (s *server) makeTemplate(ctx context.Context) error {
	roles, err := os.ReadFile(inRepository("deploy", "postgres", "roles.sql"))
	if err != nil {
		return err
	}
	if err := s.run(ctx, s.admin.Database, `CREATE DATABASE `+s.template); err != nil {
		return err
	}
	// Roles belong to the whole server, which several test processes may share.
	locked := []string{`BEGIN`, `SELECT pg_advisory_xact_lock(7110)`, string(roles)}
	for login, role := range map[string]string{
		migratorLogin: "casestat_owner", intakeLogin: "casestat_intake",
		counterLogin: "casestat_counter", publicLogin: "casestat_public", publisherLogin: "casestat_publisher",
		backupLogin: "casestat_backup BYPASSRLS",
	} {
		locked = append(locked, fmt.Sprintf(`DO $$ BEGIN
			IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '%[1]s') THEN
				CREATE ROLE %[1]s LOGIN PASSWORD '%[3]s' IN ROLE %[2]s;
			END IF; END $$`, login, role, loginPassword))
	}
	if err := s.run(ctx, s.template, append(locked, `COMMIT`)...); err != nil {
		return err
	}
	return store.Migrate(ctx, s.config(s.template))
}

// run executes statements as the superuser.
func (s *server) run(ctx context.Context, database string, statements ...string) error {
	conn, err := s.connect(ctx, database)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, one := range statements {
		if _, err := conn.PgConn().Exec(ctx, one).ReadAll(); err != nil {
			return fmt.Errorf("%.60s: %w", one, err)
		}
	}
	return nil
}

func (s *server) connect(ctx context.Context, database string) (*pgx.Conn, error) {
	c := s.admin.Copy()
	c.Database = database
	return pgx.ConnectConfig(ctx, c)
}

// config gives the logins' ways into one database.
func (s *server) config(database string) store.Config {
	dsn := func(login string) string {
		u := url.URL{
			Scheme: "postgres", User: url.UserPassword(login, loginPassword), Path: "/" + database,
			RawQuery: url.Values{
				"host": {s.admin.Host}, "port": {strconv.Itoa(int(s.admin.Port))}, "sslmode": {"prefer"},
			}.Encode(),
		}
		return u.String()
	}
	return store.Config{
		Backend: store.Postgres, Owner: dsn(migratorLogin),
		Intake: dsn(intakeLogin), Counter: dsn(counterLogin),
		Public: dsn(publicLogin), Publisher: dsn(publisherLogin), Backup: dsn(backupLogin),
	}
}

// Empty gives a place that a copy can be restored to: no folder, or a database
// with roles and schemas and no tables.
func Empty(t testing.TB, backend store.Backend) store.Config {
	t.Helper()
	if backend == store.SQLite {
		return Config(t, backend)
	}
	s, err := theServer()
	if err != nil {
		t.Fatal(err)
	}
	roles, err := os.ReadFile(inRepository("deploy", "postgres", "roles.sql"))
	if err != nil {
		t.Fatal(err)
	}
	name := s.newDatabase(t, "")
	if err := s.run(t.Context(), name, `BEGIN`, `SELECT pg_advisory_xact_lock(7110)`, string(roles), `COMMIT`); err != nil {
		t.Fatal(err)
	}
	return s.config(name)
}

// postgresConfig makes a database of the test's own.
func postgresConfig(t testing.TB) store.Config {
	t.Helper()
	s, err := theServer()
	if err != nil {
		t.Fatal(err)
	}
	return s.config(s.newDatabase(t, ` TEMPLATE `+s.template+` STRATEGY wal_log`))
}

// newDatabase makes a database that lives as long as the test.
func (s *server) newDatabase(t testing.TB, how string) string {
	t.Helper()
	name := fmt.Sprintf("casestat_test_%d_%d", os.Getpid(), s.last.Add(1))
	s.making.Lock()
	err := s.run(t.Context(), s.admin.Database, `CREATE DATABASE `+name+how)
	s.making.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.run(context.Background(), s.admin.Database, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Error(err)
		}
	})
	return name
}
