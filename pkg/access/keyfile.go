package access

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"manniskohandel.se/casestat/pkg/fault"
)

// What can be wrong with a key file before its content is looked at.
var (
	ErrKeysExist   = errors.New("the key file exists already; rotate it instead")
	ErrKeysExposed = errors.New("the key file can be read by others; it must be a regular file of mode 0600")
	ErrKeysLocked  = errors.New("another process is changing the key file; try again")
)

// maxKeyFile bounds what is read; a file of fifty keys has some 15 KiB.
const maxKeyFile = 64 << 10

// KeyFile is where the token keys are kept: a file of mode 0600, replaced as a
// whole when it changes.
type KeyFile struct {
	Path   string
	Clock  func() time.Time
	Random io.Reader
}

// Init makes the file with one key. It fails with ErrKeysExist when there is
// one already.
func (f KeyFile) Init() (info KeyInfo, err error) {
	defer fault.Wrap(&err, "make token keys in %s", f.Path)
	unlock, err := lockFolder(filepath.Dir(f.Path))
	if err != nil {
		return KeyInfo{}, err
	}
	defer unlock()
	if _, err := os.Lstat(f.Path); !errors.Is(err, os.ErrNotExist) {
		return KeyInfo{}, errors.Join(ErrKeysExist, err)
	}
	key, err := newTokenKey(f.Random, f.Clock())
	if err != nil {
		return KeyInfo{}, err
	}
	return key.info(), f.write([]tokenKey{key})
}

// Rotate adds a key that signs from now on. The one before it verifies until
// its last token has expired; keys past that are dropped.
func (f KeyFile) Rotate() (KeyInfo, error) { return f.rotate(retired) }

// Replace adds a key that signs from now on and drops every other at once: for
// keys that somebody else may hold. All tokens given so far end with it.
func (f KeyFile) Replace() (KeyInfo, error) {
	return f.rotate(func([]tokenKey, time.Time) []tokenKey { return nil })
}

// rotate adds a key to those that keep leaves of the present ones.
func (f KeyFile) rotate(keep func(keys []tokenKey, now time.Time) []tokenKey) (info KeyInfo, err error) {
	defer fault.Wrap(&err, "rotate token keys in %s", f.Path)
	unlock, err := lockFolder(filepath.Dir(f.Path))
	if err != nil {
		return KeyInfo{}, err
	}
	defer unlock()
	keys, _, err := f.read()
	if err != nil {
		return KeyInfo{}, err
	}
	now := f.Clock()
	key, err := newTokenKey(f.Random, now)
	if err != nil {
		return KeyInfo{}, err
	}
	return key.info(), f.write(append(keep(keys, now), key))
}

// retired gives the keys that still verify, none of them signing any more.
func retired(keys []tokenKey, now time.Time) []tokenKey {
	keys = slices.DeleteFunc(slices.Clone(keys), func(k tokenKey) bool { return !k.goodAt(now) })
	for i := range keys {
		if keys[i].signs() {
			keys[i].notAfter = now.UTC().Truncate(time.Second).Add(retiredKeyStays)
		}
	}
	return keys
}

// Show lists the keys without their private parts, oldest first.
func (f KeyFile) Show() (infos []KeyInfo, err error) {
	defer fault.Wrap(&err, "show token keys in %s", f.Path)
	keys, _, err := f.read()
	for _, k := range keys {
		infos = append(infos, k.info())
	}
	return infos, err
}

// read gives the keys and what the file looked like when they were read.
func (f KeyFile) read() (keys []tokenKey, stamp os.FileInfo, err error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	// The open file is asked, not its name, so that the answer is about what is read.
	if stamp, err = file.Stat(); err != nil {
		return nil, nil, err
	}
	if !private(stamp) {
		return nil, stamp, ErrKeysExposed
	}
	b, err := io.ReadAll(io.LimitReader(file, maxKeyFile+1))
	if err != nil {
		return nil, stamp, err
	}
	if len(b) > maxKeyFile {
		return nil, stamp, errors.New("the key file is too large")
	}
	keys, err = decodeKeys(b)
	return keys, stamp, err
}

// write replaces the file as a whole: whoever reads sees the old or the new
// keys, also after a power cut.
func (f KeyFile) write(keys []tokenKey) error {
	b, err := encodeKeys(keys)
	if err != nil {
		return err
	}
	folder := filepath.Dir(f.Path)
	temp, err := os.CreateTemp(folder, ".keys-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = io.Copy(temp, bytes.NewReader(b))
	err = errors.Join(err, temp.Sync(), temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), f.Path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return syncFolder(folder)
}
