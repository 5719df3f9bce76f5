package export

import (
	"fmt"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// Format is a form in which a table is rendered: how its files' names end.
type Format string

// The formats of a table.
const (
	FormatJSON            Format = "json"
	FormatSwedishCSV      Format = "sv.csv" // rows and columns, as SwedishSheet
	FormatEnglishCSV      Format = "en.csv" // rows and columns, as EnglishSheet
	FormatLongCSV         Format = "long.csv"
	FormatSwedishJSONStat Format = "sv.jsonstat.json"
	FormatEnglishJSONStat Format = "en.jsonstat.json"
	FormatPX              Format = "px" // in both languages
	FormatSDMX            Format = "sdmx.csv"
)

// The formats of a release as a whole.
const (
	FormatSwedishWorkbook Format = "sv.xlsx"
	FormatEnglishWorkbook Format = "en.xlsx"
)

// The media types of the formats.
const (
	MediaJSON     = "application/json; charset=utf-8"
	MediaCSV      = "text/csv; charset=utf-8; header=present"
	MediaSDMX     = "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8"
	MediaPX       = "application/octet-stream" // as PxWebApi serves it
	MediaWorkbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// The files that every release has, and the name before the format of those
// that hold its figures, and of those that hold everything.
const (
	FiguresFile = "figures.json"
	TablesFile  = "tables.json"

	figuresName = "figures"
	releaseName = "release"
)

// TableFile is the name of the file with a table of a release, as JSON.
func TableFile(year int, name plan.Name) string { return TableFileIn(year, name, FormatJSON) }

// TableFileIn is the name of the file with a table of a release.
func TableFileIn(year int, name plan.Name, f Format) string {
	return fmt.Sprintf("table.%d.%s.%s", year, name, f)
}

// FiguresFileIn is the name of the file with the figures of a release, in any
// format but FormatJSON, whose file is FiguresFile and says more.
func FiguresFileIn(f Format) string { return fmt.Sprintf("%s.%s", figuresName, f) }

// ReleaseFileIn is the name of a file with all tables of a release.
func ReleaseFileIn(f Format) string { return fmt.Sprintf("%s.%s", releaseName, f) }

// cubeFormats are those in which every cube is rendered.
var cubeFormats = []struct {
	format Format
	media  string
	write  func(*Cube) ([]byte, error)
}{
	{FormatSwedishCSV, MediaCSV, func(c *Cube) ([]byte, error) { return c.CSV(codelist.Swedish, SwedishSheet) }},
	{FormatEnglishCSV, MediaCSV, func(c *Cube) ([]byte, error) { return c.CSV(codelist.English, EnglishSheet) }},
	{FormatLongCSV, MediaCSV, func(c *Cube) ([]byte, error) { return c.LongCSV(Machine) }},
	{FormatSwedishJSONStat, MediaJSON, func(c *Cube) ([]byte, error) { return c.JSONStat(codelist.Swedish) }},
	{FormatEnglishJSONStat, MediaJSON, func(c *Cube) ([]byte, error) { return c.JSONStat(codelist.English) }},
	{FormatPX, MediaPX, func(c *Cube) ([]byte, error) { return c.PX(codelist.Swedish, codelist.English) }},
	{FormatSDMX, MediaSDMX, (*Cube).SDMX},
}
