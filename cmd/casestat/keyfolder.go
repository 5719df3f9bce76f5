package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"manniskohandel.se/casestat/pkg/access"
)

// subjectKeyBytes is the length of the key under which the ledger speaks of
// records.
const subjectKeyBytes = 32

// keyFolder holds the service's keys, each in a file of mode 0600: the token
// keys, which rotate, and the ledger's subject key, which never does, because
// with another one nobody could find a record's deeds again.
type keyFolder struct {
	path   string
	now    func() time.Time
	random io.Reader
}

// errNoKeys tells the operator what to do.
var errNoKeys = errors.New("run casestat keys init first")

func (k keyFolder) tokens() access.KeyFile {
	return access.KeyFile{Path: filepath.Join(k.path, "token-keys.json"), Clock: k.now, Random: k.random}
}

func (k keyFolder) subjectFile() string { return filepath.Join(k.path, "ledger-subject.key") }

// errNoSubject tells who lost the subject key what that means.
var errNoSubject = errors.New("put back your copy of it; without one, remove token-keys.json and run casestat keys init, " +
	"and nobody will be able to tell which record an earlier entry of the ledger is about")

// init makes the keys that are not there. It never replaces one.
func (k keyFolder) init() (access.KeyInfo, error) {
	if err := os.MkdirAll(k.path, 0o700); err != nil {
		return access.KeyInfo{}, err
	}
	// The token keys come last: where they are, the other was.
	if err := k.initSubject(); err != nil {
		return access.KeyInfo{}, err
	}
	return k.tokens().Init()
}

// initSubject leaves a subject key that is there as it is, and makes none in
// the place of one that got lost.
func (k keyFolder) initSubject() error {
	switch {
	case exists(k.subjectFile()):
		return nil
	case exists(k.tokens().Path):
		return k.missingSubject()
	}
	key := make([]byte, subjectKeyBytes)
	if _, err := io.ReadFull(k.random, key); err != nil {
		return err
	}
	f, err := newSecretFile(k.subjectFile())
	if err != nil {
		return err
	}
	return f.keep([]byte(hex.EncodeToString(key) + "\n"))
}

// subject reads the ledger's subject key.
func (k keyFolder) subject() ([]byte, error) {
	b, err := readSecret(k.subjectFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil, k.missingSubject()
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(key) != subjectKeyBytes {
		return nil, fmt.Errorf("%s does not hold a key of %d bytes", k.subjectFile(), subjectKeyBytes)
	}
	return key, nil
}

func (k keyFolder) missingSubject() error {
	return fmt.Errorf("%s, the ledger's subject key, is missing: %w", k.subjectFile(), errNoSubject)
}

// ring opens the token keys.
func (k keyFolder) ring() (*access.Ring, error) {
	ring, err := access.OpenRing(k.tokens())
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("there are no token keys in %s: %w", k.path, errNoKeys)
	case errors.Is(err, access.ErrKeysExposed):
		return nil, fmt.Errorf("%w: run chmod 600 %s", err, k.tokens().Path)
	}
	return ring, err
}

// there says whether the folder holds any key.
func (k keyFolder) there() bool { return exists(k.tokens().Path) || exists(k.subjectFile()) }

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}
