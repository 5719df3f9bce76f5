package ledger

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is what an outside witness keeps of a log. Only a checkpoint kept
// away from the database can show that a log was cut off or rewritten whole.
type Checkpoint struct {
	Origin string // which log this is, one line
	Size   int64
	Root   tlog.Hash
}

// ErrCheckpoint marks a text that is not a checkpoint.
var ErrCheckpoint = errors.New("ledger: not a checkpoint")

// Checkpoint gives the state of the log for a witness to keep.
func (h Head) Checkpoint(origin string) Checkpoint {
	c := Checkpoint{Origin: origin, Size: h.Size, Root: h.Root}
	if c.Size == 0 {
		c.Root, _ = tlog.TreeHash(0, nil) // RFC 6962 hashes the empty tree to something; it reads no hash
	}
	return c
}

// MarshalText writes the three lines of the transparency-log checkpoint
// format: origin, size, root in base64.
func (c Checkpoint) MarshalText() ([]byte, error) {
	if c.Origin == "" || strings.ContainsAny(c.Origin, "\r\n") || c.Size < 0 {
		return nil, ErrCheckpoint
	}
	return fmt.Appendf(nil, "%s\n%d\n%s\n", c.Origin, c.Size, c.Root), nil
}

// UnmarshalText takes what MarshalText writes and nothing else.
func (c *Checkpoint) UnmarshalText(text []byte) error {
	lines := strings.Split(string(text), "\n")
	if len(lines) != 4 || lines[3] != "" {
		return fmt.Errorf("%w: it must have three lines", ErrCheckpoint)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return fmt.Errorf("%w: its size is not a number", ErrCheckpoint)
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil || root.String() != lines[2] {
		return fmt.Errorf("%w: its root is not a hash", ErrCheckpoint)
	}
	read := Checkpoint{Origin: lines[0], Size: size, Root: root}
	if _, err := read.MarshalText(); err != nil {
		return err
	}
	*c = read
	return nil
}
