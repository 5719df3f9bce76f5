package faults

import (
	"context"
	"database/sql"
	"flag"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

var holds = flag.Int("holds", 1, "F6: how often every connection to each database is kept waiting")

const (
	crowd        = 200                    // clients that all ask at once
	crowdMembers = 8                      // whose clients they are: no member may have more than a quarter of the places
	hesitation   = 100 * time.Millisecond // of one of the crowd that was told to try again
	goroutines   = 5                      // of the program, at most, for each of the crowd
	patience     = 4_000                  // looks at a crowd that may never be answered
	broken       = 1000                   // refusals for each connection that may break: one was seen to, among 30,000
)

// TestF6_PoolExhaustion keeps every connection to the database waiting for a
// lock while two hundred clients hand in records. Each is told to try again
// while the lock is held, none waits for its end; then all go on.
func TestF6_PoolExhaustion(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			began := time.Now()
			a := exhaust(t, backend, program, *holds)
			tell(t, a, began)
			mustHold(t, a)
			if a.Cases["left waiting"] > 0 || a.Cases["connections broken"] > a.Cases["told to try again"]/broken {
				t.Error("clients were left waiting for as long as the lock was held, or without an answer")
			}
		})
	}
}

// TestF6_PoolExhaustionContrast shows that a program that waits for a
// connection, or for a lock, for as long as it takes is found out.
func TestF6_PoolExhaustionContrast(t *testing.T) {
	for backend, waiting := range map[store.Backend]string{
		store.SQLite: mutant(t, "busy-for-ever",
			change{"pkg/store/sqlite.go", `"busy_timeout(5000)"`, `"busy_timeout(600000)"`},
			change{"pkg/store/sqlite_dialect.go", "`PRAGMA busy_timeout = 5000`", "`PRAGMA busy_timeout = 600000`"}),
		store.Postgres: mutant(t, "wait-for-ever",
			change{"pkg/store/atomic.go", "ctx, cancel := context.WithTimeout(ctx, d.config.Acquire)", "ctx, cancel := context.WithCancel(ctx)"},
			change{"pkg/membership/snapshot.go", "ctx, cancel := context.WithTimeout(ctx, s.patience)", "ctx, cancel := context.WithCancel(ctx)"},
			change{"pkg/store/postgres.go", `config.ConnConfig.RuntimeParams["lock_timeout"] = milliseconds(c.Write)`, ""}),
	} {
		t.Run(string(backend), func(t *testing.T) {
			began := time.Now()
			a := exhaust(t, backend, waiting, 1)
			a.Contrast = "no limit to waiting"
			tell(t, a, began)
			if a.Cases["left waiting"] < crowd/2 { // of twice the crowd
				t.Error("nothing ends the wait, and hardly a client was left waiting: the check has no teeth")
			}
		})
	}
}

// exhaust lets go of the lock when every client was told to try again, or when
// nobody expects that any more.
func exhaust(t *testing.T, backend store.Backend, program string, holds int) Account {
	t.Helper()
	s, take := lockable(t, backend)
	metrics, honest := s.measured(t), program == s.program
	s.program = program
	s.start(t)
	c := gather(t, s)
	quiet := metric(t, metrics, "go_goroutines")
	all := Account{Fault: "F6 pool exhaustion", Backend: string(backend)}
	watch := func() { all.Peak("goroutines", metric(t, metrics, "go_goroutines")) }
	for range holds {
		c.tally.watch()
		c.set(t)
		c.await(t, "acknowledged", 30_000, func() {})
		release := take(t)
		t.Cleanup(release) // if something ends the test before
		looks := 30_000    // not a duration: a slow machine only waits longer
		if !honest {
			looks = patience
		}
		for range 2 { // who asks after a refusal finds nothing that was known before
			c.forget()
			if left := crowd - c.await(t, "refused", looks, watch); left > 0 {
				all.Count("left waiting", left)
			}
			all.Count("connections broken", c.had("left without an answer"))
		}
		if status := s.answers("/healthz"); status != http.StatusOK {
			t.Errorf("/healthz has the status %d", status)
		}
		release()
		c.forget()
		c.await(t, "acknowledged", 30_000, func() {})
		s.awaitReadiness(t, true)
		c.disperse()
		all.Add(Account{Cycles: 1, Outage: c.tally.outage()})
	}
	if all.Peaks["goroutines"] > quiet+goroutines*crowd {
		t.Errorf("%d goroutines for %d clients, %d before them", all.Peaks["goroutines"], crowd, quiet)
	}
	all.Peak("kB of memory", s.inProcess(t, "VmHWM"))
	all.Count("told to try again", c.tally.refusals())
	all.Add(c.tally.compare(storedOf(t, c.members)))
	s.kill(t)
	return all
}

// lockable gives a service, and a function that takes a lock on its database
// which nothing can be done without and gives one that lets go of it.
func lockable(t *testing.T, backend store.Backend) (*service, func(*testing.T) (release func())) {
	t.Helper()
	if backend == store.SQLite {
		s := prepare(t, backend)
		return s, func(t *testing.T) func() { return lockSQLite(t, filepath.Join(s.place[1], "records.db")) }
	}
	c := newCluster(t, filepath.Join(openFolder(t), "postgres"), "")
	s := newService(t, t.TempDir(), c.place(t, filepath.Join(t.TempDir(), "data")))
	return s, func(t *testing.T) func() { return lockPostgres(t, c) }
}

func lockSQLite(t *testing.T, file string) func() {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(60000)&_txlock=exclusive")
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(context.WithoutCancel(t.Context()), nil)
	if err != nil {
		t.Fatal(err)
	}
	return sync.OnceFunc(func() {
		_ = tx.Rollback() // it has done nothing
		db.Close()
	})
}

// lockPostgres takes every table that a request looks into, so that every
// connection of the service comes to wait.
func lockPostgres(t *testing.T, c *cluster) func() {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, c.admin("casestat"))
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []string{`BEGIN`, `LOCK TABLE records.client, records.record, records.ledger_head IN ACCESS EXCLUSIVE MODE`} {
		if _, err := conn.Exec(ctx, one); err != nil {
			t.Fatal(err)
		}
	}
	return sync.OnceFunc(func() { conn.Close(ctx) })
}

// crowded are the clients, each with one request under way at a time.
type crowded struct {
	members []*service
	tally   *tally
	stop    chan struct{}
	wg      sync.WaitGroup

	mu  sync.Mutex
	who map[string]map[int]bool // had which answer, since forget
}

// gather makes the members. The service must be running.
func gather(t *testing.T, s *service) *crowded {
	t.Helper()
	c := &crowded{tally: newTally()}
	for range crowdMembers {
		c.members = append(c.members, s.as(t, s.join(t)))
	}
	t.Cleanup(c.disperse)
	return c
}

// set sets everybody to work.
func (c *crowded) set(t *testing.T) {
	t.Helper()
	stop := make(chan struct{})
	c.stop = stop
	c.forget()
	for _, m := range c.members {
		m.refreshToken(t)
	}
	for client := range crowd {
		c.wg.Go(func() {
			door := honestDoor{c.members[client%crowdMembers]}
			for {
				select {
				case <-stop:
					return
				default:
					c.ask(t, client, door, stop)
				}
			}
		})
	}
}

// ask hands in one record. Whoever sent one sends it again under its own name:
// a record belongs to a member.
func (c *crowded) ask(t *testing.T, client int, d door, stop chan struct{}) {
	a := c.tally.take(newRecordID)
	for {
		switch status, err := d.put(context.WithoutCancel(t.Context()), a); {
		case err != nil:
			t.Log(err)
			c.note("left without an answer", client)
		case status == acknowledged:
			c.tally.acknowledge(a)
			c.note("acknowledged", client)
			return
		case status == tryAgain:
			c.note("refused", client)
		default:
			t.Errorf("a record was refused with status %d", status)
		}
		c.tally.unknown(a, true)
		select {
		case <-stop:
			return
		case <-time.After(hesitation):
		}
	}
}

func (c *crowded) note(what string, client int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.who[what] == nil {
		c.who[what] = map[int]bool{}
	}
	c.who[what][client] = true
}

// had is how many clients had such an answer since forget.
func (c *crowded) had(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.who[what])
}

func (c *crowded) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.who = map[string]map[int]bool{}
}

// await returns when every client had such an answer, or after so many looks,
// and gives how many had one. Meanwhile it calls besides now and then.
func (c *crowded) await(t *testing.T, what string, looks int, besides func()) (n int) {
	t.Helper()
	for look := range looks {
		if look%100 == 0 {
			besides()
		}
		if n = c.had(what); n == crowd {
			return n
		}
		time.Sleep(2 * time.Millisecond)
	}
	if what == "acknowledged" {
		t.Fatalf("only %d of %d clients are acknowledged", n, crowd)
	}
	return n
}

// disperse waits until every client has its last answer.
func (c *crowded) disperse() {
	if c.stop != nil {
		close(c.stop)
		c.stop = nil
	}
	c.wg.Wait()
}
