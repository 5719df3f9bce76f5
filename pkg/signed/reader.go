package signed

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// reader reads JSON strictly (RFC 8259 within the limits of RFC 7493) and
// writes it canonically as it goes. encoding/json is too kind for this: it
// takes a member twice and mends broken text.
type reader struct {
	in  []byte
	pos int
}

// member is one member of an object while its place is not yet known.
type member struct {
	order []uint16 // the name in UTF-16, by which members are sorted
	name  string
	value []byte // canonical
}

// value appends the canonical form of the next value, which stands in depth
// others.
func (r *reader) value(out []byte, depth int) ([]byte, error) {
	r.space()
	switch {
	case depth < MaxDepth && r.take('{'):
		return r.object(out, depth+1)
	case depth < MaxDepth && r.take('['):
		return r.array(out, depth+1)
	case r.peek() == '"':
		s, err := r.text()
		return appendText(out, s), err
	}
	for _, word := range []string{"null", "true", "false"} {
		if bytes.HasPrefix(r.in[r.pos:], []byte(word)) {
			r.pos += len(word)
			return append(out, word...), nil
		}
	}
	return r.number(out)
}

// object reads on after the opening brace.
func (r *reader) object(out []byte, depth int) ([]byte, error) {
	members, err := r.members(depth)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(members, func(a, b member) int { return slices.Compare(a.order, b.order) })
	out = append(out, '{')
	for i, m := range members {
		if i > 0 {
			if m.name == members[i-1].name {
				return nil, errNotJSON
			}
			out = append(out, ',')
		}
		out = append(appendText(out, m.name), ':')
		out = append(out, m.value...)
	}
	return append(out, '}'), nil
}

func (r *reader) members(depth int) (members []member, err error) {
	for {
		more, err := r.more('}', len(members) == 0)
		if err != nil || !more {
			return members, err
		}
		r.space()
		var m member
		if m.name, err = r.text(); err != nil {
			return nil, err
		}
		m.order = utf16.Encode([]rune(m.name))
		if r.space(); !r.take(':') {
			return nil, errNotJSON
		}
		if m.value, err = r.value(nil, depth); err != nil {
			return nil, err
		}
		members = append(members, m)
	}
}

// array reads on after the opening bracket.
func (r *reader) array(out []byte, depth int) ([]byte, error) {
	out = append(out, '[')
	for first := true; ; first = false {
		more, err := r.more(']', first)
		if err != nil {
			return nil, err
		}
		if !more {
			return append(out, ']'), nil
		}
		if !first {
			out = append(out, ',')
		}
		if out, err = r.value(out, depth); err != nil {
			return nil, err
		}
	}
}

// more takes what stands before the next element: a comma, nothing before the
// first, or the end of the list.
func (r *reader) more(end byte, first bool) (bool, error) {
	r.space()
	switch {
	case r.take(end):
		return false, nil
	case first || r.take(','):
		return true, nil
	default:
		return false, errNotJSON
	}
}

// number takes integers that stand as they would be written.
func (r *reader) number(out []byte) ([]byte, error) {
	start := r.pos
	for r.pos < len(r.in) && strings.IndexByte("+-.0123456789Ee", r.in[r.pos]) >= 0 {
		r.pos++
	}
	token := r.in[start:r.pos]
	n, err := strconv.ParseInt(string(token), 10, 64)
	switch {
	case err == nil && -MaxInteger <= n && n <= MaxInteger && strconv.FormatInt(n, 10) == string(token):
		return append(out, token...), nil
	case json.Valid(token):
		return nil, errNumberNotExact
	default:
		return nil, errNotJSON
	}
}

// text reads a string and gives what it stands for.
func (r *reader) text() (string, error) {
	if !r.take('"') {
		return "", errNotJSON
	}
	var s []byte
	for r.pos < len(r.in) {
		switch c := r.in[r.pos]; {
		case c == '"':
			r.pos++
			return string(s), nil
		case c == '\\':
			char, err := r.escape()
			if err != nil {
				return "", err
			}
			s = utf8.AppendRune(s, char)
		case c < ' ':
			return "", errNotJSON
		default:
			plain := r.plain()
			if !utf8.Valid(plain) {
				return "", errNotJSON
			}
			s = append(s, plain...)
		}
	}
	return "", errNotJSON
}

// plain reads on to the next character that means something in a string.
func (r *reader) plain() []byte {
	start := r.pos
	for r.pos < len(r.in) && isPlain(r.in[r.pos]) {
		r.pos++
	}
	return r.in[start:r.pos]
}

// escape reads on at a backslash. An escaped U+FFFD is refused: encoding/json
// writes it where it met bytes that are not text.
func (r *reader) escape() (rune, error) {
	r.pos++
	if r.take('/') {
		return '/', nil
	}
	if i := strings.IndexByte(escapees, r.peek()); i >= 0 {
		r.pos++
		return rune(escaped[i]), nil
	}
	char, err := r.unit()
	if err == nil && utf16.IsSurrogate(char) {
		if !r.take('\\') {
			return 0, errNotJSON
		}
		var low rune
		low, err = r.unit()
		char = utf16.DecodeRune(char, low)
	}
	if err != nil || char == utf8.RuneError {
		return 0, errNotJSON
	}
	return char, nil
}

// unit reads the letter u and four hexadecimal digits.
func (r *reader) unit() (rune, error) {
	if !r.take('u') || len(r.in)-r.pos < 4 {
		return 0, errNotJSON
	}
	n, err := strconv.ParseUint(string(r.in[r.pos:r.pos+4]), 16, 16)
	if err != nil {
		return 0, errNotJSON
	}
	r.pos += 4
	return rune(n), nil
}

func (r *reader) space() {
	for r.pos < len(r.in) && strings.IndexByte(" \t\r\n", r.in[r.pos]) >= 0 {
		r.pos++
	}
}

// peek gives the next byte, zero at the end; no grammar rule begins with zero.
func (r *reader) peek() byte {
	if r.pos == len(r.in) {
		return 0
	}
	return r.in[r.pos]
}

func (r *reader) take(c byte) bool {
	if r.pos == len(r.in) || r.in[r.pos] != c {
		return false
	}
	r.pos++
	return true
}
