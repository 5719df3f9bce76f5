package faults

import (
	"maps"
	"strconv"
	"sync"
	"testing"
	"time"
)

// failed is the case of an account that says how many requests got no
// acknowledgement, whatever became of the record.
const failed = "requests failed"

// strict is a load whose every request is to be acknowledged. It counts those
// that were not, by the status of their answer, and sends them again.
type strict struct {
	load

	mu     sync.Mutex
	failed map[string]int
}

// startStrict sets senders to work through the door.
func startStrict(t *testing.T, d door, tally *tally) *strict {
	l := &strict{load: load{stop: make(chan struct{})}, failed: map[string]int{}}
	tally.watch()
	l.start(t, func() { l.sendOne(t, d, tally) })
	return l
}

func (l *strict) sendOne(t *testing.T, d door, tally *tally) {
	a := tally.take(newRecordID)
	status, err := d.put(t.Context(), a)
	if err == nil && status == acknowledged {
		tally.acknowledge(a)
		return
	}
	tally.unknown(a, false)
	l.fail(status, err)
	time.Sleep(breath)
}

func (l *strict) fail(status int, err error) {
	how := "answered " + strconv.Itoa(status)
	switch {
	case err != nil:
		how = "no answer"
	case status == 0: // a 503 of a proxy, without Retry-After
		how = "answered by the proxy"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed[how]++
}

// failures counts the requests that failed until now.
func (l *strict) failures() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, more := range l.failed {
		n += more
	}
	return n
}

// finish lets every sender finish and accounts for the requests that failed.
func (l *strict) finish() map[string]int {
	l.end()
	cases := maps.Clone(l.failed)
	cases[failed] = l.failures()
	return cases
}

// mustServe fails the test if a promise was broken or any request failed.
func mustServe(t *testing.T, a Account) {
	t.Helper()
	mustHold(t, a)
	if n := a.Cases[failed]; n > 0 {
		t.Errorf("%d requests failed", n)
	}
}

// mustFail fails the test unless requests failed and nothing else went wrong:
// what was not acknowledged is sent again, and is there once.
func mustFail(t *testing.T, a Account) {
	t.Helper()
	mustHold(t, a)
	if a.Cases[failed] == 0 {
		t.Error("the promise was broken on purpose, and no request failed: the check has no teeth")
	}
}
