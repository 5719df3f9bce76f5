package intake

import (
	"context"
	"sync"
	"time"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
)

const (
	queueLength  = 1024             // jobs waiting of each kind; beyond it callers are told to retry
	calmGroups   = 16               // groups of batches without a single job between them, until they may be large
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

// add takes over o, which nobody may change afterwards.
func (e *effects) add(o effects) {
	if e.empty() { // most often a batch, which need not be copied
		*e = o
		return
	}
	e.save = append(e.save, o.save...)
	e.withdraw = append(e.withdraw, o.withdraw...)
	e.deeds = append(e.deeds, o.deeds...)
}

func (e *effects) empty() bool { return len(e.save)+len(e.withdraw)+len(e.deeds) == 0 }

// writer is the one goroutine of the process that writes records. It commits
// together what waits, no timer. Single records and the chunks of batches wait in
// queues of their own, which take turns; while single records keep coming, a turn
// of the batches is one chunk, so that nobody who submits a record waits for more
// than that, and a turn of the single records is all that wait, so that batches go
// on too.
type writer struct {
	store   Store
	singles queue
	batches queue
	calm    int           // groups of batches since the last single job, while below calmGroups
	quit    chan struct{} // closed, once, to stop after the queues are drained
	stops   sync.Once
	ended   chan struct{} // closed when run has returned
}

func startWriter(store Store) *writer {
	w := &writer{store: store, singles: newQueue(), batches: newQueue(), calm: calmGroups, quit: make(chan struct{}), ended: make(chan struct{})}
	go w.run()
	return w
}

// submit hands over the job of a single record and waits until it is on disk.
// When ctx ends first the outcome is unknown to the caller, who may retry.
func (w *writer) submit(ctx context.Context, j *job) error {
	if err := w.hand(&w.singles, j); err != nil {
		return err
	}
	return w.outcome(ctx, j)
}

// submitBatch does so with jobs of a batch, which are done in their order. After
// an error some may have been written.
func (w *writer) submitBatch(ctx context.Context, jobs []*job) error {
	for _, j := range jobs {
		if err := w.hand(&w.batches, j); err != nil {
			return err
		}
	}
	for _, j := range jobs {
		if err := w.outcome(ctx, j); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) hand(q *queue, j *job) error {
	j.done = make(chan error, 1)
	select {
	case <-w.quit:
		return fault.New(fault.Unavailable, CodeBusy)
	default:
	}
	select {
	case q.waiting <- j:
		return nil
	default:
		return fault.New(fault.Unavailable, CodeBusy)
	}
}

func (w *writer) outcome(ctx context.Context, j *job) error {
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
	for w.await() {
		if group := w.singles.gather(groupKeys); len(group) > 0 {
			w.calm = 0
			w.commit(group)
		}
		if group := w.batches.gather(w.turn()); len(group) > 0 {
			w.calm = min(w.calm+1, calmGroups)
			w.commit(group)
		}
	}
}

// turn is how many records of batches may be written before single ones again.
func (w *writer) turn() int {
	if w.calm < calmGroups {
		return chunkRows
	}
	return groupKeys
}

// await waits for a job; false: there is none, and none will come.
func (w *writer) await() bool {
	if w.singles.next != nil || w.batches.next != nil {
		return true
	}
	select {
	case w.singles.next = <-w.singles.waiting:
	case w.batches.next = <-w.batches.waiting:
	case <-w.quit:
		return w.singles.peek() || w.batches.peek()
	}
	return true
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
