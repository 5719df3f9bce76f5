package codelist_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
)

// example gives a marked example of docs/records.md.
func example(t *testing.T, kind string) string {
	t.Helper()
	_, rest, ok := strings.Cut(recordsPage(t), "<!-- example: "+kind+" -->\n```"+kind+"\n")
	text, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatalf("docs/records.md has no %s example", kind)
	}
	return text
}

func recordsPage(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "records.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func newReader(t *testing.T) *record.Reader {
	t.Helper()
	reader, err := record.NewReader(record.NewSchema(codelist.Current()))
	if err != nil {
		t.Fatal(err)
	}
	return reader
}

func TestRecordsPageExamplesAreAccepted(t *testing.T) {
	reader := newReader(t)
	single := reader.Decode([]byte(example(t, "json")), record.Options{})
	if single.Refusal() != nil || single.Warnings != nil {
		t.Errorf("the JSON example is refused: %v %v", single.Details, single.Warnings)
	}
	var rows []record.Row
	for row, err := range reader.ReadCSV(strings.NewReader(example(t, "csv")), record.Options{}) {
		if err != nil || row.Refusal() != nil || row.Warnings != nil {
			t.Fatalf("the CSV example is refused: %v %v %v", err, row.Details, row.Warnings)
		}
		rows = append(rows, row)
	}
	if len(rows) != 2 {
		t.Fatalf("the CSV example has %d rows, not 2", len(rows))
	}
	if diff := cmp.Diff(single.Record.Answers, rows[0].Record.Answers); diff != "" {
		t.Errorf("the examples differ (-json +csv):\n%s", diff)
	}
}

// The smallest record is minimal: whatever is taken away, it is refused.
func TestRecordsPageExampleIsMinimal(t *testing.T) {
	reader := newReader(t)
	for _, name := range slices.Sorted(keys(t)) {
		row := reader.Decode(edited(t, func(m map[string]any) { delete(m, name) }), record.Options{})
		if row.Refusal() == nil {
			t.Errorf("without %s the record is still accepted", name)
		}
	}
}

func TestRecordsPageMistakesAreAnsweredAsItSays(t *testing.T) {
	reader := newReader(t)
	set := func(name string, value any) []byte {
		return edited(t, func(m map[string]any) { m[name] = value })
	}
	for _, c := range []struct {
		body []byte
		want fault.Code
	}{
		{edited(t, func(m map[string]any) { delete(m, "gender") }), "required"},
		{set("gender", nil), "null_value"},
		{set("gender", ""), "empty_string"},
		{set("entry_means", []string{}), "empty_array"},
		{set("entry_means", []string{"threats", "unknown"}), "mixed_codes"},
		{set("exploitation_types", "sexual"), "wrong_type"},
		{set("children_count", "2"), "wrong_type"},
		{set("gender", "female"), "unknown_code"},
		{set("gender", "Woman or girl"), "free_text"},
		{set("gender", "not_applicable"), "missing_not_allowed"},
		{set("record_id", "5b2c1f9e-3a77-4a0e-9c55-0d6f1c8f4e21"), "unknown_member"},
		{set("consent_statistics", "minimal"), "not_in_count_only"},
		{set("guardian", "appointed"), "R1"},
		{set("labour_sector", []string{"a"}), "R4"},
		{set("gender", "not_recorded"), "R11"},
	} {
		row := reader.Decode(c.body, record.Options{})
		has := slices.ContainsFunc(row.Details, func(d fault.Detail) bool { return d.Code == c.want })
		if !has {
			t.Errorf("%s: refused with %v", c.want, row.Details)
		}
		if !strings.Contains(recordsPage(t), "`"+string(c.want)+"`") {
			t.Errorf("docs/records.md does not speak of %s", c.want)
		}
	}
}

func TestRecordsPageNamesOnlyCodesThatExist(t *testing.T) {
	_, section, _ := strings.Cut(recordsPage(t), "## Common mistakes\n")
	section, _, _ = strings.Cut(section, "\n## ")
	n := 0
	for line := range strings.Lines(section) {
		cells := strings.Split(line, " | ")
		for _, word := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[0], -1) {
			n++
			if !slices.Contains(record.AllCodes(), fault.Code(word[1])) {
				t.Errorf("docs/records.md names the code %q, which no refusal has", word[1])
			}
		}
	}
	if n < 15 {
		t.Errorf("only %d codes found in the table of mistakes", n)
	}
}

// edited gives the JSON example after a change.
func edited(t *testing.T, change func(map[string]any)) []byte {
	t.Helper()
	m := parsed(t)
	change(m)
	body, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func parsed(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(example(t, "json")), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func keys(t *testing.T) func(func(string) bool) {
	m := parsed(t)
	return func(yield func(string) bool) {
		for name := range m {
			if !yield(name) {
				return
			}
		}
	}
}
