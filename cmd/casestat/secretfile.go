package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxSecretFile bounds what is read of a file that should hold one secret.
const maxSecretFile = 16 << 10

// secretFrom reads a secret from a file if one is named, from the environment
// otherwise; "" if neither says anything.
func secretFrom(s *session, file, variable string) (string, error) {
	if file == "" {
		return strings.TrimSpace(s.getenv(variable)), nil
	}
	b, err := readSecret(file)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(b))
	if secret == "" {
		// Taken for nothing said, it would mean another database.
		return "", fmt.Errorf("%s is empty: put the secret into it", file)
	}
	return secret, nil
}

// readSecret reads a file that only its owner may read.
func readSecret(name string) ([]byte, error) {
	return readGuarded(name, guard{0o077, "read", "600", maxSecretFile})
}

// guard is what a file must be like to be believed: its mode has nothing of
// forbidden, which would let others do what verb says, and it is not too large.
type guard struct {
	forbidden  os.FileMode
	verb, mend string // mend is what to give to chmod
	atMost     int
}

// readGuarded reads a regular file whose mode keeps others out. What it looks at
// and what it reads are the same open file.
func readGuarded(name string, g guard) (_ []byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file", name)
	case info.Mode().Perm()&g.forbidden != 0:
		return nil, fmt.Errorf("%s can be %s by others: run chmod %s %s", name, g.verb, g.mend, name)
	}
	b, err := io.ReadAll(io.LimitReader(f, int64(g.atMost)+1))
	if len(b) > g.atMost {
		return nil, fmt.Errorf("%s is too large: %d bytes at most", name, g.atMost)
	}
	return b, err
}

// secretFile is a new file of mode 0600 for something that will not be shown
// again. It is made before the secret is, so that the secret cannot get lost
// for want of a place.
type secretFile struct{ file *os.File }

func newSecretFile(name string) (secretFile, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return secretFile{}, fmt.Errorf("%s exists already: name a file that is not there yet", name)
	}
	return secretFile{f}, err
}

// keep writes the secret to the disk, whole or not at all.
func (f secretFile) keep(secret []byte) error { return keepOnDisk(f.file, secret) }

// keepOnDisk ends a new file in which content is there after a power cut too;
// if that fails the file is removed.
func keepOnDisk(f *os.File, content []byte) error {
	_, err := io.Copy(f, bytes.NewReader(content))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = syncFolder(filepath.Dir(f.Name()))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// keepPublic writes a file that anybody may read, as durably as a secret.
func keepPublic(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return keepOnDisk(f, content)
}

// syncFolder makes the names in a folder outlast a power cut.
func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// discard removes the file again when there is no secret after all.
func (f secretFile) discard() error {
	return errors.Join(f.file.Close(), os.Remove(f.file.Name()))
}

// credentials are what a client signs in with, as they stand in a file.
type credentials struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
}

func (c credentials) encode() []byte {
	b, _ := json.MarshalIndent(c, "", "  ") // two strings; it cannot fail
	return append(b, '\n')
}

func readCredentials(name string) (c credentials, err error) {
	b, err := readSecret(name)
	if err != nil {
		return c, err
	}
	if json.Unmarshal(b, &c) != nil || c.ClientID == "" || c.ClientSecret == "" {
		// The cause could quote the secret.
		return c, fmt.Errorf("%s does not hold a client_id and a client_secret in JSON", name)
	}
	return c, nil
}
