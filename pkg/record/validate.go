package record

import (
	"bytes"

	"manniskohandel.se/casestat/pkg/fault"
)

// Validate checks a packed record: whether reading it in could have made it.
// Its ID is not looked at.
func (r *Reader) Validate(rec Record, opt Options) (broken, warnings []fault.Detail) {
	if len(rec.Answers) != r.schema.Width || rec.Codebook != r.schema.Book.Version {
		return []fault.Detail{{Code: CodeWrongType}}, nil
	}
	d := r.draft(&opt, false)
	copy(d.row.Record.Answers, rec.Answers)
	d.row.Record.Year = rec.Year
	d.seen = r.year.bit
	for _, m := range r.columns {
		d.unpack(m)
	}
	d.settle()
	d.compare(rec.Answers)
	return d.row.Details, d.row.Warnings
}

// unpack marks a stored answer as sent. What nobody could have sent is either
// refused or, where leaving the field out may have stored it, left to fill.
func (d *draft) unpack(m *member) {
	a, c := d.row.Record.Answers, m.column
	if !c.wellPacked(a) {
		d.seen |= m.bit
		d.refuse(m, m.pointer, CodeUnknownCode)
		return
	}
	n := c.missing(a)
	allowed := n == absent || c.places[string(missingCodes[n])].allowed
	switch {
	case a[c.Offset] == absent, !allowed && m.optional() && n >= notApplicable:
		return
	case !allowed:
		d.refuse(m, m.pointer, CodeMissingCode)
	case m.role == severalCodes && c.stated(a) > 1 && c.noneIdentified(a):
		d.refuse(m, m.pointer, CodeMixedCodes)
	}
	d.seen |= m.bit
}

// compare refuses the stored answers that fill decides otherwise.
func (d *draft) compare(stored Answers) {
	for _, m := range d.reader.columns {
		c := m.column
		switch {
		case d.bad&m.bit != 0 || bytes.Equal(stored[c.Offset:c.Offset+c.Width], d.row.Record.Answers[c.Offset:c.Offset+c.Width]):
		case stored[c.Offset] == absent:
			d.note(m.pointer, CodeRequired)
		default:
			d.note(m.pointer, CodeMissingCode)
		}
	}
}
