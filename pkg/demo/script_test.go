package demo

import (
	"bytes"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/table"
)

const slideYear = 2025

var book = codelist.Current()

var currentScript = sync.OnceValues(func() (*Script, error) { return Write(book, slideYear) })

// script gives the script of the tests' year; nobody changes it.
func script(t *testing.T) *Script {
	t.Helper()
	s, err := currentScript()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var currentFigures = sync.OnceValues(func() (*figure.Set, error) { return figure.Current(book) })

func figures(t *testing.T) *figure.Set {
	t.Helper()
	set, err := currentFigures()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

var currentReader = sync.OnceValues(func() (*record.Reader, error) { return record.NewReader(record.NewSchema(book)) })

// reader reads records as the service does.
func reader(t *testing.T) (*record.Reader, record.Options) {
	t.Helper()
	r, err := currentReader()
	if err != nil {
		t.Fatal(err)
	}
	return r, record.Options{}
}

func TestEveryRecordIsValidAndRaisesNoWarning(t *testing.T) {
	read, opt := reader(t)
	for _, r := range script(t).Records {
		row := read.Decode(r.JSON(book), opt)
		if len(row.Details)+len(row.Warnings) > 0 {
			t.Errorf("%s of %d (%s): refused %v, warned %v\n%s", r.ID, r.Year, r.Kind, row.Details, row.Warnings, r.JSON(book))
		}
		if _, err := record.ParseID(r.ID); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
	}
}

func TestTheSameYearGivesTheSameScript(t *testing.T) {
	a := script(t)
	b, err := Write(book, slideYear)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, b, cmp.AllowUnexported(Record{})); diff != "" {
		t.Error(diff)
	}
	other, err := Write(book, slideYear+1)
	if err != nil {
		t.Fatal(err)
	}
	if a.Records[0].ID == other.Records[0].ID {
		t.Error("another year repeats the ids of this one")
	}
}

func TestEveryYearHasAScript(t *testing.T) {
	for year := 2023; year < 2036; year++ {
		if _, err := Write(book, year); err != nil {
			t.Errorf("%d: %v", year, err)
		}
	}
}

// TestEveryFormatSaysTheSame reads each member's records back from NDJSON and
// from both kinds of CSV.
func TestEveryFormatSaysTheSame(t *testing.T) {
	read, opt := reader(t)
	records := script(t).Of("C")
	var want []record.Row
	for i, r := range records {
		row := read.Decode(r.JSON(book), opt)
		row.Number, row.Record.ID = i+1, record.ID(r.ID)
		want = append(want, row)
	}
	for format, rows := range map[Format]func(*bytes.Buffer) []record.Row{
		NDJSON:   func(b *bytes.Buffer) []record.Row { return collect(t, read.ReadNDJSON(b, opt)) },
		CSV:      func(b *bytes.Buffer) []record.Row { return collect(t, read.ReadCSV(b, opt)) },
		ExcelCSV: func(b *bytes.Buffer) []record.Row { return collect(t, read.ReadCSV(b, opt)) },
	} {
		var b bytes.Buffer
		if _, err := format.Encode(&b, book, records); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, rows(&b)); diff != "" {
			t.Errorf("%s:\n%s", format, diff)
		}
	}
}

func collect(t *testing.T, seq func(func(record.Row, error) bool)) (rows []record.Row) {
	t.Helper()
	for row, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// counted reads the slide from records as the desk would.
func counted(t *testing.T, year int, records ...Record) map[figure.Name]table.Reading {
	t.Helper()
	return readings(t, figures(t).Slide, year, records)
}

// onSlide says how many of the records are persons of the slide.
func onSlide(t *testing.T, records ...Record) int {
	t.Helper()
	persons := figures(t).Slide[:1]
	return readings(t, persons, slideYear, records)[persons[0].Name].Numbers.N
}

func readings(t *testing.T, wanted []figure.Figure, year int, records []Record) map[figure.Name]table.Reading {
	t.Helper()
	set := figures(t)
	builder, err := table.NewBuilder(set)
	if err != nil {
		t.Fatal(err)
	}
	read, opt := reader(t)
	for _, r := range records {
		if r.Year != year {
			continue
		}
		row := read.Decode(r.JSON(book), opt)
		if err := builder.Add(row.Record.Codebook, row.Record.Answers); err != nil {
			t.Fatal(err)
		}
	}
	columns := builder.Columns()
	readings := map[figure.Name]table.Reading{}
	for _, f := range wanted {
		if readings[f.Name], err = columns.Read(f); err != nil {
			t.Fatal(err)
		}
	}
	return readings
}

// TestTheSlideByOrganisation is the spread of the slide over the members.
func TestTheSlideByOrganisation(t *testing.T) {
	s := script(t)
	for member, want := range map[string]Slide{
		"A": {Persons: 9, CivilSociety: 4, NeverDared: 3, Undocumented: 2, Violence: 3, Relation: 7, Parents: 4, Children: 6, Minors: 2},
		"B": {Persons: 8, CivilSociety: 3, NeverDared: 2, Undocumented: 2, Violence: 2, Relation: 6, Parents: 4, Children: 6, Minors: 2},
		"C": {Persons: 7, CivilSociety: 3, NeverDared: 2, Undocumented: 1, Violence: 2, Relation: 5, Parents: 3, Children: 5, Minors: 1},
		"D": {Persons: 6, CivilSociety: 3, NeverDared: 2, Undocumented: 1, Violence: 1, Relation: 4, Parents: 3, Children: 4, Minors: 1},
		"E": {Persons: 5, CivilSociety: 2, NeverDared: 1, Undocumented: 1, Violence: 1, Relation: 4, Parents: 2, Children: 3, Minors: 1},
	} {
		if diff := cmp.Diff(want, slideOf(counted(t, slideYear, s.Of(member)...))); diff != "" {
			t.Errorf("organisation %s:\n%s", member, diff)
		}
	}
	if diff := cmp.Diff(Expected, slideOf(counted(t, slideYear, s.Records...))); diff != "" {
		t.Errorf("all organisations:\n%s", diff)
	}
}

func slideOf(readings map[figure.Name]table.Reading) Slide {
	var figures []Stated
	for name, r := range readings {
		figures = append(figures, Stated{Name: string(name), N: r.Numbers.N, Of: r.Numbers.Of, Sum: r.Numbers.Sum, AtLeast: r.Numbers.AtLeast})
	}
	slide, _ := read(figures)
	return slide
}

// TestEachDifferenceIsReasonEnough takes every decoy apart: with all that sets
// it apart taken back it counts, with any one difference left it does not.
func TestEachDifferenceIsReasonEnough(t *testing.T) {
	s := script(t)
	w, err := newWriter(book, slideYear)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Records {
		if r.Kind == "" {
			continue
		}
		if !counts(t, w, r, nil) {
			t.Errorf("%s %s: does not count even without what sets it apart", r.Kind, r.ID)
		}
		for field := range r.differs {
			if counts(t, w, r, Answers{field: r.differs[field]}) {
				t.Errorf("%s %s: counts in spite of %s", r.Kind, r.ID, field)
			}
		}
		if onSlide(t, r) != 0 {
			t.Errorf("%s %s counts", r.Kind, r.ID)
		}
	}
}

// counts says whether r would count with these differences and no others.
func counts(t *testing.T, w *writer, r Record, differs Answers) bool {
	t.Helper()
	changed := Record{ID: r.ID, Year: slideYear}
	if differs[fieldYear] != nil {
		changed.Year = r.Year
	}
	sketch := r.sketch.with(differs)
	delete(sketch, fieldYear)
	var err error
	if changed.Answers, err = w.complete(sketch); err != nil {
		t.Fatal(err)
	}
	return onSlide(t, changed) == 1
}

func TestThreeHundredDecoysOfEveryKindOverThreeYears(t *testing.T) {
	s := script(t)
	if s.Decoys() < 300 {
		t.Errorf("%d decoys, want 300 at least", s.Decoys())
	}
	kinds, years := s.Kinds(), map[int]int{}
	for _, k := range mustKinds(t) {
		if kinds[k.name] == 0 {
			t.Errorf("no decoy of kind %q", k.name)
		}
	}
	for _, r := range s.Records {
		years[r.Year]++
	}
	for year := slideYear - 1; year <= slideYear+1; year++ {
		if years[year] < 50 {
			t.Errorf("%d records in %d", years[year], year)
		}
	}
}

func mustKinds(t *testing.T) []decoyKind {
	t.Helper()
	kinds, err := readDecoys(book)
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

// TestEveryMissingCodeAndEveryFieldIsUsed keeps the demo realistic.
func TestEveryMissingCodeAndEveryFieldIsUsed(t *testing.T) {
	missing, stated := map[codelist.Code]int{}, map[codelist.FieldName]int{}
	for _, r := range script(t).Records {
		for field, codes := range r.Answers {
			for _, code := range codes {
				if slices.ContainsFunc(book.Missing, func(e codelist.Entry) bool { return e.Code == code }) {
					missing[code]++
				} else {
					stated[field]++
				}
			}
		}
	}
	for _, m := range book.Missing {
		if missing[m.Code] == 0 {
			t.Errorf("nobody answers %s", m.Code)
		}
	}
	for _, f := range answered(book) {
		if stated[f.Name] == 0 {
			t.Errorf("nobody states %s", f.Name)
		}
	}
}

// TestThoseMetAgainAreTheSamePersons: whoever met a person later describes her
// as the first member did.
func TestThoseMetAgainAreTheSamePersons(t *testing.T) {
	var first Record
	again := 0
	for _, r := range script(t).Records {
		if r.Kind == "" {
			first = r
		}
		if _, met := r.differs[fieldEarlier]; !met {
			continue
		}
		again++
		for _, field := range []codelist.FieldName{"gender", "age_band", "residence_status", "citizenship_group", "region_of_origin", "has_children", "children_count", "first_contact", "perpetrator_relation"} {
			if !slices.Equal(r.Answers[field], first.Answers[field]) {
				t.Errorf("%s: %s differs from the first record", r.ID, field)
			}
		}
		if r.Member == first.Member {
			t.Errorf("%s: met again by the same member", r.ID)
		}
	}
	if again != 23 {
		t.Errorf("%d records of persons met again, want 23", again)
	}
}
