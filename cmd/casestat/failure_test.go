package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// noRoom is a full disk, or a pipe that nobody reads any more.
type noRoom struct{}

func (noRoom) Write([]byte) (int, error) { return 0, errNoRoom }

var errNoRoom = errors.New("no space left")

func TestOutputThatGetsLostIsAFailure(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"keys", "init", "--keys", t.TempDir()}, {"--help"}} {
		if err := run(t.Context(), args, nil, noRoom{}, io.Discard); !errors.Is(err, errNoRoom) {
			t.Errorf("%q: %v", args, err)
		}
	}
	if err := run(t.Context(), []string{"version"}, nil, io.Discard, io.Discard); err != nil {
		t.Errorf("the contrast, with room: %v", err)
	}
}

func TestSecretThatCannotBeKeptLeavesNoFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "secret.json")
	file, err := newSecretFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.file.Close(); err != nil { // the disk, so to speak, is gone
		t.Fatal(err)
	}
	if err := file.keep([]byte("secret")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("kept: %v", err)
	}
	if _, err := os.Lstat(name); !isNotExist(err) {
		t.Errorf("a part of a secret stayed: %v", err)
	}
}

func TestImportBrokenOffSaysWhatToDo(t *testing.T) {
	var out strings.Builder
	err := (&importing{out: &out}).conclude(context.Canceled)
	if !errors.Is(err, context.Canceled) || !strings.Contains(out.String(), "Sending the whole file again is safe") {
		t.Errorf("%v, %q", err, out.String())
	}
}
