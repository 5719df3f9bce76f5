package faults

import (
	"flag"
	"math/rand/v2"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

var drains = flag.Int("drains", 8, "F12: how often the program is told to end while it takes records, on each database")

const contrastDrains = 25 // enough to hit the moment between a commit and its answer

// TestF12_Drain sends SIGTERM while records are taken in. What the program has
// accepted it answers: nothing is stored whose sender was not told so.
func TestF12_Drain(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			began := time.Now()
			a := drain(t, backend, *drains, syscall.SIGTERM)
			tell(t, a, began)
			mustHold(t, a)
		})
	}
}

// TestF12_DrainContrast shows that a program that just ends leaves senders
// without an answer, and that this is found.
func TestF12_DrainContrast(t *testing.T) {
	began := time.Now()
	a := drain(t, store.SQLite, contrastDrains, syscall.SIGKILL)
	a.Contrast = "kill -9"
	tell(t, a, began)
	if a.Unexpected == 0 {
		t.Error("killed at once, and nobody was left without an answer: the check has no teeth")
	}
}

// drain counts as unexpected what is stored and was not acknowledged, and an end
// that was not orderly.
func drain(t *testing.T, backend store.Backend, drains int, with os.Signal) Account {
	t.Helper()
	s := prepare(t, backend)
	tally, all := newTally(), Account{Fault: "F12 drain", Backend: string(backend)}
	moments := rand.New(rand.NewPCG(*seed, 12))
	for range drains {
		s.start(t)
		s.refreshToken(t)
		var wg sync.WaitGroup
		for range senders {
			wg.Go(func() { sendUntilRefused(t, honestDoor{s}, tally) })
		}
		time.Sleep(time.Duration(20+moments.IntN(100)) * time.Millisecond) // the moment of the fault
		run := s.running
		s.signal(t, with)
		wg.Wait()
		s.client.CloseIdleConnections()
		if with == syscall.SIGTERM && run.ProcessState.ExitCode() != 0 {
			t.Errorf("exit code %d", run.ProcessState.ExitCode())
			all.Unexpected++
		}
		all.Cycles++
	}
	s.start(t)
	s.refreshToken(t)
	acked, _ := tally.soFar()
	all.Count("senders turned away", tally.refusals())
	all.Add(compare(acked, acked, s.stored(t))) // what was not acknowledged counts as never sent
	return all
}

// sendUntilRefused sends one record after the other until no answer comes or
// one that says to try again, and retries nothing.
func sendUntilRefused(t *testing.T, d door, tally *tally) {
	for {
		a := tally.take(newRecordID)
		status, err := d.put(t.Context(), a)
		if err != nil || status != acknowledged {
			tally.unknown(a, true)
			return
		}
		tally.acknowledge(a)
	}
}
