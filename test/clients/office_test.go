package clients

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/report"
)

// What LibreOffice writes for a sheet: commas, every text in quotes, numbers
// bare and as they are stored; all sheets, a file each. The first shows what
// formulas come to, the second shows formulas.
const (
	shown    = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,false,false,false,false,-1"
	formulas = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,false,true,false,false,-1"
)

// office converts files with LibreOffice and gives what is then in every sheet,
// by the name of the file that it wrote.
func office(t *testing.T, filter string, files ...string) map[string][][]string {
	t.Helper()
	dir := t.TempDir()
	args := append([]string{
		"-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--headless", "--norestore",
		"--convert-to", filter, "--outdir", filepath.Join(dir, "out"),
	}, files...)
	output(t, "soffice", args...)
	sheets := make(map[string][][]string)
	for _, path := range matching(t, filepath.Join(dir, "out"), "*.csv", 1) {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(strings.NewReader(string(raw)))
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		sheets[strings.TrimSuffix(filepath.Base(path), ".csv")] = rows
	}
	return sheets
}

func TestLibreOfficeOpensTheWorkbooksWithoutAFormulaAndTheRightNumbers(t *testing.T) {
	dir := published(t)
	sheets := office(t, formulas, matching(t, dir, "release.*.xlsx", 2)...)
	if len(sheets) != 2*(1+1+10) {
		t.Fatalf("%d sheets", len(sheets))
	}
	numbers := 0
	for name, rows := range sheets {
		for _, row := range rows {
			for _, field := range row {
				if strings.HasPrefix(field, "=") {
					t.Errorf("%s: formula %q", name, field)
				}
			}
		}
		book, sheet, _ := strings.Cut(name, "-")
		if sheet == "Om" || sheet == "About" {
			continue
		}
		numbers += sameAsCSV(t, dir, book, sheet, rows)
	}
	if numbers < 2*48 {
		t.Errorf("only %d numbers", numbers)
	}
}

// sameAsCSV looks for the rows of the table's CSV file in a sheet.
func sameAsCSV(t *testing.T, dir, book, sheet string, rows [][]string) (numbers int) {
	t.Helper()
	lang := strings.TrimPrefix(book, "release.")
	separator := map[string]rune{"sv": ';', "en": ','}[lang]
	at, _ := strconv.Atoi(strings.Fields(sheet)[0])
	stems := []string{"figures"}
	for _, year := range []string{"2024", "2025"} {
		for _, name := range []string{"age", "residence", "residence_by_age", "means_by_age", "contact"} {
			stems = append(stems, "table."+year+"."+name)
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, stems[at-1]+"."+lang+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\ufeff")))
	r.Comma = separator
	want, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	header := slices.IndexFunc(rows, func(row []string) bool { return slices.Equal(filled(row, len(want[0])), want[0]) })
	if header < 0 || len(rows) < header+len(want) {
		t.Fatalf("%s: no header %q in %q", sheet, want[0], rows)
	}
	for i, row := range want {
		if diff := cmp.Diff(row, filled(rows[header+i], len(row))); diff != "" {
			t.Errorf("%s %s (-csv +sheet):\n%s", book, sheet, diff)
		}
		numbers += len(row) - 1
	}
	return numbers
}

// filled is the first fields of a row, which ends where nothing follows.
func filled(row []string, n int) []string {
	if len(row) > n && strings.Join(row[n:], "") == "" {
		return row[:n]
	}
	return row
}

// sly is a cube with labels that are formulas.
func sly() *export.Cube {
	text := func(s string) codelist.Text { return codelist.Text{SV: s, EN: s} }
	return &export.Cube{
		ID: "sly", Title: text("=1+1"), Across: 1,
		Dimensions: []export.Dimension{
			{Code: export.TimeCode, Role: export.Time, Label: text("=1+1"), Categories: []export.Category{{Code: "2024", Label: text("2024")}}},
			{Code: "label", Label: text("+1+1"), Categories: []export.Category{
				{Code: "a", Label: text("=1+1")}, {Code: "b", Label: text("+1+1")}, {Code: "c", Label: text("-1+3")}, {Code: "d", Label: text(`=HYPERLINK("http://127.0.0.1/";"2")`)}, {Code: "e", Label: text("\t=1+1")},
			}},
			{Code: export.ContentsCode, Role: export.Contents, Label: text("@SUM(1)"), Categories: []export.Category{{Code: "persons", Label: text("=1+1")}}},
		},
		Numbers: []report.Number{{Status: report.Exact, Value: 7}, {Status: report.Exact, Value: 7}, {Status: report.Exact, Value: 7}, {Status: report.Exact, Value: 7}, {Status: report.Withheld}},
		Notes:   []codelist.Text{text("=1+1")},
	}
}

func TestNoLabelIsRunByASpreadsheet(t *testing.T) {
	dir := t.TempDir()
	c := sly()
	wide, err := c.CSV(codelist.English, export.EnglishSheet)
	if err != nil {
		t.Fatal(err)
	}
	long, err := c.LongCSV(export.Machine)
	if err != nil {
		t.Fatal(err)
	}
	book, err := export.Workbook(export.Book{Title: c.Title, Cubes: []*export.Cube{c}}, codelist.English)
	if err != nil {
		t.Fatal(err)
	}
	bare := strings.ReplaceAll(string(wide), "'", "")
	var files []string
	for name, content := range map[string]string{"wide.csv": string(wide), "long.csv": string(long), "book.xlsx": string(book), "bare.csv": bare} {
		files = append(files, filepath.Join(dir, name))
		if err := os.WriteFile(files[len(files)-1], []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, rows := range office(t, shown, files...) {
		ran := slices.ContainsFunc(rows, func(row []string) bool { return slices.Contains(row, "2") })
		// Contrast: without the apostrophes the same labels are run.
		if bare := strings.HasPrefix(name, "bare"); ran != bare {
			t.Errorf("%s: a label was run: %v\n%q", name, ran, rows)
		}
	}
}
