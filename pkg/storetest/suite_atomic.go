package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/store"
)

var errMine = errors.New("the caller's own")

// everything does one of each deed.
func everything(ctx context.Context, tx intake.Tx) error {
	return errors.Join(
		tx.Save(ctx, []intake.Version{version(orgA, 5, 1), version(orgA, 1, 2)}),
		tx.Withdraw(ctx, []intake.Version{tombstone(orgA, 2, 2)}),
		tx.Append(ctx, deed("test.everything")),
	)
}

// nothingDone checks that a store prepared with prepare was not changed.
func nothingDone(t *testing.T, r *store.Records) {
	t.Helper()
	equal(t, "records", []intake.Version{version(orgA, 1, 1), version(orgA, 2, 1)}, list(t, r, intake.Page{Organisation: orgA, Limit: 9}))
	equal(t, "history", []intake.Version{version(orgA, 1, 1)}, history(t, r, version(orgA, 1, 1).Key))
	verified(t, r, 1)
}

func prepare(t *testing.T, r *store.Records) {
	t.Helper()
	in(t, r, func(ctx context.Context, tx intake.Tx) error {
		return errors.Join(tx.Save(ctx, []intake.Version{version(orgA, 1, 1), version(orgA, 2, 1)}), tx.Append(ctx, deed("test.prepared")))
	})
}

func failureLeavesNothing(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	prepare(t, r)
	err := try(t, r, func(ctx context.Context, tx intake.Tx) error { return errors.Join(everything(ctx, tx), errMine) })
	if !errors.Is(err, errMine) {
		t.Errorf("the caller's error came back as %v", err)
	}
	err = try(t, r, func(ctx context.Context, tx intake.Tx) error {
		return errors.Join(everything(ctx, tx), tx.Append(ctx, []ledger.Entry{{Day: "never"}}))
	})
	if !errors.Is(err, ledger.ErrEntry) {
		t.Errorf("an entry that is none: %v", err)
	}
	nothingDone(t, r)
	in(t, r, everything) // and the store still works
	verified(t, r, 2)
}

func cancelLeavesNothing(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	prepare(t, r)
	for name, when := range map[string]func(cancel func(), tx intake.Tx) error{
		"before the deeds": func(cancel func(), tx intake.Tx) error { cancel(); return everything(t.Context(), tx) },
		"before the commit": func(cancel func(), tx intake.Tx) error {
			err := everything(t.Context(), tx)
			cancel()
			return err
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		err := r.Intake().Atomically(ctx, func(tx intake.Tx) error { return when(cancel, tx) })
		if fault.KindOf(err) != fault.Unavailable || fault.CodeOf(err) != store.CodeUnavailable {
			t.Errorf("cancelled %s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := r.Intake().Atomically(ctx, func(intake.Tx) error { t.Error("began after the end"); return nil })
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("cancelled before the beginning: %v", err)
	}
	if _, err := r.Intake().List(ctx, intake.Page{Organisation: orgA, Limit: 1}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a list after the end: %v", err)
	}
	nothingDone(t, r)
	in(t, r, everything)
}

func panicLeavesNothing(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	prepare(t, r)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = try(t, r, func(ctx context.Context, tx intake.Tx) error {
			_ = everything(ctx, tx)
			panic("a defect")
		})
	}()
	nothingDone(t, r)
	in(t, r, everything)
}

func readersSeeCommitted(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	prepare(t, r)
	in(t, r, func(ctx context.Context, tx intake.Tx) error {
		if err := everything(ctx, tx); err != nil {
			return err
		}
		got := list(t, r, intake.Page{Organisation: orgA, Limit: 9})
		equal(t, "before the commit", []intake.Version{version(orgA, 1, 1), version(orgA, 2, 1)}, got)
		return nil
	})
	got := list(t, r, intake.Page{Organisation: orgA, Limit: 9})
	equal(t, "after it", []intake.Version{version(orgA, 1, 2), version(orgA, 5, 1)}, got)
}

// transactionsQueue lets many goroutines, on PostgreSQL over two stores,
// correct one record: what each read must hold until its commit.
func transactionsQueue(t *testing.T, c store.Config) {
	stores := []*store.Records{OpenConfig(t, c)}
	if c.Backend == store.Postgres {
		stores = append(stores, OpenConfig(t, c))
	}
	save(t, stores[0], version(orgA, 1, 1))
	const each = 10
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Go(func() {
			for range each {
				if err := try(t, stores[i%len(stores)], correctOnce); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	key := version(orgA, 1, 1).Key
	if got := heads(t, stores[0], key)[key].Number; got != 1+4*each {
		t.Errorf("%d corrections made version %d", 4*each, got)
	}
	verified(t, stores[0], 4*each)
}

func correctOnce(ctx context.Context, tx intake.Tx) error {
	key := version(orgA, 1, 1).Key
	now, err := tx.Heads(ctx, []intake.Key{key})
	if err != nil {
		return err
	}
	next := version(orgA, 1, now[key].Number+1)
	return errors.Join(tx.Save(ctx, []intake.Version{next}), tx.Append(ctx, deed("test.corrected")))
}
