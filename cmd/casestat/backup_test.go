package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/backup"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/store"
)

// TestABackupThatFailsLeavesNothing: the disk is full, or the database goes away
// in the middle.
func TestABackupThatFailsLeavesNothing(t *testing.T) {
	for _, c := range []struct {
		cause error
		code  fault.Code
	}{
		{&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, CodeNoSpace},
		{fmt.Errorf("quota: %w", syscall.EDQUOT), CodeNoSpace},
		{errors.New("the database went away"), ""},
	} {
		folder := t.TempDir()
		s := &session{out: io.Discard, now: time.Now, random: rand.Reader}
		key, _, err := backup.Keys{Folder: filepath.Join(folder, "keys"), Now: s.now, Random: s.random}.OfToday()
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(folder, "to")
		part := store.Part{Name: "records.db", Write: func(_ context.Context, to io.Writer) error {
			_, err := to.Write(make([]byte, 200_000))
			return errors.Join(err, c.cause)
		}}
		_, err = (&backupCommand{To: to}).write(t.Context(), s, key, func(f func(store.Copy) error) error {
			return f(store.Copy{Backend: store.SQLite, Stores: []store.Copied{{Store: "records"}}, Parts: []store.Part{part}})
		})
		if err = spaceless(err); !errors.Is(err, c.cause) || fault.CodeOf(err) != c.code {
			t.Errorf("%v, want %s", err, c.code)
		}
		left, err := os.ReadDir(to)
		if err != nil || len(left) > 0 {
			t.Errorf("left: %v, %v", left, err)
		}
	}
}
