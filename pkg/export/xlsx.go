package export

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"manniskohandel.se/casestat/pkg/codelist"
)

// style is the looks of a cell.
type style int

const (
	styleTitle style = iota
	styleHead
	styleName
	styleText
	styleNumber
	styleWithheld
	styleImpossible
	styleCount
)

// looks are told apart without colour: what is withheld is in italics on grey.
var looks = [styleCount]excelize.Style{
	styleTitle:      {Font: font(14, true, false)},
	styleHead:       {Font: font(11, true, false), Border: []excelize.Border{{Type: "bottom", Style: 1, Color: "404040"}}, Alignment: wrapped},
	styleName:       {Font: font(11, true, false), Alignment: wrapped},
	styleText:       {Font: font(11, false, false), Alignment: wrapped},
	styleNumber:     {Font: font(11, false, false), NumFmt: 3, Alignment: right},
	styleWithheld:   {Font: font(11, false, true), Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"D9D9D9"}}, Alignment: right},
	styleImpossible: {Font: font(11, false, false), Alignment: right},
}

var (
	wrapped = &excelize.Alignment{WrapText: true, Vertical: "top"}
	right   = &excelize.Alignment{Horizontal: "right"}
)

func font(size float64, bold, italic bool) *excelize.Font {
	return &excelize.Font{Family: "Calibri", Size: size, Bold: bold, Italic: italic}
}

// nothing is an empty cell.
var nothing any

// before is when a draft's workbook says it was made: a time that is always the
// same.
const before = "2000-01-01T00:00:00Z"

// workbook is an XLSX file in the making.
type workbook struct {
	file   *excelize.File
	lang   codelist.Lang
	styles [styleCount]int
	sheets int
}

func newWorkbook(lang codelist.Lang, e Edition) (*workbook, error) {
	w := &workbook{file: excelize.NewFile(), lang: lang}
	for i := range looks {
		id, err := w.file.NewStyle(&looks[i])
		if err != nil {
			return nil, err
		}
		w.styles[i] = id
	}
	at := e.moment("T00:00:00Z")
	if at == "" {
		at = before
	}
	return w, w.file.SetDocProps(&excelize.DocProperties{
		Created: at, Modified: at, Creator: plainIn(e.Publisher), LastModifiedBy: plainIn(e.Publisher), Language: string(lang), Version: e.version(),
	})
}

// sheet is a sheet that is written from top to bottom. The first error stays.
type sheet struct {
	stream *excelize.StreamWriter
	next   int
	err    error
}

// sheet begins one more, with the widths of the first columns.
func (w *workbook) sheet(name string, widths ...float64) (*sheet, error) {
	var err error
	if w.sheets++; w.sheets == 1 {
		err = w.file.SetSheetName(w.file.GetSheetName(0), name)
	} else {
		_, err = w.file.NewSheet(name)
	}
	if err == nil {
		err = w.layOut(name)
	}
	if err != nil {
		return nil, err
	}
	stream, err := w.file.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	for i, width := range widths {
		if err := stream.SetColWidth(i+1, i+1, width); err != nil {
			return nil, err
		}
	}
	return &sheet{stream: stream, next: 1}, nil
}

// layOut makes a sheet print on pages of A4 as wide as it is.
func (w *workbook) layOut(name string) error {
	fit, a4, wide, tall, landscape := true, 9, 1, 0, "landscape"
	if err := w.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	return w.file.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &landscape, FitToWidth: &wide, FitToHeight: &tall})
}

// note writes a text across the columns that note texts have, in as many lines
// as it needs: a spreadsheet program works out no height for merged cells.
func (s *sheet) note(style int, text string) {
	if s.err != nil {
		return
	}
	lines := 1 + utf8.RuneCountInString(text)/(noteColumns*columnWidth*9/10)
	from, err := excelize.CoordinatesToCellName(1, s.next)
	to, second := excelize.CoordinatesToCellName(noteColumns, s.next)
	if s.err = errors.Join(err, second); s.err != nil {
		return
	}
	s.err = s.stream.SetRow(from, []any{excelize.Cell{StyleID: style, Value: text}}, excelize.RowOpts{Height: min(15*float64(lines), excelize.MaxRowHeight)})
	if s.err == nil {
		s.err = s.stream.MergeCell(from, to)
	}
	s.next++
}

// The columns of a table's sheet, in characters, and how many of them a note
// spans.
const (
	columnWidth = 24
	noteColumns = 5
)

// row writes the next row; without cells, an empty one.
func (s *sheet) row(cells ...any) {
	if s.err == nil && len(cells) > 0 {
		at, err := excelize.CoordinatesToCellName(1, s.next)
		if s.err = err; err == nil {
			s.err = s.stream.SetRow(at, cells)
		}
	}
	s.next++
}

func (s *sheet) flush() error {
	if s.err != nil {
		return s.err
	}
	return s.stream.Flush()
}

// bytes closes the workbook. The library puts its parts into the archive in
// another order every time; here they are put in theirs.
func (w *workbook) bytes() ([]byte, error) {
	raw, err := w.file.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	parts, err := zip.NewReader(bytes.NewReader(raw.Bytes()), int64(raw.Len()))
	if err != nil {
		return nil, err
	}
	// The list of contents is first, as readers of packages like to have it.
	slices.SortFunc(parts.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	var out bytes.Buffer
	sorted := zip.NewWriter(&out)
	for _, part := range parts.File {
		if err := copyPart(sorted, part); err != nil {
			return nil, err
		}
	}
	if err := sorted.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func copyPart(to *zip.Writer, part *zip.File) error {
	from, err := part.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	w, err := to.CreateHeader(&zip.FileHeader{Name: part.Name, Method: zip.Deflate})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, from)
	return err
}
