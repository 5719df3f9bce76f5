package picture

// explain adds the keys that some hatched extents need.
func (s *sheet) explain(extents ...extent) {
	ranged, unknown, open := false, false, false
	for _, e := range extents {
		switch {
		case e.open && e.from == 0:
			unknown, open = true, true
		case e.open:
			ranged, open = true, true
		case e.uncertain():
			ranged = true
		}
	}
	switch {
	case ranged:
		s.key(hatchedRange.in(s.caption.Lang))
	case unknown:
		s.key(hatchedUnknown.in(s.caption.Lang))
	}
	if open {
		s.paragraph(openEnd.in(s.caption.Lang), noteStyle, 0)
		s.y += 4
	}
}
