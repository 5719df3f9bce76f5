package record

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// fold rewrites look-alikes as ASCII, so that an identifier is recognised in
// whatever digits it is written: every decimal digit, full-width forms,
// dashes and spaces of all kinds; invisible characters are left out. The
// result serves recognition only; codes are always compared unfolded.
func fold(text []byte) []byte {
	if ascii(text) {
		return text
	}
	return bytes.Map(foldRune, text)
}

func ascii(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

const (
	fullWidthFirst = '\uff01' // '!' and, in ASCII order, all up to '~'
	fullWidthLast  = '\uff5e'
	minusSign      = '\u2212'
)

func foldRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return r
	case r >= fullWidthFirst && r <= fullWidthLast:
		return r - fullWidthFirst + '!'
	case unicode.Is(unicode.Nd, r):
		return '0' + digit(r)
	case unicode.Is(unicode.Pd, r), r == minusSign:
		return '-'
	case unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}

// digit gives the value of a decimal digit of any script. Unicode keeps each
// script's ten digits together, from zero, and every range of the table Nd is
// whole tens.
func digit(r rune) rune {
	for _, s := range unicode.Nd.R16 {
		if r <= rune(s.Hi) {
			return (r - rune(s.Lo)) % 10
		}
	}
	for _, s := range unicode.Nd.R32 {
		if r <= rune(s.Hi) {
			return (r - rune(s.Lo)) % 10
		}
	}
	return 0
}
