package backup

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"manniskohandel.se/casestat/pkg/fault"
)

// The form of a sealed file: a line that names the form, the key and a salt;
// chunks, each sealed by itself, of which the last is marked as the last; and a
// closing word, which tells a file that was cut short from one that was changed.
const (
	form      = "casestat-backup/1"
	closing   = "\nend\n"
	chunk     = 64 << 10 // bytes before sealing
	tagBytes  = 16
	saltBytes = 32
	maxHeader = 256
)

// cipherOf derives the cipher of one file. The header goes into it, so that
// nobody can change a word of that either.
func cipherOf(key Key, salt []byte, header string) (cipher.AEAD, error) {
	secret, err := hkdf.Key(sha256.New, key.secret[:], salt, header, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// nonceOf numbers a chunk. No key is used for two files, so none comes twice.
func nonceOf(number uint64, last bool) []byte {
	nonce := make([]byte, 12)
	binary.BigEndian.PutUint64(nonce[3:], number)
	if last {
		nonce[11] = 1
	}
	return nonce
}

// sealer encrypts what is written to it. Without Close the file has no end.
type sealer struct {
	to     io.Writer
	with   cipher.AEAD
	number uint64
	held   []byte // not sealed yet
}

func newSealer(to io.Writer, key Key, random io.Reader) (*sealer, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, err
	}
	header := form + " " + key.ID + " " + base64.RawStdEncoding.EncodeToString(salt) + "\n"
	with, err := cipherOf(key, salt, header)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(to, header); err != nil {
		return nil, err
	}
	return &sealer{to: to, with: with, held: make([]byte, 0, chunk+tagBytes)}, nil
}

func (s *sealer) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		if len(s.held) == chunk { // and more comes: it is not the last
			if err := s.seal(false); err != nil {
				return n, err
			}
		}
		some := min(chunk-len(s.held), len(b))
		s.held = append(s.held, b[:some]...)
		b, n = b[some:], n+some
	}
	return n, nil
}

func (s *sealer) seal(last bool) error {
	_, err := s.to.Write(s.with.Seal(s.held[:0], nonceOf(s.number, last), s.held, nil))
	s.held, s.number = s.held[:0], s.number+1
	return err
}

func (s *sealer) Close() error {
	if err := s.seal(true); err != nil {
		return err
	}
	_, err := io.WriteString(s.to, closing)
	return err
}

// opener gives what a sealer took. It gives nothing of a chunk that is not what
// was sealed, and io.EOF after the last one alone.
type opener struct {
	from   *bufio.Reader
	with   cipher.AEAD
	number uint64
	clear  []byte
	ended  bool
}

// readHeader reads the first line and says which key it names.
func readHeader(r *bufio.Reader) (id string, salt []byte, header string, err error) {
	foreign := fault.New(fault.Malformed, CodeForeign)
	line, err := r.ReadSlice('\n')
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return "", nil, "", err
	}
	words := strings.Split(strings.TrimSuffix(string(line), "\n"), " ")
	if err != nil || len(line) > maxHeader || len(words) != 3 || words[0] != form || !isKeyID(words[1]) {
		return "", nil, "", foreign
	}
	salt, err = base64.RawStdEncoding.Strict().DecodeString(words[2])
	if err != nil || len(salt) != saltBytes {
		return "", nil, "", foreign
	}
	return words[1], salt, string(line), nil
}

// open finds the key that a file names and opens it.
func open(from io.Reader, find func(id string) (Key, error)) (*opener, error) {
	r := bufio.NewReaderSize(from, chunk+tagBytes+len(closing)+1)
	id, salt, header, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	key, err := find(id)
	if err != nil {
		return nil, err
	}
	with, err := cipherOf(key, salt, header)
	if err != nil {
		return nil, err
	}
	return &opener{from: r, with: with}, nil
}

func (o *opener) Read(b []byte) (int, error) {
	for len(o.clear) == 0 {
		if o.ended {
			return 0, io.EOF
		}
		if err := o.next(); err != nil {
			return 0, err
		}
	}
	n := copy(b, o.clear)
	o.clear = o.clear[n:]
	return n, nil
}

// next opens one chunk: the last is the one behind which nothing stands but the
// closing word.
func (o *opener) next() error {
	ahead, err := o.from.Peek(chunk + tagBytes + len(closing) + 1)
	last := errors.Is(err, io.EOF)
	if err != nil && !last {
		return err
	}
	sealed := ahead[:min(len(ahead), chunk+tagBytes)]
	if last {
		var whole bool
		if sealed, whole = bytes.CutSuffix(ahead, []byte(closing)); !whole {
			return fault.New(fault.Malformed, CodeCutShort)
		}
	}
	if o.clear, err = o.with.Open(nil, nonceOf(o.number, last), sealed, nil); err != nil {
		return fault.Because(fmt.Errorf("chunk %d does not hold", o.number), fault.Malformed, CodeDamaged)
	}
	o.number, o.ended = o.number+1, last
	_, err = o.from.Discard(len(sealed))
	return err
}
