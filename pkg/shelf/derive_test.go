package shelf_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

const year = 2024

// slide is the invented year as a release.
func slide(t testing.TB) *shelf.Release {
	t.Helper()
	b := shelftest.New(t)
	b.Publish(shelftest.Slide(year))
	return must[*shelf.Release](t)(b.Shelf().Release(t.Context(), 1))
}

func exact(n int) report.Number { return report.Number{Status: report.Exact, Value: n} }

func between(from, to int) report.Number {
	return report.Number{Status: report.Withheld, Range: &plan.Range{From: from, To: to}}
}

func by(fields ...codelist.FieldName) []codelist.FieldName { return fields }

func in(field codelist.FieldName, codes ...codelist.Code) shelf.Condition {
	return shelf.Condition{Field: field, In: codes}
}

func TestDerive(t *testing.T) {
	r := slide(t)
	for _, test := range []struct {
		name  string
		query shelf.Query
		total report.Number
		cells []report.Number
	}{
		{
			"the whole table",
			shelf.Query{Table: "age", By: by("age_band")},
			exact(35),
			[]report.Number{exact(7), exact(18), exact(10)},
		},
		{
			"summed over everything: the total, which is shown",
			shelf.Query{Table: "residence_by_age"},
			exact(35),
			[]report.Number{exact(35)},
		},
		{
			"withheld parts whose sum is shown in another table",
			shelf.Query{Table: "residence_by_age", By: by("residence_status")},
			exact(35),
			[]report.Number{exact(7), exact(13), exact(12), between(0, 9)},
		},
		{
			"exact parts and parts that nobody can be in",
			shelf.Query{Table: "residence_by_age", By: by("age_band"), Where: []shelf.Condition{in("residence_status", "other")}},
			between(0, 9),
			[]report.Number{{Status: report.Impossible}, between(0, 9), between(0, 9)},
		},
		{
			"ranges add up where nothing else is known",
			shelf.Query{Table: "residence_by_age", By: by("age_band"), Where: []shelf.Condition{in("residence_status", "undocumented", "asylum_seeker")}},
			between(5, 50),
			[]report.Number{between(0, 18), between(5, 14), between(0, 18)},
		},
		{
			"exact parts add up",
			shelf.Query{Table: "age", Where: []shelf.Condition{in("age_band", "minor", "18_24")}},
			exact(25),
			[]report.Number{exact(25)},
		},
		{
			"one option, summed over the ages: a figure says it",
			shelf.Query{Table: "means_by_age", By: by("entry_means"), Where: []shelf.Condition{in("entry_means", "violence")}},
			exact(9),
			[]report.Number{exact(9)},
		},
		{
			"options stand side by side",
			shelf.Query{Table: "means_by_age", By: by("entry_means")},
			exact(35),
			[]report.Number{exact(9), between(5, 23)},
		},
		{
			"how many have any option is not known",
			shelf.Query{Table: "means_by_age", By: by("entry_means"), Where: []shelf.Condition{in("age_band", "18_24")}},
			report.Number{Status: report.Withheld},
			[]report.Number{between(0, 9), exact(5)},
		},
		{
			"a table withheld as a whole",
			shelf.Query{Table: "contact", By: by("first_contact")},
			exact(35), nil,
		},
		{
			"a part of a table withheld as a whole",
			shelf.Query{Table: "contact", Where: []shelf.Condition{in("first_contact", "other")}},
			report.Number{Status: report.Withheld},
			nil,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.query.Year = year
			got := must[shelf.Derived](t)(r.Derive(test.query))
			if diff := cmp.Diff(test.total, got.Total); diff != "" {
				t.Errorf("total (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.cells, got.Cells); diff != "" {
				t.Errorf("cells (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnUnfilteredReadingIsTheTable(t *testing.T) {
	r := slide(t)
	y, _ := r.Protected.Year(year)
	for _, table := range y.Tables {
		q := shelf.Query{Year: year, Table: table.Name}
		for _, d := range table.Dimensions {
			q.By = append(q.By, d.Field)
		}
		got := must[shelf.Derived](t)(r.Derive(q))
		if diff := cmp.Diff(shelf.Derived{Release: 1, Table: report.Tabulate(y, table)}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", table.Name, diff)
		}
	}
}

// Attack 13: asking in another order, or for a code twice, gives the same.
func TestTheOrderOfAQueryMeansNothing(t *testing.T) {
	r := slide(t)
	want := must[shelf.Derived](t)(r.Derive(shelf.Query{
		Year: year, Table: "residence_by_age", By: by("residence_status", "age_band"),
		Where: []shelf.Condition{in("residence_status", "undocumented", "other"), in("age_band", "minor", "25_plus")},
	}))
	got := must[shelf.Derived](t)(r.Derive(shelf.Query{
		Year: year, Table: "residence_by_age", By: by("age_band", "residence_status"),
		Where: []shelf.Condition{in("age_band", "25_plus", "minor", "minor"), in("residence_status", "other", "undocumented")},
	}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]plan.Condition{
		{Field: "residence_status", In: []codelist.Code{"undocumented", "other"}},
		{Field: "age_band", In: []codelist.Code{"minor", "25_plus"}},
	}, got.Filters); diff != "" {
		t.Errorf("filters (-want +got):\n%s", diff)
	}
	all := must[shelf.Derived](t)(r.Derive(shelf.Query{
		Year: year, Table: "age", By: by("age_band"), Where: []shelf.Condition{in("age_band", "minor", "18_24", "25_plus")},
	}))
	if all.Filters != nil {
		t.Error("a condition that everybody meets is a filter")
	}
}

func TestWhatDoesNotFollowIsNotInTheRelease(t *testing.T) {
	r := slide(t)
	for name, q := range map[string]shelf.Query{
		"another year":                   {Year: 2023, Table: "age"},
		"no such table":                  {Year: year, Table: "gender"},
		"no table":                       {Year: year},
		"no such dimension":              {Year: year, Table: "age", By: by("gender")},
		"another table's dimension":      {Year: year, Table: "age", By: by("age_band", "residence_status")},
		"a condition on no dimension":    {Year: year, Table: "age", Where: []shelf.Condition{in("gender", "woman")}},
		"no such code":                   {Year: year, Table: "age", Where: []shelf.Condition{in("age_band", "minor", "0_8")}},
		"options left out":               {Year: year, Table: "means_by_age", By: by("age_band")},
		"options left out, one picked":   {Year: year, Table: "means_by_age", By: by("age_band"), Where: []shelf.Condition{in("entry_means", "threats")}},
		"several options picked":         {Year: year, Table: "means_by_age", By: by("entry_means"), Where: []shelf.Condition{in("entry_means", "threats", "violence")}},
		"everything over options summed": {Year: year, Table: "means_by_age"},
		"a code of a withheld table":     {Year: year, Table: "contact", Where: []shelf.Condition{in("first_contact", "police")}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.Derive(q)
			wantFault(t, err, fault.NotFound, shelf.CodeNotInRelease)
		})
	}
	for name, q := range map[string]shelf.Query{
		"a field twice":           {Year: year, Table: "age", By: by("age_band", "age_band")},
		"a condition twice":       {Year: year, Table: "age", Where: []shelf.Condition{in("age_band", "minor"), in("age_band", "18_24")}},
		"a condition without any": {Year: year, Table: "age", Where: []shelf.Condition{in("age_band")}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.Derive(q)
			wantFault(t, err, fault.Invalid, shelf.CodeQueryInvalid)
		})
	}
}

// The contrast to refusing: the cells of two options added up are more persons
// than there are.
func TestOptionsContrast(t *testing.T) {
	r := slide(t)
	got := must[shelf.Derived](t)(r.Derive(shelf.Query{
		Year: year, Table: "means_by_age", By: by("entry_means", "age_band"), Where: []shelf.Condition{in("age_band", "18_24")},
	}))
	either, added := 0, 0
	for i := range shelftest.Persons {
		p := shelftest.Person(i)
		young := plan.Selection{{Axis: 6, Categories: []int{1}}}
		for _, option := range [][]int{{0, 1}, {1, 2}} {
			if shelftest.Holds(append(young, plan.Subset{Axis: 3, Categories: option}), p) {
				added++
			}
		}
		if shelftest.Holds(append(young, plan.Subset{Axis: 3, Categories: []int{0, 1, 2}}), p) {
			either++
		}
	}
	if len(got.Cells) != 2 || added <= either {
		t.Errorf("%d answers added up, %d persons: nobody has both", added, either)
	}
}

func TestAWithheldTotalFollowsFromExactParts(t *testing.T) {
	b := shelftest.New(t)
	content := shelftest.Slide(year)
	total := &content.Years[0].Cells[content.Years[0].Tables[0].Total]
	total.Shown, total.Value = false, 0
	b.Publish(content)
	r := must[*shelf.Release](t)(b.Shelf().Release(t.Context(), 1))
	got := must[shelf.Derived](t)(r.Derive(shelf.Query{Year: year, Table: "age", By: by("age_band")}))
	if diff := cmp.Diff(exact(35), got.Total); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Numbers beyond what a document can say do not wrap around.
func TestHugeNumbersDoNotWrapAround(t *testing.T) {
	b := shelftest.New(t)
	content := shelftest.Slide(year)
	y := &content.Years[0]
	for _, cell := range y.Tables[0].Cells {
		y.Cells[cell].Value = 1<<53 - 1
	}
	y.Cells[y.Tables[0].Total].Shown, y.Cells[y.Tables[0].Total].Value = false, 0
	b.Publish(content)
	r := must[*shelf.Release](t)(b.Shelf().Release(t.Context(), 1))
	got := must[shelf.Derived](t)(r.Derive(shelf.Query{Year: year, Table: "age"}))
	want := report.Number{Status: report.Withheld, Range: &plan.Range{From: 1<<53 - 1, Open: true}}
	if diff := cmp.Diff([]report.Number{want}, got.Cells); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
