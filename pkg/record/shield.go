package record

import "manniskohandel.se/casestat/pkg/fault"

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
	case holdsEmail(plain):
		return CodeEmail
	case holdsDegrees(plain), holdsCompass(plain), holdsGeoURI(plain):
		return CodeCoordinate
	case holdsPhone(squeeze(plain)):
		return CodePhone
	}
	return ""
}

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
	kept := make([]byte, 0, len(text))
	for _, b := range text {
		switch b {
		case ' ', '-', '.', '/', '(', ')':
		default:
			kept = append(kept, b)
		}
	}
	return kept
}
