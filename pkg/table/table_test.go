package table_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/table"
	"manniskohandel.se/casestat/pkg/table/tabletest"
)

func figures(t testing.TB) *figure.Set {
	t.Helper()
	set, err := figure.Current(codelist.Current())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// generator draws its answers once.
var generator = sync.OnceValue(func() *tabletest.Generator {
	g, err := tabletest.New(codelist.Current(), 1)
	if err != nil {
		panic(err)
	}
	return g
})

// generated gives n packed records, every tenth of them count-only.
func generated(t testing.TB, set *figure.Set, seed uint64, n int) reference {
	t.Helper()
	g := generator()
	g.Seed(seed)
	r := reference{set: set, schema: g.Schema}
	for i := range n {
		a := g.Schema.Blank()
		g.Next(a)
		if i%10 == 9 {
			minimise(t, g.Schema, a)
		}
		if c, _ := g.Schema.Column("children_count"); i%3 == 0 {
			g.Schema.Clear(a, c)
		}
		r.records = append(r.records, a)
	}
	return r
}

// minimise makes a record count-only.
func minimise(t testing.TB, schema *record.Schema, a record.Answers) {
	t.Helper()
	for _, c := range schema.Columns {
		switch {
		case c.Field.Name == record.FieldConsent:
			if err := schema.Set(a, c, record.Minimal); err != nil {
				t.Fatal(err)
			}
		case !c.Field.CountOnly:
			schema.Clear(a, c)
		}
	}
}

func columns(t testing.TB, r reference, fields ...codelist.FieldName) *table.Columns {
	t.Helper()
	b, err := table.NewBuilder(r.set, fields...)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range r.records {
		if err := b.Add(r.set.Book.Version, a); err != nil {
			t.Fatal(err)
		}
	}
	return b.Columns()
}

// tabular gives the fields that may stand in a table.
func tabular(schema *record.Schema) []record.Column {
	var columns []record.Column
	for _, c := range schema.Columns {
		if c.Field.Identifies >= 0 {
			columns = append(columns, c)
		}
	}
	return columns
}

// specs generates valid specs: one to four dimensions by codes or by a rung,
// filters of every kind, with or without a sum.
func specs(r reference) *rapid.Generator[table.Spec] {
	return rapid.Custom(func(t *rapid.T) table.Spec {
		var spec table.Spec
		fields := rapid.SliceOfNDistinct(rapid.SampledFrom(tabular(r.schema)), 1, table.MaxDimensions,
			func(c record.Column) codelist.FieldName { return c.Field.Name }).Draw(t, "dimensions")
		for _, c := range fields {
			d := table.Dimension{Field: c.Field.Name}
			if rapid.Bool().Draw(t, "grouped") {
				d.Grouping = rapid.SampledFrom(c.Field.Ladder).Draw(t, "rung").Name
			}
			spec.Dimensions = append(spec.Dimensions, d)
		}
		for range rapid.IntRange(0, 3).Draw(t, "filters") {
			spec.Filters = append(spec.Filters, condition(t, r.schema))
		}
		if rapid.Bool().Draw(t, "summed") {
			spec.Sum = "children_count"
		}
		return spec
	})
}

func condition(t *rapid.T, schema *record.Schema) codelist.Condition {
	c := rapid.SampledFrom(tabular(schema)).Draw(t, "filter")
	all := []codelist.Code{
		codelist.Unknown, codelist.NotAsked, codelist.Declined, codelist.NotApplicable, codelist.NotRecorded,
	}
	for _, e := range c.List.Entries {
		all = append(all, e.Code)
	}
	for n := c.Field.Min; n <= c.Field.Max && c.Field.Kind == codelist.Number; n++ {
		all = append(all, codelist.Code(fmt.Sprint(n)))
	}
	codes := rapid.SliceOfNDistinct(rapid.SampledFrom(all), 1, len(all), rapid.ID).Draw(t, "codes")
	return codelist.Condition{Field: c.Field.Name, Codes: codes, Not: rapid.Bool().Draw(t, "not")}
}

func TestCountAgreesWithDecodingEachRecord(t *testing.T) {
	set := figures(t)
	rapid.Check(t, func(rt *rapid.T) {
		r := generated(t, set, rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(0, 200).Draw(rt, "records"))
		spec := specs(r).Draw(rt, "spec")
		question, err := table.Ask(set, spec)
		if err != nil {
			return // too many cells: refused, as another test shows
		}
		got, err := columns(t, r, question.Fields()...).Count(question)
		if err != nil {
			rt.Fatal(err)
		}
		cells, records := r.count(spec, got.Axes)
		if got.Records != records {
			rt.Fatalf("%d records, want %d", got.Records, records)
		}
		if diff := cmp.Diff(cells, got.Cells); diff != "" {
			rt.Fatalf("cells (-want +got):\n%s", diff)
		}
	})
}

func TestRecordStandsOnceInEveryGroupItHasACodeOf(t *testing.T) {
	set := figures(t)
	r := reference{set: set, schema: record.NewSchema(set.Book)}
	a := r.schema.Blank()
	for field, codes := range map[codelist.FieldName][]codelist.Code{
		"consent_statistics": {"yes"},
		"control_means":      {"physical_abuse", "sexual_abuse", "debt_bondage"}, // two of violence, one of economic
	} {
		c, _ := r.schema.Column(field)
		if err := r.schema.Set(a, c, codes...); err != nil {
			t.Fatal(err)
		}
	}
	r.records = []record.Answers{a}
	field, _ := set.Book.Field("control_means")
	var rung string
	for _, l := range field.Ladder {
		for _, g := range l.Groups {
			if g.Code == "violence" && rung == "" {
				rung = l.Name
			}
		}
	}
	question, err := table.Ask(set, table.Spec{Dimensions: []table.Dimension{{Field: "control_means", Grouping: rung}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := columns(t, r).Count(question)
	if err != nil {
		t.Fatal(err)
	}
	for i, category := range got.Axes[0].Categories {
		want := 0
		if category.Code == "violence" || category.Code == "economic" {
			want = 1
		}
		if n := got.At(i).N; n != want {
			t.Errorf("%s: %d, want %d", category.Code, n, want)
		}
	}
}

func TestCountOverManySegments(t *testing.T) {
	set := figures(t)
	g, err := tabletest.New(set.Book, 7)
	if err != nil {
		t.Fatal(err)
	}
	b, err := table.NewBuilder(set, "gender", "exploitation_types", "entry_means")
	if err != nil {
		t.Fatal(err)
	}
	gender, _ := g.Schema.Column("gender")
	want := make(map[codelist.Code]int)
	a := g.Schema.Blank()
	const records = 3*65_536 + 17
	for range records {
		g.Next(a)
		want[g.Schema.Codes(a, gender)[0]]++
		if err := b.Add(set.Book.Version, a); err != nil {
			t.Fatal(err)
		}
	}
	question, err := table.Ask(set, table.Spec{Dimensions: []table.Dimension{{Field: "gender"}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Columns().Count(question)
	if err != nil {
		t.Fatal(err)
	}
	for i, category := range got.Axes[0].Categories {
		if got.At(i).N != want[category.Code] {
			t.Errorf("%s: %d, want %d", category.Code, got.At(i).N, want[category.Code])
		}
	}
	if got.Records != records {
		t.Errorf("%d records, want %d", got.Records, records)
	}
}

func TestColumnsThatWereNotKeptAreRefused(t *testing.T) {
	set := figures(t)
	r := generated(t, set, 1, 5)
	question, err := table.Ask(set, table.Spec{Dimensions: []table.Dimension{{Field: "gender"}}})
	if err != nil {
		t.Fatal(err)
	}
	c := columns(t, r, "age_band")
	if _, err := c.Count(question); err == nil {
		t.Error("counted a column that is not there")
	}
	if _, err := c.Read(set.Slide[1]); err == nil {
		t.Error("read a figure without its columns")
	}
	if _, err := c.Persons(); err == nil {
		t.Error("bounded persons without their column")
	}
	if _, err := c.Coverage("gender", nil); err == nil {
		t.Error("covered a column that is not there")
	}
}

// A byte that no code of the codebook has stands in no category, and its
// record is not counted as one that does.
func TestABrokenByteIsNotCounted(t *testing.T) {
	set := figures(t)
	r := generated(t, set, 3, 5)
	gender, _ := r.schema.Column("gender")
	r.records[0][gender.Offset] = 255
	question, err := table.Ask(set, table.Spec{Dimensions: []table.Dimension{{Field: "gender"}, {Field: "entry_means"}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := columns(t, r).Count(question)
	if err != nil || got.Records != 4 {
		t.Errorf("%d records (%v), want 4", got.Records, err)
	}
}
