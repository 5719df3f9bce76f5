package picture

import (
	"image"
	"image/draw"
	"math"
)

// upright fills a rectangle. Its coverage is known without rasterising: whole
// pixels are set, and those that an edge cuts are blended by the part of them
// that lies within.
func (c *canvas) upright(i ink, r rect) {
	x, y := c.stretch(r.x, r.x+r.w), c.stretch(r.y, r.y+r.h)
	x, y = x.within(c.image.Rect.Max.X), y.within(c.image.Rect.Max.Y)
	whole := image.Rectangle{
		Min: image.Point{X: int(math.Ceil(x.from)), Y: int(math.Ceil(y.from))},
		Max: image.Point{X: int(math.Floor(x.to)), Y: int(math.Floor(y.to))},
	}
	draw.Draw(c.image, whole, ofInk(i), image.Point{}, draw.Src)
	for row := int(y.from); float64(row) < y.to; row++ {
		for column := int(x.from); float64(column) < x.to; column++ {
			if (image.Point{X: column, Y: row}).In(whole) {
				column = whole.Max.X - 1
				continue
			}
			c.blend(i, column, row, x.part(column)*y.part(row))
		}
	}
}

// stretch is a length along an axis of the image, in pixels.
type stretch struct{ from, to float64 }

func (c *canvas) stretch(from, to float64) stretch { return stretch{from * c.scale, to * c.scale} }

// within is the part of a stretch that lies on an axis of so many pixels.
func (s stretch) within(pixels int) stretch {
	return stretch{max(s.from, 0), min(s.to, float64(pixels))}
}

// part is how much of a pixel that the stretch touches lies on it.
func (s stretch) part(pixel int) float64 {
	return min(s.to, float64(pixel)+1) - max(s.from, float64(pixel))
}

// blend lays a part of an ink over a pixel.
func (c *canvas) blend(i ink, x, y int, part float64) {
	r, g, b := i.rgb()
	px := c.image.Pix[c.image.PixOffset(x, y):]
	for n, over := range [...]uint8{r, g, b} {
		under := float64(px[n])
		px[n] = uint8(math.Round(under + (float64(over)-under)*part))
	}
}

// sides are the four pieces of a rectangle's edge. They meet without
// overlapping.
func (r rect) sides() [4]rect {
	w, half := r.paint.width, r.paint.width/2
	left, top, wide := r.x-half, r.y-half, r.w+w
	between := r.h - w
	return [4]rect{
		{x: left, y: top, w: wide, h: w},
		{x: left, y: top + r.h, w: wide, h: w},
		{x: left, y: r.y + half, w: w, h: between},
		{x: left + r.w, y: r.y + half, w: w, h: between},
	}
}
