// Package recordtest makes records for tests: generated ones that cover
// everything the codebook allows, and examples to read.
package recordtest

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
)

// The reporting years that Options opens.
const (
	FirstYear = 2020
	LastYear  = 2030
)

// NewReader reads by the current codebook.
func NewReader(t testing.TB) *record.Reader {
	t.Helper()
	r, err := record.NewReader(record.NewSchema(codelist.Current()))
	if err != nil {
		t.Fatalf("prepare reading by the current codebook: %v", err)
	}
	return r
}

// Options is the default way of reading.
func Options() record.Options { return record.Options{} }

// ID gives the n-th of a fixed sequence of valid record ids.
func ID(n int) record.ID {
	for salt := uint64(0); ; salt++ {
		var seed [16]byte
		binary.BigEndian.PutUint64(seed[:], uint64(n))
		binary.BigEndian.PutUint64(seed[8:], salt)
		sum := sha256.Sum256(seed[:])
		id := uuid.UUID(sum[:16])
		id[6] = id[6]&0x0f | 0x40 // version 4
		id[8] = id[8]&0x3f | 0x80 // variant of RFC 9562
		if parsed, err := record.ParseID(id.String()); err == nil {
			return parsed
		}
	}
}

// IDs generates valid record ids.
func IDs() *rapid.Generator[record.ID] {
	return rapid.Map(rapid.IntRange(0, 1<<40), ID)
}

// Records generates valid records, with an id, in the years of Options. One in
// ten is count-only.
func Records(r *record.Reader) *rapid.Generator[record.Record] {
	return rapid.Custom(func(t *rapid.T) record.Record {
		m := maker{t: t, reader: r, schema: r.Schema()}
		return m.record()
	})
}

// maker makes one record.
type maker struct {
	t      *rapid.T
	reader *record.Reader
	schema *record.Schema
}

func (m maker) record() record.Record {
	countOnly := m.oneIn(10)
	rec := record.Record{
		ID:       IDs().Draw(m.t, "id"),
		Year:     rapid.IntRange(FirstYear, LastYear).Draw(m.t, "contact_year"),
		Codebook: m.schema.Book.Version,
		Answers:  m.schema.Blank(),
	}
	for _, c := range m.schema.Columns {
		switch {
		case c.Field.Name == record.FieldConsent && countOnly:
			m.set(rec.Answers, c, record.Minimal)
		case c.Field.Name == record.FieldConsent:
			m.set(rec.Answers, c, "yes")
		case !countOnly || c.Field.CountOnly:
			m.draw(rec.Answers, c)
		}
	}
	m.mend(rec)
	return rec
}

func (m maker) oneIn(n int) bool { return rapid.IntRange(1, n).Draw(m.t, "one in") == n }

// draw states any answer that a sender may give to the field by itself.
func (m maker) draw(a record.Answers, c record.Column) {
	missing := slices.DeleteFunc(slices.Clone(c.Field.Missing), func(code codelist.Code) bool {
		return c.Field.Core && code == codelist.NotRecorded
	})
	switch {
	case len(missing) > 0 && m.oneIn(4):
		m.set(a, c, rapid.SampledFrom(missing).Draw(m.t, "missing"))
	case c.Field.Kind == codelist.Number:
		n := rapid.IntRange(c.Field.Min, c.Field.Max).Draw(m.t, string(c.Field.Name))
		if err := m.schema.SetNumber(a, c, n); err != nil {
			m.t.Fatalf("set a number: %v", err)
		}
	case c.Field.Multi:
		m.set(a, c, m.several(c)...)
	default:
		m.set(a, c, rapid.SampledFrom(current(c)).Draw(m.t, string(c.Field.Name)))
	}
}

func (m maker) several(c record.Column) []codelist.Code {
	codes := current(c)
	if i := slices.Index(codes, record.NoneIdentified); i >= 0 {
		if m.oneIn(10) {
			return codes[i : i+1]
		}
		codes = slices.Delete(codes, i, i+1)
	}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(codes), 1, min(len(codes), 6), rapid.ID).Draw(m.t, string(c.Field.Name))
}

// current gives the codes that are not deprecated.
func current(c record.Column) []codelist.Code {
	var codes []codelist.Code
	for _, e := range c.List.Entries {
		if !e.Deprecated {
			codes = append(codes, e.Code)
		}
	}
	return codes
}

func (m maker) set(a record.Answers, c record.Column, codes ...codelist.Code) {
	if err := m.schema.Set(a, c, codes...); err != nil {
		m.t.Fatalf("set an answer: %v", err)
	}
}

// mend changes the answers that break a rule until none does: to "not
// applicable" if that helps, else to other answers.
func (m maker) mend(rec record.Record) {
	const patience = 500
	for range patience {
		broken, _ := m.reader.Validate(rec, Options())
		if len(broken) == 0 {
			return
		}
		c, ok := m.schema.Column(codelist.FieldName(strings.TrimPrefix(broken[0].Pointer, "/")))
		if !ok {
			m.t.Fatalf("a generated record is refused by %s at %q", broken[0].Code, broken[0].Pointer)
		}
		if m.set(rec.Answers, c, codelist.NotApplicable); m.breaks(rec, broken[0].Pointer) {
			m.draw(rec.Answers, c)
		}
	}
	m.t.Fatalf("no valid record found; last refused at %q", m.first(rec).Pointer)
}

func (m maker) breaks(rec record.Record, pointer string) bool {
	broken, _ := m.reader.Validate(rec, Options())
	return slices.ContainsFunc(broken, func(d fault.Detail) bool { return d.Pointer == pointer })
}

func (m maker) first(rec record.Record) fault.Detail {
	broken, _ := m.reader.Validate(rec, Options())
	return append(broken, fault.Detail{})[0]
}
