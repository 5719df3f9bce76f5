package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

// errLocked: somebody else holds the lock.
var errLocked = errors.New("somebody else holds the keys of the releases at this moment")

type keysRotateReleasesCommand struct {
	place
	Production bool `help:"Refuse a database that is not safe."`
}

// Run hands over to a new key, from the next release on. A running service signs
// with it when it signs next.
func (c *keysRotateReleasesCommand) Run(ctx context.Context, s *session) (err error) {
	keys := c.keys(s)
	if !keys.hasReleaseKeys() {
		return fmt.Errorf("there are no keys for releases in %s: %w", keys.path, errNoKeys)
	}
	unlock, err := keys.lockSigning(false)
	if errors.Is(err, errLocked) {
		return fmt.Errorf("%w: a release is being published, or the key is being rotated already; try again", err)
	}
	if err != nil {
		return err
	}
	defer unlock()
	if exists(keys.file(signingNext)) && keys.handedOver() {
		if err := keys.finishRotation(); err != nil {
			return err
		}
		fmt.Fprintln(s.out, "Finished the rotation that was broken off before.")
		return c.tell(s, keys)
	}
	history, err := c.history(ctx, s, keys)
	if err != nil {
		return err
	}
	if err := keys.rotateSigning(history); err != nil {
		return err
	}
	return c.tell(s, keys)
}

// history verifies every release with the keys so far, and gives what they
// leave to the next.
func (c *keysRotateReleasesCommand) history(ctx context.Context, s *session, keys keyFolder) (h signed.Handover, err error) {
	trust, err := readTrust(keys.file(signingPublic))
	if err != nil {
		return h, err
	}
	from := serveCommand{place: c.place, Production: c.Production}
	source, closer, err := from.releases(ctx, s)
	if err != nil {
		return h, err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	all, err := shelf.New(source, trust).Releases(ctx)
	if err != nil {
		return h, explainRelease(err)
	}
	return shelf.Handover(all), nil
}

// tell says what the keys are now and what to do with them.
func (c *keysRotateReleasesCommand) tell(s *session, keys keyFolder) error {
	trust, err := readTrust(keys.file(signingPublic))
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Key %s signs from now on; a running service takes it up when it signs next.\n", trust.Newest().ID())
	fmt.Fprintf(s.out, "Publish %s again, wherever it is: it says that the new key follows the old one. Keep a copy of %s.\n",
		keys.file(signingPublic), keys.file(signingFile))
	fmt.Fprintln(s.out, "If the old key was stolen, tell everybody who verifies to replace what they pinned by the new file: the thief could write another one.")
	return nil
}

type keysShowReleasesCommand struct{ folders }

// Run lists the line of keys, from the first on.
func (c *keysShowReleasesCommand) Run(s *session) error {
	trust, err := readTrust(c.keys(s).file(signingPublic))
	if isNotExist(err) {
		return fmt.Errorf("%w: %w", err, errNoKeys)
	}
	if err != nil {
		return err
	}
	table := newColumns(s.out, "KEY", "SIGNS")
	for _, key := range trust.Keys() {
		table.row(key.ID(), termOf(trust.Term(key)))
	}
	return table.flush()
}

// termOf words which releases a key signs.
func termOf(first, until int) string {
	switch {
	case until == 0:
		return fmt.Sprintf("release %d and later", max(first, 1))
	case max(first, 1) == until:
		return "no release"
	case max(first, 1) == until-1:
		return fmt.Sprintf("release %d", until-1)
	}
	return fmt.Sprintf("releases %d to %d", max(first, 1), until-1)
}

// rotateSigning makes the next key and hands over to it. Broken off before the
// line is longer, nothing has happened; after that, finishRotation goes on.
func (k keyFolder) rotateSigning(h signed.Handover) (err error) {
	old, err := k.signer()
	if err != nil {
		return err
	}
	trust, err := readTrust(k.file(signingPublic))
	if err != nil {
		return err
	}
	if err := os.Remove(k.file(signingNext)); err != nil && !isNotExist(err) {
		return err
	}
	next, err := signed.CreateSigner(k.file(signingNext), old.Key().Name(), k.random)
	if err != nil {
		return err
	}
	statement, err := old.Introduce(next, h)
	if err != nil {
		return err
	}
	if trust, err = trust.Follow(statement); err != nil {
		return err
	}
	if err := replacePublic(k.file(signingPublic), []byte(trust.String())); err != nil {
		return err
	}
	return k.finishRotation()
}

// finishRotation destroys the old key and puts the next in its place.
func (k keyFolder) finishRotation() error {
	if err := overwrite(k.file(signingFile)); err != nil && !isNotExist(err) {
		return err
	}
	if err := os.Rename(k.file(signingNext), k.file(signingFile)); err != nil {
		return err
	}
	return syncFolder(k.path)
}

// overwrite writes zeros where a secret stands.
func overwrite(name string) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, bytes.NewReader(make([]byte, info.Size()))); err != nil {
		return err
	}
	return f.Sync()
}

// replacePublic puts a public file in the place of the one there, as a whole.
func replacePublic(name string, content []byte) error {
	partial := name + ".partial"
	if err := os.Remove(partial); err != nil && !isNotExist(err) {
		return err
	}
	err := keepPublic(partial, content)
	if err == nil {
		err = os.Rename(partial, name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(partial))
	}
	return syncFolder(filepath.Dir(name))
}
