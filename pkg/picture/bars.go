package picture

import "strings"

// Bars shows a table of one dimension: a bar a category, its number beside it.
type Bars struct {
	Caption
	Rows []Row
}

// Row is a category and its number.
type Row struct {
	Label string
	Value Value
}

// Labels stand beside their bars while they are short and leave enough room for
// them, and above them otherwise.
const (
	shortLabel = 130.0
	leastLane  = 190.0
	beside     = 8.0 // between a label, a bar and a number
)

// Draw lays the bars out.
func (b Bars) Draw() *Drawing {
	b.Caption = b.cleaned()
	s := newSheet(b.Caption, pageWidth)
	rows, out := b.possible()
	extents := make([]extent, len(rows))
	for i, r := range rows {
		extents[i] = r.Value.extent()
	}
	c := b.chart(s, rows, extents)
	for i, r := range rows {
		c.row(r, extents[i])
	}
	switch {
	case len(rows) == 0:
		s.paragraph(noRows.in(b.Lang), labelStyle, 0)
	case c.numbered:
		c.lane.scale()
	}
	s.explain(extents...)
	var notes []string
	if len(out) > 0 {
		notes = append(notes, fill(b.Lang, leftOut, strings.Join(out, ", ")))
	}
	return s.finish(b.described(append(b.said(rows), notes...)...), notes...)
}

// possible parts the rows that are drawn from those that nobody can belong to.
func (b Bars) possible() (rows []Row, out []string) {
	for _, r := range b.Rows {
		r.Label = clean(r.Label)
		if r.Value.State == Impossible {
			out = append(out, r.Label)
			continue
		}
		rows = append(rows, r)
	}
	return rows, out
}

func (b Bars) said(rows []Row) []string {
	said := make([]string, len(rows))
	for i, r := range rows {
		said[i] = r.Label + ": " + r.Value.long(b.Lang)
	}
	if len(said) == 0 {
		return nil
	}
	return []string{strings.Join(said, "; ")}
}

// chart is the bars' common layout.
type chart struct {
	sheet    *sheet
	lane     lane
	labels   float64 // the labels' width beside the bars; 0: they stand above
	numbered bool    // some number is known, so that the ruler has a scale
}

func (b Bars) chart(s *sheet, rows []Row, extents []extent) chart {
	labels, values := make([]string, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		labels[i], values[i] = r.Label, r.Value.short(b.Lang)
	}
	top := largest(extents...)
	c := chart{sheet: s, labels: labelStyle.widest(labels), numbered: top > 0}
	room := s.inner() - beside - valueStyle.widest(values)
	for _, e := range extents {
		if e.open {
			room -= arrow
			break
		}
	}
	x, wide := margin+c.labels+beside, room-c.labels-beside
	if c.labels > shortLabel || wide < leastLane {
		c.labels, x, wide = 0, margin, room
	}
	c.lane = lane{sheet: s, x: x, ruler: newRuler(top, intervalsFor(b.Lang, top, wide), wide)}
	return c
}

// row draws a category's label, bar and number.
func (c chart) row(r Row, e extent) {
	if c.labels == 0 {
		c.sheet.paragraph(r.Label, labelStyle, labelLines)
		c.sheet.y += 2
	} else {
		c.sheet.drawing.add(text{at: point{margin, c.middle(labelStyle)}, style: labelStyle, words: r.Label})
	}
	stop := c.lane.x
	if r.Value.State != Missing {
		if c.numbered {
			c.lane.grid(barHeight)
		}
		stop = c.lane.bar(e)
	}
	c.number(r.Value, stop+beside)
	c.sheet.y += barHeight + gap
}

// number prints a value from x on, on a plate that hides the grid.
func (c chart) number(v Value, x float64) {
	words, st := v.short(c.sheet.caption.Lang), valueStyle
	if v.State == Missing {
		st = labelStyle
	}
	c.sheet.drawing.add(
		rect{x: x - beside/2, y: c.sheet.y, w: st.width(words) + beside, h: barHeight, paint: blank},
		text{at: point{x, c.middle(st)}, style: st, words: words})
}

// middle is the baseline of a text at half a bar's height.
func (c chart) middle(st style) float64 { return c.sheet.y + barHeight/2 + st.size*0.35 }
