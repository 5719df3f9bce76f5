package picture

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
)

// SVG writes the picture as an SVG document that names nothing outside itself.
func (d *Drawing) SVG() []byte {
	w := svgWriter{}
	for _, e := range d.elements {
		e.writeSVG(&w)
	}
	id := d.id(w.Bytes())
	var doc svgWriter
	doc.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%[1]s" height="%[2]s" viewBox="0 0 %[1]s %[2]s"`, length(d.width), length(d.height))
	doc.printf(` role="img" aria-labelledby="%[1]s-t %[1]s-d" lang="%[2]s" xml:lang="%[2]s" font-family="%[3]s">`+"\n", id, d.lang, fontFamilies)
	doc.printf(`<title id="%s-t">`, id)
	doc.escape(d.title)
	doc.printf("</title>\n"+`<desc id="%s-d">`, id)
	doc.escape(d.description)
	doc.printf("</desc>\n")
	doc.Write(w.Bytes())
	doc.printf("</svg>\n")
	return doc.Bytes()
}

// id tells pictures in one page apart.
func (d *Drawing) id(body []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q ", d.lang, d.title, d.description)
	h.Write(body)
	return "p" + hex.EncodeToString(h.Sum(nil)[:6])
}

type svgWriter struct{ bytes.Buffer }

func (w *svgWriter) printf(format string, args ...any) { fmt.Fprintf(&w.Buffer, format, args...) }

func (w *svgWriter) escape(s string) {
	// A buffer refuses nothing.
	_ = xml.EscapeText(&w.Buffer, []byte(s))
}

// length writes a number with at most two decimals.
func length(v float64) string {
	v = math.Round(v*100) / 100
	if v == 0 {
		v = 0 // no minus
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func (i ink) String() string {
	if i == none {
		return "none"
	}
	return fmt.Sprintf("#%06x", int32(i))
}

func (p paint) String() string {
	if p.edge == none {
		return fmt.Sprintf(`fill="%s"`, p.fill)
	}
	return fmt.Sprintf(`fill="%s" stroke="%s" stroke-width="%s"`, p.fill, p.edge, length(p.width))
}

func (r rect) writeSVG(w *svgWriter) {
	w.printf(`<rect x="%s" y="%s" width="%s" height="%s" %s/>`+"\n", length(r.x), length(r.y), length(r.w), length(r.h), r.paint)
}

func (k circle) writeSVG(w *svgWriter) {
	w.printf(`<circle cx="%s" cy="%s" r="%s" %s/>`+"\n", length(k.at.x), length(k.at.y), length(k.r), k.paint)
}

func (b bust) writeSVG(w *svgWriter) {
	r := length(b.w / 2)
	w.printf(`<path d="M%s %sa%s %s 0 0 1 %s 0V%sH%sZ" %s/>`+"\n",
		length(b.x), length(b.y+b.w/2), r, r, length(b.w), length(b.y+b.h), length(b.x), b.paint)
}

func (s strokes) writeSVG(w *svgWriter) {
	if len(s.lines) == 0 {
		return
	}
	w.printf(`<path d="`)
	for _, l := range s.lines {
		w.printf("M%s %sL%s %s", length(l[0].x), length(l[0].y), length(l[1].x), length(l[1].y))
	}
	w.printf(`" fill="none" stroke="%s" stroke-width="%s"/>`+"\n", s.ink, length(s.width))
}

func (t text) writeSVG(w *svgWriter) {
	w.printf(`<text x="%s" y="%s" font-size="%s" fill="%s"`, length(t.at.x), length(t.at.y), length(t.style.size), t.style.ink)
	if t.style.bold {
		w.printf(` font-weight="700"`)
	}
	if t.anchor != start {
		w.printf(` text-anchor="%s"`, [...]string{middle: "middle", end: "end"}[t.anchor])
	}
	w.printf(">")
	w.escape(t.words)
	w.printf("</text>\n")
}
