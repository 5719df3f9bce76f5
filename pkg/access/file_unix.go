//go:build unix && !aix && !solaris

package access

import (
	"errors"
	"os"
	"syscall"
)

// private says whether only the file's owner can read it.
func private(info os.FileInfo) bool {
	return info.Mode().IsRegular() && info.Mode().Perm()&0o077 == 0
}

// lockFolder keeps other processes from changing keys in folder until unlock.
// The lock goes with the process, so a crash leaves none behind.
func lockFolder(folder string) (unlock func(), err error) {
	dir, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(ErrKeysLocked, err, dir.Close())
	}
	return func() { _ = dir.Close() }, nil // closing gives the lock back
}

// syncFolder makes a rename in folder outlast a power cut.
func syncFolder(folder string) error {
	dir, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
