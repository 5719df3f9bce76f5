package export

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/report"
)

// Book is cubes with a cover, as one workbook.
type Book struct {
	Title   codelist.Text
	Edition Edition
	Cubes   []*Cube
}

// What a workbook says.
var (
	sheetCover     = codelist.Text{SV: "Om", EN: "About"}
	coverPeriod    = codelist.Text{SV: "Period", EN: "Period"}
	coverSource    = codelist.Text{SV: "Källa", EN: "Source"}
	coverRelease   = codelist.Text{SV: "Publicering", EN: "Release"}
	coverPublished = codelist.Text{SV: "Publicerad", EN: "Published"}
	coverSheets    = codelist.Text{SV: "Blad", EN: "Sheets"}
	coverSymbols   = codelist.Text{SV: "Teckenförklaring", EN: "Symbols"}
	coverWithheld  = codelist.Text{SV: "Publiceras inte, eftersom det skulle kunna röja personer", EN: "Not published because it could reveal persons"}
	coverNone      = codelist.Text{SV: "Det finns inget sådant tal", EN: "There is no such number"}
	coverDraft     = codelist.Text{SV: "Utkast", EN: "Draft"}

	coverProtection = codelist.Text{
		SV: "Talen är publicerade exakt eller inte alls. Inget av dem är avrundat eller slumpmässigt ändrat, och inget som inte publiceras går att räkna ut exakt ur det som gör det. Celler får inte summeras där tabellen säger att de överlappar.",
		EN: "Numbers are published exactly or not at all. None of them is rounded or changed at random, and nothing that is not published can be worked out exactly from what is. Cells may not be added up where the table says that they overlap.",
	}
	rangesHead = codelist.Text{SV: "Var de tal som inte publiceras ligger", EN: "Where the numbers that are not published lie"}
	rangeFrom  = codelist.Text{SV: "Från", EN: "From"}
	rangeTo    = codelist.Text{SV: "Till", EN: "To"}
)

// Limits of a sheet's name and of a text in a cell, in UTF-16 units, and of a
// sheet.
const (
	maxSheetName = 31
	maxCellText  = 32767
)

// Workbook writes a book in one language as XLSX: a cover, and a sheet for each
// cube. No cell holds a formula.
func Workbook(b Book, lang codelist.Lang) (_ []byte, err error) {
	defer fault.Wrap(&err, "write a workbook")
	w, err := newWorkbook(lang, b.Edition)
	if err != nil {
		return nil, err
	}
	defer w.file.Close()
	names := make([]string, len(b.Cubes))
	cubes := make([]*Cube, len(b.Cubes))
	for i, c := range b.Cubes {
		if cubes[i], err = c.normal(); err != nil {
			return nil, err
		}
		names[i] = sheetName(i+1, cubes[i], lang)
	}
	if err := w.cover(b, cubes, names); err != nil {
		return nil, err
	}
	for i, c := range cubes {
		if err := w.cube(names[i], c); err != nil {
			return nil, err
		}
	}
	return w.bytes()
}

// sheetName numbers the sheets, so that titles may be alike in what a name has
// room for.
func sheetName(n int, c *Cube, lang codelist.Lang) string {
	title := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) {
			return ' '
		}
		return r
	}, c.Title.In(lang))
	years := c.dimension(Time).Categories
	name := strconv.Itoa(n) + " " + title
	if len(years) == 1 {
		name = strconv.Itoa(n) + " " + years[0].Code + " " + title
	}
	return strings.TrimSpace(cut(name, maxSheetName))
}

// cut shortens a text to so many UTF-16 units, never inside a character.
func cut(text string, most int) string {
	units := 0
	for i, r := range text {
		if units += utf16.RuneLen(r); units > most {
			return text[:i]
		}
	}
	return text
}

// cover writes the first sheet.
func (w *workbook) cover(b Book, cubes []*Cube, names []string) error {
	s, err := w.sheet(sheetCover.In(w.lang), 24, 90)
	if err != nil {
		return err
	}
	s.row(w.text(styleTitle, plain(b.Title).In(w.lang)))
	s.row()
	for _, line := range w.facts(b, cubes) {
		s.row(w.text(styleName, line[0]), w.text(styleText, line[1]))
	}
	s.row()
	s.row(nothing, w.text(styleText, coverProtection.In(w.lang)))
	s.row()
	s.row(w.text(styleName, coverSymbols.In(w.lang)))
	s.row(w.text(styleWithheld, SymbolWithheld), w.text(styleText, coverWithheld.In(w.lang)))
	s.row(w.text(styleImpossible, SymbolImpossible), w.text(styleText, coverNone.In(w.lang)))
	if len(cubes) > 0 {
		s.row()
		s.row(w.text(styleName, coverSheets.In(w.lang)))
	}
	for i, c := range cubes {
		s.row(w.text(styleText, names[i]), w.text(styleText, c.Title.In(w.lang)))
	}
	return s.flush()
}

// facts are what the cover knows of the release.
func (w *workbook) facts(b Book, cubes []*Cube) [][2]string {
	var period []string
	seen := make(map[string]bool)
	for _, c := range cubes {
		for _, year := range c.dimension(Time).Categories {
			if !seen[year.Code] {
				seen[year.Code] = true
				period = append(period, year.Code)
			}
		}
	}
	number := coverDraft.In(w.lang)
	if b.Edition.Number > 0 {
		number = strconv.Itoa(b.Edition.Number)
	}
	all := [][2]string{
		{coverPeriod.In(w.lang), strings.Join(period, ", ")},
		{coverSource.In(w.lang), plainIn(b.Edition.Publisher)},
		{coverRelease.In(w.lang), number},
		{coverPublished.In(w.lang), b.Edition.Published},
	}
	kept := all[:0]
	for _, line := range all {
		if line[1] != "" {
			kept = append(kept, line)
		}
	}
	return kept
}

// cube writes a table in rows and columns, its notes, and below it where the
// withheld numbers lie.
func (w *workbook) cube(name string, c *Cube) error {
	g := c.grid(w.lang)
	widths := slices.Repeat([]float64{columnWidth}, max(noteColumns, len(g.head)))
	s, err := w.sheet(name, widths...)
	if err != nil {
		return err
	}
	s.row(w.text(styleTitle, c.Title.In(w.lang)))
	for _, note := range c.Notes {
		s.note(w.styles[styleText], cut(note.In(w.lang), maxCellText))
	}
	s.row()
	s.row(w.texts(styleHead, g.head)...)
	for _, row := range g.rows {
		cells := w.texts(styleText, row.labels)
		for _, n := range row.numbers {
			cells = append(cells, w.number(n))
		}
		s.row(cells...)
	}
	w.ranges(s, c)
	return s.flush()
}

// ranges lists the withheld numbers of which something is known.
func (w *workbook) ranges(s *sheet, c *Cube) {
	headed := false
	c.each(func(place int, at []int) {
		n := c.Numbers[place]
		from, to := ends(n)
		if from == "" {
			return
		}
		if !headed {
			headed = true
			s.row()
			s.row(w.text(styleTitle, rangesHead.In(w.lang)))
			s.row(w.texts(styleHead, append(labels(c.Dimensions, w.lang), rangeFrom.In(w.lang), rangeTo.In(w.lang)))...)
		}
		var cells []any
		for d, i := range at {
			cells = append(cells, w.text(styleText, c.Dimensions[d].Categories[i].Label.In(w.lang)))
		}
		cells = append(cells, w.style(styleNumber, n.Range.From))
		if to != "" {
			cells = append(cells, w.style(styleNumber, n.Range.To))
		}
		s.row(cells...)
	})
}

func (w *workbook) number(n report.Number) any {
	switch n.Status {
	case report.Exact:
		return w.style(styleNumber, n.Value)
	case report.Impossible:
		return w.text(styleImpossible, SymbolImpossible)
	default:
		return w.text(styleWithheld, SymbolWithheld)
	}
}

func (w *workbook) text(s style, text string) any { return w.style(s, cut(text, maxCellText)) }

func (w *workbook) texts(s style, texts []string) []any {
	cells := make([]any, len(texts))
	for i, text := range texts {
		cells[i] = w.text(s, text)
	}
	return cells
}

func (w *workbook) style(s style, value any) any {
	return excelize.Cell{StyleID: w.styles[s], Value: value}
}
