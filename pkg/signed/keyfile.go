package signed

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	"manniskohandel.se/casestat/pkg/fault"
)

// maxKeyFile bounds what is read, in bytes; the larger sort has two thousand.
const maxKeyFile = 16 << 10

// keyUse keeps a key from being read for another use than its own.
type keyUse string

const (
	useSigning keyUse = "casestat-signing-key-v1"
	useSealing keyUse = "casestat-sealing-key-v1"
)

// keyFile is a key at rest: JSON in a file that only its owner can read.
type keyFile struct {
	Use     keyUse `json:"use"`
	Public  string `json:"public"`  // the text form, for people
	Private []byte `json:"private"` // the seed
}

// CreateSigner makes a signing key out of 32 bytes from random and keeps it in
// a new file of mode 0600. The name says whose key it is, such as
// "casestat.example".
func CreateSigner(path, name string, random io.Reader) (Signer, error) {
	return create(path, name, random, newSigner)
}

// ReadSigner reads a file that CreateSigner made.
func ReadSigner(path string) (Signer, error) { return read(path, newSigner) }

// CreateUnsealer makes a sealing key out of 32 bytes from random and keeps it
// in a new file of mode 0600.
func CreateUnsealer(path, name string, random io.Reader) (Unsealer, error) {
	return create(path, name, random, newUnsealer)
}

// ReadUnsealer reads a file that CreateUnsealer made.
func ReadUnsealer(path string) (Unsealer, error) { return read(path, newUnsealer) }

// private is a key that a file can hold.
type private interface {
	use() keyUse
	public() (name, text string)
}

func (Signer) use() keyUse   { return useSigning }
func (Unsealer) use() keyUse { return useSealing }

func (s Signer) public() (name, text string) { return s.key.name, s.key.String() }

func (u Unsealer) public() (name, text string) { return u.recipient.name, u.recipient.String() }

func create[K private](path, name string, random io.Reader, derive func(string, []byte) (K, error)) (key K, err error) {
	defer fault.Wrap(&err, "make key file %s", path)
	var none K
	seed := make([]byte, seedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return none, err
	}
	if key, err = derive(name, seed); err != nil {
		return none, err
	}
	_, text := key.public()
	b, err := json.MarshalIndent(keyFile{Use: key.use(), Public: text, Private: seed}, "", "  ")
	if err != nil {
		return none, err
	}
	if err := writeNew(path, append(b, '\n')); err != nil {
		return none, err
	}
	return key, nil
}

func read[K private](path string, derive func(string, []byte) (K, error)) (key K, err error) {
	defer fault.Wrap(&err, "read key file %s", path)
	var none K
	b, err := readPrivate(path)
	if err != nil {
		return none, err
	}
	var f keyFile
	if json.Unmarshal(b, &f) != nil || f.Use != none.use() {
		return none, errKeyFileMalformed
	}
	name, _, err := parseKeyText(f.Public)
	if err != nil {
		return none, errKeyFileMalformed
	}
	if key, err = derive(name, f.Private); err != nil {
		return none, errKeyFileMalformed
	}
	if _, text := key.public(); text != f.Public {
		return none, errKeyFileMalformed
	}
	return key, nil
}

// writeNew writes a file that was not there and makes it outlast a power cut;
// a key that only half arrived does not stay.
func writeNew(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return errKeyFileExists
	}
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// readPrivate asks the open file, not its name, whether others could read it.
func readPrivate(path string) (b []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !ownersAlone(info) {
		return nil, errKeyFileExposed
	}
	b, err = io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err == nil && len(b) > maxKeyFile {
		err = errKeyFileMalformed
	}
	return b, err
}
