package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
	"math"
	"strings"
	"testing"
)

func pixels(t *testing.T, d *Drawing, scale float64) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(d.PNG(scale)))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// inkAt is the colour at a point of the drawing.
func inkAt(img image.Image, p point, scale float64) ink {
	r, g, b, _ := img.At(int(p.x*scale), int(p.y*scale)).RGBA()
	return ink(r>>8<<16 | g>>8<<8 | b>>8)
}

// covered is the part of a square about a point that is darker than half.
func covered(img image.Image, at point, half, scale float64) float64 {
	dark, all := 0, 0
	for y := at.y - half; y < at.y+half; y += 1 / scale {
		for x := at.x - half; x < at.x+half; x += 1 / scale {
			all++
			if luminance(inkAt(img, point{x, y}, scale)) < 0.5 {
				dark++
			}
		}
	}
	return float64(dark) / float64(all)
}

// TestPNGShowsWhatTheSVGSays looks at the pixels where the scene has its marks:
// full where it counts, empty where it does not, hatched where it is withheld.
func TestPNGShowsWhatTheSVGSays(t *testing.T) {
	const scale = 3
	d := Pictogram{Caption: Caption{Title: "Papperslösa"}, Value: Between(3, 9), Of: Exactly(12), Mark: Circle}.Draw()
	img := pixels(t, d, scale)
	seen := make(map[paint]int)
	for _, e := range d.elements {
		k, ok := e.(circle)
		if !ok {
			continue
		}
		seen[k.paint]++
		part := covered(img, k.at, k.r*0.6, scale)
		switch k.paint {
		case solid:
			if part != 1 {
				t.Errorf("a solid mark is covered by %.2f", part)
			}
		case fenced:
			if part < 0.15 || part > 0.6 {
				t.Errorf("a hatched mark is covered by %.2f", part)
			}
		case hollow:
			if part != 0 {
				t.Errorf("an empty mark is covered by %.2f", part)
			}
		}
	}
	if seen[solid] != 3 || seen[fenced] != 6 || seen[hollow] != 3 {
		t.Errorf("marks %v", seen)
	}
}

func TestPNGHasItsInksAndItsWords(t *testing.T) {
	const scale = 2
	for name, d := range samples() {
		img := pixels(t, d, scale)
		if got := inkAt(img, point{1, 1}, scale); got != paper {
			t.Errorf("%s: the paper is %s", name, got)
		}
		for _, b := range boxes(d) {
			dark := false
			for y := b.t; y < b.b; y += 0.5 {
				for x := b.l; x < b.r; x += 0.5 {
					dark = dark || luminance(inkAt(img, point{x, y}, scale)) < 0.2
				}
			}
			if !dark {
				t.Errorf("%s: nothing is written where %q stands", name, b.words)
			}
		}
	}
}

func TestPNGKnowsItsWordsAndItsSize(t *testing.T) {
	d := Pictogram{Caption: Caption{Lang: Swedish, Title: "Ålder"}, Value: Exactly(3)}.Draw()
	file := d.PNG(2)
	chunks := make(map[string][]byte)
	for rest := file[8:]; len(rest) > 0; {
		n := binary.BigEndian.Uint32(rest)
		name, content := string(rest[4:8]), rest[8:8+n]
		chunks[name+strings.SplitN(string(content), "\x00", 2)[0]] = content
		rest = rest[12+n:]
	}
	if got := string(chunks["iTXtTitle"]); got != "Title\x00\x00\x00sv\x00\x00Ålder" {
		t.Errorf("title %q", got)
	}
	if got := string(chunks["iTXtDescription"]); got != "Description\x00\x00\x00sv\x00\x00"+d.Description() {
		t.Errorf("description %q", got)
	}
	// Twice 96 pixels an inch.
	if !bytes.Contains(file, append([]byte("pHYs"), 0, 0, 29, 135, 0, 0, 29, 135, 1)) {
		t.Error("the resolution is missing")
	}
	w, h := d.Size()
	if b := pixels(t, d, 2).Bounds(); b.Dx() != 2*w || b.Dy() != 2*h {
		t.Errorf("%v pixels for %d by %d", b, w, h)
	}
}

func TestPNGScaleIsDrawnIn(t *testing.T) {
	d := Bars{}.Draw()
	for _, c := range []struct{ asked, want float64 }{
		{0, leastScale}, {-1, leastScale}, {math.Inf(-1), leastScale}, {math.NaN(), 1}, {1e9, mostScale}, {math.Inf(1), mostScale}, {2, 2},
	} {
		if got := newCanvas(d, c.asked).scale; got != c.want {
			t.Errorf("scale %g becomes %g, want %g", c.asked, got, c.want)
		}
	}
	d.height = 1e7
	if b := newCanvas(d, 6).image.Bounds(); b.Dx()*b.Dy() > mostPixels*11/10 {
		t.Errorf("%v pixels", b)
	}
}

// luminance is the relative luminance of WCAG 2.2; a grey print keeps it.
func luminance(i ink) float64 {
	r, g, b := i.rgb()
	linear := func(c uint8) float64 {
		v := float64(c) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func contrast(a, b ink) float64 {
	la, lb := luminance(a)+0.05, luminance(b)+0.05
	return max(la, lb) / min(la, lb)
}

func TestContrastHoldsInGrey(t *testing.T) {
	if got := contrast(0x000000, 0xffffff); math.Abs(got-21) > 1e-9 {
		t.Fatalf("black on white is %g", got)
	}
	if got := contrast(ruling, paper); got >= 3 {
		t.Errorf("the grid is as strong as a mark: %.2f", got)
	}
	for _, st := range []style{titleStyle, subtitleStyle, headStyle, phraseStyle, labelStyle, valueStyle, wordStyle, axisStyle, noteStyle} {
		if got := contrast(st.ink, paper); got < 4.5 {
			t.Errorf("text of %s: %.2f", st.ink, got)
		}
		if st.size < 14 {
			t.Errorf("text of size %g", st.size)
		}
	}
	for _, p := range []paint{solid, hollow, fenced} {
		if got := contrast(p.edge, paper); got < 3 {
			t.Errorf("edge %s: %.2f", p.edge, got)
		}
	}
	// What is counted and what is not differ without any colour.
	if got := contrast(solid.fill, hollow.fill); got < 3 {
		t.Errorf("counted against not counted: %.2f", got)
	}
}

func TestPaletteHoldsEveryInk(t *testing.T) {
	p := palette()
	if len(p) > 256 {
		t.Fatalf("%d colours", len(p))
	}
	for _, i := range []ink{paper, black, grey, mark, rim, ruling} {
		c := opaque(i, i, 0)
		if p[p.Index(c)] != c {
			t.Errorf("%s becomes %v", i, p[p.Index(c)])
		}
	}
}

func BenchmarkPNG(b *testing.B) {
	d := samples()["pictogram"]
	for b.Loop() {
		d.PNG(2)
	}
}

func BenchmarkSVG(b *testing.B) {
	for b.Loop() {
		Pictogram{Caption: Caption{Title: "Ålder"}, Value: Exactly(26), Of: Exactly(35)}.Draw().SVG()
	}
}
