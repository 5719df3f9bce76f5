package record

import (
	"bytes"

	"manniskohandel.se/casestat/pkg/fault"
)

// draft is a record while it is read: JSON and CSV put their answers in here.
type draft struct {
	reader *Reader
	opt    *Options
	limit  int // of details
	batch  bool
	row    Row

	seen uint64 // members that were sent
	bad  uint64 // members whose answer is not known, so that rules say nothing about them
}

func (r *Reader) draft(opt *Options, batch bool) draft {
	return draft{
		reader: r, opt: opt, limit: opt.Limits.orDefault().Details, batch: batch,
		row: Row{Record: Record{Codebook: r.schema.Book.Version, Answers: r.schema.Blank()}},
	}
}

// note adds a detail.
func (d *draft) note(pointer string, code fault.Code) {
	if !d.full() {
		d.row.Details = append(d.row.Details, fault.Detail{Row: d.row.Number, Pointer: pointer, Code: code})
	}
}

// full says that enough is wrong with the record to stop reading it.
func (d *draft) full() bool { return len(d.row.Details) >= d.limit }

// refuse notes what is wrong with a member's answer.
func (d *draft) refuse(m *member, pointer string, code fault.Code) {
	d.bad |= m.bit
	d.note(pointer, code)
}

// begin notes that a member was sent. It refuses a second time and, in a single
// body, what only stands in a batch.
func (d *draft) begin(m *member) (ok bool) {
	switch {
	case !d.batch && (m.role == identity || m.role == version):
		d.note(m.pointer, CodeUnknownMember)
		return false
	case d.seen&m.bit != 0:
		d.refuse(m, m.pointer, CodeDuplicateMember)
		return false
	}
	d.seen |= m.bit
	return true
}

// stranger notes a name that no member has. The name itself is never
// repeated: it may hold personal data.
func (d *draft) stranger(name []byte) {
	if code := d.reader.shield.identify(name); code != "" {
		d.note("", code)
		return
	}
	if m := d.reader.meant(name); m != nil {
		d.seen |= m.bit
		d.refuse(m, m.pointer, CodeMemberCase)
		return
	}
	d.note("", CodeUnknownMember)
}

// text takes an answer that was sent as text.
func (d *draft) text(m *member, text []byte) {
	switch {
	case len(text) == 0:
		d.refuse(m, m.pointer, CodeEmptyString)
	case bytes.IndexByte(text, 0) >= 0:
		d.refuse(m, m.pointer, CodeNUL)
	case m.role == identity:
		d.identity(m, text)
	case m.role == oneCode || m.role == number:
		d.code(m, text)
	default:
		d.refuse(m, m.pointer, d.reader.shield.otherwise(text, CodeWrongType))
	}
}

// otherwise is the code for text where none belongs.
func (s shield) otherwise(text []byte, code fault.Code) fault.Code {
	if found := s.classify(text); found != CodeUnknownCode {
		return found
	}
	return code
}

func (d *draft) identity(m *member, text []byte) {
	if code := d.reader.shield.id(text); code != "" {
		d.refuse(m, m.pointer, code)
		return
	}
	d.row.Record.ID = ID(text)
}

func (d *draft) code(m *member, text []byte) {
	p, ok := m.column.places[string(text)]
	switch {
	case !ok && m.role == number && allDigits(text):
		d.refuse(m, m.pointer, d.reader.shield.otherwise(text, CodeWrongType))
	case !ok:
		d.refuse(m, m.pointer, d.reader.shield.classify(text))
	case p.missing && !p.allowed:
		d.refuse(m, m.pointer, CodeMissingCode)
	case p.deprecated:
		d.refuse(m, m.pointer, CodeDeprecatedCode)
	default:
		d.row.Record.Answers[m.column.Offset] = p.value
	}
}

// several collects the codes of one multi-valued answer.
type several struct {
	count int
	alone bool // one of them must stand alone
}

// element takes the next code of a multi-valued answer; pointer gives its place.
func (d *draft) element(m *member, text []byte, s *several, pointer func() string) {
	p, ok := m.column.places[string(text)]
	s.count++
	switch {
	case len(text) == 0:
		d.refuse(m, pointer(), CodeEmptyString)
	case bytes.IndexByte(text, 0) >= 0:
		d.refuse(m, pointer(), CodeNUL)
	case !ok:
		d.refuse(m, pointer(), d.reader.shield.classify(text))
	case p.missing && !p.allowed:
		d.refuse(m, pointer(), CodeMissingCode)
	case p.deprecated:
		d.refuse(m, pointer(), CodeDeprecatedCode)
	case p.missing:
		s.alone = true
		m.column.setMissing(d.row.Record.Answers, p.value)
	case !m.column.add(d.row.Record.Answers, p.value):
		d.refuse(m, pointer(), CodeDuplicateCode)
	default:
		s.alone = s.alone || p.alone
	}
}

// end closes a multi-valued answer.
func (d *draft) end(m *member, s several) {
	switch {
	case s.count == 0:
		d.refuse(m, m.pointer, CodeEmptyArray)
	case s.alone && s.count > 1 && d.bad&m.bit == 0:
		d.refuse(m, m.pointer, CodeMixedCodes)
	}
}

// number takes an answer that was sent as a number, in its own spelling.
func (d *draft) number(m *member, text []byte) {
	n, wrong := integer(text)
	switch found := d.reader.shield.inNumber(text, wrong); {
	case found != "":
		d.refuse(m, m.pointer, found)
	case m.role == oneCode || m.role == severalCodes || m.role == identity:
		d.refuse(m, m.pointer, CodeWrongType)
	case wrong != "":
		d.refuse(m, m.pointer, wrong)
	default:
		d.whole(m, n)
	}
}

// inNumber looks for an identifier in a number that is not a short integer.
func (s shield) inNumber(text []byte, wrong fault.Code) fault.Code {
	if wrong == "" {
		return ""
	}
	return s.identify(text)
}

func (d *draft) whole(m *member, n int) {
	switch {
	case m.role == year && (n < FirstYear || n > LastYear):
		d.refuse(m, m.pointer, CodeNumberOutOfRange)
	case m.role == year:
		d.row.Record.Year = n
	case m.role == version && n < 1:
		d.refuse(m, m.pointer, CodeVersion)
	case m.role == version:
		d.row.Version = n
	case n < m.column.Field.Min || n > m.column.Field.Max:
		d.refuse(m, m.pointer, CodeNumberOutOfRange)
	default:
		d.row.Record.Answers[m.column.Offset] = uint8(firstCode + n - m.column.Field.Min)
	}
}

// maxDigits keeps every number that is read inside 32 bits.
const maxDigits = 9

// integer reads a number that is spelt as a plain integer from 0 up. 1.0, 1e3,
// -0 and 007 are not, although they stand for one.
func integer(text []byte) (n int, wrong fault.Code) {
	digits := text
	if len(digits) > 1 && digits[0] == '-' {
		digits = digits[1:]
	}
	switch {
	case !allDigits(digits), len(digits) == 0, digits[0] == '0' && len(text) > 1:
		return 0, CodeNotAnInteger
	case len(digits) > maxDigits, len(digits) < len(text):
		return 0, CodeNumberOutOfRange
	}
	for _, b := range digits {
		n = 10*n + int(b-'0')
	}
	return n, ""
}
