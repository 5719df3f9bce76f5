package record_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
)

// smallBook has one field of each shape.
func smallBook() *codelist.Book {
	all := []codelist.Code{codelist.Unknown, codelist.NotAsked, codelist.Declined, codelist.NotApplicable, codelist.NotRecorded}
	return &codelist.Book{
		Version: 7,
		Fields: []codelist.Field{
			{Number: 1, Name: "record_id", Kind: codelist.Identifier, Core: true},
			{Number: 2, Name: "contact_year", Kind: codelist.Year, Core: true},
			{Number: 3, Name: "colour", Kind: codelist.Coded, List: "colours", Core: true, Missing: all},
			{Number: 4, Name: "size", Kind: codelist.Number, Min: 3, Max: 12, Missing: all[:1]},
			{Number: 5, Name: "shades", Kind: codelist.Coded, List: "shades", Multi: true, Missing: all},
		},
		Lists: map[string]codelist.List{
			"colours": {Name: "colours", Entries: []codelist.Entry{
				{Code: "green", Index: 1}, {Code: "red", Index: 0}, {Code: "mauve", Index: 2, Deprecated: true},
			}},
			"shades": {Name: "shades", Entries: []codelist.Entry{
				{Code: "s0", Index: 0},
				{Code: "s1", Index: 1},
				{Code: "s2", Index: 2},
				{Code: "s3", Index: 3},
				{Code: "s4", Index: 4},
				{Code: "s5", Index: 5},
				{Code: "s6", Index: 6},
				{Code: "s7", Index: 7},
				{Code: "none_identified", Index: 8},
				{Code: "old", Index: 9, Deprecated: true},
			}},
		},
	}
}

func column(t *testing.T, s *record.Schema, name codelist.FieldName) record.Column {
	t.Helper()
	c, ok := s.Column(name)
	if !ok {
		t.Fatalf("no column %s", name)
	}
	return c
}

func TestPackedLayoutIsThatOfTheDocument(t *testing.T) {
	s := record.NewSchema(smallBook())
	a := s.Blank()
	for _, set := range []struct {
		field codelist.FieldName
		codes []codelist.Code
	}{{"colour", []codelist.Code{"green"}}, {"shades", []codelist.Code{"s0", "s7", "none_identified"}}} {
		if err := s.Set(a, column(t, s, set.field), set.codes...); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetNumber(a, column(t, s, "size"), 5); err != nil {
		t.Fatal(err)
	}
	// colour: 6 + 1. size: 6 + 5 - 3. shades: "stated", bits 1, 8 and 9.
	if diff := cmp.Diff(record.Answers{7, 8, 0b0000_0011, 0b0000_0011}, a); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if err := s.Set(a, column(t, s, "shades"), codelist.Declined); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(record.Answers{7, 8, 3 << 1, 0}, a); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWhatIsSetIsRead(t *testing.T) {
	schema := recordtest.NewReader(t).Schema()
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(schema.Columns).Draw(t, "column")
		a := schema.Blank()
		if c.Field.Kind == codelist.Number && rapid.Bool().Draw(t, "number") {
			want := rapid.IntRange(c.Field.Min, c.Field.Max).Draw(t, "n")
			if err := schema.SetNumber(a, c, want); err != nil {
				t.Fatal(err)
			}
			got, ok := schema.Number(a, c)
			if !ok || got != want || !schema.Stored(a, c) || schema.Missing(a, c) != "" || schema.Codes(a, c) != nil {
				t.Fatalf("set %d, read %d", want, got)
			}
			return
		}
		want := drawAnswer(t, c)
		if err := schema.Set(a, c, want...); err != nil {
			t.Fatal(err)
		}
		checkAnswer(t, schema, a, c, want)
	})
}

// drawAnswer draws codes in the order of the list, or one missing code.
func drawAnswer(t *rapid.T, c record.Column) []codelist.Code {
	missing := []codelist.Code{codelist.Unknown, codelist.NotAsked, codelist.Declined, codelist.NotApplicable, codelist.NotRecorded}
	if len(c.List.Entries) == 0 || rapid.Bool().Draw(t, "missing") {
		return []codelist.Code{rapid.SampledFrom(missing).Draw(t, "code")}
	}
	if !c.Field.Multi {
		return []codelist.Code{rapid.SampledFrom(c.List.Entries).Draw(t, "entry").Code}
	}
	var codes []codelist.Code
	for _, e := range c.List.Entries {
		if rapid.Bool().Draw(t, string(e.Code)) {
			codes = append(codes, e.Code)
		}
	}
	if codes == nil {
		codes = append(codes, c.List.Entries[0].Code)
	}
	return codes
}

func checkAnswer(t *rapid.T, s *record.Schema, a record.Answers, c record.Column, want []codelist.Code) {
	if diff := cmp.Diff(want, s.Codes(a, c)); diff != "" {
		t.Fatalf("%s (-want +got)\n%s", c.Field.Name, diff)
	}
	for _, code := range want {
		if !s.Has(a, c, code) {
			t.Fatalf("%s does not have %s", c.Field.Name, code)
		}
	}
	if s.Has(a, c, "no_such_code") {
		t.Fatal("has a code outside the list")
	}
	if _, ok := s.Number(a, c); ok {
		t.Fatal("codes are no number")
	}
	for _, other := range s.Columns {
		if other.Offset != c.Offset && s.Stored(a, other) {
			t.Fatalf("setting %s touched %s", c.Field.Name, other.Field.Name)
		}
	}
	if s.Clear(a, c); s.Stored(a, c) || s.Codes(a, c) != nil {
		t.Fatal("still stored after Clear")
	}
}

func TestSetRefuses(t *testing.T) {
	s := record.NewSchema(smallBook())
	for _, tt := range []struct {
		name  string
		field codelist.FieldName
		codes []codelist.Code
	}{
		{"no code", "colour", nil},
		{"two codes for one", "colour", []codelist.Code{"red", "green"}},
		{"a stranger", "colour", []codelist.Code{"blue"}},
		{"a missing code in company", "shades", []codelist.Code{"s1", codelist.Unknown}},
		{"a code twice", "shades", []codelist.Code{"s1", "s1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if s.Set(s.Blank(), column(t, s, tt.field), tt.codes...) == nil {
				t.Error("was set")
			}
		})
	}
	for _, n := range []int{2, 13, -1} {
		if s.SetNumber(s.Blank(), column(t, s, "size"), n) == nil {
			t.Errorf("%d was set", n)
		}
	}
	if s.SetNumber(s.Blank(), column(t, s, "colour"), 3) == nil {
		t.Error("a number was set in a coded field")
	}
}

func TestPackingDoesNotAllocate(t *testing.T) {
	s := record.NewSchema(smallBook())
	a, c := s.Blank(), column(t, s, "shades")
	codes, buffer := []codelist.Code{"s1", "s7"}, make([]codelist.Code, 0, 4)
	if n := testing.AllocsPerRun(100, func() {
		if err := s.Set(a, c, codes...); err != nil {
			t.Fatal(err)
		}
		buffer = s.AppendCodes(buffer[:0], a, c)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
