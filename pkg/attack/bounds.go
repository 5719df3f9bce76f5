package attack

import (
	"context"
	"sync/atomic"
	"time"
)

// within bounds a search to so many of the options' measures, divided by of:
// of time, or of steps where those are given.
func (s *session) within(ctx context.Context, measures, of int) (context.Context, context.CancelFunc) {
	if steps := s.options.Steps; steps > 0 {
		b := &stepping{Context: ctx}
		b.left.Store(int64(max(1, measures*steps/of)))
		return b, func() {}
	}
	return context.WithTimeout(ctx, max(time.Duration(measures)*s.options.limit()/time.Duration(of), shortest))
}

// shortest is the least time that any search gets.
const shortest = 300 * time.Millisecond

// stepping is a context that is over once it was asked so many times whether it
// is: every search asks after a fixed amount of work, so what it finds does not
// depend on how fast the machine is.
type stepping struct {
	context.Context
	left atomic.Int64
}

// Err implements context.Context.
func (b *stepping) Err() error {
	if err := b.Context.Err(); err != nil {
		return err
	}
	if b.left.Add(-1) < 0 {
		return context.DeadlineExceeded
	}
	return nil
}
