package picture

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Caption is what stands around a picture. All of it is plain text in the
// language Lang; what cannot be written in XML, and what turns the direction of
// writing, is taken out.
type Caption struct {
	Lang     Lang
	Title    string
	Subtitle string   // the universe, the year; may be empty
	Alt      string   // a sentence for those who do not see the picture, before its numbers; may be empty
	Notes    []string // one paragraph each, under the picture: coverage, what is compared
	Source   string   // who publishes it, and the release; may be empty
}

// cleaned is the caption in writable text. An unknown language is English.
func (c Caption) cleaned() Caption {
	if c.Lang != Swedish {
		c.Lang = English
	}
	c.Title, c.Subtitle, c.Alt, c.Source = clean(c.Title), clean(c.Subtitle), clean(c.Alt), clean(c.Source)
	notes := make([]string, 0, len(c.Notes))
	for _, n := range c.Notes {
		if n = clean(n); n != "" {
			notes = append(notes, n)
		}
	}
	c.Notes = notes
	return c
}

// described is the description of a picture: the sentence, what the model says,
// and the notes.
func (c Caption) described(said ...string) string {
	parts := append([]string{c.Alt}, said...)
	var b strings.Builder
	for _, p := range append(parts, c.Notes...) {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p)
		if last, _ := utf8.DecodeLastRuneInString(p); !strings.ContainsRune(".!?…", last) {
			b.WriteByte('.')
		}
	}
	return b.String()
}

// clean makes one line of text that XML can hold.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		case r == '\ufffe', r == '\uffff':
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
	// A no-break space is no place to break and stays.
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
}
