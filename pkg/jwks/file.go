package jwks

import (
	"context"
	"errors"
	"io"
	"os"
)

// File fetches a key set from a file. The keys are public, so the file may be
// read by anybody; it must be a regular one.
func File(path string) Fetch {
	return func(context.Context) (text []byte, err error) {
		info, err := os.Stat(path) // before opening: to open a pipe could take for ever
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			return nil, errors.New("the key set is no regular file")
		}
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		return io.ReadAll(io.LimitReader(file, MaxBytes+1))
	}
}
