package faults

import (
	"flag"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
)

var failovers = flag.Int("failovers", 2, "F4: how often the primary is killed and its standby promoted")

// TestF4_Failover kills the primary of a synchronous pair, promotes the standby,
// and has them change places, while records are taken in.
func TestF4_Failover(t *testing.T) {
	began := time.Now()
	a := failOver(t, *failovers, true)
	tell(t, a, began)
	mustHold(t, a)
}

// TestF4_FailoverContrast shows that a standby that is not waited for loses
// something, and that this is found.
func TestF4_FailoverContrast(t *testing.T) {
	began := time.Now()
	a := failOver(t, 2, false)
	a.Contrast = "asynchronous standby"
	tell(t, a, began)
	if a.Lost == 0 {
		t.Error("acknowledged before the standby had it, and nothing was lost: the check has no teeth")
	}
}

func failOver(t *testing.T, failovers int, sync bool) Account {
	t.Helper()
	p := newPair(t, sync)
	s := newService(t, t.TempDir(), p.primary.place(t, filepath.Join(t.TempDir(), "data"), p.standby))
	s.start(t)
	tally, all := newTally(), Account{Fault: "F4 failover", Backend: string(store.Postgres)}
	moments := rand.New(rand.NewPCG(*seed, 4))
	for range failovers {
		s.refreshToken(t)
		l := startLoad(t, honestDoor{s}, tally)
		tally.awaitMore(t, enough)
		p.failOver(t, time.Duration(30+moments.IntN(100))*time.Millisecond)
		tally.awaitMore(t, enough)
		l.end()
		p.awaitStandby(t)
		all.Add(Account{Cycles: 1, Outage: tally.outage()})
	}
	s.refreshToken(t)
	all.Add(tally.compare(s.stored(t)))
	s.kill(t)
	s.verifyLedger(t)
	return all
}
