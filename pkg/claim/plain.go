package claim

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"

	"manniskohandel.se/casestat/pkg/fault"
)

// readLines cuts a text into its lines, each without its end.
func readLines(raw []byte) ([][]rune, error) {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	var lines [][]rune
	for i, line := range bytes.Split(raw, []byte("\n")) {
		switch {
		case !utf8.Valid(line):
			return nil, fault.New(fault.Malformed, CodeTextNotUTF8, fault.Detail{Row: i + 1, Code: CodeTextNotUTF8})
		case bytes.IndexByte(line, 0) >= 0:
			return nil, fault.New(fault.Malformed, CodeTextNotText, fault.Detail{Row: i + 1, Code: CodeTextNotText})
		}
		lines = append(lines, bytes.Runes(line))
	}
	return lines, nil
}

func isBlank(line []rune) bool {
	return !slices.ContainsFunc(line, func(r rune) bool { return !unicode.IsSpace(r) })
}

// lineReader gathers lines into paragraphs.
type lineReader struct {
	d      *Document
	lines  [][]rune
	number int // of the paragraph last begun
}

// join makes one paragraph of lines from up to to.
func (r *lineReader) join(from, to int) paragraph {
	r.number++
	p := paragraph{part: Body, number: r.number, line: from + 1}
	for i := from; i < to; i++ {
		if i > from {
			p.text = append(p.text, '\n')
		}
		p.text = append(p.text, r.lines[i]...)
	}
	return p
}

// readPlain ends a paragraph at an empty line, and before an item of a list.
func readPlain(d *Document, lines [][]rune) error {
	r := lineReader{d: d, lines: lines}
	for from := 0; from < len(lines); {
		to := from + 1
		for to < len(lines) && !isBlank(lines[from]) && !isBlank(lines[to]) && marker(lines[to]) == 0 {
			to++
		}
		if !isBlank(lines[from]) {
			p := r.join(from, to)
			p.leave(0, marker(lines[from]))
			if err := d.add(p); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

// marker is how many characters of a line, its indentation included, say that
// it is an item of a list; 0 if it is none.
func marker(line []rune) int {
	i := indentation(line)
	from := i
	switch {
	case i < len(line) && slices.Contains([]rune("-*+•–"), line[i]):
		i++
	default:
		for i < len(line) && i-from < 3 && line[i] >= '0' && line[i] <= '9' {
			i++
		}
		if i == from || i == len(line) || line[i] != '.' && line[i] != ')' {
			return 0
		}
		i++
	}
	if i < len(line) && !unicode.IsSpace(line[i]) {
		return 0
	}
	return i
}

func indentation(line []rune) int {
	i := 0
	for i < len(line) && (line[i] == ' ' || line[i] == '\t') {
		i++
	}
	return i
}

// leave takes the characters from up to to out of the text.
func (p *paragraph) leave(from, to int) {
	if from >= to {
		return
	}
	p.follow()
	p.text = slices.Delete(p.text, from, to)
	p.at = slices.Delete(p.at, from, to)
}

// follow keeps in mind where everything stood.
func (p *paragraph) follow() {
	if p.at != nil {
		return
	}
	p.at = make([]int32, len(p.text))
	for i := range p.at {
		p.at[i] = int32(i)
	}
}
