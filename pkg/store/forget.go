package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// errLogHeld: a reader, in this process or another, still reads from the log.
var errLogHeld = errors.New("store: a reader holds the log")

// forget makes erased values unreadable on disk too, as far as the database
// does that now rather than later. Where a reader is in the way it is tried
// again until it succeeds, each try keeping writers waiting for a tenth of a
// second; the erasure itself is committed.
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
