package store

import (
	"context"
	"sync"
	"time"
)

// choreAgain is how long a chore waits between two tries.
const choreAgain = time.Second

// chore is what could not be done at once: nothing, or something that a
// goroutine tries again and again until it succeeds. The zero value is nothing.
type chore struct {
	mu    sync.Mutex
	stop  context.CancelFunc // nil while there is nothing to do
	shut  bool               // nobody shall begin any more
	tries sync.WaitGroup     // goroutines that have not ended
}

// begin runs try every second, until it says that it is done, settle or end is
// called. One at a time is enough: a chore that is pending is not begun again.
func (c *chore) begin(try func(context.Context) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop != nil || c.shut {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	c.tries.Go(func() {
		again := time.NewTicker(choreAgain)
		defer again.Stop()
		for {
			select {
			case <-again.C:
			case <-ctx.Done():
				return
			}
			if try(ctx) {
				c.done(ctx)
				return
			}
		}
	})
}

// done ends the chore that ctx is of, and not one that was begun after it.
func (c *chore) done(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Err() == nil {
		c.stop()
		c.stop = nil
	}
}

// pending says whether there is something left to do.
func (c *chore) pending() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stop != nil
}

// settle ends the chore because it was done elsewhere.
func (c *chore) settle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop != nil {
		c.stop()
		c.stop = nil
	}
}

// end stops trying, for good, and waits for the last try.
func (c *chore) end() {
	c.mu.Lock()
	c.shut = true
	c.mu.Unlock()
	c.settle()
	c.tries.Wait()
}
