//go:build unix

package signed

import (
	"errors"
	"os"
)

// ownersAlone says whether only the file's owner can read it.
func ownersAlone(info os.FileInfo) bool {
	return info.Mode().IsRegular() && info.Mode().Perm()&0o077 == 0
}

// syncFolder makes a new name in folder outlast a power cut.
func syncFolder(folder string) error {
	dir, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
