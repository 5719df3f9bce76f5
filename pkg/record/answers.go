package record

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"

	"manniskohandel.se/casestat/pkg/codelist"
)

// NoneIdentified is the code of a multi-valued field for "asked, and none". It
// stands alone.
const NoneIdentified codelist.Code = "none_identified"

// The missing codes by their number in packed answers, 1-5.
var missingCodes = [...]codelist.Code{
	1: codelist.Unknown,
	2: codelist.NotAsked,
	3: codelist.Declined,
	4: codelist.NotApplicable,
	5: codelist.NotRecorded,
}

const (
	notApplicable = 4
	notRecorded   = 5
)

// place says how one code is packed: the stored number of a missing code, the
// byte of a single answer, or the bit of a multi-valued one.
type place struct {
	value      uint8
	missing    bool
	allowed    bool // a missing code that senders may use
	deprecated bool
	alone      bool // none_identified
}

// index prepares the look-up of codes. A code outside the list has no place.
func (c *Column) index() {
	c.places = make(map[string]place, len(c.List.Entries)+len(missingCodes))
	for n, code := range missingCodes {
		if n > 0 {
			c.places[string(code)] = place{value: uint8(n), missing: true, allowed: slices.Contains(c.Field.Missing, code)}
		}
	}
	for _, e := range c.List.Entries {
		p := place{value: uint8(firstCode + e.Index), deprecated: e.Deprecated}
		if c.Field.Multi {
			p.value = uint8(1 + e.Index)
			p.alone = e.Code == NoneIdentified
		}
		c.places[string(e.Code)] = p
		c.entries = append(c.entries, p)
	}
}

// missing gives the number of the answer's missing code, absent if it has none.
func (c *Column) missing(a Answers) uint8 {
	b := a[c.Offset]
	switch {
	case !c.Field.Multi && b < firstCode:
		return b
	case c.Field.Multi && b&statedBit == 0:
		return b & missingMask >> 1
	}
	return absent
}

// setMissing overwrites the answer with a missing code, given by its number.
func (c *Column) setMissing(a Answers, number uint8) {
	clear(a[c.Offset : c.Offset+c.Width])
	if c.Field.Multi {
		number <<= 1
	}
	a[c.Offset] = number
}

// add states one more code of a multi-valued answer and says whether it was new.
func (c *Column) add(a Answers, bit uint8) (fresh bool) {
	b, mask := &a[c.Offset+int(bit>>3)], uint8(1)<<(bit&7)
	fresh = *b&mask == 0
	*b |= mask
	a[c.Offset] |= statedBit
	return fresh
}

func (c *Column) has(a Answers, p place) bool {
	switch {
	case p.missing:
		return c.missing(a) == p.value
	case c.Field.Multi:
		return a[c.Offset]&statedBit != 0 && a[c.Offset+int(p.value>>3)]>>(p.value&7)&1 == 1
	}
	return a[c.Offset] == p.value
}

// Stored says whether the record holds anything for the field: false for the
// fields that a count-only record leaves out.
func (s *Schema) Stored(a Answers, c Column) bool {
	return a[c.Offset] != absent
}

// Missing gives the answer's missing-value code, "" if it is stated or absent.
func (s *Schema) Missing(a Answers, c Column) codelist.Code {
	return missingCodes[c.missing(a)]
}

// Codes gives the answer's codes in the order of the list, or its one missing
// code. It is nil if nothing is stored or a number is stated.
func (s *Schema) Codes(a Answers, c Column) []codelist.Code {
	return s.AppendCodes(nil, a, c)
}

// AppendCodes is Codes into a slice of the caller's.
func (s *Schema) AppendCodes(dst []codelist.Code, a Answers, c Column) []codelist.Code {
	if m := c.missing(a); m != absent {
		return append(dst, missingCodes[m])
	}
	for i := range c.List.Entries {
		if c.has(a, c.entries[i]) {
			dst = append(dst, c.List.Entries[i].Code)
		}
	}
	return dst
}

// Has says whether the answer states code; missing codes are codes like any other.
func (s *Schema) Has(a Answers, c Column, code codelist.Code) bool {
	p, ok := c.places[string(code)]
	return ok && c.has(a, p)
}

// Number gives a stated number; ok is false for everything else.
func (s *Schema) Number(a Answers, c Column) (n int, ok bool) {
	b := a[c.Offset]
	if c.Field.Kind != codelist.Number || b < firstCode {
		return 0, false
	}
	return int(b) - firstCode + c.Field.Min, true
}

// Set overwrites the answer with codes: one, or several distinct ones of a
// multi-valued field. It does not ask whether a sender may use them.
func (s *Schema) Set(a Answers, c Column, codes ...codelist.Code) error {
	if len(codes) == 0 || len(codes) > 1 && !c.Field.Multi {
		return fmt.Errorf("field %s cannot hold %d codes", c.Field.Name, len(codes))
	}
	clear(a[c.Offset : c.Offset+c.Width])
	for _, code := range codes {
		p, ok := c.places[string(code)]
		switch {
		case !ok:
			return fmt.Errorf("field %s has no such code", c.Field.Name)
		case p.missing && len(codes) > 1:
			return fmt.Errorf("field %s: a missing code stands alone", c.Field.Name)
		case p.missing:
			c.setMissing(a, p.value)
		case !c.Field.Multi:
			a[c.Offset] = p.value
		case !c.add(a, p.value):
			return fmt.Errorf("field %s holds each code once", c.Field.Name)
		}
	}
	return nil
}

// SetNumber overwrites the answer with a number.
func (s *Schema) SetNumber(a Answers, c Column, n int) error {
	if c.Field.Kind != codelist.Number || n < c.Field.Min || n > c.Field.Max {
		return fmt.Errorf("field %s holds %s", c.Field.Name, span(c.Field))
	}
	a[c.Offset] = uint8(firstCode + n - c.Field.Min)
	return nil
}

// Clear makes the answer absent.
func (s *Schema) Clear(a Answers, c Column) {
	clear(a[c.Offset : c.Offset+c.Width])
}

func span(f codelist.Field) string {
	if f.Kind != codelist.Number {
		return "codes"
	}
	return "numbers from " + strconv.Itoa(f.Min) + " to " + strconv.Itoa(f.Max)
}

// wellPacked says whether the stored bytes are an answer that Set or SetNumber
// could have made.
func (c *Column) wellPacked(a Answers) bool {
	b := a[c.Offset]
	switch {
	case c.Field.Multi && b&statedBit == 0:
		missing := b & missingMask >> 1
		rest := a[c.Offset+1 : c.Offset+c.Width]
		return b&^missingMask == 0 && int(missing) < len(missingCodes) && !slices.ContainsFunc(rest, func(b byte) bool { return b != 0 })
	case c.Field.Multi:
		return c.onlyKnownBits(a)
	case b < firstCode:
		return true
	case c.Field.Kind == codelist.Number:
		return int(b)-firstCode <= c.Field.Max-c.Field.Min
	}
	return slices.ContainsFunc(c.List.Entries, func(e codelist.Entry) bool { return e.Index == int(b)-firstCode })
}

// onlyKnownBits says whether a stated answer holds at least one code, and
// nothing besides codes of the list.
func (c *Column) onlyKnownBits(a Answers) bool {
	known := 0
	for _, p := range c.entries {
		if c.has(a, p) {
			known++
		}
	}
	return known > 0 && c.stated(a) == known
}

// stated counts the codes of a stated multi-valued answer.
func (c *Column) stated(a Answers) int {
	n := -1 // for the bit that says "stated"
	for _, b := range a[c.Offset : c.Offset+c.Width] {
		n += bits.OnesCount8(b)
	}
	return n
}

// noneIdentified says whether a stated answer holds the code for "none".
func (c *Column) noneIdentified(a Answers) bool {
	p, ok := c.places[string(NoneIdentified)]
	return ok && c.has(a, p)
}
