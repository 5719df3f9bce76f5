// Package export renders protected content in exchange formats, a file each.
//
// The bytes are the same in every run: they are rendered once, when a release
// is frozen, and their hashes stand in its manifest. Every number in them is a
// whole number.
package export

import (
	"bytes"
	"encoding/json"
	"regexp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/signed"
)

// Why a release cannot be rendered.
const (
	// CodeFileName: a table's name makes no name of a file, or two tables of a
	// year have the same.
	CodeFileName fault.Code = "export_file_name"
	// CodeTooLarge: there are more than MaxFiles files, or one has more than
	// signed.MaxSize bytes. No shelf would show such a release.
	CodeTooLarge fault.Code = "export_too_large"
	// CodeCube: a cube has not one number for every combination of its
	// categories, or a dimension or a category without a code of its own.
	CodeCube fault.Code = "export_cube"
)

// Limits of a release's files.
const (
	MaxFiles    = 1 << 15
	MaxFileName = 160 // bytes
)

// File is one rendered file.
type File struct {
	Name    string // without a slash; unique among those of a release
	Media   string
	Content []byte
}

// Render writes the files of a release. In JSON: figures.json, tables.json and
// table.<year>.<name>.json for every table. Then the figures and every table in
// the other formats: figures.px, table.<year>.<name>.px and so on; all of it as
// a workbook in each language, release.<language>.xlsx. Last the pictures. The
// figures' sentences are set's.
func Render(p *disclosure.Protected, set *figure.Set, e Edition) (_ []File, err error) {
	defer fault.Wrap(&err, "render a release")
	content := p.Content()
	var f files
	tables := f.documents(content, set)
	book := Book{Title: content.Title, Edition: e}
	if figures := FiguresCube(content, e); figures != nil {
		book.Cubes = append(book.Cubes, figures)
		f.cube(figures, FiguresFileIn)
	}
	for _, t := range tables {
		cube := CubeOf(t, e)
		book.Cubes = append(book.Cubes, cube)
		f.cube(cube, func(format Format) string { return TableFileIn(t.Year, t.Name, format) })
	}
	f.add(ReleaseFileIn(FormatSwedishWorkbook), MediaWorkbook, func() ([]byte, error) { return Workbook(book, codelist.Swedish) })
	f.add(ReleaseFileIn(FormatEnglishWorkbook), MediaWorkbook, func() ([]byte, error) { return Workbook(book, codelist.English) })
	f.pictures(content, set, tables, e)
	return f.done()
}

// Preview writes the JSON files alone, which say everything that the others do:
// what a reviewer reads before there is an edition.
func Preview(p *disclosure.Protected, set *figure.Set) (_ []File, err error) {
	defer fault.Wrap(&err, "render a draft")
	var f files
	f.documents(p.Content(), set)
	return f.done()
}

// Figure renders one statement about a figure in the form that it has in
// figures.json.
func Figure(f plan.PublishedFigure, s report.Statement) ([]byte, error) {
	return encode(wireFigure(f, s))
}

// Table renders a table in the form of a release's table files.
func Table(t report.Table) ([]byte, error) { return encode(wireTable(t)) }

// fileName is what every file system and every URL takes as it is.
var fileName = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*(\.[A-Za-z0-9_-]+)+$`)

// files are those rendered so far. The first error stays.
type files struct {
	all  []File
	seen map[string]bool
	err  error
}

func (f *files) done() ([]File, error) {
	if f.err != nil {
		return nil, f.err
	}
	return f.all, nil
}

func (f *files) add(name, media string, write func() ([]byte, error)) {
	if f.err != nil {
		return
	}
	if len(name) > MaxFileName || !fileName.MatchString(name) || f.seen[name] {
		f.err = fault.New(fault.Invalid, CodeFileName)
		return
	}
	content, err := write()
	if err != nil {
		f.err = err
		return
	}
	if len(f.all) == MaxFiles || len(content) > signed.MaxSize {
		f.err = fault.New(fault.Invalid, CodeTooLarge)
		return
	}
	if f.seen == nil {
		f.seen = make(map[string]bool)
	}
	f.seen[name] = true
	f.all = append(f.all, File{Name: name, Media: media, Content: content})
}

// json adds a document.
func (f *files) json(name string, document any) {
	f.add(name, MediaJSON, func() ([]byte, error) { return encode(document) })
}

// cube adds a cube in every format.
func (f *files) cube(c *Cube, name func(Format) string) {
	for _, to := range cubeFormats {
		f.add(name(to.format), to.media, func() ([]byte, error) { return to.write(c) })
	}
}

// documents adds the JSON files and gives the tables in them.
func (f *files) documents(content plan.Content, set *figure.Set) []report.Table {
	figures := figuresFile{Years: []yearOfFigures{}}
	index := tablesFile{Tables: []tableEntry{}}
	var tables []report.Table
	for _, y := range content.Years {
		figures.Years = append(figures.Years, wordYear(set, content, y))
		for _, t := range y.Tables {
			table := report.Tabulate(y, t)
			index.Tables = append(index.Tables, entryOf(table))
			tables = append(tables, table)
		}
	}
	f.json(FiguresFile, figures)
	f.json(TablesFile, index)
	for _, t := range tables {
		f.json(TableFile(t.Year, t.Name), wireTable(t))
	}
	return tables
}

// encode writes JSON on one line, members in the order of their struct, letters
// as they are.
func encode(document any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(document); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
