package picture

// ink is a colour, 0xRRGGBB.
type ink int32

// The colours. There is one hue, so that no colour sense is asked of anyone, and
// what differs in meaning differs in pattern as well. A test holds every contrast
// with the paper.
const (
	none   ink = -1
	paper  ink = 0xffffff
	black  ink = 0x1a1a1a // text
	grey   ink = 0x4d4d4d // lesser text
	mark   ink = 0x0b4a82 // what is counted
	rim    ink = 0x6e6e6e // the outline of what is not
	ruling ink = 0xd4d4d4 // lines of an axis: the printed numbers say the same
)

func (i ink) rgb() (r, g, b uint8) { return uint8(i >> 16), uint8(i >> 8), uint8(i) }

// Drawing is a picture laid out, ready to be written.
type Drawing struct {
	lang               Lang
	title, description string
	width, height      float64
	elements           []element
}

// Title is the picture's title in plain text.
func (d *Drawing) Title() string { return d.title }

// Description says in plain text what the picture shows, every number included:
// the alternative text of the picture.
func (d *Drawing) Description() string { return d.description }

// Size is the picture's size in CSS pixels, where nobody scales it.
func (d *Drawing) Size() (width, height int) { return int(d.width), int(d.height) }

func (d *Drawing) add(e ...element) { d.elements = append(d.elements, e...) }

// element is a piece of a drawing. Both writers draw every piece.
type element interface {
	writeSVG(*svgWriter)
	paintPNG(*canvas)
}

// convex is a closed piece without dents.
type convex interface {
	// outline goes round the piece, grown by some units on every side.
	outline(grow float64) []point
}

// paint is how a closed piece is filled and edged.
type paint struct {
	fill, edge ink
	width      float64 // of the edge
}

var (
	solid  = paint{fill: mark, edge: mark, width: 1.5}
	hollow = paint{fill: paper, edge: rim, width: 1.5}
	fenced = paint{fill: paper, edge: mark, width: 1.5} // about a hatching
	blank  = paint{fill: paper, edge: none}
)

type rect struct {
	x, y, w, h float64
	paint      paint
}

type circle struct {
	at    point
	r     float64
	paint paint
}

// bust is a person's trunk: a rectangle with a round top.
type bust struct {
	x, y, w, h float64
	paint      paint
}

// strokes are lines of one kind, each from one point to another.
type strokes struct {
	lines [][2]point
	ink   ink
	width float64
}

// text is one line. at is on its baseline.
type text struct {
	at     point
	anchor anchor
	style  style
	words  string
}

// anchor says which part of a text stands at its point.
type anchor uint8

const (
	start anchor = iota
	middle
	end
)
