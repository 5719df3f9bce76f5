package picture

import (
	"encoding/binary"
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
	nearest := make(map[uint32]uint8)
	var last uint32 // no opaque pixel: most pixels are as the one before
	var n uint8
	for i := range out.Pix {
		if px := binary.LittleEndian.Uint32(full.Pix[4*i:]); px != last {
			known := false
			if n, known = nearest[px]; !known {
				n = uint8(p.Index(color.RGBA{R: uint8(px), G: uint8(px >> 8), B: uint8(px >> 16), A: uint8(px >> 24)}))
				nearest[px] = n
			}
			last = px
		}
		out.Pix[i] = n
	}
	return out
}
