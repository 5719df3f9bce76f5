package ground

import (
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/record"
)

// TestExampleRecordsAreValid: whoever copies a record from a document gets one
// that the service takes.
func TestExampleRecordsAreValid(t *testing.T) {
	reader, err := record.NewReader(record.NewSchema(codelist.Current()))
	if err != nil {
		t.Fatal(err)
	}
	var opt record.Options
	found := 0
	for _, file := range files(t, ".md") {
		for _, f := range fences(t, file) {
			switch f.info {
			case "json record":
				found++
				refuse(t, f, reader.Decode([]byte(f.text), opt))
			case "ndjson batch":
				found += batch(t, f, reader.ReadNDJSON(strings.NewReader(f.text), opt))
			case "csv batch":
				found += batch(t, f, reader.ReadCSV(strings.NewReader(f.text), opt))
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d example records found", found)
	}
}

func batch(t *testing.T, f fence, rows iter.Seq2[record.Row, error]) (n int) {
	t.Helper()
	for row, err := range rows {
		if err != nil {
			t.Errorf("%s:%d: %v", f.file, f.line, err)
			break
		}
		refuse(t, f, row)
		n++
	}
	return n
}

func refuse(t *testing.T, f fence, row record.Row) {
	t.Helper()
	for _, d := range row.Details {
		t.Errorf("%s:%d: row %d, %s: %s", f.file, f.line, row.Number, d.Pointer, d.Code)
	}
}

func TestExampleJSONIsJSON(t *testing.T) {
	for _, file := range files(t, ".md") {
		for _, f := range fences(t, file) {
			if f.lang() == "json" && !json.Valid([]byte(f.text)) {
				t.Errorf("%s:%d: not JSON", file, f.line)
			}
		}
	}
}

// TestFloorsAreDocumented holds the table in docs/architecture.md against the
// one that is enforced.
func TestFloorsAreDocumented(t *testing.T) {
	var enforced, documented []string
	for line := range strings.Lines(between(read(t, "floors_test.go"), "var floors = map[string]int{", "\n}")) {
		name, floor, ok := strings.Cut(strings.TrimSpace(line), ":")
		if floor, _, _ = strings.Cut(floor, ","); ok {
			enforced = append(enforced, strings.TrimSpace(floor)+" "+strings.Trim(name, `"`))
		}
	}
	for line := range strings.Lines(between(read(t, "docs/architecture.md"), "| floor |", "\n\n")) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || !strings.ContainsAny(cells[1], "0123456789") {
			continue
		}
		name := strings.TrimSpace(cells[2])
		if name == "the root" {
			name = ""
		}
		name = strings.Trim(name, "`")
		documented = append(documented, strings.TrimSpace(cells[1])+" "+name)
	}
	if len(enforced) < 10 {
		t.Fatalf("only %d floors read", len(enforced))
	}
	for _, e := range enforced {
		if !slices.Contains(documented, e) {
			t.Errorf("docs/architecture.md does not have %q", e)
		}
	}
	for _, d := range documented {
		if !slices.Contains(enforced, d) {
			t.Errorf("docs/architecture.md has %q, which floors_test.go has not", d)
		}
	}
}

// between gives what stands after start and before end, "" without either.
func between(text, start, end string) string {
	_, rest, ok := strings.Cut(text, start)
	if !ok {
		return ""
	}
	inside, _, ok := strings.Cut(rest, end)
	if !ok {
		return ""
	}
	return inside
}
