package intake

import (
	"context"
	"sync"
	"time"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
)

// The sizes of the group commit.
const (
	queueLength  = 1024             // jobs waiting; beyond it callers are told to retry
	groupJobs    = 256              // jobs a transaction
	groupKeys    = 2000             // records a transaction, unless one job alone has more
	writeTimeout = 20 * time.Second // a transaction; then its outcome is unknown to the callers, who may retry
)

// job is one piece of work for the writer. Its plan is called inside the
// transaction with the current versions of its keys; what it returns is
// written. plan may be called twice (a failed group is retried job by job) and
// must start afresh each time.
type job struct {
	keys []Key
	plan func(heads map[Key]Version, open years) effects
	done chan error // buffered: the writer never waits for a caller
}

// effects is what one job, or a group of them, changes.
type effects struct {
	save     []Version
	withdraw []Version
	deeds    []ledger.Entry
}

func (e *effects) add(o effects) {
	e.save = append(e.save, o.save...)
	e.withdraw = append(e.withdraw, o.withdraw...)
	e.deeds = append(e.deeds, o.deeds...)
}

func (e *effects) empty() bool { return len(e.save)+len(e.withdraw)+len(e.deeds) == 0 }

// writer is the one goroutine of the process that writes records. It takes a
// job and whatever else is waiting, no timer, and commits them together.
type writer struct {
	store Store
	queue chan *job
	quit  chan struct{} // closed, once, to stop after the queue is drained
	stops sync.Once
	ended chan struct{} // closed when run has returned
}

func startWriter(store Store) *writer {
	w := &writer{store: store, queue: make(chan *job, queueLength), quit: make(chan struct{}), ended: make(chan struct{})}
	go w.run()
	return w
}

// submit hands over a job and waits until it is on disk. When ctx ends first
// the outcome is unknown to the caller, who may retry.
func (w *writer) submit(ctx context.Context, j *job) error {
	j.done = make(chan error, 1)
	select {
	case <-w.quit:
		return fault.New(fault.Unavailable, CodeBusy)
	default:
	}
	select {
	case w.queue <- j:
	default:
		return fault.New(fault.Unavailable, CodeBusy)
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return fault.Because(ctx.Err(), fault.Unavailable, CodeBusy)
	case <-w.ended:
		return w.lastWord(j)
	}
}

// lastWord answers a job that may have been handed over while the writer stopped.
func (w *writer) lastWord(j *job) error {
	select {
	case err := <-j.done:
		return err
	default:
		return fault.New(fault.Unavailable, CodeBusy)
	}
}

// stop ends the writer after everything that was handed over is written. It
// may be called again.
func (w *writer) stop() {
	w.stops.Do(func() { close(w.quit) })
	<-w.ended
}

func (w *writer) run() {
	defer close(w.ended)
	var next *job // did not fit the group before
	for {
		if next == nil {
			select {
			case next = <-w.queue:
			case <-w.quit:
				select {
				case next = <-w.queue:
				default:
					return
				}
			}
		}
		var group []*job
		group, next = w.gather(next)
		w.commit(group)
	}
}

// gather takes first and what is waiting, up to the sizes of a group. A job
// that touches a record of the group waits for the next one, so that every plan
// sees the versions it is about to change.
func (w *writer) gather(first *job) (group []*job, rest *job) {
	group, taken := []*job{first}, make(map[Key]bool, len(first.keys))
	take := func(j *job) bool {
		for _, k := range j.keys {
			if taken[k] {
				return false
			}
		}
		for _, k := range j.keys {
			taken[k] = true
		}
		return true
	}
	take(first)
	for len(group) < groupJobs && len(taken) < groupKeys {
		select {
		case j := <-w.queue:
			if len(taken)+len(j.keys) > groupKeys || !take(j) {
				return group, j
			}
			group = append(group, j)
		default:
			return group, nil
		}
	}
	return group, nil
}

// commit writes a group and answers its jobs. If the group fails for a reason
// that may lie in one of its jobs, each is tried alone.
func (w *writer) commit(group []*job) {
	err := w.write(group)
	if err == nil || len(group) == 1 || fault.KindOf(err) == fault.Unavailable {
		for _, j := range group {
			j.done <- err
		}
		return
	}
	for _, j := range group {
		j.done <- w.write([]*job{j})
	}
}

// write runs the group in one transaction: records, receipts and ledger
// entries together or not at all.
func (w *writer) write(group []*job) error {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	return w.store.Atomically(ctx, func(tx Tx) error {
		all, err := plan(ctx, tx, group)
		if err != nil || all.empty() {
			return err
		}
		return apply(ctx, tx, all)
	})
}

func plan(ctx context.Context, tx Tx, group []*job) (all effects, err error) {
	var keys []Key
	for _, j := range group {
		keys = append(keys, j.keys...)
	}
	var heads map[Key]Version
	var open years
	if len(keys) > 0 {
		if heads, err = tx.Heads(ctx, keys); err != nil {
			return all, err
		}
		periods, err := tx.Periods(ctx)
		if err != nil {
			return all, err
		}
		open = indexYears(periods)
	}
	for _, j := range group {
		all.add(j.plan(heads, open))
	}
	return all, nil
}

func apply(ctx context.Context, tx Tx, all effects) error {
	if len(all.save) > 0 {
		if err := tx.Save(ctx, all.save); err != nil {
			return err
		}
	}
	if len(all.withdraw) > 0 {
		if err := tx.Withdraw(ctx, all.withdraw); err != nil {
			return err
		}
	}
	if err := tx.Append(ctx, all.deeds); err != nil {
		return fault.Because(err, fault.Unavailable, CodeLedgerUnavailable)
	}
	return nil
}
