package faults

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

const (
	senders   = 8
	abandoned = 8                    // one unknown outcome in so many is never retried
	breath    = 3 * time.Millisecond // of a sender that was told to try again

	// pace is how many records the senders of a load send in a second at most. A
	// quick machine would take more than one client may submit, 2,000, and the 429
	// it then answers with is no fault of anything that is tested here.
	pace = 1800
)

// load is senders at work on a service, whatever becomes of it: an exchange
// that breaks leaves its outcome unknown, and most are retried.
type load struct {
	stop chan struct{}
	once sync.Once
	wg   sync.WaitGroup
}

// startLoad sets senders to work through the door. Any answer but an
// acknowledgement and 503 fails the test.
func startLoad(t *testing.T, d door, tally *tally) *load {
	l := &load{stop: make(chan struct{})}
	tally.watch()
	l.start(t, func() { sendOne(t, d, tally) })
	return l
}

// start sets the senders to work, each on one record after another.
func (l *load) start(t *testing.T, send func()) {
	steps := rate.NewLimiter(pace, senders)
	for range senders {
		l.wg.Go(func() {
			for !l.stopped() && steps.Wait(t.Context()) == nil {
				send()
			}
		})
	}
	t.Cleanup(l.end) // if the test ends before
}

func sendOne(t *testing.T, d door, tally *tally) {
	a := tally.take(newRecordID)
	status, err := d.put(t.Context(), a)
	switch {
	case err == nil && status == acknowledged:
		tally.acknowledge(a)
		return
	case err == nil && status != tryAgain:
		t.Errorf("a record was refused with status %d", status)
	}
	tally.unknown(a, rand.IntN(abandoned) == 0)
	time.Sleep(breath)
}

func (l *load) stopped() bool {
	select {
	case <-l.stop:
		return true
	default:
		return false
	}
}

// end lets every sender finish what it has under way.
func (l *load) end() {
	l.once.Do(func() { close(l.stop) })
	l.wg.Wait()
}

// awaitMore returns when n more records were acknowledged than at the call.
func (t *tally) awaitMore(tb testing.TB, n int) {
	tb.Helper()
	await(tb, "acknowledged", t.acknowledged, n)
}

// awaitRefused returns when n more could not be.
func (t *tally) awaitRefused(tb testing.TB, n int) {
	tb.Helper()
	await(tb, "refused", t.refusals, n)
}

func await(t testing.TB, what string, count func() int, n int) {
	t.Helper()
	target := count() + n
	for range 60_000 { // tries, not a duration: a slow machine only waits longer
		if count() >= target {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatalf("nothing is %s any more", what)
}
