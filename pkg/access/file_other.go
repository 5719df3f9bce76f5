//go:build !unix || aix || solaris

package access

import "os"

// private cannot be told from mode bits here; the folder's access list is the
// operator's to set.
func private(info os.FileInfo) bool { return info.Mode().IsRegular() }

// lockFolder has no lock to take here: rotate from one place at a time.
func lockFolder(string) (unlock func(), err error) { return func() {}, nil }

// syncFolder has nothing to do here.
func syncFolder(string) error { return nil }
