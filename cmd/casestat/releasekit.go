package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
)

type releaseKitCommand struct {
	Server string `default:"http://127.0.0.1:8080" placeholder:"URL" help:"The running service. Default: http://127.0.0.1:8080."`
	Number int    `arg:"" help:"The release."`
	Out    string `required:"" placeholder:"FILE" help:"New file for the kit, a ZIP archive."`
}

// Run fetches a kit, as anybody can.
func (c *releaseKitCommand) Run(ctx context.Context, s *session) error {
	source, err := newRemoteShelf(c.Server)
	if err != nil {
		return err
	}
	size, err := fetchInto(c.Out, func(w io.Writer) (int64, error) {
		return source.copy(ctx, "/v1/releases/"+strconv.Itoa(c.Number)+"/kit.zip", w)
	})
	if unknownRelease(err) {
		return fmt.Errorf("there is no release %d", c.Number)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s holds %s. Nothing of it was verified yet; its README says how.\n", c.Out, counting(size, "byte", "bytes"))
	return nil
}

// fetchInto writes a new file, whole or not at all.
func fetchInto(name string, write func(io.Writer) (int64, error)) (size int64, err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, os.ErrExist) {
		return 0, fmt.Errorf("%s exists already: name a file that is not there yet", name)
	}
	if err != nil {
		return 0, err
	}
	size, err = write(f)
	closed := errors.Join(f.Sync(), f.Close())
	if err == nil {
		err = closed
	}
	if err != nil {
		return 0, errors.Join(err, os.Remove(name))
	}
	return size, nil
}
