// Package record defines the contact record: its fields, its rules, how it is
// read and how it is packed.
package record

import (
	"manniskohandel.se/casestat/pkg/codelist"
)

// ID is a record's name: a canonical lower-case UUIDv4 made by the member's
// own system. It is unique per organisation only.
type ID string

// Record is one version of one contact record.
type Record struct {
	ID       ID
	Year     int // contact_year
	Codebook codelist.Version
	Answers  Answers
}

// Answers is a record's answers packed by a Schema: one byte a single-valued
// field, ceil((codes+1)/8) bytes a multi-valued one, in the codebook's order.
// All zero means that nothing is stored (a count-only record's other fields).
//
// A single-valued byte is 0 (absent), 1-5 (a missing code, in the order of
// codelist.Book.Missing) or 6 + the code's Index (for a number: 6 + value - Min).
// In a multi-valued field bit 0 of the first byte says "stated": then bit
// 1 + Index stands for each code; otherwise bits 1-3 hold 0 (absent) or the
// missing code as above.
type Answers []byte

// Numbers inside packed answers.
const (
	absent      = 0
	firstCode   = 6
	statedBit   = 1
	missingMask = 0x0e
)

// Column is the place of one field inside packed answers.
type Column struct {
	Field  codelist.Field
	List   codelist.List // empty for a number
	Offset int           // of the first byte
	Width  int           // in bytes

	places  map[string]place // by code
	entries []place          // in the order of List.Entries
}

// Schema is how one codebook version packs its records. It is read-only.
type Schema struct {
	Book    *codelist.Book
	Columns []Column // in the codebook's order; record_id and contact_year have none
	Width   int      // bytes of packed answers

	byName map[codelist.FieldName]int
}

// NewSchema lays out the fields of book.
func NewSchema(book *codelist.Book) *Schema {
	s := &Schema{Book: book, byName: make(map[codelist.FieldName]int)}
	for _, f := range book.Fields {
		if f.Kind != codelist.Coded && f.Kind != codelist.Number {
			continue
		}
		c := Column{Field: f, List: book.Lists[f.List], Offset: s.Width, Width: 1}
		if f.Multi {
			c.Width = (len(c.List.Entries) + 1 + 7) / 8
		}
		c.index()
		s.byName[f.Name] = len(s.Columns)
		s.Columns = append(s.Columns, c)
		s.Width += c.Width
	}
	return s
}

// Column gives the place of a field; ok is false for a field that is not packed.
func (s *Schema) Column(name codelist.FieldName) (c Column, ok bool) {
	i, ok := s.byName[name]
	if !ok {
		return Column{}, false
	}
	return s.Columns[i], true
}

// Blank gives answers in which nothing is stated.
func (s *Schema) Blank() Answers { return make(Answers, s.Width) }
