package record

import (
	"bytes"
	"unicode/utf8"
)

// Most digits behind the letters of a compass pair: degrees of latitude and longitude.
const (
	latitudeDigits  = 2
	longitudeDigits = 3
)

// holdsCompass says whether a line has a pair of compass letters with degrees,
// latitude first, in English or Swedish.
func holdsCompass(text []byte) bool {
	latitude, last := false, 0
	for r, ok := nextRun(text, 0); ok; r, ok = nextRun(text, r.end) {
		if bytes.IndexByte(text[last:r.start], '\n') >= 0 {
			latitude = false
		}
		last = r.end
		if r.end < len(text) && wordByte(text[r.end]) {
			continue
		}
		switch compassLetter(text[:r.start]) {
		case 'e', 'w', 'v', 'ö':
			if latitude && r.length() <= longitudeDigits {
				return true
			}
		case 'n', 's':
			latitude = latitude || r.length() <= latitudeDigits
		}
	}
	return false
}

// compassLetter gives, in lower case, the letter that stands alone at the end of
// text, with at most a blank behind it; 0 if there is none.
func compassLetter(text []byte) rune {
	if n := len(text); n > 0 && space(text[n-1]) {
		text = text[:n-1]
	}
	letter, size := utf8.DecodeLastRune(text)
	if before := len(text) - size; size == 0 || before > 0 && wordByte(text[before-1]) {
		return 0
	}
	switch {
	case letter >= 'A' && letter <= 'Z':
		return letter | 0x20
	case letter == 'Ö':
		return 'ö'
	}
	return letter
}

func wordByte(b byte) bool {
	return decimal(b) || b == '_' || b|0x20 >= 'a' && b|0x20 <= 'z'
}

// holdsGeoURI says whether an address of RFC 5870 begins anywhere.
func holdsGeoURI(text []byte) bool {
	scheme := []byte("geo:")
	for i := 0; i+len(scheme) <= len(text); i++ {
		if text[i]|0x20 == 'g' && (i == 0 || !wordByte(text[i-1])) && bytes.EqualFold(text[i:i+len(scheme)], scheme) {
			return true
		}
	}
	return false
}
