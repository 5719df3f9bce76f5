package store

import (
	"context"
	"errors"
	"sync"
	"time"

	"gorm.io/gorm"
)

// errLogHeld: a reader, in this process or another, still reads from the log.
var errLogHeld = errors.New("store: a reader holds the log")

// forgetAgain is how long to wait between tries to overwrite a log that a
// reader holds. Each try keeps writers waiting for a tenth of a second.
const forgetAgain = time.Second

// remainder is what still stands in the log of an erasure: nothing, or
// something that a goroutine goes on trying to overwrite. The zero value is
// nothing.
type remainder struct {
	mu    sync.Mutex
	stop  context.CancelFunc // nil while nobody tries
	ended chan struct{}      // closed when the one who tried has ended
	shut  bool               // nobody shall begin any more
}

// begin runs try again and again, until it says that nothing is left or end is
// called. One at a time is enough: a log is overwritten whole.
func (r *remainder) begin(try func(context.Context) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil || r.shut {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	r.stop, r.ended = stop, make(chan struct{})
	go func(ended chan struct{}) {
		defer close(ended)
		for again := time.NewTicker(forgetAgain); ; {
			select {
			case <-again.C:
			case <-ctx.Done():
				again.Stop()
				return
			}
			if try(ctx) {
				again.Stop()
				r.done()
				return
			}
		}
	}(r.ended)
}

func (r *remainder) done() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stop()
	r.stop = nil
}

// end stops trying, for good, and waits for the last try.
func (r *remainder) end() {
	r.mu.Lock()
	stop, ended := r.stop, r.ended
	r.shut = true
	r.mu.Unlock()
	if stop != nil {
		stop()
	}
	if ended != nil {
		<-ended
	}
}

// forget makes erased values unreadable on disk too, as far as the database
// does that now rather than later. Where a reader is in the way it is tried
// again until it succeeds; the erasure itself is committed.
func (d *database) forget(l *lease) {
	f, ok := d.dialect.(forgetful)
	if !ok || d.forgetOnce(context.Background(), f, l) == nil {
		return
	}
	d.rest.begin(func(ctx context.Context) bool {
		l, err := d.leaseFrom(ctx, d.writer)
		if err != nil {
			return false
		}
		defer l.release()
		return d.forgetOnce(ctx, f, l) == nil
	})
}

// forgetAtStart overwrites what a process that was killed right after an
// erasure has left in the log.
func (d *database) forgetAtStart(ctx context.Context) error {
	if d.writer == nil {
		return nil
	}
	l, err := d.leaseFrom(ctx, d.writer)
	if err != nil {
		return errors.Join(err, d.close())
	}
	defer l.release()
	d.forget(l)
	return nil
}

// forgetful is a database that can be told to forget at once.
type forgetful interface{ forget(g *gorm.DB) error }

func (d *database) forgetOnce(ctx context.Context, f forgetful, l *lease) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return f.forget(d.session(ctx, l))
}
