package record

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"manniskohandel.se/casestat/pkg/fault"
)

// line is one line of a batch, valid until the next is read.
type line struct {
	number  int // from 1, blank lines included
	text    []byte
	tooLong bool // text is not kept
}

// lines splits a batch. Lines that are nothing are counted and left out. A line
// ends with LF or CRLF; the last may end with the batch. A line beyond
// Limits.RecordBytes is passed over; what is beyond the batch's limits ends it.
func lines(in io.Reader, limits Limits, nothing func([]byte) bool) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		const lineEnd = 2
		buffer := bufio.NewReaderSize(&meter{in: in, left: limits.BatchBytes}, limits.RecordBytes+lineEnd)
		rows := 0
		for number := 1; ; number++ {
			text, tooLong, err := readLine(buffer, limits.RecordBytes)
			if err != nil && err != io.EOF {
				yield(line{}, unreadable(err))
				return
			}
			if tooLong || !nothing(text) {
				if rows++; rows > limits.BatchRows {
					yield(line{}, fault.New(fault.TooLarge, CodeBatchTooMany))
					return
				}
				if !yield(line{number: number, text: text, tooLong: tooLong}, nil) {
					return
				}
			}
			if err == io.EOF {
				return
			}
		}
	}
}

// readLine reads to the end of a line, or to the end of the batch with io.EOF.
func readLine(buffer *bufio.Reader, limit int) (text []byte, tooLong bool, err error) {
	text, err = buffer.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		tooLong = true
		_, err = buffer.ReadSlice('\n')
	}
	if tooLong {
		return nil, true, err
	}
	text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
	if len(text) > limit {
		return nil, true, err
	}
	return text, false, err
}

// unreadable gives a limit's own error as it is and wraps the reader's.
func unreadable(err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	return fmt.Errorf("read batch: %w", err)
}

// meter ends a batch that goes on beyond its limit.
type meter struct {
	in   io.Reader
	left int64
}

func (m *meter) Read(p []byte) (int, error) {
	if int64(len(p)) > m.left+1 {
		p = p[:m.left+1]
	}
	n, err := m.in.Read(p)
	if int64(n) > m.left {
		n = int(m.left)
		m.left = 0
		return n, fault.New(fault.TooLarge, CodeBatchTooLarge)
	}
	m.left -= int64(n)
	return n, err
}
