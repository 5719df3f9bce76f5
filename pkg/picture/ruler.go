package picture

import (
	"math"
)

// ruler turns numbers into lengths from 0 on, and marks round whole numbers.
type ruler struct {
	top, step int
	length    float64
}

// newRuler reaches at least up to largest, with at most intervals between marks.
func newRuler(largest, intervals int, length float64) ruler {
	step := roundStep(float64(largest) / float64(max(intervals, 1)))
	return ruler{top: max((largest+step-1)/step, 1) * step, step: step, length: length}
}

// roundStep is the least of 1, 2, 5, 10, 20, 50 ... that is no less than least.
func roundStep(least float64) int {
	for power := 1; ; power *= 10 {
		for _, digit := range []int{1, 2, 5} {
			if float64(digit*power) >= least || power > drawnAtMost {
				return digit * power
			}
		}
	}
}

func (r ruler) at(n int) float64 { return r.length * float64(n) / float64(r.top) }

// marks are the numbers to print along the ruler.
func (r ruler) marks() []int {
	var m []int
	for n := 0; n <= r.top; n += r.step {
		m = append(m, n)
	}
	return m
}

// intervalsFor is how many marks a length has room for.
func intervalsFor(lang Lang, largest int, length float64) int {
	each := axisStyle.width(number(lang, largest)) * 1.3
	return int(math.Min(math.Max(length/each, 1), 5))
}

// lane is where the bars of a picture lie: from x on, along a ruler.
type lane struct {
	sheet *sheet
	x     float64
	ruler ruler
}

// largest is the greatest number that a ruler needs for extents; an open one needs
// room beyond what is certain. 0: no number is known.
func largest(extents ...extent) int {
	n := 0
	for _, e := range extents {
		n = max(n, e.to)
		if e.open && e.from > 0 {
			n = max(n, e.from+e.from/2+1)
		}
	}
	return n
}

const (
	barHeight  = 20.0
	arrow      = 9.0 // how far the head of an open end reaches
	leastHatch = 9.0 // a hatching is no smaller, or nobody would see it
)

// grid draws the marks of the ruler behind a bar.
func (l lane) grid(height float64) {
	lines := strokes{ink: ruling, width: 1}
	for _, n := range l.ruler.marks() {
		x := l.x + l.ruler.at(n)
		lines.lines = append(lines.lines, [2]point{{x, l.sheet.y}, {x, l.sheet.y + height}})
	}
	zero := strokes{lines: lines.lines[:1], ink: rim, width: 1.5}
	l.sheet.drawing.add(lines, zero)
}

// bar draws an extent at the top of the free page and gives where it ends. What is
// certain is solid, what is possible hatched; an open end is an arrow.
func (l lane) bar(e extent) float64 {
	d, y := l.sheet.drawing, l.sheet.y
	from, to := l.x+l.ruler.at(e.from), l.x+l.ruler.at(e.to)
	if e.open {
		to = l.x + l.ruler.length
	}
	if e.from > 0 {
		d.add(rect{x: l.x, y: y, w: from - l.x, h: barHeight, paint: solid})
	}
	if e.uncertain() {
		to = max(to, from+leastHatch)
		r := rect{x: from, y: y, w: to - from, h: barHeight, paint: fenced}
		if e.open {
			r.paint = blank
			d.add(r, hatch(r), openRight(r))
			return to + arrow
		}
		d.add(r, hatch(r))
	}
	return to
}

// openRight edges a rectangle that goes on to the right.
func openRight(r rect) strokes {
	right, foot, half := r.x+r.w, r.y+r.h, r.y+r.h/2
	return strokes{ink: mark, width: 2, lines: [][2]point{
		{{right, r.y}, {r.x, r.y}},
		{{r.x, r.y}, {r.x, foot}},
		{{r.x, foot}, {right, foot}},
		{{right, r.y - 3}, {right + arrow, half}},
		{{right + arrow, half}, {right, foot + 3}},
	}}
}

// openUp edges a rectangle that goes on upwards.
func openUp(r rect) strokes {
	right, foot, half := r.x+r.w, r.y+r.h, r.x+r.w/2
	return strokes{ink: mark, width: 2, lines: [][2]point{
		{{r.x, r.y}, {r.x, foot}},
		{{r.x, foot}, {right, foot}},
		{{right, foot}, {right, r.y}},
		{{r.x - 3, r.y}, {half, r.y - arrow}},
		{{half, r.y - arrow}, {right + 3, r.y}},
	}}
}

// scale prints the ruler's marks under the bars.
func (l lane) scale() {
	for _, n := range l.ruler.marks() {
		l.sheet.drawing.add(text{
			at:     point{l.x + l.ruler.at(n), l.sheet.y + axisStyle.ascent()},
			anchor: middle, style: axisStyle, words: number(l.sheet.caption.Lang, n),
		})
	}
	l.sheet.y += axisStyle.leading() + 6
}
