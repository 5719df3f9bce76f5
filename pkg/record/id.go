package record

import (
	"strings"

	"manniskohandel.se/casestat/pkg/fault"
)

// Positions inside the 36 characters of a UUID.
const (
	idLength        = 36
	versionAt       = 14
	variantAt       = 19
	fewDistinct     = 4 // so few different digits beside a number of ten are padding, not chance
	someDistinct    = 8 // beside a number of twelve, which chance makes more seldom
	hexDigits       = 32
	versionInNibble = 12 // versionAt and variantAt with the hyphens left out
	variantInNibble = 16
)

// ParseID takes a record's name: a random UUIDv4 in canonical lower-case
// form. It refuses, with a *fault.Error that does not repeat it, what is not
// random: all digits, or made from a personal number.
func ParseID(text string) (ID, error) {
	if code := (shield{}).id([]byte(text)); code != "" {
		return "", fault.New(fault.Invalid, code)
	}
	return ID(text), nil
}

// id gives the code of what is wrong with a record's name, "" if nothing is.
func (s shield) id(text []byte) fault.Code {
	nibbles, ok := uuidNibbles(text)
	if !ok {
		if code := s.identify(text); code != "" {
			return code
		}
		return CodeIDMalformed
	}
	switch {
	case !s.off && derivedFromNumber(nibbles[:]):
		return CodePersonalNumber
	case text[versionAt] != '4', strings.IndexByte("89ab", text[variantAt]) < 0, allDigits(nibbles[:]):
		return CodeIDNotRandom
	}
	return ""
}

// uuidNibbles gives the 32 hexadecimal digits of a canonical UUID.
func uuidNibbles(text []byte) (nibbles [hexDigits]byte, ok bool) {
	if len(text) != idLength {
		return nibbles, false
	}
	n := 0
	for i, b := range text {
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		switch {
		case hyphen && b == '-':
		case !hyphen && (b >= '0' && b <= '9' || b >= 'a' && b <= 'f'):
			nibbles[n] = b
			n++
		default:
			return nibbles, false
		}
	}
	return nibbles, true
}

func allDigits(text []byte) bool {
	for _, b := range text {
		if b < '0' || b > '9' {
			return false
		}
	}
	return true
}

// derivedFromNumber says whether the digits were made from a personal number.
// Chance alone puts a valid number of ten digits into one random UUID of some
// 700, and one of twelve into one of some 40,000. Those must not be refused: a
// number counts only where the rest looks like padding.
func derivedFromNumber(nibbles []byte) bool {
	for i := 0; i+shortNumber <= len(nibbles); i++ {
		if number := nibbles[i : i+shortNumber]; allDigits(number) && personalNumber(number) &&
			padding(nibbles, i, i+shortNumber, fewDistinct) {
			return true
		}
		if i+longNumber > len(nibbles) {
			continue
		}
		if number := nibbles[i : i+longNumber]; allDigits(number) && longPersonalNumber(number) &&
			padding(nibbles, i, i+longNumber, someDistinct) {
			return true
		}
	}
	return false
}

// padding says whether the digits outside start and end are at most so many
// different ones; version and variant are not free and do not count.
func padding(nibbles []byte, start, end, most int) bool {
	var seen [256]bool
	distinct := 0
	for j, b := range nibbles {
		free := j != versionInNibble && j != variantInNibble && (j < start || j >= end)
		if free && !seen[b] {
			seen[b] = true
			distinct++
		}
	}
	return distinct <= most
}
