package faults

import (
	"flag"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
)

var slows = flag.Int("slows", 1, "F8: how often the disk becomes slow, stops and fails")

// TestF8_SlowDisk lets an fsync take from one second to five, and then for
// ever, while two hundred clients hand in records. Who finds no place is told to
// try again, nothing piles up, and when the disk is well all go on. What the
// disk was told to keep, and nothing else, outlasts a power cut in the middle.
func TestF8_SlowDisk(t *testing.T) {
	began := time.Now()
	a := slowDown(t, *slows)
	tell(t, a, began)
	mustHold(t, a)
}

// TestF8_FailingDisk has the disk say now and then that it could not keep what
// it was given. That is refused with 503 and /readyz says so; when the disk is
// well again both go on, and a power cut takes nothing that was acknowledged.
func TestF8_FailingDisk(t *testing.T) {
	began := time.Now()
	a := failDisk(t, program, *slows)
	tell(t, a, began)
	mustHold(t, a)
}

// TestF8_Contrast shows that a disk that lies loses what was acknowledged, as
// does a program that takes no notice of a disk that failed, and that this is
// found.
func TestF8_Contrast(t *testing.T) {
	t.Run("lying disk", func(t *testing.T) {
		began := time.Now()
		d, s := serviceOnSlowDisk(t)
		s.start(t)
		s.refreshToken(t)
		d.become(sick{lies: true})
		tally := newTally()
		l := startLoad(t, honestDoor{s}, tally)
		tally.awaitMore(t, enough)
		a := d.lookAfterCut(t, []*service{s}, tally)
		l.end()
		a.Fault, a.Backend, a.Contrast = "F8 slow disk", string(store.SQLite), "the disk lies"
		tell(t, a, began)
		if a.Lost == 0 {
			t.Error("the disk kept nothing, and nothing was lost: the check has no teeth")
		}
	})
	t.Run("failure ignored", func(t *testing.T) {
		began := time.Now()
		a := failDisk(t, mutant(t, "commit-ignored", commitIgnored), 1)
		a.Contrast = "a failed commit is taken for one"
		tell(t, a, began)
		if a.Lost == 0 {
			t.Error("failed commits were acknowledged, and nothing was lost: the check has no teeth")
		}
	})
}

func serviceOnSlowDisk(t *testing.T) (*slowDisk, *service) {
	t.Helper()
	d := newSlowDisk(t)
	return d, newService(t, t.TempDir(), []string{"--data", filepath.Join(d.mount, "data")})
}

func slowDown(t *testing.T, slows int) Account {
	t.Helper()
	d, s := serviceOnSlowDisk(t)
	metrics := s.measured(t)
	s.start(t)
	c := gather(t, s)
	quiet, moments := metric(t, metrics, "go_goroutines"), rand.New(rand.NewPCG(*seed, 8))
	all := Account{Fault: "F8 slow disk", Backend: string(store.SQLite)}
	watch := func() { all.Peak("goroutines", metric(t, metrics, "go_goroutines")) }
	for range slows {
		c.tally.watch()
		c.set(t)
		c.await(t, "acknowledged", 30_000, watch)
		d.become(sick{delay: between(moments, time.Second, 5*time.Second)})
		c.tally.awaitMore(t, enough)
		c.tally.awaitRefused(t, refusals)
		watch()
		all.Add(withoutCount(d.lookAfterCut(t, c.members, c.tally)))
		d.become(sick{stalled: make(chan struct{})})
		c.tally.awaitRefused(t, refusals)
		watch()
		if status := s.answers("/healthz"); status != http.StatusOK {
			t.Errorf("/healthz has the status %d", status)
		}
		d.become(sick{})
		c.forget()
		c.await(t, "acknowledged", 30_000, watch)
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
	s.verifyLedger(t)
	return all
}

// between gives durations, safe for concurrent use.
func between(moments *rand.Rand, least, most time.Duration) func() time.Duration {
	var mu sync.Mutex
	return func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return least + time.Duration(moments.Int64N(int64(most-least)))
	}
}

func failDisk(t *testing.T, program string, slows int) Account {
	t.Helper()
	d, s := serviceOnSlowDisk(t)
	honest := program == s.program
	s.program = program
	s.start(t)
	tally, all := newTally(), Account{Fault: "F8 failing disk", Backend: string(store.SQLite)}
	for range slows {
		s.refreshToken(t)
		l := startLoad(t, honestDoor{s}, tally)
		tally.awaitMore(t, enough)
		d.become(sick{fails: true})
		if honest {
			tally.awaitRefused(t, refusals)
			s.awaitReadiness(t, false)
		} else { // which might not notice
			tally.awaitMore(t, enough)
		}
		all.Add(withoutCount(d.lookAfterCut(t, []*service{s}, tally)))
		d.become(sick{})
		if honest {
			tally.awaitMore(t, enough)
			s.awaitReadiness(t, true)
			all.Add(withoutCount(d.lookAfterCut(t, []*service{s}, tally)))
		}
		l.end()
		all.Add(Account{Cycles: 1, Outage: tally.outage()})
	}
	all.Count("told to try again", tally.refusals())
	if honest {
		s.refreshToken(t)
		all.Add(tally.compare(s.stored(t)))
		s.kill(t)
		s.verifyLedger(t)
	}
	return all
}

// withoutCount leaves out how many were acknowledged, where others count them.
func withoutCount(a Account) Account {
	a.Cycles, a.Acknowledged = 0, 0
	return a
}

// lookAfterCut starts the real program on what a power cut would leave now, and
// looks for what had been acknowledged before and was sent until then.
func (d *slowDisk) lookAfterCut(t *testing.T, members []*service, tally *tally) Account {
	t.Helper()
	acked, _ := tally.soFar()
	at := d.cut(t)
	_, sent := tally.soFar()
	s := members[0].over(t, []string{"--data", filepath.Join(at, "data")})
	s.program, s.how = program, nil
	s.start(t)
	defer s.kill(t)
	var recovered []*service
	for _, m := range members {
		recovered = append(recovered, s.as(t, m.credentials))
	}
	a := compare(acked, sent, storedOf(t, recovered))
	a.Cycles = 1
	a.Count("power cuts", 1)
	return a
}
