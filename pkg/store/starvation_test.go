package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

func notReady(t *testing.T, r *store.Records) {
	t.Helper()
	if err := r.Ping(t.Context()); fault.KindOf(err) != fault.Unavailable || fault.CodeOf(err) != store.CodeUnavailable {
		t.Errorf("after a write that failed for the disk the store says %v", err)
	}
}

// awaitReady returns when the store takes writes again.
func awaitReady(t *testing.T, r *store.Records) {
	t.Helper()
	for range 6000 { // tries, not a duration
		if r.Ping(t.Context()) == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the store is never ready again")
}

func TestAStoreWhoseDiskIsFullIsNotReadyUntilItHasSpace(t *testing.T) {
	c := storetest.Config(t, store.SQLite)
	r := storetest.OpenConfig(t, c)
	elsewhere := filepath.Join(t.TempDir(), "gone")
	store.MoveFolder(r, elsewhere) // where nothing can be written
	store.FailStorage(r, syscall.ENOSPC)
	notReady(t, r)
	if err := os.Mkdir(elsewhere, 0o700); err != nil {
		t.Fatal(err)
	}
	awaitReady(t, r)
	if left, err := os.ReadDir(elsewhere); err != nil || len(left) > 0 {
		t.Errorf("the trials left %d files, %v", len(left), err)
	}
}

func TestAWriteThatWorksMakesTheStoreReady(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			r := storetest.Open(t, backend)
			store.MoveFolder(r, filepath.Join(t.TempDir(), "gone")) // so that no trial of SQLite's works
			store.FailStorage(r, syscall.EIO)
			notReady(t, r)
			if err := r.Intake().Atomically(t.Context(), func(tx intake.Tx) error { return tx.Append(t.Context(), deed()) }); err != nil {
				t.Fatal(err)
			}
			if err := r.Ping(t.Context()); err != nil {
				t.Errorf("after a write that worked: %v", err)
			}
		})
	}
}

func TestStorageIsTriedOnBothDatabases(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			if err := store.TryStorage(t.Context(), storetest.Open(t, backend)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOtherFailuresLeaveTheStoreReady(t *testing.T) {
	r := storetest.Open(t, store.SQLite)
	for _, err := range []error{syscall.ECONNREFUSED, syscall.EACCES, errors.New("mine"), nil} {
		store.FailStorage(r, err)
		if err := r.Ping(t.Context()); err != nil {
			t.Errorf("%v", err)
		}
	}
}
