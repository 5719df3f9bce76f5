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

var waits = flag.Int("waits", 12, "F5: how often a wait for a standby that is gone is cancelled")

// TestF5_CancelledWait stops the standby of a synchronous pair and then cancels
// the waits for it, as an administrator might. PostgreSQL commits all the same
// and says so in a warning; nothing may be acknowledged on that.
func TestF5_CancelledWait(t *testing.T) {
	began := time.Now()
	a := cancelWaits(t, program, *waits)
	tell(t, a, began)
	mustHold(t, a)
}

// TestF5_CancelledWaitContrast shows that a program that overhears the warning
// acknowledges what the standby does not have, and that this is found.
func TestF5_CancelledWaitContrast(t *testing.T) {
	deaf := mutant(t, "warnings-ignored", change{"pkg/store/postgres.go", "config.ConnConfig.OnNotice = noteSyncWait", ""})
	began := time.Now()
	a := cancelWaits(t, deaf, 6)
	a.Contrast = "the warning is ignored"
	tell(t, a, began)
	if a.Lost == 0 {
		t.Error("the warning was ignored, and nothing was acknowledged: the check has no teeth")
	}
}

// cancelWaits gives as lost what was acknowledged while the standby was gone.
func cancelWaits(t *testing.T, program string, waits int) Account {
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
		way := []string{"pg_cancel_backend", "pg_terminate_backend"}[n%2]
		all.Add(Account{Cycles: 1, Cases: map[string]int{way: p.endWait(t, way)}})
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
