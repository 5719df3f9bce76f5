package claim

import (
	"slices"
	"strings"
	"unicode"
)

// object stands for what is no text, such as code: a word that no statement has.
const object = '\ufffc'

// markdownReader reads the blocks of a Markdown text, line by line.
type markdownReader struct {
	lineReader
	tables int
}

func readMarkdown(d *Document, lines [][]rune) error {
	r := &markdownReader{lineReader: lineReader{d: d, lines: lines}}
	for i := 0; i < len(lines); {
		next, err := r.block(i)
		if err != nil {
			return err
		}
		i = next
	}
	return nil
}

// block reads what begins at line i and says where the next begins.
func (r *markdownReader) block(i int) (int, error) {
	line := string(r.lines[i])
	quoted := strings.TrimLeft(line, " \t>")
	switch {
	case quoted == "":
		return i + 1, nil
	case fence(quoted) != "":
		return r.afterFence(i, fence(quoted)), nil
	case strings.HasPrefix(line, "    ") && r.alone(i) && marker(r.lines[i]) == 0, strings.HasPrefix(quoted, "[") && strings.Contains(quoted, "]: "):
		return i + 1, nil // code, or where a link leads
	case level(quoted) > 0:
		return i + 1, r.put(i, i+1, level(quoted))
	case r.tableAt(i):
		return r.table(i)
	}
	to, heading := r.end(i)
	if err := r.put(i, to, heading); err != nil {
		return 0, err
	}
	if heading > 0 {
		to++ // past its line
	}
	return to, nil
}

// alone says whether the line before is empty, so that an indented one is code.
func (r *markdownReader) alone(i int) bool {
	return i == 0 || isBlank(r.lines[i-1]) || strings.HasPrefix(string(r.lines[i-1]), "    ")
}

func fence(line string) string {
	for _, mark := range []string{"```", "~~~"} {
		if strings.HasPrefix(line, mark) {
			return mark
		}
	}
	return ""
}

func (r *markdownReader) afterFence(i int, mark string) int {
	for i++; i < len(r.lines); i++ {
		if strings.HasPrefix(strings.TrimLeft(string(r.lines[i]), " \t>"), mark) {
			return i + 1
		}
	}
	return i
}

// level is that of a heading, 0 if the line is none.
func level(line string) int {
	rest := strings.TrimLeft(line, "#")
	if n := len(line) - len(rest); n <= 6 && (rest == "" || rest[0] == ' ') {
		return n
	}
	return 0
}

// end is the line after a paragraph, and its level if it turns out a heading.
func (r *markdownReader) end(from int) (to, heading int) {
	for to = from + 1; to < len(r.lines); to++ {
		line := strings.TrimLeft(string(r.lines[to]), " \t>")
		switch under := strings.TrimSpace(line); {
		case under != "" && strings.Trim(under, "=") == "":
			return to, 1
		case len(under) > 2 && strings.Trim(under, "-") == "":
			return to, 2
		case under == "", level(line) > 0, fence(line) != "", marker([]rune(line)) > 0, r.tableAt(to):
			return to, 0
		}
	}
	return to, 0
}

// put adds a paragraph without its marks.
func (r *markdownReader) put(from, to, heading int) error {
	p := r.join(from, to)
	p.heading = heading
	p.unmark()
	return r.d.add(p)
}

// tableAt says whether a table begins at line i: a row, and the rule below it.
func (r *markdownReader) tableAt(i int) bool {
	if i+1 >= len(r.lines) || !slices.Contains(r.lines[i], '|') {
		return false
	}
	rule := r.lines[i+1]
	return slices.Contains(rule, '-') && slices.Contains(rule, '|') &&
		!slices.ContainsFunc(rule, func(c rune) bool { return !strings.ContainsRune("|:- \t", c) })
}

func (r *markdownReader) table(i int) (int, error) {
	r.tables++
	for row := 1; i < len(r.lines) && slices.Contains(r.lines[i], '|'); i++ {
		if row == 2 {
			row++
			continue // the rule
		}
		p := r.join(i, i+1)
		p.row, p.cell = true, cell{table: r.tables, row: row}
		p.unmark()
		if err := r.d.add(p); err != nil {
			return 0, err
		}
		row++
	}
	return i, nil
}

// unmark takes the marks out of a paragraph: those of its beginning, emphasis,
// the addresses of links. Code becomes one object.
func (p *paragraph) unmark() {
	p.follow()
	m := unmarker{from: p.text, at: p.at}
	m.skip(len(p.text) - len([]rune(strings.TrimLeft(string(p.text), " \t>#"))))
	if n := marker(m.from[m.i:]); n > 0 {
		m.skip(n)
	}
	for m.i < len(m.from) {
		m.step()
	}
	p.text, p.at = m.text, m.where
}

// unmarker copies what is text.
type unmarker struct {
	from  []rune
	at    []int32
	i     int
	text  []rune
	where []int32
	// none is from where on nothing closes what a rune opens, so that it is not
	// looked for again.
	none map[rune]bool
}

func (m *unmarker) skip(n int) { m.i += min(n, len(m.from)-m.i) }

// become puts one rune in the place of the next n.
func (m *unmarker) become(r rune, n int) {
	m.text, m.where = append(m.text, r), append(m.where, m.at[m.i])
	m.skip(n)
}

func (m *unmarker) step() {
	switch r := m.from[m.i]; r {
	case '\\', '*', '~':
		m.skip(1)
	case '_':
		if m.inWord() {
			m.become(r, 1)
			return
		}
		m.skip(1)
	case '`':
		m.span('`', 1)
	case '<':
		m.span('>', 1)
	case '&':
		m.entity()
	case '[':
		m.bracket()
	case ']':
		m.skip(1)
		if m.i < len(m.from) && (m.from[m.i] == '(' || m.from[m.i] == '[') {
			m.address()
		}
	default:
		m.become(r, 1)
	}
}

// inWord says whether letters or digits stand on both sides.
func (m *unmarker) inWord() bool {
	letter := func(i int) bool {
		return i >= 0 && i < len(m.from) && (unicode.IsLetter(m.from[i]) || unicode.IsDigit(m.from[i]))
	}
	return letter(m.i-1) && letter(m.i+1)
}

// until is how many runes there are up to the next closing one, 0 if there is
// none.
func (m *unmarker) until(closing rune, after int) int {
	if m.none[closing] {
		return 0
	}
	if n := slices.Index(m.from[m.i+after:], closing); n >= 0 {
		return n + after + 1
	}
	if m.none == nil {
		m.none = make(map[rune]bool)
	}
	m.none[closing] = true
	return 0
}

// span makes an object of code and nothing of a tag.
func (m *unmarker) span(closing rune, after int) {
	n := m.until(closing, after)
	switch {
	case n == 0:
		m.become(m.from[m.i], 1)
	case closing == '`':
		m.become(object, n)
	default:
		m.become(' ', n)
	}
}

func (m *unmarker) entity() {
	const blank = "&nbsp;"
	if strings.HasPrefix(string(m.from[m.i:min(m.i+len(blank), len(m.from))]), blank) {
		m.become('\u00a0', len(blank))
		return
	}
	m.become('&', 1)
}

// bracket keeps a link's text and leaves the mark of a footnote out.
func (m *unmarker) bracket() {
	if m.i+1 < len(m.from) && m.from[m.i+1] == '^' {
		if n := m.until(']', 1); n > 0 {
			m.become(' ', n)
			return
		}
	}
	m.skip(1)
}

func (m *unmarker) address() {
	closing := ')'
	if m.from[m.i] == '[' {
		closing = ']'
	}
	if n := m.until(closing, 1); n > 0 {
		m.skip(n)
		return
	}
	m.become(m.from[m.i], 1)
}
