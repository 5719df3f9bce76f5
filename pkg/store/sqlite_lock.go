package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"manniskohandel.se/casestat/pkg/fault"
)

// fileLock keeps a second writing process out of a data file. The kernel gives
// it free when the process ends, however it ends.
type fileLock struct{ file *os.File }

// errSecondWriter tells the operator what to do.
var errSecondWriter = errors.New("another casestat process has this data folder open for writing; " +
	"stop it, or work through its HTTP interface")

func lockFile(name string) (*fileLock, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock file: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return &fileLock{f}, nil
	}
	_ = f.Close() // nothing was written to it
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fault.Because(errSecondWriter, fault.Unavailable, CodeLocked)
	}
	return nil, fmt.Errorf("lock the data file: %w", err)
}

func (l *fileLock) release() { _ = l.file.Close() } // closing gives the lock free; the file stays, lest two processes lock two files
