package claim

import (
	"cmp"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/report"
)

// check is one text on its way through.
type check struct {
	*Checker
	d       *Document
	report  Report
	numbers int
	work    int // tokens and statements looked at
	// headings are those above, each of a higher level than the next.
	headings []headed
	table    heading
}

// headed is a heading that names years.
type headed struct {
	level int
	years []int
}

// heading is the first row of the table being read.
type heading struct {
	table int
	cells [][]token
}

// unit checks a paragraph or a row.
func (c *check) unit(u unit) error {
	tokens := sense(c.scan(u), false)
	c.work += len(tokens)
	for _, t := range tokens {
		if t.isNumber() {
			c.numbers++
		}
	}
	if c.numbers > MaxNumbers {
		return fault.New(fault.TooLarge, CodeTooManyNumbers)
	}
	first := &c.d.paragraphs[u[0]]
	if first.heading > 0 {
		c.head(first.heading, tokens)
	}
	if first.cell.row > 0 && c.row(first, tokens) {
		return nil
	}
	for _, s := range sentences(tokens) {
		c.sentence(s)
	}
	return nil
}

// scan reads the paragraphs of a unit, with a bar between two cells.
func (c *check) scan(u unit) []token {
	var tokens []token
	column := 1
	for _, i := range u {
		p := &c.d.paragraphs[i]
		for ; column < p.cell.column; column++ {
			tokens = append(tokens, token{kind: separator, text: "|", paragraph: i})
		}
		tokens = append(tokens, scan(p.text, i, false)...)
	}
	return tokens
}

// head keeps the years that a heading names for what stands below it.
func (c *check) head(level int, tokens []token) {
	c.headings = slices.DeleteFunc(c.headings, func(h headed) bool { return h.level >= level })
	h := headed{level: level}
	for _, t := range tokens {
		if t.kind == year {
			h.years = append(h.years, t.value)
		}
	}
	c.headings = append(c.headings, h)
}

// row checks a row of a table: each cell together with the first of its row and
// the one above it all. It is false for a row of one cell.
func (c *check) row(p *paragraph, tokens []token) bool {
	cells := cellsOf(tokens, p.row)
	if len(cells) < 2 {
		return false
	}
	if p.cell.table != c.table.table {
		c.table = heading{table: p.cell.table}
		if !slices.ContainsFunc(tokens, token.isNumber) {
			c.table.cells = cells
			return true
		}
	}
	for j, t := range cells {
		switch {
		case !slices.ContainsFunc(t, token.isNumber):
		case j == 0:
			c.sentence(t)
		default:
			c.tableCell(cells[0], j, t)
		}
	}
	return true
}

func (c *check) tableCell(first []token, j int, cell []token) {
	var above []token
	if j < len(c.table.cells) {
		above = c.table.cells[j]
	}
	if slices.ContainsFunc(above, func(t token) bool { return perCent[t.text] }) {
		cell = slices.Clone(cell)
		for i := range cell {
			if cell[i].kind == number {
				cell[i].kind = percent
			}
		}
	}
	bound, why := false, NoStatement
	if !slices.ContainsFunc(first, token.isNumber) { // else it is no name of the row
		bar := []token{{kind: separator, text: "|"}}
		bound, why = c.clause(slices.Concat(above, bar, first, bar, cell), nil)
	}
	for _, t := range cell {
		if !bound && t.isNumber() {
			c.unbound(t, why)
		}
	}
}

// cellsOf cuts a row at its bars. A row of Markdown may have them at its ends.
func cellsOf(tokens []token, outer bool) [][]token {
	bar := func(t token) bool { return t.kind == separator && t.text == "|" }
	if outer && len(tokens) > 0 && bar(tokens[0]) {
		tokens = tokens[1:]
	}
	if outer && len(tokens) > 0 && bar(tokens[len(tokens)-1]) {
		tokens = tokens[:len(tokens)-1]
	}
	var cells [][]token
	from := 0
	for i, t := range tokens {
		if bar(t) {
			cells = append(cells, tokens[from:i])
			from = i + 1
		}
	}
	return append(cells, tokens[from:])
}

// yearOf is the year that is meant: named by the clause, or by its sentence, or
// by the nearest heading, or the only one there is.
func (c *check) yearOf(clause, sentence []int) (int, bool) {
	named := [][]int{clause, sentence}
	for _, h := range slices.Backward(c.headings) {
		named = append(named, h.years)
	}
	for _, years := range append(named, c.years) {
		years = slices.Compact(slices.Sorted(slices.Values(years)))
		if len(years) > 0 {
			return years[0], len(years) == 1 && slices.Contains(c.years, years[0])
		}
	}
	return 0, false
}

// bind gives a reading its verdict.
func (c *check) bind(r reading, years []int) (bool, Reason) {
	y, ok := c.yearOf(r.years, years)
	if !ok {
		return false, YearUnclear
	}
	s, ok := c.said[edition{c.asked, y}].say(r.form.about)
	if !ok {
		return false, NoStatement
	}
	verdict, ok := judge(s, r.says, c.telling)
	if !ok {
		return false, NoStatement
	}
	claim := Claim{Verdict: verdict, Kind: r.form.about.kind, Name: r.form.about.name, Year: y, Lang: r.form.lang}
	if verdict == Wrong {
		if claim.Said, ok = c.elsewhere(r, y); ok {
			claim.Verdict = Stale
		}
	}
	claim.Sentence = c.word(s, r)
	for _, t := range r.says {
		claim.Places = append(claim.Places, c.place(t.token))
	}
	c.put(claim)
	return true, ""
}

func (c *check) put(claim Claim) {
	slices.SortFunc(claim.Places, comparePlaces)
	c.report.Claims = append(c.report.Claims, claim)
}

// elsewhere looks for who said it: the same year in another release, or another
// year in any.
func (c *Checker) elsewhere(r reading, y int) (Source, bool) {
	for _, same := range []bool{true, false} {
		for _, at := range c.editions {
			if (at.year == y) != same || at.year == y && at.release == c.asked {
				continue
			}
			s, _ := c.said[at].say(r.form.about)
			if v, ok := judge(s, r.says, false); ok && v == Right {
				return Source{at.release, at.year, c.withdrew[at.release]}, true
			}
		}
	}
	return Source{}, false
}

// word is the release's sentence, with what else the text stated of it.
func (c *check) word(s saying, r reading) string {
	lang := r.form.lang
	words := []string{s.sentence.In(lang)}
	for _, one := range r.says {
		if s.whole.In(lang) != "" && (one.slot == slotOf || one.kind == percent) && !slices.Contains(words, s.whole.In(lang)) {
			words = append(words, s.whole.In(lang))
		}
		n, of := s.numbers[slotN], s.numbers[slotOf]
		if one.kind == percent && n.Status == report.Exact && of.Status == report.Exact {
			if text, ok := report.Percent(n.Value, of.Value); ok {
				words = append(words, text.In(lang))
			}
		}
	}
	return strings.Join(words, "; ")
}

// verbatim binds a sentence that is one of the release's own, word for word. It
// is how sentences about withheld numbers are known, which state a range.
func (c *check) verbatim(tokens []token, years []int) bool {
	whose := c.own[spoken(tokens)]
	y, ok := c.yearOf(years, nil)
	i := slices.IndexFunc(whose, func(s sentenceOf) bool { return ok && s.year == y })
	if i < 0 {
		return false
	}
	s, _ := c.said[edition{c.asked, y}].say(whose[i].about)
	claim := Claim{
		Verdict: Right, Kind: whose[i].about.kind, Name: whose[i].about.name, Year: y, Lang: whose[i].lang, Sentence: s.sentence.In(whose[i].lang),
	}
	for _, t := range tokens {
		if t.isNumber() {
			claim.Places = append(claim.Places, c.place(t))
		}
	}
	c.put(claim)
	return true
}

func (c *check) unbound(t token, why Reason) {
	c.report.Loose = append(c.report.Loose, Loose{c.place(t), why})
}

func (c *check) place(t token) Place {
	p := &c.d.paragraphs[t.paragraph]
	from, last := p.offset(t.from), p.offset(t.to-1)
	place := Place{Part: p.part, Paragraph: p.number, Offset: from, Length: last + 1 - from}
	if p.line > 0 {
		place.Line = p.line + t.line
	}
	return place
}

func comparePlaces(a, b Place) int {
	return cmp.Or(strings.Compare(string(a.Part), string(b.Part)), cmp.Compare(a.Paragraph, b.Paragraph), cmp.Compare(a.Offset, b.Offset))
}

// compareForms puts statements in the order in which they are preferred where
// they mean the same: figures first, in Swedish first.
func compareForms(a, b form) int {
	rank := func(f form) int { return slices.Index([]Kind{Figure, Sum, Prose, Universe}, f.about.kind) }
	swedish := func(f form) int { return slices.Index(languages, f.lang) }
	return cmp.Or(
		cmp.Compare(rank(a), rank(b)), strings.Compare(string(a.about.name), string(b.about.name)), cmp.Compare(swedish(a), swedish(b)),
	)
}
