package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"strings"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

// errRotating tells who meets a rotation of the releases' key half done.
var errRotating = errors.New("the rotation of the releases' key was broken off: finish it with casestat keys rotate-releases")

// lockSigning keeps the key that signs releases as it is (shared), or keeps
// everybody else from signing with it. The lock is on a file that no rotation
// replaces; it goes with the process, so a crash leaves none behind.
func (k keyFolder) lockSigning(shared bool) (unlock func(), err error) {
	return lockFile(k.file(releaseSecret), shared)
}

// turn is the right to sign, for release.Keys.
func (k keyFolder) turn(context.Context) (signer signed.Signer, done func(), err error) {
	done, err = k.lockSigning(true)
	if errors.Is(err, errLocked) {
		return signer, nil, fault.Because(err, fault.Unavailable, release.CodeBusy)
	}
	if err != nil {
		return signer, nil, err
	}
	if signer, err = k.signer(); err != nil {
		done()
		return signer, nil, err
	}
	return signer, done, nil
}

// signer reads the key that signs, and makes sure that it is the newest of the
// line that everybody verifies with.
func (k keyFolder) signer() (signed.Signer, error) {
	if exists(k.file(signingNext)) && k.handedOver() {
		return signed.Signer{}, errRotating
	}
	signer, err := signed.ReadSigner(k.file(signingFile))
	if err != nil {
		return signer, err
	}
	_, err = k.trust(signer)
	return signer, err
}

// trust reads the line of keys that ends with the signer's. An installation
// that has moved its public key elsewhere has the signer's alone.
func (k keyFolder) trust(signer signed.Signer) (signed.Trust, error) {
	trust, err := readTrust(k.file(signingPublic))
	if isNotExist(err) {
		return signed.Pin(signer.Key()), nil
	}
	if err == nil && trust.Newest() != signer.Key() {
		err = fmt.Errorf("%s does not end with the key in %s: %w", k.file(signingPublic), k.file(signingFile), errReleaseKeys)
	}
	return trust, err
}

// handedOver says whether the public line already ends with the next key.
func (k keyFolder) handedOver() bool {
	next, err := signed.ReadSigner(k.file(signingNext))
	if err != nil {
		return false
	}
	trust, err := readTrust(k.file(signingPublic))
	return err == nil && trust.Newest() == next.Key()
}

// withKeys is a source with the line of keys in a file beside it, which a
// rotation makes longer. It implements shelf.Keyed.
type withKeys struct {
	shelf.Source
	file string
}

// Version changes with the source and with the file.
func (w withKeys) Version(ctx context.Context) (int64, error) {
	version, err := w.Source.Version(ctx)
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(w.file)
	if isNotExist(err) {
		return version, nil
	}
	if err != nil {
		return 0, err
	}
	digest := fnv.New64a()
	fmt.Fprintln(digest, version, info.Size(), info.ModTime().UnixNano())
	return int64(digest.Sum64()), nil
}

// Keys gives what the file says, or the source if it knows more.
func (w withKeys) Keys(ctx context.Context) ([]byte, error) {
	theirs, err := shelf.KeysOf(ctx, w.Source)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(w.file)
	if isNotExist(err) {
		return theirs, nil
	}
	if err != nil {
		return nil, err
	}
	ours := []byte(strings.TrimSpace(string(text)) + "\n")
	if bytes.HasPrefix(theirs, ours) {
		return theirs, nil
	}
	if theirs != nil && !bytes.HasPrefix(ours, theirs) {
		return nil, fault.New(fault.Invalid, signed.CodeTrustForked)
	}
	return ours, nil
}
