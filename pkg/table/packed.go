package table

import (
	"strconv"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/record"
)

// Numbers inside packed answers; record.Answers documents them.
const (
	notApplicable = 4 // the missing codes count from 1 in the order of codelist.Book.Missing
	notRecorded   = 5
	missingCodes  = 5
	firstCode     = 6 // of a single-valued field; a number's is 6 + value - Min
	statedBit     = 1
	missingShift  = 1
	missingBits   = 7
)

var missing = [missingCodes + 1]codelist.Code{
	codelist.NotApplicable, // nothing stored: only a field that cannot apply, such as the number of no children
	codelist.Unknown, codelist.NotAsked, codelist.Declined, codelist.NotApplicable, codelist.NotRecorded,
}

// missingByte is how a missing code stands in the first byte of a column.
func missingByte(column record.Column, code byte) byte {
	if column.Field.Multi {
		return code << missingShift
	}
	return code
}

// byteSet says for each value of each packed byte of one column whether it is
// meant. For a multi-valued column the bytes stand side by side: an answer is
// meant when any of its bytes is.
type byteSet [][256]bool

// wanted are codes as they stand in packed answers.
type wanted struct {
	missing [missingCodes + 1]bool
	index   map[int]bool // index of a code; of a number, value - Min
}

func want(column record.Column, codes []codelist.Code) wanted {
	w := wanted{index: make(map[int]bool, len(codes))}
	for _, code := range codes {
		for i, m := range missing {
			w.missing[i] = w.missing[i] || m == code
		}
		for _, e := range column.List.Entries {
			if e.Code == code {
				w.index[e.Index] = true
			}
		}
		if value, err := strconv.Atoi(string(code)); err == nil && column.Field.Kind == codelist.Number {
			w.index[value-column.Field.Min] = true
		}
	}
	return w
}

// codeSet finds the packed bytes that hold at least one of the codes.
func codeSet(column record.Column, codes []codelist.Code) byteSet {
	w := want(column, codes)
	set := make(byteSet, column.Width)
	for i := range set {
		for b := range 256 {
			set[i][b] = w.in(column.Field.Multi, i, byte(b))
		}
	}
	return set
}

// in says whether byte number i of an answer, being b, holds a wanted code.
func (w wanted) in(multi bool, i int, b byte) bool {
	switch {
	case !multi && b < firstCode:
		return w.missing[b]
	case !multi:
		return w.index[int(b)-firstCode]
	case i == 0 && b&statedBit == 0:
		code := b >> missingShift & missingBits
		return code <= missingCodes && w.missing[code]
	}
	for index := range w.index {
		if bit := index + 1; bit/8 == i && b>>(bit%8)&1 == 1 {
			return true
		}
	}
	return false
}

// confined gives the only byte of the set that can be meant, or false when
// there are several (or none).
func (s byteSet) confined() (int, bool) {
	found := -1
	for i := range s {
		for b := range 256 {
			if !s[i][b] {
				continue
			}
			if found >= 0 && found != i {
				return 0, false
			}
			found = i
		}
	}
	return max(found, 0), true
}
