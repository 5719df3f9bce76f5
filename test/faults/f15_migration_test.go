package faults

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

var (
	migrations     = flag.Int("migrations", 5, "F15: how often a migration is killed on each database")
	migrationsRows = flag.Int("rows", 5000, "F15: records in the database that is migrated")
)

// Migrations of a version to come, which take a while on a large table.
const (
	nextSQLite = `-- +goose Up
ALTER TABLE record ADD COLUMN planted INTEGER NOT NULL DEFAULT 0;
UPDATE record SET planted = version;
CREATE INDEX record_planted ON record (day, planted);
UPDATE record SET planted = planted + 1;
`
	nextPostgres = `-- +goose Up
ALTER TABLE record ALTER COLUMN version TYPE bigint;
ALTER TABLE record ADD COLUMN planted integer NOT NULL DEFAULT 0;
CREATE INDEX record_planted ON record (day, planted);
ALTER TABLE record ALTER COLUMN planted TYPE bigint;
`
	piecemeal = "-- +goose NO TRANSACTION\n"
)

// nextVersion builds the program of a version to come.
func nextVersion(t *testing.T, name, preamble string) string {
	t.Helper()
	return mutant(t, name,
		change{"pkg/store/migrations/sqlite/records/9999_next.sql", "", preamble + nextSQLite},
		change{"pkg/store/migrations/postgres/records/9999_next.sql", "", nextPostgres})
}

// TestF15_MigrationKilled kills a migration at any moment. Afterwards the program
// of before either works on or says that the database is newer, and the
// migration, done again, brings everything forward.
func TestF15_MigrationKilled(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			began := time.Now()
			a := killMigrations(t, backend, nextVersion(t, "next", ""), migrationKills{*migrations, false})
			tell(t, a, began)
			mustHold(t, a)
		})
	}
}

// TestF15_MigrationKilledContrast shows that a migration in pieces, killed
// between them, is found out.
func TestF15_MigrationKilledContrast(t *testing.T) {
	began := time.Now()
	a := killMigrations(t, store.SQLite, nextVersion(t, "next-piecemeal", piecemeal), migrationKills{100, true})
	a.Contrast = "a migration in pieces"
	tell(t, a, began)
	if !a.Broken() {
		t.Error("a migration in pieces was killed, and nothing was broken: the check has no teeth")
	}
}

// migratable is a database to make copies of, and what it holds.
type migratable struct {
	*service
	cluster *cluster // nil: SQLite
	present map[int]int
	copies  int
}

// migrationKills is how often to kill, or at most until something is broken.
type migrationKills struct {
	times     int
	untilHarm bool
}

func killMigrations(t *testing.T, backend store.Backend, next string, kills migrationKills) Account {
	t.Helper()
	m := newMigratable(t, backend)
	all := Account{Fault: "F15 migration killed", Backend: string(backend), Acknowledged: len(m.present)}
	place, owner := m.copy(t)
	began := time.Now()
	if out, err := m.migrate(next, place, owner).CombinedOutput(); err != nil {
		t.Fatalf("not killed: %v\n%s", err, out)
	}
	whole := time.Since(began)
	moments := rand.New(rand.NewPCG(*seed, 15))
	for all.Cycles < kills.times && !(kills.untilHarm && all.Unexpected > 0) {
		place, owner := m.copy(t)
		run := m.migrate(next, place, owner)
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(moments.Int64N(int64(whole)))) // the moment of the fault
		_ = run.Process.Kill()
		_ = run.Wait()
		all.Add(m.afterKill(t, next, place, owner))
	}
	return all
}

// newMigratable fills a database by way of the program.
func newMigratable(t *testing.T, backend store.Backend) *migratable {
	t.Helper()
	m := &migratable{}
	if backend == store.SQLite {
		m.service = prepare(t, backend)
	} else {
		m.cluster = newCluster(t, filepath.Join(openFolder(t), "postgres"), "")
		m.service = newService(t, t.TempDir(), m.cluster.place(t, filepath.Join(t.TempDir(), "data")))
	}
	m.start(t)
	m.refreshToken(t)
	for from := 0; from < *migrationsRows; from += 5000 {
		m.submitBatch(t, from, min(from+5000, *migrationsRows))
	}
	m.present = m.stored(t)
	m.kill(t)
	return m
}

// submitBatch sends the records with the serial numbers from to upTo.
func (s *service) submitBatch(t *testing.T, from, upTo int) {
	t.Helper()
	var lines bytes.Buffer
	for serial := from; serial < upTo; serial++ {
		fmt.Fprintf(&lines, `{"record_id":%q,%s`+"\n", newRecordID(), body(serial)[1:])
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/v1/records/batches", &lines)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-ndjson")
	req.Header.Set("Authorization", "Bearer "+s.token)
	res, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var report struct{ Accepted int }
	if err := json.NewDecoder(res.Body).Decode(&report); err != nil || report.Accepted != upTo-from {
		t.Fatalf("%d of %d records accepted, status %d, %v", report.Accepted, upTo-from, res.StatusCode, err)
	}
}

// copy makes a copy of the database and says where it is, to the program and to
// a migration.
func (m *migratable) copy(t *testing.T) (place, owner []string) {
	t.Helper()
	m.copies++
	if m.cluster == nil {
		folder := filepath.Join(t.TempDir(), "data")
		mustRun(t, "cp", "-r", m.place[1], folder)
		return []string{"--data", folder}, []string{"--data", folder}
	}
	name := fmt.Sprintf("casestat%d", m.copies)
	m.cluster.sql(t, "postgres", `CREATE DATABASE `+name+` TEMPLATE casestat STRATEGY file_copy`)
	copied := *m.cluster
	copied.database = name
	return copied.place(t, m.place[1]), dsnFlags(t, t.TempDir(), map[string]string{"owner": copied.dsn("migrate")})
}

func (m *migratable) migrate(program string, place, owner []string) *exec.Cmd {
	if m.cluster == nil {
		owner = place
	}
	return exec.Command(program, append([]string{"migrate"}, owner...)...)
}

// afterKill sees what the program of before makes of the database, and then
// migrates again and sees what that of the version to come does.
func (m *migratable) afterKill(t *testing.T, next string, place, owner []string) Account {
	t.Helper()
	a := Account{Cycles: 1}
	before := m.over(t, place)
	switch {
	case before.starts(t):
		a.Count("rolled back", 1)
		if !maps.Equal(before.stored(t), m.present) {
			a.Lost++
		}
	case strings.Contains(before.lastWords(t), string(store.CodeSchemaNew)):
		a.Count("done before it was killed", 1)
	default:
		a.Unexpected++
	}
	before.kill(t)
	if out, err := m.migrate(next, place, owner).CombinedOutput(); err != nil {
		t.Logf("again: %v\n%s", err, out)
		a.Unexpected++
		return a
	}
	after := m.over(t, place)
	after.program = next
	after.start(t)
	if !maps.Equal(after.stored(t), m.present) {
		a.Lost++
	}
	after.kill(t)
	return a
}

// lastWords is the end of what the program has said.
func (s *service) lastWords(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(s.log.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text[max(0, len(text)-300):])
}
