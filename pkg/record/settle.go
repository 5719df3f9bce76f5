package record

import "slices"

// settle finishes a record whose members have all been read: it fills in what
// was left out and applies the rules.
func (d *draft) settle() {
	r := d.reader
	if d.batch && d.seen&r.id.bit == 0 {
		d.note(r.id.pointer, CodeRequired)
	}
	if d.seen&r.year.bit == 0 {
		d.note(r.year.pointer, CodeRequired)
	}
	if r.countOnly(d.row.Record.Answers) {
		d.settleCountOnly()
		return
	}
	for _, m := range r.columns {
		if d.seen&m.bit == 0 {
			d.fill(m)
		}
	}
	d.rules()
}

func (r *Reader) countOnly(a Answers) bool { return r.consent != nil && r.consent.met(a) }

// settleCountOnly keeps the few fields of a count-only record and refuses the
// others. The rules R1-R9 and R12 do not bind it.
func (d *draft) settleCountOnly() {
	for _, m := range d.reader.columns {
		sent := d.seen&m.bit != 0
		switch {
		case m.column.Field.CountOnly && sent:
			d.coreRecorded(m)
		case m.column.Field.CountOnly && m.column.Field.Core:
			d.note(m.pointer, CodeRequired)
		case m.column.Field.CountOnly:
			m.column.setMissing(d.row.Record.Answers, notRecorded)
		case sent:
			d.note(m.pointer, CodeNotCountOnly)
		}
	}
}

// fill stores what a left-out field stands for: not applicable where the
// other answers make it so, otherwise not recorded; a core field is required.
func (d *draft) fill(m *member) {
	a, known := d.row.Record.Answers, true
	for _, p := range m.demands {
		if p.touches&d.bad != 0 {
			known = false
		} else if p.inForce(a) {
			m.column.setMissing(a, notApplicable)
			return
		}
	}
	switch {
	case !known: // it hangs on an answer that is refused already
		d.bad |= m.bit
	case m.column.Field.Core:
		d.refuse(m, m.pointer, CodeRequired)
	default:
		m.column.setMissing(a, notRecorded)
	}
}

// rules applies R1-R9, R11 and R12 to the answers that are known.
func (d *draft) rules() {
	for _, m := range d.reader.columns {
		d.coreRecorded(m)
	}
	for i := range d.reader.premises {
		p := &d.reader.premises[i]
		if p.touches&d.bad == 0 && p.inForce(d.row.Record.Answers) {
			d.clauses(p)
		}
	}
}

// clauses applies the clauses of a premise that holds.
func (d *draft) clauses(p *premise) {
	for i := range p.clauses {
		c := &p.clauses[i]
		if d.bad>>c.column&1 == 1 || c.then.met(d.row.Record.Answers) {
			continue
		}
		detail := c.detail
		detail.Row = d.row.Number
		switch {
		case p.warning && !slices.Contains(d.row.Warnings, detail):
			d.row.Warnings = append(d.row.Warnings, detail)
		case !p.warning && !slices.Contains(d.row.Details, detail):
			d.note(detail.Pointer, detail.Code)
		}
	}
}

// coreRecorded applies R11.
func (d *draft) coreRecorded(m *member) {
	if m.column.Field.Core && !d.opt.Legacy && m.column.missing(d.row.Record.Answers) == notRecorded {
		d.refuse(m, m.pointer, CodeR11)
	}
}
