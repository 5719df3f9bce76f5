package record

import (
	"bytes"
	"io"
	"iter"
	"unicode/utf8"

	"manniskohandel.se/casestat/pkg/fault"
)

// partSeparator stands between the codes of a multi-valued cell.
const partSeparator = ';'

// ReadCSV reads a batch of records from a table in UTF-8: a header row with the
// fields' exact names in any order, then one record a line. Cells are split by
// the first of comma and semicolon that the header uses; the codes of a
// multi-valued cell by semicolons (so that, in a semicolon table, it is
// quoted). An empty cell is a field left out, and a line of empty cells no
// record. No cell holds a line break, so a quote left open spoils its own line
// only. Errors are as in ReadNDJSON; a refused header is one of kind Malformed
// with a detail for each column.
func (r *Reader) ReadCSV(in io.Reader, opt Options) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		t := table{reader: r, opt: &opt}
		limits := opt.Limits.orDefault()
		limits.BatchRows++ // the header is no record
		for line, err := range lines(in, limits, t.blank) {
			if err == nil && t.columns == nil {
				if err = t.header(line); err == nil {
					continue
				}
			}
			if err != nil {
				yield(Row{}, err)
				return
			}
			if !yield(t.row(line), nil) {
				return
			}
		}
		if t.rows == 0 {
			yield(Row{}, fault.New(fault.Malformed, CodeEmptyBatch))
		}
	}
}

// table is a CSV batch while it is read.
type table struct {
	reader    *Reader
	opt       *Options
	separator byte
	first     int // line number of the header
	columns   []*member
	rows      int
	cells     [][]byte
	scratch   []byte // the cells of one row that had quotes in them
}

// blank says whether a line is empty or, below the header, has empty cells
// alone: spreadsheets write such lines for rows that were once used.
func (t *table) blank(text []byte) bool {
	if t.columns == nil {
		return blank(text)
	}
	return len(bytes.Trim(text, " \t\r\n"+string(t.separator))) == 0
}

func (t *table) row(l line) Row {
	t.rows++
	d := t.reader.draft(t.opt, true)
	d.row.Number = l.number - t.first
	wrong, at := t.split(l)
	switch {
	case l.tooLong:
		d.note("", CodeTooLarge)
	case wrong != "":
		d.note(t.pointer(at), wrong)
	case len(t.cells) != len(t.columns):
		d.note("", CodeRowColumns)
	default:
		t.fill(&d)
	}
	return d.row
}

// pointer names the column of a cell, the whole row where there is none.
func (t *table) pointer(at int) string {
	if at < len(t.columns) {
		return t.columns[at].pointer
	}
	return ""
}

func (t *table) fill(d *draft) {
	for i, cell := range t.cells {
		if m := t.columns[i]; len(cell) > 0 && d.begin(m) {
			d.cell(m, cell)
		}
		if d.full() {
			return
		}
	}
	d.settle()
}

// cell takes the answer in a cell.
func (d *draft) cell(m *member, cell []byte) {
	switch {
	case !utf8.Valid(cell):
		d.refuse(m, m.pointer, CodeInvalidUTF8)
	case bytes.IndexByte(cell, 0) >= 0:
		d.refuse(m, m.pointer, CodeNUL)
	case m.role == severalCodes:
		d.parts(m, cell)
	case (m.role == year || m.role == version || m.role == number) && numeric(cell):
		d.number(m, cell)
	default:
		d.text(m, cell)
	}
}

// numeric says whether a cell where a number may stand was meant as one.
func numeric(cell []byte) bool {
	return cell[0] >= '0' && cell[0] <= '9' || cell[0] == '-' || cell[0] == '+'
}

func (d *draft) parts(m *member, cell []byte) {
	var s several
	pointer := func() string { return m.pointer }
	for part := range bytes.SplitSeq(cell, []byte{partSeparator}) {
		d.element(m, part, &s, pointer)
		if d.full() {
			return
		}
	}
	d.end(m, s)
}

// split cuts a line into cells. wrong says what is wrong with its quotes, at
// which cell.
func (t *table) split(l line) (wrong fault.Code, at int) {
	t.cells, t.scratch = t.cells[:0], t.scratch[:0]
	for rest, more := l.text, !l.tooLong; more; {
		var cell []byte
		var ok bool
		if len(rest) > 0 && rest[0] == '"' {
			cell, rest, ok = t.quoted(rest[1:])
		} else {
			cell, rest, ok = t.bare(rest)
		}
		if !ok {
			return CodeRowQuotes, len(t.cells)
		}
		t.cells = append(t.cells, cell)
		if more = len(rest) > 0; more {
			rest = rest[1:] // the separator
		}
	}
	return "", 0
}

// bare takes a cell without quotes, up to the separator or the end.
func (t *table) bare(text []byte) (cell, rest []byte, ok bool) {
	end := bytes.IndexByte(text, t.separator)
	if end < 0 {
		end = len(text)
	}
	cell = text[:end]
	return cell, text[end:], bytes.IndexByte(cell, '"') < 0
}

// quoted takes a cell whose opening quote is read, up to the separator or the
// end after its closing quote. A doubled quote stands for one.
func (t *table) quoted(text []byte) (cell, rest []byte, ok bool) {
	start := len(t.scratch)
	for {
		end := bytes.IndexByte(text, '"')
		if end < 0 {
			return nil, nil, false
		}
		t.scratch = append(t.scratch, text[:end]...)
		text = text[end+1:]
		if len(text) > 0 && text[0] == '"' {
			t.scratch = append(t.scratch, '"')
			text = text[1:]
			continue
		}
		return t.scratch[start:], text, len(text) == 0 || text[0] == t.separator
	}
}
