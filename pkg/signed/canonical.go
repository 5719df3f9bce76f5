package signed

import (
	"bytes"
	"encoding/json"
	"strings"
)

// What a document may hold.
const (
	// MaxInteger is the largest integer that every JSON reader takes exactly
	// (RFC 7493, section 2.2): 2^53 itself is also what a reader of doubles
	// makes of 2^53+1.
	MaxInteger = 1<<53 - 1
	// MaxDepth is how deep arrays and objects may stand in one another.
	MaxDepth = 64
)

// Canonical writes v, as encoding/json understands it, in the one form that
// RFC 8785 (JCS) gives it: no space, members in the order of their names'
// UTF-16 code units, text with the fewest escapes.
//
// Numbers are integers between -MaxInteger and MaxInteger. Fractions are
// refused although the RFC has a form for them: our documents count, and what
// is counted can then be checked without floating point. Text that is not
// valid Unicode is refused too, where encoding/json alone would alter it.
//
// To bring JSON that is already bytes into the form, pass a json.RawMessage.
func Canonical(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, errNotJSON
	}
	return canonicalise(b)
}

// CheckCanonical refuses every b that Canonical could not have written.
func CheckCanonical(b []byte) error {
	canonical, err := canonicalise(b)
	if err != nil {
		return err
	}
	if !bytes.Equal(canonical, b) {
		return errNotCanonical
	}
	return nil
}

func canonicalise(b []byte) ([]byte, error) {
	if len(b) > MaxSize {
		return nil, errDocumentTooLarge
	}
	r := reader{in: b}
	out, err := r.value(make([]byte, 0, len(b)), 0)
	if err != nil {
		return nil, err
	}
	if r.space(); r.pos != len(b) {
		return nil, errNotJSON
	}
	return out, nil
}

// The characters with an escape of their own, and the letters of those escapes
// (RFC 8785, section 3.2.2.2).
const (
	escaped  = "\"\\\b\f\n\r\t"
	escapees = `"\bfnrt`
)

// appendText appends s, which is valid UTF-8, as a JSON string.
func appendText(out []byte, s string) []byte {
	const digits = "0123456789abcdef"
	out = append(out, '"')
	for i := range len(s) {
		c := s[i]
		if isPlain(c) {
			out = append(out, c)
		} else if j := strings.IndexByte(escaped, c); j >= 0 {
			out = append(out, '\\', escapees[j])
		} else {
			out = append(out, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(out, '"')
}

// isPlain says whether c stands in a string as it is.
func isPlain(c byte) bool { return c >= ' ' && c != '"' && c != '\\' }
