package record

import (
	"bytes"
	"regexp"

	"manniskohandel.se/casestat/pkg/fault"
)

// shield names what kind of personal data a refused text looks like, so that
// the sender learns what went wrong without the text being repeated. It is
// asked only about text that is refused anyway, except for record ids.
type shield struct {
	off bool // for the tests that show what it is worth
}

// classify gives the code for a text that is not a code of its field.
func (s shield) classify(text []byte) fault.Code {
	if code := s.identify(text); code != "" {
		return code
	}
	if s.off || shortCode(text) {
		return CodeUnknownCode
	}
	return CodeFreeText
}

// identify gives the code of the first kind of identifier in text, "" if
// there is none.
func (s shield) identify(text []byte) fault.Code {
	if s.off {
		return ""
	}
	plain := fold(text)
	switch {
	case holdsPersonalNumber(plain):
		return CodePersonalNumber
	case email.Match(plain):
		return CodeEmail
	case coordinate.Match(plain):
		return CodeCoordinate
	case phone.Match(squeeze(plain)):
		return CodePhone
	}
	return ""
}

var (
	email = regexp.MustCompile(`(?i)[^\s@]\s?(?:@|\(at\)|\[at\])\s?[^\s@]`)

	// Decimal degrees with at least three decimals (some 100 m), degree
	// signs, or a pair of compass letters with degrees.
	coordinate = regexp.MustCompile(`(?i)(?:^|[^0-9])(?:1[0-8][0-9]|[0-9]{1,2})[.,][0-9]{3,}(?:$|[^0-9])|[0-9]\s?°|\b[NS]\s?[0-9]{1,2}\b.*\b[EWÖV]\s?[0-9]{1,3}\b|\bgeo:`)

	// An international number, or a Swedish one with its trunk 0 or (as a JSON
	// number has no leading zero) its country code.
	phone = regexp.MustCompile(`(?:^|[^0-9])(?:(?:\+|00)[1-9][0-9]{6,14}|0[1-9][0-9]{5,9}|46[1-9][0-9]{7,9})(?:$|[^0-9])`)
)

// shortCode says whether text has the shape of a code: [a-z0-9_]{1,64}.
func shortCode(text []byte) bool {
	if len(text) == 0 || len(text) > 64 {
		return false
	}
	for _, b := range text {
		if b != '_' && (b < 'a' || b > 'z') && (b < '0' || b > '9') {
			return false
		}
	}
	return true
}

// squeeze takes out the marks that people group the digits of a phone number with.
func squeeze(text []byte) []byte {
	return bytes.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '.', '/', '(', ')':
			return -1
		}
		return r
	}, text)
}
