package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/signed"
)

// The keys of the releases, each in a file of its own in the folder of the keys.
const (
	signingFile      = "release-signing.key"  // signs releases and checkpoints
	signingPublic    = "release-signing.pub"  // what everybody verifies them with
	signingNext      = "release-signing.next" // follows signingFile; there while a rotation is under way alone
	certificateFile  = "certificates.key"     // opens the proofs; belongs elsewhere
	certificateKey   = "certificates.pub"     // what the proofs are sealed to
	historyFile      = "history.key"          // opens what earlier releases were made from
	releaseSecret    = "release-secret.key"   // under which choices are drawn
	releaseKeysName  = "casestat"             // whose keys they are, if nobody says
	releaseSecretLen = 32                     // bytes
)

// releaseKeyFiles are those that a serving process needs. The private key of the
// certificates is not among them.
var releaseKeyFiles = []string{signingFile, certificateKey, historyFile, releaseSecret}

// errReleaseKeys tells who lost one of the keys what that means.
var errReleaseKeys = errors.New("put back your copy of it: with another key nobody could follow the releases so far")

// hasReleaseKeys says whether the folder holds any of the releases' keys.
func (k keyFolder) hasReleaseKeys() bool {
	return slices.ContainsFunc(releaseKeyFiles, func(f string) bool { return exists(k.file(f)) })
}

func (k keyFolder) file(name string) string { return filepath.Join(k.path, name) }

// initReleases makes the releases' keys in the name of an installation, unless
// there are some already.
func (k keyFolder) initReleases(name string) (made bool, err error) {
	if k.hasReleaseKeys() {
		return false, nil
	}
	signer, err := signed.CreateSigner(k.file(signingFile), name, k.random)
	if err != nil {
		return false, err
	}
	certificates, err := signed.CreateUnsealer(k.file(certificateFile), name, k.random)
	if err != nil {
		return false, err
	}
	if _, err := signed.CreateUnsealer(k.file(historyFile), name, k.random); err != nil {
		return false, err
	}
	if err := k.newSecret(releaseSecret, releaseSecretLen); err != nil {
		return false, err
	}
	return true, errors.Join(
		keepPublic(k.file(signingPublic), []byte(signer.Key().String()+"\n")),
		keepPublic(k.file(certificateKey), []byte(certificates.Recipient().String()+"\n")),
	)
}

// newSecret writes random bytes to a new file.
func (k keyFolder) newSecret(name string, size int) error {
	key := make([]byte, size)
	if _, err := io.ReadFull(k.random, key); err != nil {
		return err
	}
	f, err := newSecretFile(k.file(name))
	if err != nil {
		return err
	}
	return f.keep([]byte(hex.EncodeToString(key) + "\n"))
}

// secret reads what newSecret wrote.
func (k keyFolder) secret(name string, size int) ([]byte, error) {
	b, err := readSecret(k.file(name))
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(key) != size {
		return nil, fmt.Errorf("%s does not hold a key of %d bytes", k.file(name), size)
	}
	return key, nil
}

// releases reads what publishing needs.
func (k keyFolder) releases() (keys release.Keys, err error) {
	if !k.hasReleaseKeys() {
		return keys, fmt.Errorf("there are no keys for releases in %s: %w", k.path, errNoKeys)
	}
	for _, name := range releaseKeyFiles {
		if !exists(k.file(name)) {
			return keys, fmt.Errorf("%s is missing: %w", k.file(name), errReleaseKeys)
		}
	}
	if keys.Signer, err = k.signer(); err != nil {
		return keys, err
	}
	keys.Turn = k.turn
	if keys.History, err = signed.ReadUnsealer(k.file(historyFile)); err != nil {
		return keys, err
	}
	secret, err := k.secret(releaseSecret, releaseSecretLen)
	if err != nil {
		return keys, err
	}
	copy(keys.Secret[:], secret)
	text, err := os.ReadFile(k.file(certificateKey))
	if err != nil {
		return keys, err
	}
	if keys.Certificates, err = signed.ParseRecipient(strings.TrimSpace(string(text))); err != nil {
		return keys, fmt.Errorf("%s does not hold the public key of the certificates (%w): %w", k.file(certificateKey), err, errReleaseKeys)
	}
	return keys, nil
}

// readTrust reads the public key that releases are verified with, and the
// statements by which others have followed it.
func readTrust(name string) (signed.Trust, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return signed.Trust{}, err
	}
	trust, err := signed.ParseTrust(strings.TrimSpace(string(text)) + "\n")
	if err != nil {
		return signed.Trust{}, fmt.Errorf("%s does not hold the public key of a casestat: %w", name, err)
	}
	return trust, nil
}
