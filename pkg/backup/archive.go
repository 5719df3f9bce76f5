package backup

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"manniskohandel.se/casestat/pkg/fault"
)

// Within the seal a file is a row of parts: a length byte and a name, then
// blocks, each behind its length of four bytes, up to one of length zero. A
// name of length zero ends the row.
const maxBlock = 1 << 20

// Writer writes a sealed file, part after part.
type Writer struct{ sealed *sealer }

// NewWriter begins a file under a key.
func NewWriter(to io.Writer, key Key, random io.Reader) (*Writer, error) {
	s, err := newSealer(to, key, random)
	if err != nil {
		return nil, err
	}
	return &Writer{s}, nil
}

// Part writes one part: all that content writes.
func (w *Writer) Part(name string, content func(io.Writer) error) error {
	if name == "" || len(name) > 255 {
		return fmt.Errorf("backup: a part cannot have a name of %d bytes", len(name))
	}
	if _, err := w.sealed.Write(append([]byte{byte(len(name))}, name...)); err != nil {
		return err
	}
	if err := content(blockWriter{w.sealed}); err != nil {
		return err
	}
	return writeLength(w.sealed, 0)
}

// Close ends the file. Without it the file cannot be read.
func (w *Writer) Close() error {
	if _, err := w.sealed.Write([]byte{0}); err != nil {
		return err
	}
	return w.sealed.Close()
}

func writeLength(to io.Writer, n int) error {
	_, err := to.Write(binary.BigEndian.AppendUint32(nil, uint32(n)))
	return err
}

type blockWriter struct{ to io.Writer }

func (w blockWriter) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		some := b[:min(len(b), maxBlock)]
		if err := writeLength(w.to, len(some)); err != nil {
			return n, err
		}
		done, err := w.to.Write(some)
		n += done
		if err != nil {
			return n, err
		}
		b = b[len(some):]
	}
	return n, nil
}

// Reader reads a sealed file, part after part.
type Reader struct {
	from *bufio.Reader
	part *blockReader // the one that was given last; nil before the first
}

// NewReader begins to read a file; find gives the key that it names.
func NewReader(from io.Reader, find func(id string) (Key, error)) (*Reader, error) {
	o, err := open(from, find)
	if err != nil {
		return nil, err
	}
	return &Reader{from: bufio.NewReader(o)}, nil
}

// Next gives the next part, past what was not read of the one before; io.EOF
// after the last, when the whole file has been proved to be what was written.
func (r *Reader) Next() (name string, content io.Reader, err error) {
	if r.part != nil {
		if _, err := io.Copy(io.Discard, r.part); err != nil {
			return "", nil, err
		}
	}
	n, err := r.from.ReadByte()
	if err != nil {
		return "", nil, unended(err)
	}
	if n == 0 {
		return "", nil, r.end()
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r.from, b); err != nil {
		return "", nil, unended(err)
	}
	r.part = &blockReader{from: r.from}
	return string(b), r.part, nil
}

// end demands that nothing follows, which reads the last chunk to its end.
func (r *Reader) end() error {
	switch _, err := r.from.ReadByte(); {
	case err == nil:
		return fault.New(fault.Malformed, CodeDamaged)
	default:
		return err // io.EOF, or why the end does not hold
	}
}

// unended tells an end in the middle of a part from one where it belongs. Under
// the seal only a faulty program makes the former.
func unended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.New(fault.Malformed, CodeCutShort)
	}
	return err
}

// blockReader reads one part.
type blockReader struct {
	from  io.Reader
	left  int // of the block
	ended bool
}

func (r *blockReader) Read(b []byte) (int, error) {
	if r.left == 0 {
		if err := r.block(); err != nil {
			return 0, err
		}
	}
	n, err := r.from.Read(b[:min(len(b), r.left)])
	r.left -= n
	if err != nil {
		return n, unended(err)
	}
	return n, nil
}

// block reads the length of the next one.
func (r *blockReader) block() error {
	if r.ended {
		return io.EOF
	}
	var length [4]byte
	if _, err := io.ReadFull(r.from, length[:]); err != nil {
		return unended(err)
	}
	n := binary.BigEndian.Uint32(length[:])
	switch {
	case n == 0:
		r.ended = true
		return io.EOF
	case n > maxBlock:
		return fault.New(fault.Malformed, CodeDamaged)
	}
	r.left = int(n)
	return nil
}
