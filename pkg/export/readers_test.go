package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/report"
)

// cell is a number as a reader of a file finds it.
type cell struct {
	Status   report.Status
	Value    int
	From, To string
}

// cells are the cube's numbers, and its total if a list of observations has it.
func cells(c *export.Cube) (all []cell) {
	for _, n := range c.Numbers {
		all = append(all, cellOf(n))
	}
	return all
}

func cellOf(n report.Number) cell {
	out := cell{Status: n.Status}
	switch {
	case n.Status == report.Exact:
		out.Value = n.Value
	case n.Status == report.Withheld && n.Range != nil:
		out.From = strconv.Itoa(n.Range.From)
		if !n.Range.Open {
			out.To = strconv.Itoa(n.Range.To)
		}
	}
	return out
}

// withoutRanges is what formats say that have no place for them.
func withoutRanges(all []cell) []cell {
	out := make([]cell, len(all))
	for i, c := range all {
		c.From, c.To = "", ""
		out[i] = c
	}
	return out
}

// fromSymbol reads what stands where a number would.
func fromSymbol(t testing.TB, text string) cell {
	t.Helper()
	switch text {
	case "..":
		return cell{Status: report.Withheld}
	case ".":
		return cell{Status: report.Impossible}
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%q is no number and no symbol", text)
	}
	return cell{Status: report.Exact, Value: n}
}

// records reads CSV with a reader that is not ours.
func records(t testing.TB, raw []byte, separator rune) [][]string {
	t.Helper()
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff"))))
	r.Comma = separator
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range all {
		for i, field := range row {
			if field != "" && strings.ContainsRune("=+-@\t\r\n", rune(field[0])) {
				t.Fatalf("%q would be run as a formula", field)
			}
			row[i] = strings.TrimPrefix(field, "'")
		}
	}
	return all
}

// readCSV gives the numbers of a table in rows and columns, and the labels of
// its rows.
func readCSV(t testing.TB, raw []byte, separator rune, down int) (all []cell, labels [][]string) {
	t.Helper()
	for _, row := range records(t, raw, separator)[1:] {
		labels = append(labels, row[:down])
		for _, field := range row[down:] {
			all = append(all, fromSymbol(t, field))
		}
	}
	return all, labels
}

// place is where codes stand in a cube; -1 for those of a total.
func place(t testing.TB, c *export.Cube, codes []string) int {
	t.Helper()
	at, total := 0, false
	for d, code := range codes {
		categories := c.Dimensions[d].Categories
		found := -1
		for i := range categories {
			if categories[i].Code == code {
				found = i
			}
		}
		if found < 0 && code != "_T" {
			t.Fatalf("no code %q", code)
		}
		total = total || found < 0
		at = at*len(categories) + found
	}
	if total {
		return -1
	}
	return at
}

// list is what a list of observations holds: every number once, and the total.
type list struct {
	cells []cell
	total *cell
}

func (l *list) put(t testing.TB, at int, c cell) {
	t.Helper()
	switch {
	case at < 0 && l.total == nil:
		l.total = &c
	case at < 0 || l.cells[at].Status != "":
		t.Fatal("a number stands twice")
	default:
		l.cells[at] = c
	}
}

func readLong(t testing.TB, raw []byte, c *export.Cube) list {
	t.Helper()
	out := list{cells: make([]cell, len(c.Numbers))}
	all := records(t, raw, ',')
	column := make(map[string]int)
	for i, name := range all[0] {
		column[name] = i
	}
	for _, row := range all[1:] {
		var codes []string
		for _, d := range c.Dimensions {
			name := map[export.Role]string{export.Time: "year", export.Contents: "contents", export.Classification: d.Code}[d.Role]
			codes = append(codes, row[column[name]])
		}
		got := cell{Status: report.Status(row[column["status"]]), From: row[column["from"]], To: row[column["to"]]}
		if value := row[column["value"]]; value != "" {
			got.Value = fromSymbol(t, value).Value
		} else if got.Status == report.Exact {
			t.Fatal("an exact number has no value")
		}
		out.put(t, place(t, c, codes), got)
	}
	return out
}

func readSDMX(t testing.TB, raw []byte, c *export.Cube) list {
	t.Helper()
	out := list{cells: make([]cell, len(c.Numbers))}
	all := records(t, raw, ',')
	n := len(c.Dimensions)
	for _, row := range all[1:] {
		got := cell{}
		switch row[3+n] + "/" + row[4+n] + "/" + row[5+n] {
		case "/Q/C":
			got.Status = report.Withheld
		case "/M/F":
			got.Status = report.Impossible
		default:
			if row[4+n] != "A" || row[5+n] != "F" {
				t.Fatalf("%q", row)
			}
			got = fromSymbol(t, row[3+n])
		}
		out.put(t, place(t, c, row[3:3+n]), got)
	}
	return out
}

// readJSONStat gives the numbers and the labels of every dimension.
func readJSONStat(t testing.TB, raw []byte) (all []cell, labels [][]string) {
	t.Helper()
	var d struct {
		ID        []string
		Size      []int
		Value     []*int
		Status    map[string]string
		Dimension map[string]struct {
			Category struct {
				Index map[string]int
				Label map[string]string
			}
		}
		Extension struct {
			Casestat struct {
				Ranges map[string][2]*int
			}
		}
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	size := 1
	for i, id := range d.ID {
		size *= d.Size[i]
		names := make([]string, d.Size[i])
		for code, at := range d.Dimension[id].Category.Index {
			names[at] = d.Dimension[id].Category.Label[code]
		}
		labels = append(labels, names)
	}
	if size != len(d.Value) {
		t.Fatalf("%d values for %d places", len(d.Value), size)
	}
	for i, v := range d.Value {
		status, marked := d.Status[strconv.Itoa(i)]
		if (v == nil) != marked {
			t.Fatalf("place %d: %v and status %q", i, v, status)
		}
		if v != nil {
			all = append(all, cell{Status: report.Exact, Value: *v})
			continue
		}
		c := fromSymbol(t, status)
		if r, ok := d.Extension.Casestat.Ranges[strconv.Itoa(i)]; ok {
			c.From = strconv.Itoa(*r[0])
			if r[1] != nil {
				c.To = strconv.Itoa(*r[1])
			}
		}
		all = append(all, c)
	}
	return all, labels
}

// readPX gives the numbers, and every keyword with its texts.
func readPX(t testing.TB, raw []byte) (all []cell, keywords map[string][]string) {
	t.Helper()
	keywords = make(map[string][]string)
	rest := string(raw)
	for strings.TrimSpace(rest) != "" {
		end := unquotedIndex(rest, ';')
		equals := unquotedIndex(rest, '=')
		if end < 0 || equals < 0 || equals > end {
			t.Fatalf("no keyword: %.40q", rest)
		}
		name, value := strings.TrimSpace(rest[:equals]), rest[equals+1:end]
		rest = rest[end+1:]
		if name == "DATA" {
			for _, field := range strings.Fields(value) {
				all = append(all, fromSymbol(t, strings.Trim(field, `"`)))
			}
			continue
		}
		value = strings.ReplaceAll(value, "\"\r\n\"", "")
		var texts []string
		for i, part := range strings.Split(value, `"`) {
			if i%2 == 1 {
				texts = append(texts, part)
			}
		}
		if _, twice := keywords[name]; twice {
			t.Fatalf("%s stands twice", name)
		}
		keywords[name] = texts
	}
	return all, keywords
}

func unquotedIndex(text string, wanted byte) int {
	inside := false
	for i := range len(text) {
		switch {
		case text[i] == '"':
			inside = !inside
		case text[i] == wanted && !inside:
			return i
		}
	}
	return -1
}

// readWorkbook gives the numbers of the sheet after the cover, and fails on a
// formula anywhere.
func readWorkbook(t testing.TB, raw []byte, c *export.Cube, lang codelist.Lang) (all []cell) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	sheets := book.GetSheetList()
	if len(sheets) != 2 {
		t.Fatalf("sheets %q", sheets)
	}
	across := c.Dimensions[len(c.Dimensions)-c.Across:]
	down, wide := len(c.Dimensions)-c.Across, 1
	for _, d := range across {
		wide *= len(d.Categories)
	}
	header := 1 + len(c.Notes) + 1 + 1
	for r := range len(c.Numbers) / wide {
		for i := range wide {
			at, err := excelize.CoordinatesToCellName(down+i+1, header+r+1)
			if err != nil {
				t.Fatal(err)
			}
			value, err := book.GetCellValue(sheets[1], at, excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, fromSymbol(t, value))
		}
	}
	for _, sheet := range sheets {
		noFormula(t, book, sheet)
	}
	return all
}

func noFormula(t testing.TB, book *excelize.File, sheet string) {
	t.Helper()
	rows, err := book.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	for r, row := range rows {
		for i := range row {
			at, err := excelize.CoordinatesToCellName(i+1, r+1)
			if err != nil {
				t.Fatal(err)
			}
			formula, err := book.GetCellFormula(sheet, at)
			if err != nil || formula != "" {
				t.Fatalf("%s!%s: formula %q, %v", sheet, at, formula, err)
			}
		}
	}
}
