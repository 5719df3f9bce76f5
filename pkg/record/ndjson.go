package record

import (
	"io"
	"iter"

	"manniskohandel.se/casestat/pkg/fault"
)

// ReadNDJSON reads a batch of records, one JSON object a line, each with its
// record_id and, if the sender wants, the version it replaces. A record that
// is wrong is a row with Details and does not end the batch. An error does:
// a *fault.Error beyond the batch's limits, anything else from in. One record
// is in memory at a time.
func (r *Reader) ReadNDJSON(in io.Reader, opt Options) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		s := r.scans.Get().(*scanner)
		defer r.release(s)
		rows := 0
		for line, err := range lines(in, opt.Limits.orDefault(), blank) {
			if err != nil {
				yield(Row{}, err)
				return
			}
			rows++
			if !yield(s.line(line, opt), nil) {
				return
			}
		}
		if rows == 0 {
			yield(Row{}, fault.New(fault.Malformed, CodeEmptyBatch))
		}
	}
}

func (s *scanner) line(l line, opt Options) Row {
	d := s.reader.draft(&opt, true)
	d.row.Number = l.number
	if l.tooLong {
		d.note("", CodeTooLarge)
	} else {
		s.read(&d, l.text)
	}
	return d.row
}
