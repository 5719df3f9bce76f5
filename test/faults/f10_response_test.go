package faults

import (
	"context"
	"flag"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
)

var responses = flag.Int("responses", 60, "F10: how many answers get lost on the way, of the program and of PostgreSQL each")

// loser loses one piece of an answer in so many.
type loser struct {
	in   atomic.Int64 // 0: it loses nothing
	lost atomic.Int64
}

func (l *loser) lose() bool {
	if in := l.in.Load(); in == 0 || rand.Int64N(in) > 0 {
		return false
	}
	l.lost.Add(1)
	return true
}

// renamingDoor breaks the promise: a retry goes under an id of its own.
type renamingDoor struct{ honest honestDoor }

func (d renamingDoor) put(ctx context.Context, a attempt) (int, error) {
	return d.honest.put(ctx, attempt{a.serial, newRecordID()})
}

// TestF10_LostResponse lets answers get lost after the deed was done: those of
// the program to its clients, and those of PostgreSQL to the program. A retry
// under the same id changes nothing.
func TestF10_LostResponse(t *testing.T) {
	t.Run("of the program", func(t *testing.T) {
		began := time.Now()
		a := loseAnswers(t, *responses, honest)
		tell(t, a, began)
		mustHold(t, a)
	})
	t.Run("of PostgreSQL", func(t *testing.T) {
		began := time.Now()
		a := loseCommits(t, *responses)
		tell(t, a, began)
		mustHold(t, a)
	})
}

// TestF10_LostResponseContrast shows that a duplicate would be found.
func TestF10_LostResponseContrast(t *testing.T) {
	began := time.Now()
	a := loseAnswers(t, 10, freshIDs)
	tell(t, a, began)
	if a.Duplicated == 0 {
		t.Error("retried under new ids, and nothing was duplicated: the check has no teeth")
	}
}

// loseAnswers puts a proxy between the clients and the program.
func loseAnswers(t *testing.T, answers int, broken contrast) Account {
	t.Helper()
	s, l := prepare(t, store.SQLite), &loser{}
	s.start(t)
	s.refreshToken(t)
	far := *s
	far.url = "http://" + newProxy(t, "tcp", s.address, l.lose).listener.Addr().String()
	var d door = honestDoor{&far}
	if broken == freshIDs {
		d = renamingDoor{honestDoor{&far}}
	}
	l.in.Store(10)
	a := loseUntil(t, s, d, l, answers)
	a.Fault, a.Backend, a.Contrast = "F10 lost response of the program", string(store.SQLite), string(broken)
	return a
}

// loseCommits puts a proxy between the program and PostgreSQL.
func loseCommits(t *testing.T, answers int) Account {
	t.Helper()
	l := &loser{}
	c := newCluster(t, filepath.Join(openFolder(t), "postgres"), "")
	c.via = newProxy(t, "unix", socketOf(c), l.lose).listener.Addr().String()
	s := newService(t, t.TempDir(), c.place(t, filepath.Join(t.TempDir(), "data")))
	s.start(t)
	s.refreshToken(t)
	l.in.Store(60)
	a := loseUntil(t, s, honestDoor{s}, l, answers)
	a.Fault, a.Backend = "F10 lost response of PostgreSQL", string(store.Postgres)
	return a
}

// loseUntil keeps senders at work until so many answers were lost, lets them
// finish what they have to retry, and looks at what is stored.
func loseUntil(t *testing.T, s *service, d door, l *loser, answers int) Account {
	t.Helper()
	tally := newTally()
	load := startLoad(t, d, tally)
	await(t, "lost", func() int { return int(l.lost.Load()) }, answers)
	load.end()
	a := Account{Cycles: int(l.lost.Load()), Outage: tally.outage()}
	l.in.Store(0) // nothing more is lost while the result is read
	a.Add(tally.compare(s.stored(t)))
	return a
}
