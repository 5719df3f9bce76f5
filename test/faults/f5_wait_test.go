package faults

import (
	"flag"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/test/child"
)

var waits = flag.Int("waits", 12, "F5: how often a wait for a standby that is gone is cancelled")

// wayOut is how a wait for the standby ends. It gives how many waits ended.
type wayOut struct {
	name string
	end  func(t *testing.T, p *pair, tally *tally) int
}

// cancelled are the waits that an administrator ends, or the server by itself.
var cancelled = []wayOut{
	{"pg_cancel_backend", func(t *testing.T, p *pair, _ *tally) int { t.Helper(); return p.endWait(t, "pg_cancel_backend") }},
	{"pg_terminate_backend", func(t *testing.T, p *pair, _ *tally) int { t.Helper(); return p.endWait(t, "pg_terminate_backend") }},
	{"fast shutdowns", func(t *testing.T, p *pair, _ *tally) int {
		t.Helper()
		p.endWait(t, "")
		p.primary.stop(t, syscall.SIGINT)
		p.primary.start(t)
		return 1
	}},
}

// overdue are the waits that the program's own deadline ends.
var overdue = []wayOut{{"deadlines", func(t *testing.T, _ *pair, tally *tally) int {
	t.Helper()
	tally.awaitRefused(t, 1)
	return 1
}}}

// accepted are those that a driver gives out as done.
var accepted = []wayOut{{"deadlines", func(t *testing.T, _ *pair, tally *tally) int {
	t.Helper()
	tally.awaitMore(t, 1)
	return 1
}}}

// The edits of the programs that F5 is played against. A deadline of ten seconds
// would make long tests.
var (
	sooner    = change{"pkg/store/config.go", "c.Write = 10 * time.Second", "c.Write = 2 * time.Second"}
	deaf      = change{"pkg/store/postgres.go", "config.ConnConfig.OnNotice = noteSyncWait", ""}
	cancels   = change{"pkg/store/postgres.go", "config.MaxConns = int32(c.Connections)", "config.MaxConns = int32(c.Connections)\n\tconfig.ConnConfig.BuildContextWatcherHandler = cancelAtDeadline"}
	canceller = change{"pkg/store/deadline.go", "", `package store

import (
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
)

func cancelAtDeadline(c *pgconn.PgConn) ctxwatch.Handler {
	return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: time.Minute}
}
`}
)

// TestF5_CancelledWait stops the standby of a synchronous pair and then ends
// the waits for it: as an administrator might, by a shutdown, or by the
// deadline of the write. PostgreSQL commits all the same, at most with a
// warning; nothing may be acknowledged on that, and a retry finds one record.
func TestF5_CancelledWait(t *testing.T) {
	t.Run("by others", func(t *testing.T) { mustWait(t, "", program, *waits, cancelled) })
	t.Run("by the deadline", func(t *testing.T) {
		mustWait(t, " at the deadline", mutant(t, "short-deadline", sooner), max(1, *waits/10), overdue)
	})
	// Were pgx told to cancel the query instead of closing the connection, the
	// server's warning would still be heard.
	t.Run("by the deadline, cancelling", func(t *testing.T) {
		mustWait(t, " at the deadline, by a cancelled query", mutant(t, "cancelling", sooner, cancels, canceller), max(1, *waits/10), overdue)
	})
}

func mustWait(t *testing.T, how, program string, waits int, ways []wayOut) {
	t.Helper()
	began := time.Now()
	a := cancelWaits(t, program, waits, ways)
	a.Fault += how
	tell(t, a, began)
	mustHold(t, a)
}

// TestF5_CancelledWaitContrast shows that a program that overhears the warning
// acknowledges what the standby does not have, and that this is found.
func TestF5_CancelledWaitContrast(t *testing.T) {
	for _, c := range []struct {
		name    string
		program string
		ways    []wayOut
	}{
		{"the warning is ignored", mutant(t, "warnings-ignored", deaf), cancelled[:1]},
		{"the query is cancelled at the deadline, and the warning ignored", mutant(t, "cancelling-deaf", sooner, deaf, cancels, canceller), accepted},
	} {
		t.Run(c.name, func(t *testing.T) {
			began := time.Now()
			a := cancelWaits(t, c.program, 2, c.ways)
			a.Contrast = c.name
			tell(t, a, began)
			if a.Lost == 0 {
				t.Error("nothing was acknowledged without a standby: the check has no teeth")
			}
		})
	}
}

// TestF5_LibPQContrast plays it against a small program over lib/pq, whose driver
// cancels the query at the deadline and takes the server's word for it: which is
// why the product is not built on that driver.
func TestF5_LibPQContrast(t *testing.T) {
	to := filepath.Join(t.TempDir(), "libpq")
	build := exec.Command("go", "build", "-o", to, ".")
	build.Dir, build.Env = "libpq", append(os.Environ(), "GOFLAGS=-mod=readonly")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	began, p := time.Now(), newPair(t, true)
	p.primary.sql(t, "casestat", `CREATE ROLE taker LOGIN SUPERUSER`)
	s := &service{address: freeAddress(t), client: &http.Client{}}
	s.url = "http://" + s.address
	run := exec.Command(to, s.address, "host="+p.primary.socket+" user=taker dbname=casestat sslmode=disable")
	child.Start(t, run)
	tally := newTally()
	l := startLoad(t, honestDoor{s}, tally)
	tally.awaitMore(t, enough)
	p.standby.stop(t, syscall.SIGINT)
	p.awaitWaiting(t, "taker")
	before := tally.acknowledged()
	tally.awaitMore(t, 1) // though there is no standby
	a := Account{Fault: "F5 cancelled wait", Backend: string(store.Postgres), Contrast: "over lib/pq", Cycles: 1, Lost: tally.acknowledged() - before}
	a.Acknowledged = tally.acknowledged()
	p.follow(t)
	l.end()
	tell(t, a, began)
	if a.Lost == 0 {
		t.Error("nothing was acknowledged without a standby: the check has no teeth")
	}
}

// awaitWaiting returns when every sender waits for the standby, so that nothing
// is under way that it still got.
func (p *pair) awaitWaiting(t *testing.T, login string) {
	t.Helper()
	for range 30_000 { // tries, not a duration
		if len(p.primary.ask(t, `SELECT pid::text FROM pg_stat_activity WHERE usename = '`+login+`' AND wait_event = 'SyncRep'`)) >= senders {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatal("not all wait for the standby")
}

// cancelWaits gives as lost what was acknowledged while the standby was gone.
func cancelWaits(t *testing.T, program string, waits int, ways []wayOut) Account {
	t.Helper()
	p := newPair(t, true)
	s := newService(t, t.TempDir(), p.primary.place(t, filepath.Join(t.TempDir(), "data"), p.standby))
	s.program = program
	s.start(t)
	s.refreshToken(t)
	tally, all := newTally(), Account{Fault: "F5 cancelled wait", Backend: string(store.Postgres)}
	l := startLoad(t, honestDoor{s}, tally)
	tally.awaitMore(t, enough)
	p.standby.stop(t, syscall.SIGINT)
	p.endWait(t, "") // until somebody waits: what was under way before is over
	before := tally.acknowledged()
	for n := range waits {
		way := ways[n%len(ways)]
		all.Add(Account{Cycles: 1, Cases: map[string]int{way.name: way.end(t, p, tally)}})
	}
	withoutReplica := tally.acknowledged() - before
	p.follow(t)
	tally.awaitMore(t, enough)
	l.end()
	s.refreshToken(t)
	all.Add(tally.compare(s.stored(t)))
	all.Outage, all.Lost = tally.outage(), all.Lost+withoutReplica
	return all
}

// endWait returns when a transaction of the service waits for the standby, and
// ends the wait with a function of PostgreSQL, if one is named. It gives how
// many were ended.
func (p *pair) endWait(t *testing.T, way string) int {
	t.Helper()
	const waiting = ` FROM pg_stat_activity WHERE usename = 'test_serve' AND wait_event = 'SyncRep'`
	query := `SELECT pid::text` + waiting
	if way != "" {
		query = `SELECT ` + strconv.Quote(way) + `(pid)::text` + waiting
	}
	for range 30_000 { // tries, not a duration
		if ended := p.primary.ask(t, query); len(ended) > 0 {
			return len(ended)
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatal("nothing waits for the standby")
	return 0
}
