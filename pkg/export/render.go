// Package export renders protected content in exchange formats, a file each.
//
// The bytes are the same in every run: they are rendered once, when a release
// is frozen, and their hashes stand in its manifest. Every number in them is a
// whole number.
package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"

	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

// CodeFileName: a table's name makes no name of a file, or two tables of a
// year have the same.
const CodeFileName fault.Code = "export_file_name"

// MediaJSON is the media type of what Render and Table write.
const MediaJSON = "application/json; charset=utf-8"

// MaxFileName bounds the name of a file, in bytes.
const MaxFileName = 160

// File is one rendered file.
type File struct {
	Name    string // without a slash; unique among those of a release
	Media   string
	Content []byte
}

// Render writes the files of a release: figures.json, tables.json and
// table.<year>.<name>.json for every table. The figures' sentences are set's.
func Render(p *disclosure.Protected, set *figure.Set) (_ []File, err error) {
	defer fault.Wrap(&err, "render a release")
	content := p.Content()
	figures := figuresFile{Years: []yearOfFigures{}}
	index := tablesFile{Tables: []tableEntry{}}
	var tables []report.Table
	for _, y := range content.Years {
		figures.Years = append(figures.Years, wordYear(set, y))
		for _, t := range y.Tables {
			table := report.Tabulate(y, t)
			index.Tables = append(index.Tables, entryOf(table))
			tables = append(tables, table)
		}
	}
	files, err := add(nil, FiguresFile, figures)
	if err != nil {
		return nil, err
	}
	if files, err = add(files, TablesFile, index); err != nil {
		return nil, err
	}
	for _, t := range tables {
		if files, err = add(files, TableFile(t.Year, t.Name), wireTable(t)); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// The files that every release has.
const (
	FiguresFile = "figures.json"
	TablesFile  = "tables.json"
)

// TableFile is the name of the file with a table of a release.
func TableFile(year int, name plan.Name) string { return fmt.Sprintf("table.%d.%s.json", year, name) }

// Figure renders one statement about a figure in the form that it has in
// figures.json.
func Figure(f plan.PublishedFigure, s report.Statement) ([]byte, error) {
	return encode(wireFigure(f, s))
}

// Table renders a table in the form of a release's table files.
func Table(t report.Table) ([]byte, error) { return encode(wireTable(t)) }

// fileName is what every file system and every URL takes as it is.
var fileName = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*(\.[A-Za-z0-9_-]+)*\.json$`)

func add(files []File, name string, document any) ([]File, error) {
	if len(name) > MaxFileName || !fileName.MatchString(name) {
		return nil, fault.New(fault.Invalid, CodeFileName)
	}
	for _, f := range files {
		if f.Name == name {
			return nil, fault.New(fault.Invalid, CodeFileName)
		}
	}
	content, err := encode(document)
	if err != nil {
		return nil, err
	}
	return append(files, File{Name: name, Media: MediaJSON, Content: content}), nil
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
