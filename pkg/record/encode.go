package record

import (
	"strconv"

	"manniskohandel.se/casestat/pkg/codelist"
)

// Encode writes a record as the JSON object that a single submission sends:
// fields in the codebook's order, without record_id, without what is absent
// and without a number that is not applicable. Decode reads it back.
func (s *Schema) Encode(r Record) []byte {
	const usual = 1536
	return s.AppendJSON(make([]byte, 0, usual), r)
}

// EncodeRow is Encode for a line of NDJSON: with record_id, and with the version
// to replace unless it is 0. It has no line end.
func (s *Schema) EncodeRow(r Record, version int) []byte {
	dst := append([]byte(`{"record_id":"`), r.ID...)
	dst = append(dst, '"')
	if version > 0 {
		dst = append(dst, `,"version":`...)
		dst = strconv.AppendInt(dst, int64(version), 10)
	}
	return s.appendMembers(append(dst, ','), r)
}

// AppendJSON is Encode into a slice of the caller's.
func (s *Schema) AppendJSON(dst []byte, r Record) []byte {
	return s.appendMembers(append(dst, '{'), r)
}

func (s *Schema) appendMembers(dst []byte, r Record) []byte {
	dst = append(dst, `"contact_year":`...)
	dst = strconv.AppendInt(dst, int64(r.Year), 10)
	for i := range s.Columns {
		if c := &s.Columns[i]; c.written(r.Answers) {
			dst = append(dst, ',', '"')
			dst = append(dst, c.Field.Name...)
			dst = append(dst, '"', ':')
			dst = c.appendJSON(dst, r.Answers)
		}
	}
	return append(dst, '}')
}

// written says whether the field stands in the record as it is sent.
func (c *Column) written(a Answers) bool {
	return a[c.Offset] != absent && !(c.Field.Kind == codelist.Number && c.missing(a) == notApplicable)
}

func (c *Column) appendJSON(dst []byte, a Answers) []byte {
	missing := c.missing(a)
	switch {
	case c.Field.Multi:
		dst = append(dst, '[')
		dst = c.appendCodes(dst, a, `,`, `"`)
		return append(dst, ']')
	case c.Field.Kind == codelist.Number && missing == absent:
		return strconv.AppendInt(dst, c.number(a), 10)
	}
	return c.appendCodes(dst, a, `,`, `"`)
}

func (c *Column) number(a Answers) int64 { return int64(a[c.Offset]) - firstCode + int64(c.Field.Min) }

// appendCodes writes the answer's codes, or its missing code, between quotes
// and with a separator.
func (c *Column) appendCodes(dst []byte, a Answers, separator, quote string) []byte {
	if n := c.missing(a); n != absent {
		return append(append(append(dst, quote...), missingCodes[n]...), quote...)
	}
	count := 0
	for i := range c.List.Entries {
		if code := c.List.Entries[i].Code; c.has(a, c.entries[i]) {
			if count++; count > 1 {
				dst = append(dst, separator...)
			}
			dst = append(append(append(dst, quote...), code...), quote...)
		}
	}
	return dst
}
