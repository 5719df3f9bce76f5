//go:build unix && !aix && !solaris

package main

import (
	"errors"
	"os"
	"syscall"
)

// lockFile locks a file that is there, against this and other processes, until
// unlock; several may share a lock. It does not wait.
func lockFile(name string, shared bool) (unlock func(), err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	how := syscall.LOCK_EX
	if shared {
		how = syscall.LOCK_SH
	}
	if err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(errLocked, f.Close())
	}
	return func() { _ = f.Close() }, nil // closing gives the lock back
}
