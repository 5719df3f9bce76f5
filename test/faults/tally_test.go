package faults

import (
	"maps"
	"sync"
	"time"
)

// tally knows what became of every record that was ever sent, by its serial
// number (which is part of the record's content).
type tally struct {
	mu    sync.Mutex
	acked map[int]bool
	sent  map[int]bool
	retry []attempt // outcome unknown: to be sent again
	next  int
	lacks int           // how often one could not be acknowledged
	last  time.Time     // when something was acknowledged
	gap   time.Duration // the longest time without
}

// attempt is one record to be sent under one id.
type attempt struct {
	serial int
	id     string
}

func newTally() *tally {
	return &tally{acked: map[int]bool{}, sent: map[int]bool{}}
}

// take gives the next record to send: one whose outcome is unknown, or a new one.
func (t *tally) take(newID func() string) attempt {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.retry); n > 0 {
		a := t.retry[n-1]
		t.retry = t.retry[:n-1]
		return a
	}
	a := attempt{t.next, newID()}
	t.sent[a.serial] = true
	t.next++
	return a
}

func (t *tally) acknowledge(a attempt) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.acked[a.serial] = true
	now := time.Now()
	if !t.last.IsZero() {
		t.gap = max(t.gap, now.Sub(t.last))
	}
	t.last = now
}

// unknown puts a record back, unless its sender gives up on it.
func (t *tally) unknown(a attempt, givesUp bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lacks++
	if !givesUp {
		t.retry = append(t.retry, a)
	}
}

// watch begins to measure the time without an acknowledgement.
func (t *tally) watch() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last, t.gap = time.Now(), 0
}

// outage is the longest time without an acknowledgement since watch.
func (t *tally) outage() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.gap
}

// acknowledged is how many records were.
func (t *tally) acknowledged() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.acked)
}

// refusals is how often a record could not be acknowledged.
func (t *tally) refusals() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lacks
}

// soFar gives what was acknowledged and what was sent until now.
func (t *tally) soFar() (acked, sent map[int]bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.acked), maps.Clone(t.sent)
}

// compare counts the records that the service holds, by serial number.
func (t *tally) compare(present map[int]int) Account {
	acked, sent := t.soFar()
	return compare(acked, sent, present)
}

func compare(acked, sent map[int]bool, present map[int]int) (a Account) {
	a.Acknowledged = len(acked)
	for serial := range acked {
		if present[serial] == 0 {
			a.Lost++
		}
	}
	for serial, n := range present {
		a.Duplicated += n - 1
		if !sent[serial] {
			a.Unexpected++
		}
	}
	return a
}
