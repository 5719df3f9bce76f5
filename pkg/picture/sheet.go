package picture

// The measures of a page in units. A picture keeps its text legible in half a
// phone's or a column's width: nothing is set smaller than 14.
const (
	pageWidth = 440.0
	margin    = 16.0
	gap       = 10.0
)

// The styles of text.
var (
	titleStyle    = style{size: 19, bold: true, ink: black}
	subtitleStyle = style{size: 15, ink: grey}
	headStyle     = style{size: 40, bold: true, ink: black}
	phraseStyle   = style{size: 24, bold: true, ink: black}
	labelStyle    = style{size: 15, ink: black}
	valueStyle    = style{size: 15, bold: true, ink: black}
	wordStyle     = style{size: 14, ink: black} // a word where others have a number
	axisStyle     = style{size: 14, ink: grey}
	noteStyle     = style{size: 14, ink: grey}
)

// A title or a label that takes more lines ends in an ellipsis; the description
// has all of it.
const (
	titleLines = 5
	labelLines = 5
)

// sheet is a page that is filled from the top.
type sheet struct {
	caption Caption
	drawing *Drawing
	y       float64 // where the next thing goes
}

func newSheet(c Caption, width float64) *sheet {
	s := &sheet{caption: c, drawing: &Drawing{lang: c.Lang, title: c.Title, width: width}, y: margin}
	// The paper is coloured when its height is known.
	s.drawing.add(rect{})
	s.paragraph(c.Title, titleStyle, titleLines)
	s.paragraph(c.Subtitle, subtitleStyle, titleLines)
	s.y += gap
	return s
}

func (s *sheet) inner() float64 { return s.drawing.width - 2*margin }

// paragraph sets a wrapped text over the whole width.
func (s *sheet) paragraph(words string, st style, most int) {
	s.column(margin, st, st.wrap(words, s.inner(), most))
}

// column sets lines from x on and goes on below them.
func (s *sheet) column(x float64, st style, lines []string) {
	for _, l := range lines {
		s.drawing.add(text{at: point{x, s.y + st.ascent()}, style: st, words: l})
		s.y += st.leading()
	}
}

// key explains the hatching beside a sample of it.
func (s *sheet) key(words string) {
	sample := rect{x: margin, y: s.y + 2, w: 26, h: 14, paint: fenced}
	s.drawing.add(sample, hatch(sample))
	x := margin + sample.w + 8
	s.column(x, noteStyle, noteStyle.wrap(words, s.drawing.width-margin-x, 0))
	s.y += 4
}

// finish sets the notes and the source, and closes the page.
func (s *sheet) finish(description string, notes ...string) *Drawing {
	for _, n := range append(notes, s.caption.Notes...) {
		s.paragraph(n, noteStyle, 0)
		s.y += 4
	}
	if s.caption.Source != "" {
		s.paragraph(fill(s.caption.Lang, source, s.caption.Source), noteStyle, 0)
	}
	d := s.drawing
	d.description = description
	d.height = float64(int(s.y + margin))
	d.elements[0] = rect{w: d.width, h: d.height, paint: blank}
	return d
}
