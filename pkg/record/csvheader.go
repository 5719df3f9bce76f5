package record

import (
	"bytes"

	"manniskohandel.se/casestat/pkg/fault"
)

// header reads the header row and says, by its error, everything that is wrong with it.
func (t *table) header(l line) error {
	if l.tooLong {
		return fault.New(fault.TooLarge, CodeHeaderRefused, fault.Detail{Code: CodeTooLarge})
	}
	l.text = bytes.TrimPrefix(l.text, byteOrderMark)
	t.first = l.number
	t.separator = separatorOf(l.text)
	h := header{reader: t.reader}
	if wrong, _ := t.split(l); wrong != "" {
		h.note("", wrong)
	} else {
		for _, name := range t.cells {
			h.column(name)
		}
		h.missing()
	}
	if len(h.details) > 0 {
		return fault.New(fault.Malformed, CodeHeaderRefused, h.details...)
	}
	t.columns = h.columns
	return nil
}

// separatorOf gives the first separator in a header; no name holds one.
func separatorOf(header []byte) byte {
	if i := bytes.IndexAny(header, ",;"); i >= 0 {
		return header[i]
	}
	return ','
}

// header collects the columns of a table.
type header struct {
	reader  *Reader
	columns []*member
	seen    uint64
	details []fault.Detail
}

// maxHeaderDetails bounds the report on a header: one for each field and some
// for strangers.
const maxHeaderDetails = 80

func (h *header) note(pointer string, code fault.Code) {
	if len(h.details) < maxHeaderDetails {
		h.details = append(h.details, fault.Detail{Pointer: pointer, Code: code})
	}
}

func (h *header) column(name []byte) {
	m := h.reader.members[string(name)]
	switch {
	case m == nil:
		h.stranger(name)
	case h.seen&m.bit != 0:
		h.note(m.pointer, CodeHeaderDuplicate)
	default:
		h.seen |= m.bit
		h.columns = append(h.columns, m)
	}
}

// stranger notes a column that is no field, without repeating its name.
func (h *header) stranger(name []byte) {
	if code := h.reader.shield.identify(name); code != "" {
		h.note("", code)
		return
	}
	if m := h.reader.meant(name); m != nil {
		h.seen |= m.bit
		h.note(m.pointer, CodeHeaderCase)
		return
	}
	h.note("", CodeHeaderUnknown)
}

// missing notes the core fields without a column.
func (h *header) missing() {
	required := []*member{h.reader.id, h.reader.year}
	for _, m := range h.reader.columns {
		if m.column.Field.Core {
			required = append(required, m)
		}
	}
	for _, m := range required {
		if h.seen&m.bit == 0 {
			h.note(m.pointer, CodeHeaderMissing)
		}
	}
}
