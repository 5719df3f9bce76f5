package pxweb

import (
	"sync"
	"time"
)

// bucket counts calls, whoever makes them: no address is looked at or kept.
type bucket struct {
	now    func() time.Time
	most   float64
	perSec float64

	mu   sync.Mutex // guards what follows
	left float64
	last time.Time
}

// newBucket lets so many calls through in any window, and refills evenly.
func newBucket(calls int, window time.Duration, now func() time.Time) *bucket {
	return &bucket{now: now, most: float64(calls), perSec: float64(calls) / window.Seconds(), left: float64(calls), last: now()}
}

// take says whether one more call may be answered.
func (b *bucket) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	b.left = min(b.most, b.left+max(0, now.Sub(b.last).Seconds())*b.perSec)
	b.last = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
