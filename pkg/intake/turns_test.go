package intake

import (
	"context"
	"slices"
	"sync"
	"testing"

	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// order is a store that only notes, per transaction, how many records it was about.
type order struct {
	entered, release chan struct{} // of the first transaction
	once             sync.Once
	sizes            []int
}

func (o *order) Atomically(_ context.Context, f func(Tx) error) error {
	o.once.Do(func() { close(o.entered); <-o.release })
	return f(orderTx{o})
}
func (*order) List(context.Context, Page) ([]Version, error)   { return nil, nil }
func (*order) History(context.Context, Key) ([]Version, error) { return nil, nil }

type orderTx struct{ *order }

func (o orderTx) Heads(_ context.Context, keys []Key) (map[Key]Version, error) {
	o.sizes = append(o.sizes, len(keys))
	return nil, nil
}
func (orderTx) Save(context.Context, []Version) error            { return nil }
func (orderTx) Withdraw(context.Context, []Version) error        { return nil }
func (orderTx) Periods(context.Context) ([]record.Period, error) { return nil, nil }
func (orderTx) Append(_ context.Context, _ []ledger.Entry) error { return nil }

// named is a job about so many records of its own.
func named(organisation string, first, records int) *job {
	j := &job{plan: func(map[Key]Version, years) effects { return effects{} }}
	for n := range records {
		j.keys = append(j.keys, Key{"o", record.ID(organisation + string(rune('a'+first+n)))})
	}
	return j
}

// behind hands over a first job, and while it is being written ten chunks of a
// batch, and then three single records to the queue that is asked for; it gives
// the sizes of the transactions in their order.
func behind(t *testing.T, singles func(*writer) *queue) []int {
	t.Helper()
	o := &order{entered: make(chan struct{}), release: make(chan struct{})}
	w := startWriter(o)
	hand := func(q *queue, j *job) {
		if err := w.hand(q, j); err != nil {
			t.Fatal(err)
		}
	}
	hand(&w.singles, named("first", 0, 1))
	<-o.entered
	for n := range 10 {
		hand(&w.batches, named("batch", n*chunkRows, chunkRows))
	}
	for n := range 3 {
		hand(singles(w), named("single", n, 1))
	}
	close(o.release)
	w.stop()
	return o.sizes
}

// TestASingleRecordWaitsForOneChunkAtMost: single records that came after a whole
// batch are written after its first chunk, all together.
func TestASingleRecordWaitsForOneChunkAtMost(t *testing.T) {
	got := behind(t, func(w *writer) *queue { return &w.singles })
	want := append([]int{1, chunkRows, 3}, slices.Repeat([]int{chunkRows}, 9)...)
	if !slices.Equal(got, want) {
		t.Errorf("transactions of %v records, want %v", got, want)
	}
}

// TestContrastInOneQueueASingleRecordWaitsForTheBatch: without a queue of their own
// they wait for every chunk of it.
func TestContrastInOneQueueASingleRecordWaitsForTheBatch(t *testing.T) {
	got := behind(t, func(w *writer) *queue { return &w.batches })
	if want := append([]int{1}, append(slices.Repeat([]int{chunkRows}, 10), 3)...); !slices.Equal(got, want) {
		t.Errorf("transactions of %v records; the test above proves nothing", got)
	}
}

// TestWhenNobodySubmitsSingleRecordsBatchesAreWrittenInLargeGroups: what is given
// up for single records is given up only while there are any.
func TestWhenNobodySubmitsSingleRecordsBatchesAreWrittenInLargeGroups(t *testing.T) {
	w := &writer{singles: newQueue(), batches: newQueue(), calm: calmGroups}
	if got := w.turn(); got != groupKeys {
		t.Errorf("at first a turn is %d records", got)
	}
	w.calm = 0
	if got := w.turn(); got != chunkRows {
		t.Errorf("after a single record a turn is %d records", got)
	}
}

// TestAJobLargerThanAGroupGoesAlone: nothing is ever too large for its turn.
func TestAJobLargerThanAGroupGoesAlone(t *testing.T) {
	q := newQueue()
	for n := range 3 {
		q.waiting <- named("large", 100*n, 100)
	}
	var got []int
	for group := q.gather(chunkRows); len(group) > 0; group = q.gather(chunkRows) {
		got = append(got, len(group))
	}
	if !slices.Equal(got, []int{1, 1, 1}) {
		t.Errorf("groups of %v jobs", got)
	}
}

// TestJobsOfOneRecordNeverMeetInAGroup: the second must see what the first wrote.
func TestJobsOfOneRecordNeverMeetInAGroup(t *testing.T) {
	q := newQueue()
	for range 2 {
		q.waiting <- named("same", 0, 1)
	}
	if first, second := q.gather(groupKeys), q.gather(groupKeys); len(first) != 1 || len(second) != 1 {
		t.Errorf("groups of %d and %d jobs", len(first), len(second))
	}
}
