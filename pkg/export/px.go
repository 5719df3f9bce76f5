package export

import (
	"bytes"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/report"
)

// What all tables are about, as PX files must say.
const subjectCode = "THB"

var subjectArea = codelist.Text{SV: "Människohandel", EN: "Trafficking in human beings"}

// Words of PX notes.
var (
	pxRange     = codelist.Text{SV: "Mellan {from} och {to}.", EN: "Between {from} and {to}."}
	pxRangeOpen = codelist.Text{SV: "Minst {from}.", EN: "At least {from}."}
)

// pxLine is how many characters a text may have on one line of a PX file.
const pxLine = 250

// PX writes the cube as a PX file of axis version 2013 in UTF-8. The first
// language is the file's own, the others are translations. Where a withheld
// number lies is a note to its cell.
func (c *Cube) PX(own codelist.Lang, others ...codelist.Lang) ([]byte, error) {
	n, err := c.normal()
	if err != nil {
		return nil, err
	}
	f := &pxFile{cube: n.unquoted(), langs: append([]codelist.Lang{own}, others...)}
	f.identity()
	f.subject()
	f.axes()
	f.origin()
	f.notes()
	f.data()
	return f.Bytes(), nil
}

// unquoted is the cube without the one character that a PX text cannot hold.
// Labels still differ.
func (c *Cube) unquoted() *Cube {
	out := *c
	out.Title, out.Edition.Publisher = unquote(c.Title), unquoteIn(c.Edition.Publisher)
	out.Dimensions, out.Notes = make([]Dimension, len(c.Dimensions)), make([]codelist.Text, len(c.Notes))
	for i, d := range c.Dimensions {
		categories := make([]Category, len(d.Categories))
		for j, cat := range d.Categories {
			categories[j] = Category{Code: cat.Code, Label: unquote(cat.Label), Unit: unquote(cat.Unit)}
		}
		distinct(len(categories), func(j int) (string, *codelist.Text) { return categories[j].Code, &categories[j].Label })
		d.Label, d.Categories = unquote(d.Label), categories
		out.Dimensions[i] = d
	}
	distinct(len(out.Dimensions), func(i int) (string, *codelist.Text) { return out.Dimensions[i].Code, &out.Dimensions[i].Label })
	for i, note := range c.Notes {
		out.Notes[i] = unquote(note)
	}
	return &out
}

func unquote(t codelist.Text) codelist.Text {
	return codelist.Text{SV: unquoteIn(t.SV), EN: unquoteIn(t.EN)}
}

func unquoteIn(text string) string { return strings.ReplaceAll(text, `"`, `'`) }

// pxFile writes keywords in the order that the specification recommends.
type pxFile struct {
	bytes.Buffer
	cube  *Cube
	langs []codelist.Lang
}

func (f *pxFile) identity() {
	f.raw("CHARSET", `"ANSI"`)
	f.raw("AXIS-VERSION", `"2013"`)
	f.raw("CODEPAGE", `"utf-8"`)
	f.raw("LANGUAGE", quoted(string(f.langs[0])))
	if len(f.langs) > 1 {
		var all []string
		for _, lang := range f.langs {
			all = append(all, string(lang))
		}
		f.raw("LANGUAGES", list(all))
	}
	if at := f.cube.Edition.moment(" 00:00"); at != "" {
		f.raw("CREATION-DATE", quoted(strings.ReplaceAll(at, "-", "")))
	}
	f.raw("TABLEID", quoted(f.cube.ID))
	f.raw("DECIMALS", "0")
	f.raw("SHOWDECIMALS", "0")
	f.raw("MATRIX", quoted(f.cube.ID))
	f.raw("AGGREGALLOWED", "NO") // nothing that was protected may be added up
}

func (f *pxFile) subject() {
	f.raw("SUBJECT-CODE", quoted(subjectCode))
	f.text("SUBJECT-AREA", subjectArea)
	f.text("TITLE", f.cube.Title)
	f.text("CONTENTS", f.cube.Title)
}

func (f *pxFile) axes() {
	dims := f.cube.Dimensions
	down := len(dims) - f.cube.Across
	if down > 0 {
		f.each(func(lang codelist.Lang) { f.keyword("STUB", lang, nil, list(labels(dims[:down], lang))) })
	}
	f.each(func(lang codelist.Lang) { f.keyword("HEADING", lang, nil, list(labels(dims[down:], lang))) })
	f.text("CONTVARIABLE", f.cube.dimension(Contents).Label)
	for _, d := range dims {
		f.each(func(lang codelist.Lang) { f.keyword("VALUES", lang, []string{d.Label.In(lang)}, list(d.labels(lang))) })
	}
	time := f.cube.dimension(Time)
	f.each(func(lang codelist.Lang) {
		f.keyword("TIMEVAL", lang, []string{time.Label.In(lang)}, "TLIST(A1),"+list(time.codes()))
	})
	for _, d := range dims {
		f.each(func(lang codelist.Lang) { f.keyword("CODES", lang, []string{d.Label.In(lang)}, list(d.codes())) })
	}
	for _, d := range dims {
		f.each(func(lang codelist.Lang) {
			f.keyword("VARIABLECODE", lang, []string{d.Label.In(lang)}, quoted(d.Code))
		})
	}
}

// origin says of every content what it is counted in and since when it stands.
func (f *pxFile) origin() {
	contents := f.cube.dimension(Contents)
	if at := f.cube.Edition.moment(" 00:00"); at != "" {
		for _, cat := range contents.Categories {
			f.each(func(lang codelist.Lang) {
				f.keyword("LAST-UPDATED", lang, []string{cat.Label.In(lang)}, quoted(strings.ReplaceAll(at, "-", "")))
			})
		}
	}
	for _, cat := range contents.Categories {
		f.each(func(lang codelist.Lang) {
			f.keyword("UNITS", lang, []string{cat.Label.In(lang)}, quoted(cat.Unit.In(lang)))
		})
	}
	if f.cube.Edition.Publisher != "" {
		f.text("SOURCE", same(f.cube.Edition.Publisher))
	}
}

// notes writes those of the table, which must be shown, those of dimensions,
// and those of cells.
func (f *pxFile) notes() {
	if len(f.cube.Notes) > 0 {
		f.each(func(lang codelist.Lang) {
			var lines []string
			for _, note := range f.cube.Notes {
				lines = append(lines, note.In(lang))
			}
			f.keyword("NOTEX", lang, nil, long(strings.Join(lines, "#"))) // "#" breaks the line
		})
	}
	for _, d := range f.cube.Dimensions {
		if d.Options {
			f.each(func(lang codelist.Lang) {
				f.keyword("NOTE", lang, []string{d.Label.In(lang)}, long(insert(noteOptions, "{label}", d.Label).In(lang)))
			})
		}
	}
	f.cube.each(func(place int, at []int) {
		note, ok := cellNote(f.cube.Numbers[place])
		if !ok {
			return
		}
		f.each(func(lang codelist.Lang) {
			values := make([]string, len(at))
			for d, i := range at {
				values[d] = f.cube.Dimensions[d].Categories[i].Label.In(lang)
			}
			f.keyword("CELLNOTE", lang, values, long(note.In(lang)))
		})
	})
}

// cellNote says where a withheld number lies, if anything is known of it.
func cellNote(n report.Number) (codelist.Text, bool) {
	from, to := ends(n)
	switch {
	case from == "" || n.Range.Open && n.Range.From <= 0:
		return codelist.Text{}, false
	case to == "":
		return insert(pxRangeOpen, "{from}", same(from)), true
	default:
		return insert(insert(pxRange, "{from}", same(from)), "{to}", same(to)), true
	}
}

// data writes the numbers, a line for every row.
func (f *pxFile) data() {
	wide := places(f.cube.Dimensions[len(f.cube.Dimensions)-f.cube.Across:])
	f.WriteString("DATA=")
	for place, n := range f.cube.Numbers {
		if place%wide == 0 {
			f.WriteString("\r\n")
		}
		cell := symbol(n)
		if n.Status != report.Exact {
			cell = quoted(cell)
		}
		f.WriteString(cell + " ")
	}
	f.WriteString(";\r\n")
}

// each calls do for the file's own language and then for the others.
func (f *pxFile) each(do func(codelist.Lang)) {
	for _, lang := range f.langs {
		do(lang)
	}
}

// text writes a keyword that every language words.
func (f *pxFile) text(name string, t codelist.Text) {
	f.each(func(lang codelist.Lang) { f.keyword(name, lang, nil, long(t.In(lang))) })
}

func (f *pxFile) raw(name, value string) { f.keyword(name, f.langs[0], nil, value) }

// keyword writes NAME[language]("key","key")=value; where the language is left
// out if it is the file's own.
func (f *pxFile) keyword(name string, lang codelist.Lang, keys []string, value string) {
	f.WriteString(name)
	if lang != f.langs[0] {
		f.WriteString("[" + string(lang) + "]")
	}
	if len(keys) > 0 {
		all := make([]string, len(keys))
		for i, key := range keys {
			all[i] = quoted(key)
		}
		f.WriteString("(" + strings.Join(all, ",") + ")")
	}
	f.WriteString("=" + value + ";\r\n")
}

func quoted(text string) string { return `"` + unquoteIn(text) + `"` }

// list writes texts with commas between them, and breaks lines after a comma.
func list(texts []string) string {
	var b strings.Builder
	line := 0
	for i, text := range texts {
		if i > 0 {
			b.WriteByte(',')
		}
		wide := len([]rune(text)) + len(`"",`)
		if line > 0 && line+wide > pxLine {
			b.WriteString("\r\n")
			line = 0
		}
		line += wide
		b.WriteString(quoted(text))
	}
	return b.String()
}

// long writes a text in pieces, a line each.
func long(text string) string {
	runes := []rune(text)
	var pieces []string
	for len(runes) > pxLine {
		pieces = append(pieces, quoted(string(runes[:pxLine])))
		runes = runes[pxLine:]
	}
	return strings.Join(append(pieces, quoted(string(runes))), "\r\n")
}

func labels(dims []Dimension, lang codelist.Lang) []string {
	out := make([]string, len(dims))
	for i, d := range dims {
		out[i] = d.Label.In(lang)
	}
	return out
}

func (d Dimension) labels(lang codelist.Lang) []string {
	out := make([]string, len(d.Categories))
	for i, cat := range d.Categories {
		out[i] = cat.Label.In(lang)
	}
	return out
}

func (d Dimension) codes() []string {
	out := make([]string, len(d.Categories))
	for i, cat := range d.Categories {
		out[i] = cat.Code
	}
	return out
}
