package picture

import (
	"slices"
	"strconv"
	"strings"
)

// Trend shows a number over years. The caption's notes should say what covers
// the years: which organisations reported, what changed.
type Trend struct {
	Caption
	Points []Point // in any order; of several of a year the last counts
}

// Point is a year's number.
type Point struct {
	Year  int
	Value Value
	Of    Value // out of how many; missing: not said
}

const (
	plotHeight = 200.0
	dot        = 5.0
	whisker    = 14.0 // width of a hatched range
	leastSlot  = 56.0 // a year's width
	mostFilled = 60   // years without a point are shown as gaps in a span no longer
)

// Draw lays the trend out.
func (t Trend) Draw() *Drawing {
	t.Caption = t.cleaned()
	points := t.years()
	p := newPlot(t, points)
	s := newSheet(t.Caption, p.width)
	if len(points) == 0 {
		s.paragraph(noRows.in(t.Lang), labelStyle, 0)
		return s.finish(t.described())
	}
	p.sheet, p.foot = s, s.y+p.above+plotHeight
	p.axis()
	p.line()
	extents := make([]extent, len(points))
	for i, pt := range points {
		extents[i] = pt.Value.extent()
		p.point(i)
	}
	p.calendar()
	s.explain(extents...)
	var notes []string
	if p.broken() {
		notes = append(notes, gapInLine.in(t.Lang))
	}
	return s.finish(t.described(append(t.said(points), notes...)...), notes...)
}

// years puts the points in order, with a missing one for each year between that
// has none.
func (t Trend) years() []Point {
	of := make(map[int]Point)
	for _, p := range t.Points {
		of[p.Year] = p
	}
	points := make([]Point, 0, len(of))
	for _, p := range of {
		points = append(points, p)
	}
	byYear := func(a, b Point) int {
		if a.Year < b.Year {
			return -1
		}
		return 1
	}
	slices.SortFunc(points, byYear)
	if len(points) == 0 {
		return nil
	}
	first, last := points[0].Year, points[len(points)-1].Year
	// An unsigned difference cannot overflow.
	if span := uint(last) - uint(first); span >= mostFilled {
		return points
	}
	for y := first; y < last; y++ {
		if _, there := of[y]; !there {
			points = append(points, Point{Year: y})
		}
	}
	slices.SortFunc(points, byYear)
	return points
}

func (t Trend) said(points []Point) []string {
	said := make([]string, len(points))
	for i, p := range points {
		said[i] = strconv.Itoa(p.Year) + ": " + p.Value.long(t.Lang)
		if words := p.outOf(t.Lang); words != "" {
			said[i] += " " + words
		}
	}
	return []string{strings.Join(said, "; ")}
}

// outOf says out of how many a number is, if that is known.
func (p Point) outOf(lang Lang) string {
	if p.Of.State == Exact || p.Of.State == Withheld {
		return fill(lang, of, p.Of.short(lang))
	}
	return ""
}
