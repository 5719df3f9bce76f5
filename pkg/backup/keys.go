package backup

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"manniskohandel.se/casestat/pkg/fault"
)

// DefaultDays is how long a key lives unless somebody says otherwise.
const DefaultDays = 35

const (
	keyBytes  = 32
	keySuffix = ".key"
	maxFile   = 1024 // bytes of a file that holds a key
)

// Key seals the backups of one day. It is destroyed on the day it expires.
type Key struct {
	ID      string // the day and something random
	Made    string // the day, as 2026-11-23
	Expires string // the first day on which it must not be there any more
	secret  [keyBytes]byte
}

// keyForm is what stands in a file: a line a word, so that the secret has a
// place of its own, which can be overwritten.
type keyForm struct {
	ID      string `json:"id"`
	Made    string `json:"made"`
	Expires string `json:"expires"`
	Secret  string `json:"secret"`
}

var keyID = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{8}$`)

func isKeyID(s string) bool { return keyID.MatchString(s) }

// Keys is a folder of keys, each in a file of mode 0600. The zero Days means
// DefaultDays.
type Keys struct {
	Folder string
	Days   int // how long a key that is made now lives
	Now    func() time.Time
	Random io.Reader
}

func (k Keys) today() string { return k.Now().UTC().Format(time.DateOnly) }

// OfToday gives the key of the day, which it makes if it is missing.
func (k Keys) OfToday() (_ Key, made bool, err error) {
	defer fault.Wrap(&err, "the backup key of the day")
	all, err := k.List()
	if err != nil {
		return Key{}, false, err
	}
	if i := slices.IndexFunc(all, func(key Key) bool { return key.Made == k.today() && !k.over(key) }); i >= 0 {
		return all[i], false, nil
	}
	key, err := k.newKey()
	if err != nil {
		return Key{}, false, err
	}
	return key, true, k.keep(key)
}

func (k Keys) newKey() (key Key, err error) {
	var random [4 + keyBytes]byte
	if _, err := io.ReadFull(k.Random, random[:]); err != nil {
		return Key{}, err
	}
	days := k.Days
	if days == 0 {
		days = DefaultDays
	}
	if days < 1 || days > 3660 {
		return Key{}, fmt.Errorf("a key cannot live %d days", days)
	}
	key.Made = k.today()
	key.Expires = k.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly)
	key.ID = key.Made + "-" + hex.EncodeToString(random[:4])
	copy(key.secret[:], random[4:])
	return key, nil
}

// keep writes a key to the disk, whole or not at all: a backup under a key that
// a power cut takes would be none.
func (k Keys) keep(key Key) (err error) {
	if err := os.MkdirAll(k.Folder, 0o700); err != nil {
		return err
	}
	text, err := json.Marshal(keyForm{key.ID, key.Made, key.Expires, hex.EncodeToString(key.secret[:])}, jsontext.Multiline(true))
	if err != nil {
		return err
	}
	name := k.file(key.ID)
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return syncFolder(k.Folder)
}

func (k Keys) file(id string) string { return filepath.Join(k.Folder, id+keySuffix) }

// over says whether a key must not be there any more.
func (k Keys) over(key Key) bool { return k.today() >= key.Expires }

// Find gives the key of a file that is to be read.
func (k Keys) Find(id string) (Key, error) {
	if !isKeyID(id) {
		return Key{}, fault.New(fault.Malformed, CodeForeign)
	}
	key, err := k.read(k.file(id))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Key{}, fault.Because(fmt.Errorf("%s is not there: it was destroyed when its days were over, or it is kept elsewhere", k.file(id)),
			fault.NotFound, CodeKeyMissing)
	case err != nil:
		return Key{}, err
	case k.over(key):
		return Key{}, fault.Because(fmt.Errorf("the key %s expired on %s", id, key.Expires), fault.Gone, CodeKeyExpired)
	}
	return key, nil
}

// List gives the keys in the folder, the oldest first; those that expired and
// have not been destroyed among them. A folder that is not there holds none.
func (k Keys) List() (all []Key, err error) {
	entries, err := os.ReadDir(k.Folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, e := range entries { // by name, so by day
		if !isKeyID(strings.TrimSuffix(e.Name(), keySuffix)) {
			continue
		}
		key, err := k.read(filepath.Join(k.Folder, e.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, key)
	}
	return all, nil
}

func (k Keys) read(name string) (key Key, err error) {
	info, err := os.Lstat(name)
	if err != nil {
		return Key{}, err
	}
	unreadable := func(why string) error {
		return fault.Because(fmt.Errorf("%s %s", name, why), fault.Malformed, CodeKeyUnreadable)
	}
	switch {
	case !info.Mode().IsRegular() || info.Size() > maxFile:
		return Key{}, unreadable("is no file of a key")
	case info.Mode().Perm()&0o077 != 0:
		return Key{}, unreadable("can be read by others: run chmod 600 on it")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return Key{}, err
	}
	var f keyForm
	if err := json.Unmarshal(text, &f, json.RejectUnknownMembers(true)); err != nil {
		return Key{}, unreadable("does not hold a key") // the cause could quote it
	}
	secret, err := hex.DecodeString(f.Secret)
	if err != nil || len(secret) != keyBytes || f.ID+keySuffix != filepath.Base(name) || !isDay(f.Made) || !isDay(f.Expires) {
		return Key{}, unreadable("does not hold a key")
	}
	return Key{f.ID, f.Made, f.Expires, [keyBytes]byte(secret)}, nil
}

func isDay(s string) bool {
	day, err := time.Parse(time.DateOnly, s)
	return err == nil && day.Format(time.DateOnly) == s
}

// Expire destroys the keys that are over their days and gives their names. It
// can be repeated, and goes on where it was interrupted: the days of a key stay
// readable until its file is gone.
func (k Keys) Expire() (ended []string, err error) {
	defer fault.Wrap(&err, "destroy expired backup keys")
	all, err := k.List()
	if err != nil {
		return nil, err
	}
	for _, key := range all {
		if !k.over(key) {
			continue
		}
		if err := k.destroy(key); err != nil {
			return ended, err
		}
		ended = append(ended, key.ID)
	}
	if len(ended) > 0 {
		err = syncFolder(k.Folder)
	}
	return ended, err
}

// destroy overwrites the secret where it stands, on the disk, before it removes
// the file.
func (k Keys) destroy(key Key) error {
	name := k.file(key.ID)
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	at := bytes.Index(text, []byte(hex.EncodeToString(key.secret[:])))
	if at < 0 {
		return fmt.Errorf("%s changed while it was destroyed", name)
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(bytes.Repeat([]byte{'0'}, 2*keyBytes), int64(at))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Remove(name)
}

// syncFolder makes the names in a folder outlast a power cut.
func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
