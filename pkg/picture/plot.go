package picture

import (
	"strconv"
	"strings"
)

// plot is a trend's layout: a slot for each year, numbers upwards from 0.
type plot struct {
	sheet  *sheet
	points []Point
	lang   Lang
	ruler  ruler
	known  bool // some number is known, so that the axis has a scale
	left   float64
	slot   float64
	width  float64 // of the page
	foot   float64 // where 0 is
	above  float64 // free above the plot, for what is printed at its highest points
}

// newPlot makes slots wide enough for what is printed in them, and a page wide
// enough for the slots.
func newPlot(t Trend, points []Point) *plot {
	p := &plot{points: points, lang: t.Lang}
	top, slot := 0, leastSlot
	for _, pt := range points {
		top = max(top, largest(pt.Value.extent()))
		lines, st := p.words(pt)
		p.above = max(p.above, float64(len(lines))*st.leading()+arrow)
		slot = max(slot, st.widest(lines)+beside)
		slot = max(slot, axisStyle.width(pt.outOf(t.Lang))+beside, labelStyle.width(strconv.Itoa(pt.Year))+beside)
	}
	p.known = top > 0
	p.ruler = newRuler(top, 5, plotHeight)
	p.left = margin + axisStyle.width(number(t.Lang, p.ruler.top)) + beside
	p.width = max(pageWidth, float64(int(p.left+slot*float64(len(points))+margin)))
	p.slot = (p.width - margin - p.left) / float64(max(len(points), 1))
	return p
}

// words are the lines printed at a point: a number in one, a phrase word by word,
// a range that is wider than a slot in two.
func (p *plot) words(pt Point) ([]string, style) {
	words := pt.Value.short(p.lang)
	switch {
	case pt.Value.State != Exact && pt.Value.placed(p.lang) == "":
		return strings.Split(words, " "), wordStyle
	case valueStyle.width(words) <= leastSlot:
		return []string{words}, valueStyle
	}
	return strings.Split(strings.Replace(words, "–", "– ", 1), " "), valueStyle
}

func (p *plot) x(i int) float64   { return p.left + p.slot*(float64(i)+0.5) }
func (p *plot) y(n int) float64   { return p.foot - p.ruler.at(n) }
func (p *plot) drawing() *Drawing { return p.sheet.drawing }

// axis draws the marks of the ruler across the page.
func (p *plot) axis() {
	right := p.width - margin
	zero := strokes{ink: rim, width: 1.5, lines: [][2]point{{{p.left, p.foot}, {right, p.foot}}}}
	if !p.known {
		p.drawing().add(zero)
		return
	}
	lines := strokes{ink: ruling, width: 1}
	for _, n := range p.ruler.marks() {
		y := p.y(n)
		lines.lines = append(lines.lines, [2]point{{p.left, y}, {right, y}})
		p.drawing().add(text{
			at: point{p.left - beside, y + axisStyle.size*0.35}, anchor: end, style: axisStyle, words: number(p.lang, n),
		})
	}
	p.drawing().add(lines, zero)
}

// joined says whether the line runs from a point to the next.
func (p *plot) joined(i int) bool {
	if i < 0 || i+1 >= len(p.points) {
		return false
	}
	a, b := p.points[i], p.points[i+1]
	return a.Value.State == Exact && b.Value.State == Exact && b.Year-a.Year == 1
}

// broken says whether the line has a gap.
func (p *plot) broken() bool {
	for i := range len(p.points) - 1 {
		if !p.joined(i) {
			return true
		}
	}
	return false
}

// height is where an exact point stands.
func (p *plot) height(i int) float64 { return p.y(p.points[i].Value.extent().to) }

func (p *plot) line() {
	s := strokes{ink: mark, width: 2.5}
	for i := range p.points {
		if p.joined(i) {
			s.lines = append(s.lines, [2]point{{p.x(i), p.height(i)}, {p.x(i + 1), p.height(i + 1)}})
		}
	}
	p.drawing().add(s)
}

// point draws a year's number: a dot, or the range it lies in, or words alone.
func (p *plot) point(i int) {
	v := p.points[i].Value
	switch v.State {
	case Exact:
		p.label(i, p.beside(i))
		p.drawing().add(circle{at: point{p.x(i), p.height(i)}, r: dot, paint: solid})
	case Withheld:
		p.label(i, p.whisker(i, v.extent())-7)
	default:
		p.label(i, p.foot-7)
	}
}

// beside is the baseline of a point's number: under it where the line comes from
// above on both sides and there is room, else over it.
func (p *plot) beside(i int) float64 {
	at := p.height(i)
	valley := p.joined(i-1) && p.joined(i) && p.height(i-1) < at && p.height(i+1) < at
	if under := at + dot + valueStyle.size; valley && under+4 < p.foot {
		return under
	}
	return at - dot - 6
}

// whisker draws a range upwards and gives where it ends.
func (p *plot) whisker(i int, e extent) float64 {
	r := rect{x: p.x(i) - whisker/2, w: whisker, paint: fenced}
	top, foot := p.y(e.to), p.y(e.from)
	if e.open {
		top, r.paint = p.foot-plotHeight, blank
	}
	if e.uncertain() {
		top = min(top, foot-leastHatch)
	}
	r.y, r.h = top, foot-top
	p.drawing().add(r, hatch(r))
	if e.open {
		p.drawing().add(openUp(r))
		return top - arrow
	}
	caps := strokes{ink: mark, width: 2.5}
	for _, y := range []float64{top, foot} {
		caps.lines = append(caps.lines, [2]point{{r.x - 4, y}, {r.x + whisker + 4, y}})
	}
	p.drawing().add(caps)
	return top
}

// label prints a point's words, the last line on baseline. On a plate they hide
// the lines behind them.
func (p *plot) label(i int, baseline float64) {
	lines, st := p.words(p.points[i])
	for n, words := range lines {
		at := point{p.x(i), baseline - float64(len(lines)-1-n)*st.leading()}
		wide := st.width(words)
		p.drawing().add(
			rect{x: at.x - wide/2, y: at.y - st.size*0.82, w: wide, h: st.size * 0.95, paint: blank},
			text{at: at, anchor: middle, style: st, words: words})
	}
}

// calendar prints the years under the plot, and out of how many each number is.
func (p *plot) calendar() {
	p.sheet.y = p.foot + 6
	below := labelStyle.leading()
	for i, pt := range p.points {
		p.drawing().add(text{
			at: point{p.x(i), p.sheet.y + labelStyle.ascent()}, anchor: middle, style: labelStyle, words: strconv.Itoa(pt.Year),
		})
		if words := pt.outOf(p.lang); words != "" {
			p.drawing().add(text{
				at: point{p.x(i), p.sheet.y + labelStyle.leading() + axisStyle.ascent()}, anchor: middle, style: axisStyle, words: words,
			})
			below = labelStyle.leading() + axisStyle.leading()
		}
	}
	p.sheet.y += below + gap
}
