package faults

import (
	"flag"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
)

var stops = flag.Int("stops", 6, "F3: how often PostgreSQL is stopped or a process of it killed")

// enough records of a load, before a fault and after it.
const enough = 20

// stopping is a way in which PostgreSQL ends under the service's hands.
type stopping struct {
	name   string
	strike func(t *testing.T, c *cluster)
}

var stoppings = []stopping{
	{"immediate stops", func(t *testing.T, c *cluster) { c.stop(t, syscall.SIGQUIT); c.start(t) }},
	{"backends killed", killBackend}, // and the server recovers unaided
	{"postmasters killed", func(t *testing.T, c *cluster) { c.stop(t, syscall.SIGKILL); c.start(t) }},
}

// killBackend kills the process that works for one of the service's connections.
func killBackend(t *testing.T, c *cluster) {
	t.Helper()
	for _, text := range c.ask(t, `SELECT pid::text FROM pg_stat_activity WHERE usename = 'test_serve' LIMIT 1`) {
		pid, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
}

// TestF3_StoppedDatabase stops PostgreSQL in every way while records are taken
// in. In the gap the service answers 503 and nothing else, and goes on by itself
// when the server is back.
func TestF3_StoppedDatabase(t *testing.T) {
	began := time.Now()
	a := stopDatabase(t, *stops, stoppings, "", "")
	tell(t, a, began)
	mustHold(t, a)
}

// TestF3_StoppedDatabaseContrast shows that a loss would be found.
func TestF3_StoppedDatabaseContrast(t *testing.T) {
	began := time.Now()
	a := stopDatabase(t, 3, stoppings[:1], "wal_writer_delay = 10s\n", `ALTER ROLE test_serve IN DATABASE casestat SET synchronous_commit = off`)
	a.Contrast = "synchronous_commit=off"
	tell(t, a, began)
	if a.Lost == 0 {
		t.Error("acknowledged before it was on the disk, and nothing was lost: the check has no teeth")
	}
}

func stopDatabase(t *testing.T, stops int, ways []stopping, settings, unsafe string) Account {
	t.Helper()
	c := newCluster(t, filepath.Join(openFolder(t), "postgres"), settings)
	if unsafe != "" {
		c.sql(t, "casestat", unsafe)
	}
	s := newService(t, t.TempDir(), c.place(t, filepath.Join(t.TempDir(), "data")))
	s.start(t)
	tally, all := newTally(), Account{Fault: "F3 database stopped", Backend: string(store.Postgres)}
	for n := range stops {
		way := ways[n%len(ways)]
		s.refreshToken(t)
		l := startLoad(t, honestDoor{s}, tally)
		tally.awaitMore(t, enough)
		way.strike(t, c)
		tally.awaitMore(t, enough)
		l.end()
		all.Add(Account{Cycles: 1, Outage: tally.outage(), Cases: map[string]int{way.name: 1}})
	}
	s.refreshToken(t)
	all.Add(tally.compare(s.stored(t)))
	s.kill(t)
	s.verifyLedger(t)
	return all
}
