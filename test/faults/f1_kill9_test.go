package faults

import (
	"context"
	"flag"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/storetest"
)

var cycles = flag.Int("cycles", 20, "F1: how often the program is killed on each database")

const contrastCycles = 15 // enough to lose something for certain

// contrast breaks one promise on purpose.
type contrast string

const (
	honest   contrast = ""
	earlyAck contrast = "acknowledged before the service did"
	freshIDs contrast = "retried under a new id"
)

// TestF1_Kill9 kills the program again and again while it takes records, and
// then compares what it holds with what it acknowledged.
func TestF1_Kill9(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			began := time.Now()
			a := kill9(t, prepare(t, backend), *cycles, honest)
			a.Backend = string(backend)
			tell(t, a, began)
			mustHold(t, a)
		})
	}
}

// TestF1_Kill9Contrast shows that a loss and a duplicate would have been found.
func TestF1_Kill9Contrast(t *testing.T) {
	for _, broken := range []contrast{earlyAck, freshIDs} {
		t.Run(string(broken), func(t *testing.T) {
			began := time.Now()
			a := kill9(t, prepare(t, storetest.Backends[0]), contrastCycles, broken)
			a.Backend = string(storetest.Backends[0])
			tell(t, a, began)
			if broken == earlyAck && a.Lost == 0 {
				t.Error("acknowledged before the commit, and nothing was lost: the check has no teeth")
			}
			if broken == freshIDs && a.Duplicated == 0 {
				t.Error("retried under new ids, and nothing was duplicated: the check has no teeth")
			}
		})
	}
}

func kill9(t *testing.T, s *service, cycles int, broken contrast) Account {
	t.Helper()
	tally := newTally()
	moments := rand.New(rand.NewPCG(*seed, 1))
	var slowest time.Duration
	for cycle := range cycles {
		slowest = max(slowest, s.start(t))
		s.refreshToken(t)
		submitUntilKilled(t, s, tally, broken, time.Duration(30+moments.IntN(200))*time.Millisecond)
		if (cycle+1)%100 == 0 {
			t.Logf("%d cycles, %d acknowledged", cycle+1, tally.acknowledged())
		}
	}
	s.start(t)
	s.refreshToken(t)
	a := tally.compare(s.stored(t))
	s.kill(t)
	s.verifyLedger(t)
	a.Fault, a.Contrast, a.Cycles, a.Outage = "F1 kill -9", string(broken), cycles, slowest
	return a
}

// submitUntilKilled lets the senders work for a while, kills the service under
// them, and returns when the last of them has seen its connection break.
func submitUntilKilled(t *testing.T, s *service, tally *tally, broken contrast, after time.Duration) {
	door, closeDoor := s.door(broken == earlyAck)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() { submit(ctx, t, door, tally, broken) })
	}
	time.Sleep(after) // the moment of the fault, not a wait for anything
	s.kill(t)
	cancel()
	wg.Wait()
	closeDoor()
}

// submit sends one record after the other until the service is gone. A broken
// exchange leaves its outcome unknown; most are retried in the next cycle.
func submit(ctx context.Context, t *testing.T, door door, tally *tally, broken contrast) {
	for ctx.Err() == nil {
		a := tally.take(newRecordID)
		answer, err := door.put(ctx, a)
		switch {
		case err != nil:
			if broken == freshIDs {
				a.id = newRecordID()
			}
			tally.unknown(a, rand.IntN(abandoned) == 0)
			return
		case answer == acknowledged:
			tally.acknowledge(a)
		case answer == tryAgain:
			tally.unknown(a, false)
		default:
			t.Errorf("a record was refused with status %d", answer)
			return
		}
	}
}
