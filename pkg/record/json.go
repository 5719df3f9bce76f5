package record

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"manniskohandel.se/casestat/pkg/fault"
)

// maxDepth is how deep a value that is refused anyway is looked through for
// identifiers. A record itself has depth two.
const maxDepth = 64

// Decode reads one record from a JSON object, the body of a single submission.
// Everything that is wrong is reported, up to Limits.Details, each with the
// pointer of the field it is about. A member that is no field is reported at
// "", because its name may itself be personal data.
func (r *Reader) Decode(body []byte, opt Options) Row {
	s := r.scans.Get().(*scanner)
	d := r.draft(&opt, false)
	s.read(&d, body)
	r.release(s)
	return d.row
}

// scanner reads JSON objects one after another, keeping its buffers.
type scanner struct {
	reader  *Reader
	body    []byte
	buffer  bytes.Buffer // the body again, for the decoder
	decoder *jsontext.Decoder
	scratch []byte // an unescaped string
}

// release keeps a scanner for the next body, without what it has read.
func (r *Reader) release(s *scanner) {
	s.forget()
	r.scans.Put(s)
}

// forget overwrites what was read, so that no answer outlives its request here.
func (s *scanner) forget() {
	s.body = nil
	s.buffer.Reset()
	clear(s.buffer.AvailableBuffer()[:s.buffer.Available()])
	clear(s.scratch[:cap(s.scratch)])
}

func newScanner(r *Reader) *scanner { return &scanner{reader: r, decoder: new(jsontext.Decoder)} }

// read fills d from one JSON object and settles it, if it can be read to its end.
func (s *scanner) read(d *draft, body []byte) {
	switch {
	case len(body) > d.opt.Limits.orDefault().RecordBytes:
		d.note("", CodeTooLarge)
	case bytes.HasPrefix(body, byteOrderMark):
		d.note("", CodeByteOrderMark)
	case blank(body):
		d.note("", CodeEmptyBody)
	default:
		s.body = body
		s.buffer.Reset()
		s.buffer.Write(body)
		// Duplicates are found in draft.begin, which names the field.
		s.decoder.Reset(&s.buffer, jsontext.AllowDuplicateNames(true))
		if s.object(d) && s.ended(d) {
			d.settle()
		}
	}
}

var byteOrderMark = []byte("\ufeff")

func blank(text []byte) bool { return len(bytes.Trim(text, " \t\r\n")) == 0 }

// object reads the record. It gives false where reading cannot go on.
func (s *scanner) object(d *draft) bool {
	token, err := s.decoder.ReadToken()
	switch {
	case err != nil:
		return s.stop(d, "", err)
	case token.Kind() != '{':
		s.topLevel(d, token)
		return false
	}
	for s.decoder.PeekKind() == '"' {
		if !s.member(d) || d.full() {
			return false
		}
	}
	if _, err := s.decoder.ReadToken(); err != nil {
		return s.stop(d, "", err)
	}
	return true
}

// topLevel refuses a document that is not an object.
func (s *scanner) topLevel(d *draft, token jsontext.Token) {
	d.note("", CodeNotAnObject)
	s.inspect(d, "", token)
}

func (s *scanner) ended(d *draft) bool {
	if blank(s.decoder.UnreadBuffer()) {
		return true
	}
	d.note("", CodeTrailingData)
	return false
}

func (s *scanner) member(d *draft) bool {
	raw, err := s.decoder.ReadValue()
	if err != nil {
		return s.stop(d, "", err)
	}
	name := s.unquote(raw)
	m := s.reader.members[string(name)]
	switch {
	case m == nil:
		d.stranger(name)
		return s.skip(d, "")
	case !d.begin(m):
		return s.skip(d, m.pointer)
	}
	return s.value(d, m)
}

func (s *scanner) value(d *draft, m *member) bool {
	switch kind := s.decoder.PeekKind(); {
	case kind == '[' && m.role == severalCodes:
		return s.elements(d, m)
	case kind == '[' || kind == '{':
		d.refuse(m, m.pointer, CodeWrongType)
		return s.skip(d, m.pointer)
	}
	raw, err := s.decoder.ReadValue()
	if err != nil {
		return s.stop(d, m.pointer, err)
	}
	switch raw.Kind() {
	case '"':
		d.text(m, s.unquote(raw))
	case '0':
		d.number(m, raw)
	case 'n':
		d.refuse(m, m.pointer, CodeNull)
	default:
		d.refuse(m, m.pointer, CodeWrongType)
	}
	return true
}

func (s *scanner) elements(d *draft, m *member) bool {
	if _, err := s.decoder.ReadToken(); err != nil {
		return s.stop(d, m.pointer, err)
	}
	var several several
	pointer := func() string { return m.pointer + "/" + strconv.Itoa(max(several.count-1, 0)) }
	for kind := s.decoder.PeekKind(); kind != ']'; kind = s.decoder.PeekKind() {
		if kind == '"' {
			raw, err := s.decoder.ReadValue()
			if err != nil {
				several.count++
				return s.stop(d, pointer(), err)
			}
			d.element(m, s.unquote(raw), &several, pointer)
		} else if !s.notAString(d, m, &several, pointer) {
			return false
		}
		if d.full() {
			return false
		}
	}
	if _, err := s.decoder.ReadToken(); err != nil {
		return s.stop(d, m.pointer, err)
	}
	d.end(m, several)
	return true
}

// notAString refuses an element of another kind.
func (s *scanner) notAString(d *draft, m *member, several *several, pointer func() string) bool {
	several.count++
	token, err := s.decoder.ReadToken()
	if err != nil {
		return s.stop(d, pointer(), err)
	}
	code := CodeWrongType
	if token.Kind() == 'n' {
		code = CodeNull
	}
	d.refuse(m, pointer(), code)
	return s.inspect(d, pointer(), token)
}

// unquote gives the text of a JSON string, valid until the next call.
func (s *scanner) unquote(raw jsontext.Value) []byte {
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	s.scratch, _ = jsontext.AppendUnquote(s.scratch[:0], raw) // the decoder has checked it
	return s.scratch
}

// skip passes over a value that is not wanted, looking for identifiers in it.
func (s *scanner) skip(d *draft, pointer string) bool {
	token, err := s.decoder.ReadToken()
	if err != nil {
		return s.stop(d, pointer, err)
	}
	return s.inspect(d, pointer, token)
}

// inspect looks for the first identifier in the value that token begins.
func (s *scanner) inspect(d *draft, pointer string, token jsontext.Token) bool {
	found := false
	for base := s.decoder.StackDepth() - opening(token); ; {
		if kind := token.Kind(); !found && (kind == '"' || kind == '0') {
			if code := s.reader.shield.identify([]byte(token.String())); code != "" {
				d.note(pointer, code)
				found = true
			}
		}
		switch depth := s.decoder.StackDepth(); {
		case depth <= base:
			return true
		case depth > maxDepth:
			d.note(pointer, CodeTooDeep)
			return false
		}
		var err error
		if token, err = s.decoder.ReadToken(); err != nil {
			return s.stop(d, pointer, err)
		}
	}
}

// opening is 1 for a token that begins an array or object.
func opening(token jsontext.Token) int {
	if k := token.Kind(); k == '[' || k == '{' {
		return 1
	}
	return 0
}

// stop notes why reading cannot go on. The decoder's own error repeats what
// was sent and is dropped.
func (s *scanner) stop(d *draft, pointer string, err error) bool {
	d.note(pointer, s.syntax(err))
	return false
}

// syntax sorts a syntax error by the bytes it stopped at.
func (s *scanner) syntax(err error) fault.Code {
	at, ok := errors.AsType[*jsontext.SyntacticError](err)
	if !ok || at.ByteOffset < 0 || at.ByteOffset >= int64(len(s.body)) {
		return CodeMalformedJSON
	}
	rest := s.body[at.ByteOffset:]
	switch r, size := utf8.DecodeRune(rest); {
	case r == utf8.RuneError && size == 1:
		return CodeInvalidUTF8
	case r == 0:
		return CodeNUL
	case surrogate(rest):
		return CodeLoneSurrogate
	}
	return CodeMalformedJSON
}

// surrogate says whether text begins with the escape of a surrogate.
func surrogate(text []byte) bool {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return false
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return err == nil && n >= 0xd800 && n <= 0xdfff
}
