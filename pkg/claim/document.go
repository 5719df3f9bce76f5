package claim

import (
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
)

// Format is what a text comes as.
type Format uint8

// The formats. The zero Format is none.
const (
	Plain    Format = iota + 1 // UTF-8; empty lines between paragraphs
	Markdown                   // CommonMark with tables
	Word                       // DOCX
)

// Part is where in a document a paragraph stands.
type Part string

// The parts. Plain text and Markdown have a body alone.
const (
	Body      Part = "body"
	Footnotes Part = "footnotes"
	Endnotes  Part = "endnotes"
)

// Document is a text that was read: paragraphs, and no more of its looks than
// the check needs.
type Document struct {
	paragraphs []paragraph
	characters int
}

// Paragraphs says how many there are.
func (d *Document) Paragraphs() int { return len(d.paragraphs) }

// paragraph is what reads as one: a heading and a table's cell or row are, too.
type paragraph struct {
	part   Part
	number int // in its part, from 1
	line   int // of the source, from 1; 0 in a DOCX
	text   []rune
	// at says where in the source's paragraph each of text stands; nil: they are
	// the same, because nothing was left out.
	at      []int32
	heading int  // its level; 0 is none
	cell    cell // where in a table it stands
	// row: it is a whole row of a table, with bars between its cells.
	row bool
}

// cell is a place in a table; the zero cell is outside of all.
type cell struct {
	table, row, column int // each from 1
}

// offset is where in the source's paragraph the i-th of the text stands.
func (p *paragraph) offset(i int) int {
	if p.at == nil {
		return i
	}
	return int(p.at[i])
}

// add keeps a paragraph, unless the document has become too long.
func (d *Document) add(p paragraph) error {
	if len(d.paragraphs) >= MaxParagraphs {
		return fault.New(fault.TooLarge, CodeTooManyParagraphs)
	}
	d.paragraphs = append(d.paragraphs, p)
	return nil
}

// count takes n more characters in.
func (d *Document) count(n int) error {
	if d.characters += n; d.characters > MaxCharacters {
		return fault.New(fault.TooLarge, CodeTextTooLong)
	}
	return nil
}

// Read reads a text. It is refused if it is not what it claims to be, or larger
// than the limits; an error never holds anything of it.
func Read(format Format, raw []byte) (*Document, error) {
	switch {
	case len(raw) == 0:
		return nil, fault.New(fault.Malformed, CodeTextEmpty)
	case len(raw) > MaxBytes:
		return nil, fault.New(fault.TooLarge, CodeTextTooLarge)
	case format == Word:
		return readWord(raw, bounds{unpacked: maxUnpacked, ratio: maxRatio})
	}
	lines, err := readLines(raw)
	if err != nil {
		return nil, err
	}
	d := &Document{}
	for _, l := range lines {
		if err := d.count(len(l) + 1); err != nil {
			return nil, err
		}
	}
	if format == Markdown {
		return d, readMarkdown(d, lines)
	}
	return d, readPlain(d, lines)
}

// unit is what is read together: a paragraph, or the cells of a table's row.
type unit []int

// units puts the paragraphs of a row together, in the order of their first.
func (d *Document) units() []unit {
	var units []unit
	rows := make(map[cell]int)
	for i, p := range d.paragraphs {
		at := p.cell
		at.column = 0
		where, known := rows[at]
		if p.cell.row == 0 || p.row || !known {
			rows[at] = len(units)
			units = append(units, unit{i})
			continue
		}
		units[where] = append(slices.Clip(units[where]), i)
	}
	return units
}
