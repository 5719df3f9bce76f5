package picture

import (
	"testing"

	"pgregory.net/rapid"
)

// A rectangle that is filled by its numbers is the one that the rasteriser fills:
// within two of 255 a channel, wherever its edges fall, and beyond the paper.
func TestAnUprightRectangleIsTheRasterisedOne(t *testing.T) {
	d := &Drawing{width: 40, height: 30}
	rapid.Check(t, func(t *rapid.T) {
		along := rapid.Float64Range(-10, 50)
		size := rapid.Float64Range(0.01, 60)
		scale := rapid.SampledFrom([]float64{0.5, 1, 2, 3, 3.7}).Draw(t, "scale")
		r := rect{x: along.Draw(t, "x"), y: along.Draw(t, "y"), w: size.Draw(t, "w"), h: size.Draw(t, "h"), paint: solid}
		want, got := newCanvas(d, scale), newCanvas(d, scale)
		want.area(r.paint.fill, r.outline(0))
		got.upright(r.paint.fill, r)
		alike(t, want, got, 2)
	})
}

// The sides of an edge together are what lies between its outer and its inner
// outline, to the pixel where the edge falls on pixels.
func TestTheSidesOfAnEdgeAreItsOutline(t *testing.T) {
	d := &Drawing{width: 40, height: 30}
	rapid.Check(t, func(t *rapid.T) {
		along := rapid.IntRange(-10, 30)
		size := rapid.IntRange(2, 40)
		scale := rapid.SampledFrom([]float64{2, 4}).Draw(t, "scale")
		r := rect{
			x: float64(along.Draw(t, "x")), y: float64(along.Draw(t, "y")),
			w: float64(size.Draw(t, "w")), h: float64(size.Draw(t, "h")), paint: paint{fill: none, edge: mark, width: 1},
		}
		want, got := newCanvas(d, scale), newCanvas(d, scale)
		want.closed(r, r.paint)
		r.paintPNG(got)
		alike(t, want, got, 2)
	})
}

func alike(t *rapid.T, want, got *canvas, apart int) {
	t.Helper()
	for i, w := range want.image.Pix {
		if g := got.image.Pix[i]; int(g)-int(w) > apart || int(w)-int(g) > apart {
			t.Fatalf("pixel %d, channel %d: %d, rasterised %d", i/4, i%4, g, w)
		}
	}
}
