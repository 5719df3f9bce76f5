package codelist

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files and the tables of docs/records.md anew")

// layout lists what stored records rest on: the order of packed fields, the
// order of the missing codes, and the index of every code.
func layout(b *Book) []string {
	var out []string
	for i, e := range b.Missing {
		out = append(out, fmt.Sprintf("missing %d %s", i, e.Code))
	}
	for _, f := range b.Fields {
		switch f.Kind {
		case Coded:
			out = append(out, fmt.Sprintf("field %d %s: %s multi=%t", f.Number, f.Name, f.List, f.Multi))
		case Number:
			out = append(out, fmt.Sprintf("field %d %s: %d to %d", f.Number, f.Name, f.Min, f.Max))
		default:
			out = append(out, fmt.Sprintf("field %d %s: %s", f.Number, f.Name, f.Kind))
		}
	}
	for _, name := range sortedLists(b) {
		for _, e := range b.Lists[name].Entries {
			out = append(out, fmt.Sprintf("list %s %d %s", name, e.Index, e.Code))
		}
	}
	return out
}

// lost gives the lines that a published layout had and the new one has not.
func lost(published, now []string) []string {
	var out []string
	for _, line := range published {
		if !slices.Contains(now, line) {
			out = append(out, line)
		}
	}
	return out
}

func sortedLists(b *Book) []string {
	var names []string
	for name := range b.Lists {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// -update can add lines and nothing else: a code that moves would change the
// meaning of every record stored before.
func TestLayoutIsPinned(t *testing.T) {
	path := filepath.Join("testdata", "layout.golden")
	now := layout(Current())
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	published := strings.FieldsFunc(string(data), func(r rune) bool { return r == '\n' })
	if gone := lost(published, now); gone != nil {
		t.Fatalf("published places have changed:\n%s", strings.Join(gone, "\n"))
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(now, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(published, now); diff != "" {
		t.Errorf("layout (-published +now; add lines with -update):\n%s", diff)
	}
}

func TestLayoutPinNoticesASwap(t *testing.T) {
	before := layout(loadSmall(t))
	grown := layout(loadSmall(t, "en: Green}", "en: Green}\n      - {code: blue, sv: Blå, en: Blue}"))
	if gone := lost(before, grown); gone != nil {
		t.Errorf("a new code at the end moved others: %v", gone)
	}
	swapped := layout(loadSmall(t,
		"{code: apple, sv: Äpple, en: Apple, H: Malus}", "{code: pear, sv: Päron, en: Pear} #",
		"{code: pear, sv: Päron, en: Pear}\n", "{code: apple, sv: Äpple, en: Apple}\n"))
	if lost(before, swapped) == nil {
		t.Error("two codes changed places and the pin did not notice")
	}
}
