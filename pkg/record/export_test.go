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
