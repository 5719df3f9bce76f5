package codelist

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// small gives the files of a small valid codebook after replacing text in
// them: old, new, old, new, ...
func small(t testing.TB, edits ...string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	used := make([]bool, len(edits))
	for _, name := range []string{"book.yaml", "fields.yaml"} {
		data, err := os.ReadFile(filepath.Join("testdata", "small", name))
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for i := 0; i+1 < len(edits); i += 2 {
			used[i] = used[i] || strings.Contains(text, edits[i])
			text = strings.Replace(text, edits[i], edits[i+1], 1)
		}
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for i := 0; i+1 < len(edits); i += 2 {
		if !used[i] {
			t.Fatalf("the small codebook has no %q to replace", edits[i])
		}
	}
	return files
}

func loadSmall(t testing.TB, edits ...string) *Book {
	t.Helper()
	book, err := load(small(t, edits...))
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func TestLoadReadsEveryPart(t *testing.T) {
	book := loadSmall(t)
	fruit, _ := book.Field("fruit")
	rest := Group{
		Code: "other_or_unknown", Label: Text{"Annat eller okänt", "Other or unknown"},
		Codes: []Code{"other", Unknown, NotAsked, Declined, NotRecorded}, Residual: true,
	}
	apple := Group{Code: "apple", Label: Text{"Äpple", "Apple"}, Codes: []Code{"apple"}}
	pear := Group{Code: "pear", Label: Text{"Päron", "Pear"}, Codes: []Code{"pear"}}
	plum := Group{Code: "plum", Label: Text{"Plommon", "Plum"}, Codes: []Code{"plum"}}
	other := Group{Code: "other", Label: Text{"Annat", "Other"}, Codes: []Code{"other"}}
	want := Field{
		Number: 2, Name: "fruit", Label: Text{"Frukt", "Fruit"}, Kind: Coded, List: "fruit", Core: true, Identifies: 1,
		Missing:  []Code{Unknown, NotAsked, Declined, NotRecorded},
		Mappings: map[string]string{},
		Ladder: Ladder{
			{Name: "codes", Groups: []Group{apple, pear, plum, other, {
				Code: "not_stated", Label: Text{"Ej angivet", "Not stated"},
				Codes: []Code{Unknown, NotAsked, Declined, NotRecorded}, Residual: true,
			}}},
			{Name: "agg_fruit", Groups: []Group{{Code: "pome", Label: Text{"Kärnfrukt", "Pome"}, Codes: []Code{"apple", "pear"}}, plum, rest}},
			{Name: "stated", Groups: []Group{{Code: "stated", Label: Text{"Angivet", "Stated"}, Codes: []Code{"apple", "pear", "plum"}}, rest}},
		},
	}
	if diff := cmp.Diff(want, fruit); diff != "" {
		t.Errorf("fruit (-want +got):\n%s", diff)
	}
	wantRules := []Rule{
		{Code: "R1", Text: Text{"Färg anges för kärnfrukt.", "Pome fruit has a colour."}, Clauses: []Clause{
			{
				When: []Condition{{Field: "fruit", Codes: []Code{"apple", "pear"}}},
				Then: Condition{Field: "colours", Codes: []Code{NotApplicable}, Not: true},
			},
			{
				When: []Condition{{Field: "fruit", Codes: []Code{"apple", "pear"}, Not: true}},
				Then: Condition{Field: "colours", Codes: []Code{NotApplicable}},
			},
		}},
		{Code: "R2", Text: Text{"Plommon är inte gröna.", "Plums are not green."}, Warning: true, Clauses: []Clause{{
			When: []Condition{{Field: "fruit", Codes: []Code{"plum"}}},
			Then: Condition{Field: "colours", Codes: []Code{"red", Unknown, NotAsked, Declined, NotRecorded}},
		}}},
	}
	if diff := cmp.Diff(wantRules, book.Rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}

func TestLoadLabelsNumbers(t *testing.T) {
	pieces, _ := loadSmall(t).Field("pieces")
	var labels []string
	for _, g := range pieces.Ladder[0].Groups {
		labels = append(labels, g.Label.In(English))
	}
	if diff := cmp.Diff([]string{"1", "2", "Three or more", "Not stated"}, labels); diff != "" {
		t.Errorf("numbers (-want +got):\n%s", diff)
	}
}

func TestLookups(t *testing.T) {
	for name, book := range map[string]*Book{
		"loaded":       loadSmall(t),
		"made by hand": {Fields: loadSmall(t).Fields},
	} {
		if _, ok := book.Field("vegetable"); ok {
			t.Errorf("%s: found a field that does not exist", name)
		}
		if f, ok := book.Field("colours"); !ok || f.Number != 3 {
			t.Errorf("%s: colours is field %d, %t", name, f.Number, ok)
		}
	}
	list := loadSmall(t).Lists["fruit"]
	for name, l := range map[string]List{"loaded": list, "made by hand": {Entries: list.Entries}} {
		if i, ok := l.Index("plum"); !ok || i != 2 {
			t.Errorf("%s: plum has the index %d, %t", name, i, ok)
		}
		if _, ok := l.Index("grape"); ok {
			t.Errorf("%s: found a code that does not exist", name)
		}
	}
	if e, _ := list.Entry("apple"); e.Mappings["H"] != "Malus" || len(e.Mappings) != 1 {
		t.Errorf("apple's counterparts are %v", e.Mappings)
	}
}

func TestGroup(t *testing.T) {
	book := loadSmall(t)
	for _, c := range []struct {
		name  string
		field FieldName
		group Code
		want  []Code
	}{
		{"a group of a rung", "fruit", "pome", []Code{"apple", "pear"}},
		{"a group of numbers", "pieces", "several", []Code{"2", "3"}},
		{"a code is a group of its own", "fruit", "plum", []Code{"plum"}},
		{"the last rung", "fruit", "stated", []Code{"apple", "pear", "plum"}},
		{"a crosswalk is not found", "colours", "ripe", nil},
		{"an unknown group", "fruit", "stone", nil},
		{"an unknown field", "vegetable", "pome", nil},
		{"a field without a ladder", "record_id", "stated", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := book.Group(c.field, c.group)
			if diff := cmp.Diff(c.want, got); diff != "" || ok != (c.want != nil) {
				t.Errorf("%t (-want +got):\n%s", ok, diff)
			}
		})
	}
	codes, _ := book.Group("fruit", "pome")
	codes[0] = "spoilt"
	if again, _ := book.Group("fruit", "pome"); again[0] != "apple" {
		t.Error("a caller could change the book through a group")
	}
}

func TestEnum(t *testing.T) {
	book := loadSmall(t, "{code: pear, ", "{code: pear, deprecated: true, ")
	for _, c := range []struct {
		field FieldName
		want  []string
	}{
		{"fruit", []string{"apple", "plum", "other", "unknown", "not_asked", "declined", "not_recorded"}},
		{"colours", []string{"red", "green", "unknown", "not_asked", "declined", "not_applicable", "not_recorded"}},
		{"pieces", []string{"unknown", "not_asked", "declined", "not_recorded"}},
		{"record_id", nil},
		{"vegetable", nil},
	} {
		if diff := cmp.Diff(c.want, book.Enum(c.field)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.field, diff)
		}
	}
}

func TestTextIn(t *testing.T) {
	text := Text{SV: "Äpple", EN: "Apple"}
	for lang, want := range map[Lang]string{Swedish: "Äpple", English: "Apple", "fi": "Apple"} {
		if got := text.In(lang); got != want {
			t.Errorf("in %q: %q, want %q", lang, got, want)
		}
	}
}
