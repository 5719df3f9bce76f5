package server_test

import (
	"context"
	"flag"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/intaketest"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/pkg/timingtest"
)

var samples = flag.Int("samples", 300, "calls of each kind that a timing benchmark compares")

// T36: a foreign record and an absent one cost the same work: the same
// questions to the store, in the same order. The contrast is an own record.
func TestT36_ForeignAndAbsentAskTheStoreTheSame(t *testing.T) {
	asked := &calls{}
	s := servertest.Start(t, servertest.Options{Stores: func(stores servertest.Stores) servertest.Stores {
		stores.Intake = countedStore{stores.Intake, asked}
		return stores
	}})
	a := ownedByA(t, s)
	for name, form := range forms(a.tags[0]) {
		work := func(who access.Client, id string) []string {
			request := form(id)
			request.Token = s.Token(t, who)
			asked.take()
			s.Raw(request)
			return asked.take()
		}
		foreign, absent := work(s.Cast.B, a.ids[0]), work(s.Cast.B, servertest.ID(8_000_000))
		if diff := cmp.Diff(absent, foreign); diff != "" {
			t.Errorf("%s (-absent +foreign)\n%s", name, diff)
		}
	}
	deletion := func(id string, who access.Client) []string {
		asked.take()
		s.Raw(servertest.Request{Method: "DELETE", Path: "/v1/records/" + id, Token: s.Token(t, who)})
		return asked.take()
	}
	if own, absent := deletion(a.ids[0], s.Cast.A), deletion(servertest.ID(8_000_001), s.Cast.A); slices.Equal(own, absent) {
		t.Errorf("the count does not even tell an own record from an absent one: %v", own)
	}
}

// calls are the calls to a store since they were last taken.
type calls struct {
	mu   sync.Mutex
	made []string
}

func (c *calls) note(call string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made = append(c.made, call)
}

func (c *calls) take() (made []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	made, c.made = c.made, nil
	return made
}

// countedStore notes what it is asked, never about whom.
type countedStore struct {
	intake.Store
	calls *calls
}

func (s countedStore) Atomically(ctx context.Context, f func(intake.Tx) error) error {
	s.calls.note("begin")
	return s.Store.Atomically(ctx, func(tx intake.Tx) error { return f(countedTx{tx, s.calls}) })
}

func (s countedStore) List(ctx context.Context, page intake.Page) ([]intake.Version, error) {
	s.calls.note("list")
	return s.Store.List(ctx, page)
}

func (s countedStore) History(ctx context.Context, key intake.Key) ([]intake.Version, error) {
	s.calls.note("history")
	return s.Store.History(ctx, key)
}

type countedTx struct {
	intake.Tx
	calls *calls
}

func (t countedTx) Heads(ctx context.Context, keys []intake.Key) (map[intake.Key]intake.Version, error) {
	t.calls.note("heads")
	return t.Tx.Heads(ctx, keys)
}

func (t countedTx) Save(ctx context.Context, versions []intake.Version) error {
	t.calls.note("save")
	return t.Tx.Save(ctx, versions)
}

func (t countedTx) Withdraw(ctx context.Context, tombstones []intake.Version) error {
	t.calls.note("withdraw")
	return t.Tx.Withdraw(ctx, tombstones)
}

func (t countedTx) Periods(ctx context.Context) ([]record.Period, error) {
	t.calls.note("periods")
	return t.Tx.Periods(ctx)
}

func (t countedTx) Append(ctx context.Context, entries []ledger.Entry) error {
	t.calls.note("append")
	return t.Tx.Append(ctx, entries)
}

// BenchmarkT36 compares times; "make timing" runs it. A store in memory shows
// what a disk's own moods would hide.
func BenchmarkT36(b *testing.B) {
	memory := &intaketest.Memory{}
	memory.SetPeriod(servertest.OpenYear, record.PeriodOpen)
	for name, store := range map[string]intake.Store{"SQLite": nil, "memory": memory} {
		read := reading(b, store)
		b.Run("foreign or absent record, "+name, func(b *testing.B) { timingtest.Report(b, *samples, false, read(1), read(2)) })
		if store != nil {
			b.Run("contrast, own or absent record, "+name, func(b *testing.B) { timingtest.Report(b, *samples, true, read(3), read(2)) })
		}
	}
}

// reading starts a service that holds a record of A (1) and one of B (3), and
// reads as B. A nil store is the real one.
func reading(b *testing.B, store intake.Store) (read func(n int) func()) {
	s := servertest.Start(b, servertest.Options{Stores: func(stores servertest.Stores) servertest.Stores {
		if store != nil {
			stores.Intake = store
		}
		return stores
	}})
	for n, who := range map[int]access.Client{1: s.Cast.A, 3: s.Cast.B} {
		r := servertest.Request{Method: "PUT", Path: recordPath(n), Token: s.Token(b, who), Body: recordtest.Full()}
		if answer := s.Do(b, r); answer.Status != 201 {
			b.Fatalf("%d %s", answer.Status, answer.Body)
		}
	}
	token := s.Token(b, s.Cast.B)
	return func(n int) func() {
		return func() { s.Raw(servertest.Request{Method: "GET", Path: recordPath(n), Token: token}) }
	}
}
