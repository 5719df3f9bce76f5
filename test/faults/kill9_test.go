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

var (
	cycles = flag.Int("cycles", 20, "how often the program is killed on each database")
	seed   = flag.Uint64("seed", 1, "of the moments at which it is killed")
)

const (
	senders        = 8
	abandoned      = 8  // one unknown outcome in so many is never retried
	contrastCycles = 15 // enough to lose something for certain
)

// contrast breaks one promise on purpose.
type contrast string

const (
	honest   contrast = ""
	earlyAck contrast = "early-ack" // acknowledge before the service did
	freshIDs contrast = "fresh-ids" // retry under a new id
)

// TestKill9 kills the program again and again while it takes records, and then
// compares what it holds with what it acknowledged.
func TestKill9(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			r := kill9(t, prepare(t, backend), *cycles, honest)
			t.Log(r)
			if r.lost+r.duplicated+r.unexpected > 0 || r.acknowledged == 0 {
				t.Error("the promise is broken, or nothing was tried")
			}
		})
	}
}

// TestKill9Contrast shows that a loss and a duplicate would have been found.
func TestKill9Contrast(t *testing.T) {
	for _, broken := range []contrast{earlyAck, freshIDs} {
		t.Run(string(broken), func(t *testing.T) {
			r := kill9(t, prepare(t, storetest.Backends[0]), contrastCycles, broken)
			t.Log(r)
			if broken == earlyAck && r.lost == 0 {
				t.Error("acknowledged before the commit, and nothing was lost: the check has no teeth")
			}
			if broken == freshIDs && r.duplicated == 0 {
				t.Error("retried under new ids, and nothing was duplicated: the check has no teeth")
			}
		})
	}
}

func kill9(t *testing.T, s *service, cycles int, broken contrast) result {
	t.Helper()
	began, tally := time.Now(), newTally()
	moments := rand.New(rand.NewPCG(*seed, 9))
	var slowest time.Duration
	for cycle := range cycles {
		slowest = max(slowest, s.start(t))
		s.refreshToken(t)
		submitUntilKilled(t, s, tally, broken, time.Duration(30+moments.IntN(200))*time.Millisecond)
		if (cycle+1)%100 == 0 {
			t.Logf("%d cycles, %d acknowledged", cycle+1, len(tally.acked))
		}
	}
	s.start(t)
	s.refreshToken(t)
	r := tally.compare(s.stored(t))
	s.kill(t)
	s.verifyLedger(t)
	r.cycles, r.contrast, r.slowest, r.took = cycles, broken, slowest, time.Since(began)
	return r
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
