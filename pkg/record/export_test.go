package record

// Unshielded gives a reader whose identifier shield is switched off, to show
// what the shield is worth.
func (r *Reader) Unshielded() *Reader {
	off := &Reader{
		schema: r.schema, members: r.members, columns: r.columns, year: r.year, id: r.id, version: r.version,
		consent: r.consent, premises: r.premises, shield: shield{off: true},
	}
	off.scans.New = func() any { return newScanner(off) }
	return off
}

// Remains gives what a scanner still holds of a body it has read, before and
// after it forgets.
func (r *Reader) Remains(body []byte, opt Options) (before, after string) {
	s := newScanner(r)
	d := r.draft(&opt, false)
	s.read(&d, body)
	held := func() string {
		s.buffer.Reset()
		return string(s.buffer.AvailableBuffer()[:s.buffer.Available()]) + string(s.scratch[:cap(s.scratch)])
	}
	before = held()
	s.forget()
	return before, held()
}

// Recognise says what the shield's recognisers find in a text that is folded
// already, each for itself.
func Recognise(text []byte) (email, coordinate, phone bool) {
	return holdsEmail(text), holdsDegrees(text) || holdsCompass(text) || holdsGeoURI(text), holdsPhone(text)
}
