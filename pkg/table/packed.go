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

// codeSet finds the packed bytes that hold at least one of the codes.
func codeSet(column record.Column, codes []codelist.Code) byteSet {
	set := make(byteSet, column.Width)
	for _, code := range codes {
		for number, m := range missing {
			if m == code {
				set.addMissing(column, number)
			}
		}
		if index, ok := indexOf(column, code); ok && column.Field.Multi {
			set.addBit(index + 1)
		} else if ok {
			set[0][firstCode+index] = true
		}
	}
	return set
}

// indexOf is the index of a code; of a number, value - Min.
func indexOf(column record.Column, code codelist.Code) (int, bool) {
	if column.Field.Kind != codelist.Number {
		return column.List.Index(code)
	}
	value, err := strconv.Atoi(string(code))
	return value - column.Field.Min, err == nil && value >= column.Field.Min && value <= column.Field.Max
}

// addMissing means the first byte of an answer with this missing code.
func (s byteSet) addMissing(column record.Column, number int) {
	if !column.Field.Multi {
		s[0][number] = true
		return
	}
	for b := range 256 {
		if b&statedBit == 0 && b>>missingShift&missingBits == number {
			s[0][b] = true
		}
	}
}

// addBit means the stated answers with this bit.
func (s byteSet) addBit(bit int) {
	for b := range 256 {
		if b>>(bit%8)&1 == 1 && (bit >= 8 || b&statedBit != 0) {
			s[bit/8][b] = true
		}
	}
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
