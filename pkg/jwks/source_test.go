package jwks

import (
	"context"
	"crypto"
	"fmt"
	"sync"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/fault"
)

func TestT12_a_key_that_was_taken_out_is_refused_when_the_set_is_no_longer_fresh(t *testing.T) {
	r := run(t, ed("old", 1), ed("new", 2))
	r.wants(t, "old", edKey(1))
	r.set(func(g *registry) { g.text = setOf(t, ed("new", 2)) })
	r.pass(Fresh - time.Second)
	r.wants(t, "old", edKey(1)) // the contrast: as long as nobody asks again, it counts
	r.pass(time.Second)
	r.lacks(t, "old", fault.NotFound)
	r.wants(t, "new", edKey(2))
	if n := r.count(); n != 2 {
		t.Errorf("%d fetches", n)
	}
}

func TestT12_a_new_key_counts_at_once(t *testing.T) {
	r := run(t, ed("old", 1))
	r.pass(Pause)
	r.set(func(g *registry) { g.text = setOf(t, ed("old", 1), ed("new", 2)) })
	r.wants(t, "new", edKey(2))
	r.wants(t, "old", edKey(1))
}

func TestT12_unknown_keys_cause_one_fetch_a_minute_whatever_the_flood(t *testing.T) {
	r := run(t, ed("k", 1))
	for minute := 1; minute <= 4; minute++ { // the set stays fresh
		r.pass(Pause)
		var flood sync.WaitGroup
		for n := range 64 {
			flood.Go(func() {
				for i := range 100 {
					r.lacks(t, fmt.Sprint("unknown", n, i), fault.NotFound)
				}
			})
		}
		flood.Wait()
		r.settle()
		if n := r.count(); n != 1+minute {
			t.Fatalf("%d fetches after minute %d of a flood", n, minute)
		}
	}
	r.wants(t, "k", edKey(1))
}

// The contrast: a source that fetched for every unknown key would do so as
// often as the flood likes.
func TestT12_contrast_a_source_without_a_pause_is_driven_by_the_flood(t *testing.T) {
	r := run(t, ed("k", 1))
	for n := range 20 {
		r.Source.mu.Lock()
		r.tried = time.Time{} // forgets when it fetched last
		r.Source.mu.Unlock()
		r.lacks(t, fmt.Sprint("unknown", n), fault.NotFound)
		r.settle()
	}
	if n := r.count(); n != 21 {
		t.Errorf("%d fetches, want one for each unknown key", n)
	}
}

func TestT12_while_a_fetch_hangs_known_keys_count_and_few_wait(t *testing.T) {
	r := run(t, ed("k", 1))
	<-r.begun
	r.set(func(g *registry) { g.now = g.now.Add(Pause); g.hold = make(chan struct{}) })
	var waiting sync.WaitGroup
	for range maxWaiting {
		waiting.Go(func() { r.lacks(t, "unknown", fault.NotFound) })
	}
	<-r.begun // the fetch is under way
	for r.waitingNow() < maxWaiting {
		time.Sleep(time.Millisecond)
	}
	r.lacks(t, "unknown", fault.NotFound) // one too many, and not held up
	r.wants(t, "k", edKey(1))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	r.Source.mu.Lock()
	r.waiting-- // room for one whose caller has gone away
	r.Source.mu.Unlock()
	if _, err := r.Key(gone, "unknown"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a caller who went away: %v", err)
	}
	close(r.hold)
	waiting.Wait()
}

func (s *Source) waitingNow() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting
}

func TestT12_while_no_set_can_be_had_the_last_good_one_counts_for_an_hour(t *testing.T) {
	for name, spoil := range map[string]func(*registry){
		"no answer":      func(g *registry) { g.err = errDown },
		"no key set":     func(g *registry) { g.text = []byte("<html>") },
		"no usable key":  func(g *registry) { g.text = []byte(`{"keys":[]}`) },
		"far too large":  func(g *registry) { g.text = make([]byte, 1<<20) },
		"two of one kid": func(g *registry) { g.text = setOf(t, ed("k", 1), ed("k", 2)) },
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, ed("k", 1))
			r.set(spoil)
			for past := time.Duration(0); past < Kept-time.Minute; past += time.Minute {
				r.pass(time.Minute)
				r.wants(t, "k", edKey(1))
			}
			if n, most := r.count(), int(Kept/Pause)+1; n > most || n < 2 {
				t.Errorf("%d fetches in an hour of failures, want %d at most", n, most)
			}
			if len(r.failed) == 0 {
				t.Error("nobody was told")
			}
			r.pass(time.Minute)
			r.lacks(t, "k", fault.Unavailable)
			r.set(func(g *registry) { g.err, g.text = nil, setOf(t, ed("k", 1)) })
			r.pass(Pause)
			r.wants(t, "k", edKey(1))
		})
	}
}

func TestT12_before_the_first_set_and_after_the_end_nothing_counts(t *testing.T) {
	s := need[*Source](t)(New(Config{Algorithm: "EdDSA", Fetch: func(context.Context) ([]byte, error) { return nil, errDown }, Clock: time.Now}))
	if _, err := s.Key(t.Context(), "k"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("before Run: %v", err)
	}
	r := run(t, ed("k", 1))
	r.stop()
	r.wants(t, "k", edKey(1))
	r.set(func(g *registry) { g.now = g.now.Add(Kept) })
	r.lacks(t, "k", fault.Unavailable) // though nobody looks at the clock any more
}

func TestT12_a_clock_that_goes_backwards_keeps_no_key_alive(t *testing.T) {
	r := run(t, ed("k", 1))
	r.set(func(g *registry) { g.err = errDown })
	r.pass(-time.Hour)
	r.lacks(t, "k", fault.Unavailable)
}

// A fetch that is given up at the end says nothing to the operator.
func TestRunEndsInTheMiddleOfAFetch(t *testing.T) {
	r := run(t, ed("k", 1))
	<-r.begun
	r.set(func(g *registry) { g.now = g.now.Add(Pause); g.hold = make(chan struct{}) })
	waits := make(chan error, 1)
	go func() {
		_, err := r.Key(context.Background(), "unknown")
		waits <- err
	}()
	<-r.begun
	r.stop()
	if err := <-waits; fault.KindOf(err) != fault.NotFound {
		t.Errorf("who waited is told %v", err)
	}
	if len(r.failed) != 0 {
		t.Errorf("an alarm at the end: %v", <-r.failed)
	}
}

func TestASourceNeedsEverything(t *testing.T) {
	all := Config{Algorithm: "EdDSA", Fetch: File("x"), Clock: time.Now}
	for name, spoil := range map[string]func(*Config){
		"algorithm": func(c *Config) { c.Algorithm = "" }, "fetch": func(c *Config) { c.Fetch = nil }, "clock": func(c *Config) { c.Clock = nil },
	} {
		c := all
		spoil(&c)
		if _, err := New(c); err == nil {
			t.Errorf("no %s: it is taken", name)
		}
	}
	var _ crypto.PublicKey = edKey(1)
}
