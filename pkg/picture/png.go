package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"slices"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// The scale of a PNG in pixels a unit, and how many pixels it may have.
const (
	leastScale, mostScale = 0.5, 6.0
	mostPixels            = 32_000_000
)

// PNG writes the picture as pixels, scale of them to a unit: 2 for screens, 4 for
// print. A scale outside 0.5 to 6 is drawn in; a picture that would have more than
// 32 million pixels is drawn smaller. The file knows its title, its description
// and its size on paper.
func (d *Drawing) PNG(scale float64) []byte {
	c := newCanvas(d, scale)
	for _, e := range d.elements {
		e.paintPNG(c)
	}
	var b bytes.Buffer
	// A buffer refuses nothing, and the canvas is never empty.
	_ = png.Encode(&b, reduced(c.image))
	return d.label(b.Bytes(), c.scale)
}

type canvas struct {
	image  *image.RGBA
	scale  float64
	raster vector.Rasterizer
	faces  map[style]font.Face
}

func newCanvas(d *Drawing, scale float64) *canvas {
	if math.IsNaN(scale) {
		scale = 1
	}
	scale = min(max(scale, leastScale), mostScale)
	scale = min(scale, math.Sqrt(mostPixels/(d.width*d.height)))
	size := image.Rect(0, 0, max(int(math.Round(d.width*scale)), 1), max(int(math.Round(d.height*scale)), 1))
	c := &canvas{image: image.NewRGBA(size), scale: scale, faces: make(map[style]font.Face)}
	draw.Draw(c.image, size, ofInk(paper), image.Point{}, draw.Src)
	return c
}

func ofInk(i ink) *image.Uniform {
	r, g, b := i.rgb()
	return image.NewUniform(color.RGBA{R: r, G: g, B: b, A: 0xff})
}

// area fills what lies within some outlines. One that goes round the other way
// cuts a hole.
func (c *canvas) area(i ink, outlines ...[]point) {
	low, high := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, p := range slices.Concat(outlines...) {
		low.x, low.y = min(low.x, p.x), min(low.y, p.y)
		high.x, high.y = max(high.x, p.x), max(high.y, p.y)
	}
	box := image.Rect(int(math.Floor(low.x*c.scale)), int(math.Floor(low.y*c.scale)),
		int(math.Ceil(high.x*c.scale)), int(math.Ceil(high.y*c.scale))).Intersect(c.image.Bounds())
	if box.Empty() {
		return
	}
	c.raster.Reset(box.Dx(), box.Dy())
	for _, o := range outlines {
		for n, p := range o {
			x, y := float32(p.x*c.scale-float64(box.Min.X)), float32(p.y*c.scale-float64(box.Min.Y))
			if n == 0 {
				c.raster.MoveTo(x, y)
				continue
			}
			c.raster.LineTo(x, y)
		}
		c.raster.ClosePath()
	}
	c.raster.Draw(c.image, box, ofInk(i), image.Point{})
}

func (c *canvas) closed(piece convex, p paint) {
	if p.fill != none {
		c.area(p.fill, piece.outline(0))
	}
	if p.edge == none {
		return
	}
	inner := piece.outline(-p.width / 2)
	slices.Reverse(inner)
	c.area(p.edge, piece.outline(p.width/2), inner)
}

func (r rect) paintPNG(c *canvas) {
	if r.paint.fill != none {
		c.upright(r.paint.fill, r)
	}
	if r.paint.edge == none {
		return
	}
	for _, side := range r.sides() {
		c.upright(r.paint.edge, side)
	}
}

func (k circle) paintPNG(c *canvas) { c.closed(k, k.paint) }
func (b bust) paintPNG(c *canvas)   { c.closed(b, b.paint) }

func (s strokes) paintPNG(c *canvas) {
	for _, l := range s.lines {
		dx, dy := l[1].x-l[0].x, l[1].y-l[0].y
		long := math.Hypot(dx, dy)
		if long == 0 {
			continue
		}
		ox, oy := -dy/long*s.width/2, dx/long*s.width/2
		c.area(s.ink, []point{
			{l[0].x + ox, l[0].y + oy},
			{l[1].x + ox, l[1].y + oy},
			{l[1].x - ox, l[1].y - oy},
			{l[0].x - ox, l[0].y - oy},
		})
	}
}

func (t text) paintPNG(c *canvas) {
	d := font.Drawer{Dst: c.image, Src: ofInk(t.style.ink), Face: c.face(t.style)}
	x := t.at.x * c.scale
	switch wide := float64(d.MeasureString(t.words)) / 64; t.anchor {
	case middle:
		x -= wide / 2
	case end:
		x -= wide
	}
	d.Dot = fixed.Point26_6{X: fixed.Int26_6(math.Round(x * 64)), Y: fixed.Int26_6(math.Round(t.at.y * c.scale * 64))}
	d.DrawString(t.words)
}

func (c *canvas) face(s style) font.Face {
	s.ink = none
	if f, known := c.faces[s]; known {
		return f
	}
	// The face of a parsed font of a positive size cannot fail.
	f, _ := opentype.NewFace(s.font(), &opentype.FaceOptions{Size: s.size * c.scale, DPI: 72, Hinting: font.HintingNone})
	c.faces[s] = f
	return f
}

// label puts the picture's words and its resolution into a PNG, right after its
// header.
func (d *Drawing) label(file []byte, scale float64) []byte {
	const header = 8 + 4 + 4 + 13 + 4 // signature; length, name, content and sum of IHDR
	perMetre := uint32(math.Round(scale * 96 / 0.0254))
	density := binary.BigEndian.AppendUint32(nil, perMetre)
	density = append(binary.BigEndian.AppendUint32(density, perMetre), 1)
	return slices.Concat(file[:header],
		chunk("pHYs", density),
		chunk("iTXt", d.internationalText("Title", d.title)),
		chunk("iTXt", d.internationalText("Description", d.description)),
		file[header:])
}

// internationalText is uncompressed UTF-8 with its language.
func (d *Drawing) internationalText(keyword, words string) []byte {
	return []byte(keyword + "\x00\x00\x00" + string(d.lang) + "\x00\x00" + words)
}

func chunk(name string, content []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	b = append(append(b, name...), content...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}
