package picture

// Mark is what stands for one.
type Mark uint8

// The marks.
const (
	Person Mark = iota
	Circle
)

// Pictogram shows one number by as many marks: of those out of which it is, where
// that is published. A number too great for marks is a bar.
type Pictogram struct {
	Caption
	Value Value
	Of    Value // out of how many; missing: the number stands alone
	Mark  Mark
	Unit  string // what one mark stands for, "person"; empty: not said
}

// How many marks are drawn at most: of those out of which a number is, and of a
// number alone.
const (
	mostMarks      = 400
	mostMarksAlone = 100
)

// Draw lays the pictogram out.
func (p Pictogram) Draw() *Drawing {
	p.Caption, p.Unit = p.cleaned(), clean(p.Unit)
	s := newSheet(p.Caption, pageWidth)
	p.headline(s)
	e := p.bounded()
	total, marked := p.marks(e)
	switch {
	case marked:
		newGrid(p.Mark, total).draw(s, e)
		if p.Unit != "" {
			s.paragraph(fill(p.Lang, each, p.Unit), noteStyle, 0)
			s.y += 4
		}
	case e.to > 0 || e.open:
		p.bar(s, e)
	}
	s.explain(e)
	return s.finish(p.described(capital(p.long())))
}

// bounded is the number's extent, closed by what it is out of.
func (p Pictogram) bounded() extent {
	e := p.Value.extent()
	if of := p.Of.extent(); p.Of.State == Exact && (e.open || e.to > of.to) && p.Value.State == Withheld {
		e.from = min(e.from, of.to)
		e.to, e.open = of.to, false
	}
	return e
}

// marks says how many marks to draw, if marks can show the number at all.
func (p Pictogram) marks(e extent) (total int, possible bool) {
	if p.Value.State != Exact && p.Value.State != Withheld || e.open {
		return 0, false
	}
	if p.Of.State == Exact {
		total = p.Of.extent().to
		return total, total > 0 && total <= mostMarks && e.to <= total
	}
	return e.to, e.to > 0 && e.to <= mostMarksAlone
}

// outOf adds to some words what the number is out of, if that is published.
func (p Pictogram) outOf(words string) string {
	if p.Of.State != Exact {
		return words
	}
	if words == "" {
		return fill(p.Lang, of, p.Of.short(p.Lang))
	}
	return fill(p.Lang, outOf, words, p.Of.short(p.Lang))
}

// long is the number and what it is out of in the words of a description.
func (p Pictogram) long() string {
	words, placed := p.Value.short(p.Lang), p.Value.placed(p.Lang)
	if placed != "" {
		words = withheld.in(p.Lang)
	}
	if p.Value.State == Exact {
		words = p.outOf(words)
	} else if placed = p.outOf(placed); placed != "" {
		words += " (" + placed + ")"
	}
	if p.Of.State == Withheld {
		words += "; " + p.ofWithheld()
	}
	return words
}

func (p Pictogram) ofWithheld() string { return fill(p.Lang, ofUnknown, p.Of.long(p.Lang)) }

// headline prints the number large, and what is withheld of it in words.
func (p Pictogram) headline(s *sheet) {
	numbered := p.Value.State == Exact || p.Value.placed(p.Lang) != ""
	words := capital(p.Value.short(p.Lang))
	if numbered {
		words = p.outOf(words)
	}
	st := headStyle
	if !numbered || st.width(words) > s.inner() {
		st = phraseStyle
	}
	s.paragraph(words, st, 0)
	switch long := capital(p.long()); {
	case p.Value.State == Exact && p.Of.State == Withheld:
		s.paragraph(capital(p.ofWithheld()), labelStyle, 0)
	case long != words:
		s.paragraph(long, labelStyle, 0)
	}
	s.y += gap
}

// bar draws the number along a ruler, within what it is out of.
func (p Pictogram) bar(s *sheet, e extent) {
	var whole extent
	if p.Of.State == Exact {
		whole = p.Of.extent()
	}
	top := largest(e, whole)
	wide := s.inner() - arrow
	l := lane{sheet: s, x: margin, ruler: newRuler(top, intervalsFor(p.Lang, top, wide), wide)}
	// The last mark's number may not reach over the edge.
	l.ruler.length -= axisStyle.width(number(p.Lang, l.ruler.top)) / 2
	if top > 0 {
		l.grid(barHeight + 6)
	}
	s.drawing.add(rect{x: l.x, y: s.y, w: l.ruler.at(whole.to), h: barHeight, paint: hollow})
	l.bar(e)
	s.y += barHeight + 8
	if top > 0 {
		l.scale()
	}
}
