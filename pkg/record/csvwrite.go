package record

import (
	"bufio"
	"io"
	"iter"
	"strconv"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
)

// WriteCSV writes records as a table that ReadCSV reads back: comma-separated,
// with every field of the codebook in its order. No cell needs quotes, because
// codes, numbers and ids hold neither commas nor quotes.
func (s *Schema) WriteCSV(out io.Writer, records iter.Seq[Record]) (err error) {
	defer fault.Wrap(&err, "write records as CSV")
	w := bufio.NewWriter(out)
	var line []byte
	line = append(append(line, FieldID...), ',')
	line = append(line, FieldYear...)
	for i := range s.Columns {
		line = append(append(line, ','), s.Columns[i].Field.Name...)
	}
	if _, err := w.Write(append(line, '\n')); err != nil {
		return err
	}
	for r := range records {
		line = s.appendCSV(line[:0], r)
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return w.Flush()
}

func (s *Schema) appendCSV(dst []byte, r Record) []byte {
	dst = append(append(dst, r.ID...), ',')
	dst = strconv.AppendInt(dst, int64(r.Year), 10)
	for i := range s.Columns {
		dst = append(dst, ',')
		switch c := &s.Columns[i]; {
		case !c.written(r.Answers):
		case c.Field.Kind == codelist.Number && c.missing(r.Answers) == absent:
			dst = strconv.AppendInt(dst, c.number(r.Answers), 10)
		default:
			dst = c.appendCodes(dst, r.Answers, string(partSeparator), "")
		}
	}
	return append(dst, '\n')
}
