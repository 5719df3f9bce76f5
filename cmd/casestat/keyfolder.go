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

// init makes both keys. It never replaces one.
func (k keyFolder) init() (access.KeyInfo, error) {
	if err := os.MkdirAll(k.path, 0o700); err != nil {
		return access.KeyInfo{}, err
	}
	info, err := k.tokens().Init()
	if err != nil {
		return access.KeyInfo{}, err
	}
	return info, k.initSubject()
}

func (k keyFolder) initSubject() error {
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
		return nil, fmt.Errorf("there is no ledger subject key in %s: %w", k.path, errNoKeys)
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
func (k keyFolder) there() bool {
	for _, name := range []string{k.tokens().Path, k.subjectFile()} {
		if _, err := os.Lstat(name); err == nil {
			return true
		}
	}
	return false
}
