package faults

import (
	"fmt"
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
}

// unknown puts a record back, unless its sender gives up on it.
func (t *tally) unknown(a attempt, givesUp bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !givesUp {
		t.retry = append(t.retry, a)
	}
}

// result is what a run found.
type result struct {
	cycles                       int
	contrast                     contrast
	acknowledged, present        int
	lost, duplicated, unexpected int
	slowest, took                time.Duration
}

// compare counts the records that the service holds, by serial number.
func (t *tally) compare(present map[int]int) (r result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.acknowledged = len(t.acked)
	for serial := range t.acked {
		if present[serial] == 0 {
			r.lost++
		}
	}
	for serial, n := range present {
		r.present += n
		r.duplicated += n - 1
		if !t.sent[serial] {
			r.unexpected++
		}
	}
	return r
}

func (r result) String() string {
	return fmt.Sprintf("kill -9: %d cycles in %s, %d acknowledged, %d present, %d lost, %d duplicated, %d unexpected; slowest start %s",
		r.cycles, r.took.Round(time.Second), r.acknowledged, r.present, r.lost, r.duplicated, r.unexpected, r.slowest.Round(time.Millisecond))
}
