package picture

import (
	"image"
	"image/color"
)

// edgeSteps is how many shades lead from the paper to each ink: enough for smooth
// edges, and few enough for one byte a pixel.
const edgeSteps = 36

// palette holds every ink in its shades.
func palette() color.Palette {
	inks := []ink{black, grey, mark, rim, ruling}
	p := color.Palette{opaque(paper, paper, 0)}
	for _, i := range inks {
		for step := 1; step <= edgeSteps; step++ {
			p = append(p, opaque(paper, i, step))
		}
	}
	return p
}

// opaque is a colour some steps of the way from one ink to another.
func opaque(from, to ink, step int) color.RGBA {
	between := func(a, b uint8) uint8 {
		return uint8((int(a)*(edgeSteps-step) + int(b)*step + edgeSteps/2) / edgeSteps)
	}
	fr, fg, fb := from.rgb()
	tr, tg, tb := to.rgb()
	return color.RGBA{R: between(fr, tr), G: between(fg, tg), B: between(fb, tb), A: 0xff}
}

// reduced is an image in the palette's nearest colours: a third of the bytes.
func reduced(full *image.RGBA) *image.Paletted {
	p := palette()
	out := image.NewPaletted(full.Bounds(), p)
	nearest := make(map[[4]byte]uint8)
	var last [4]byte // no opaque pixel: most pixels are as the one before
	var n uint8
	for i := range out.Pix {
		if px := [4]byte(full.Pix[4*i:]); px != last {
			known := false
			if n, known = nearest[px]; !known {
				n = uint8(p.Index(color.RGBA{R: px[0], G: px[1], B: px[2], A: px[3]}))
				nearest[px] = n
			}
			last = px
		}
		out.Pix[i] = n
	}
	return out
}
