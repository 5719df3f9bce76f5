package picture

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// style is how a text is set. Sizes and lengths are in units of the drawing: 1/96
// inch where nobody scales it.
type style struct {
	size float64
	bold bool
	ink  ink
}

func (s style) leading() float64 { return s.size * 1.3 }

// ascent is where the baseline lies under the top of a line.
func (s style) ascent() float64 { return s.size * 0.95 }

// The PNG is set in the Go fonts, whose widths are those of Arial and Liberation
// Sans. An SVG is set in whatever sans serif its reader has: of the common ones
// DejaVu Sans is the widest, up to 1.14 (bold 1.25, digits) times as wide. Room is
// left for it.
const (
	roomRegular = 1.15
	roomBold    = 1.25
)

// fontFamilies is the font stack of an SVG: nothing is fetched.
const fontFamilies = "Arial, Helvetica, Liberation Sans, sans-serif"

var (
	regular = sync.OnceValue(func() *sfnt.Font { return embedded(goregular.TTF) })
	bold    = sync.OnceValue(func() *sfnt.Font { return embedded(gobold.TTF) })
)

func embedded(ttf []byte) *sfnt.Font {
	f, err := opentype.Parse(ttf)
	if err != nil {
		panic("picture: the embedded font is damaged: " + err.Error())
	}
	return f
}

func (s style) font() *sfnt.Font {
	if s.bold {
		return bold()
	}
	return regular()
}

// measure gives the room that texts of one style need. It is for one goroutine.
type measure struct {
	style   style
	font    *sfnt.Font
	buffer  sfnt.Buffer
	advance map[rune]float64
}

func (s style) measure() *measure {
	return &measure{style: s, font: s.font(), advance: make(map[rune]float64)}
}

func (s style) width(text string) float64 { return s.measure().width(text) }

func (m *measure) width(text string) float64 {
	w := 0.0
	for _, r := range text {
		w += m.rune(r)
	}
	return w
}

// rune is the room of one character; a character that the font lacks is taken to
// be as wide as high.
func (m *measure) rune(r rune) float64 {
	if w, known := m.advance[r]; known {
		return w
	}
	const em = 1000
	units := fixed.I(em)
	if i, err := m.font.GlyphIndex(&m.buffer, r); err == nil && i != 0 {
		if a, err := m.font.GlyphAdvance(&m.buffer, i, units, font.HintingNone); err == nil {
			units = a
		}
	}
	room := roomRegular
	if m.style.bold {
		room = roomBold
	}
	w := float64(units) / 64 / em * m.style.size * room
	m.advance[r] = w
	return w
}

// wrap breaks a text into lines of at most width, at spaces and after hyphens and
// strokes, and within a word only where it is wider than a line. Beyond most lines
// the text ends in an ellipsis; most 0 sets no bound.
func (s style) wrap(text string, width float64, most int) []string {
	m := s.measure()
	var lines []string
	for rest := text; rest != ""; {
		if most > 0 && len(lines) == most-1 {
			return append(lines, m.cut(rest, width))
		}
		end := m.lineEnd(rest, width)
		lines = append(lines, strings.TrimRight(rest[:end], " "))
		rest = strings.TrimLeft(rest[end:], " ")
	}
	return lines
}

// lineEnd is where the first line of a text ends: after at least one character.
func (m *measure) lineEnd(text string, width float64) int {
	used, breakAt, before := 0.0, 0, ' '
	for i, r := range text {
		used += m.rune(r)
		switch {
		case used > width && r != ' ' && breakAt > 0:
			return breakAt
		case used > width && r != ' ' && i > 0:
			return i
		case r == ' ', r == '/', r == '-' && before != ' ': // not after a minus
			breakAt = i + len(string(r))
		}
		before = r
	}
	return len(text)
}

// cut is as much of a text as a line holds.
func (m *measure) cut(text string, width float64) string {
	if m.width(text) <= width {
		return text
	}
	used, end := m.rune('…'), 0
	for i, r := range text {
		if used += m.rune(r); used > width {
			break
		}
		end = i + len(string(r))
	}
	return strings.TrimRightFunc(text[:end], unicode.IsSpace) + "…"
}

// widest is the room of the widest of some texts.
func (s style) widest(texts []string) float64 {
	m, w := s.measure(), 0.0
	for _, t := range texts {
		w = max(w, m.width(t))
	}
	return w
}
