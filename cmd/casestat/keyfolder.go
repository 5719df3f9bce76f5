package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"manniskohandel.se/casestat/pkg/access"
)

// The key under which the ledger speaks of records.
const (
	subjectKeyBytes = 32
	subjectFile     = "ledger-subject.key"
)

// keyFolder holds the service's keys, each in a file of mode 0600: the token
// keys, which rotate; the ledger's subject key, which never does, because with
// another one nobody could find a record's deeds again; and those of the releases.
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

func (k keyFolder) subjectFile() string { return k.file(subjectFile) }

// errNoSubject tells who lost the subject key what that means.
var errNoSubject = errors.New("put back your copy of it; without one, remove token-keys.json and run casestat keys init, " +
	"and nobody will be able to tell which record an earlier entry of the ledger is about")

// init makes the keys that are not there, those of the releases in the name of
// an installation. It never replaces one.
func (k keyFolder) init(name string) (access.KeyInfo, error) {
	if err := os.MkdirAll(k.path, 0o700); err != nil {
		return access.KeyInfo{}, err
	}
	// The token keys come last: where they are, the other was.
	if err := k.initSubject(); err != nil {
		return access.KeyInfo{}, err
	}
	if _, err := k.initReleases(name); err != nil {
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
	return k.newSecret(subjectFile, subjectKeyBytes)
}

// subject reads the ledger's subject key.
func (k keyFolder) subject() ([]byte, error) {
	key, err := k.secret(subjectFile, subjectKeyBytes)
	if errors.Is(err, os.ErrNotExist) {
		return nil, k.missingSubject()
	}
	return key, err
}

// errNoTokens tells who lost the token keys what that means.
var errNoTokens = errors.New("put back your copy of it, or run casestat keys init to have new ones: clients then ask for new tokens")

func (k keyFolder) missingSubject() error {
	return fmt.Errorf("%s, the ledger's subject key, is missing: %w", k.subjectFile(), errNoSubject)
}

// ring opens the token keys.
func (k keyFolder) ring() (*access.Ring, error) {
	ring, err := access.OpenRing(k.tokens())
	switch {
	case errors.Is(err, os.ErrNotExist) && exists(k.subjectFile()):
		return nil, fmt.Errorf("%s, which holds the token keys, is missing: %w", k.tokens().Path, errNoTokens)
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("there are no token keys in %s: %w", k.path, errNoKeys)
	case errors.Is(err, access.ErrKeysExposed):
		return nil, fmt.Errorf("%w: run chmod 600 %s", err, k.tokens().Path)
	case err != nil:
		return nil, fmt.Errorf("%s is damaged (%w): remove it, and then %w", k.tokens().Path, err, errNoTokens)
	}
	return ring, nil
}

// there says whether the folder holds any key.
func (k keyFolder) there() bool { return exists(k.tokens().Path) || exists(k.subjectFile()) }

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}
