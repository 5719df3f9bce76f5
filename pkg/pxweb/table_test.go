package pxweb_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/pxweb"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// listed gives the ids of the tables that a listing tells of.
func (s *service) listed(query string) []string {
	s.t.Helper()
	var body struct {
		Tables []struct {
			ID           string
			Discontinued bool
		}
		Page struct{ TotalElements int }
	}
	s.get("/api/v2/tables?pageSize=1000&"+query, &body)
	var ids []string
	for _, table := range body.Tables {
		ids = append(ids, table.ID)
	}
	if body.Page.TotalElements != len(ids) {
		s.t.Errorf("%d elements, %d told", body.Page.TotalElements, len(ids))
	}
	return ids
}

func TestTables_OneATableWithItsYears(t *testing.T) {
	s := start(t, pxweb.Limits{}, shelftest.Slide(2023), shelftest.Slide(2024))
	want := []string{"age", "all-figures", "contact", "headline-figures", "means_by_age", "residence", "residence_by_age"}
	if diff := cmp.Diff(want, s.listed("")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	var c cube
	s.get("/api/v2/tables/age/metadata", &c)
	if diff := cmp.Diff([]string{"age_band", "ContentsCode", "Tid"}, c.ID); diff != "" {
		t.Errorf("dimensions: -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"2023", "2024"}, c.codes("Tid")); diff != "" {
		t.Errorf("years: -want +got\n%s", diff)
	}
}

func TestTables_TheNewestReleaseOfAYearCounts(t *testing.T) {
	second := shelftest.Slide(2023)
	second.Years[0].Tables[0].Title = codelist.Text{SV: "Ålder, rättad", EN: "Age, corrected"}
	total := second.Years[0].Tables[0].Total
	second.Years[0].Cells[total].Value++
	s := start(t, pxweb.Limits{}, shelftest.Slide(2023), second)
	var c cube
	s.get("/api/v2/tables/age/data?lang=en", &c)
	if c.Label != "Age, corrected" || c.at(t, "_T", "persons", "2023") != shelftest.Persons+1 {
		t.Errorf("%s: %v", c.Label, c.at(t, "_T", "persons", "2023"))
	}
	s.get("/api/v2/tables/age-r1/data?lang=en", &c)
	if c.Label != "Age (release 1)" || c.at(t, "_T", "persons", "2023") != shelftest.Persons {
		t.Errorf("%s: %v", c.Label, c.at(t, "_T", "persons", "2023"))
	}
}

func TestTables_OtherCategoriesStandInATableOfTheirOwn(t *testing.T) {
	older := shelftest.Slide(2023)
	ages := &older.Years[0].Tables[0].Dimensions[0]
	ages.Categories = slices.Clone(ages.Categories)
	ages.Categories[2].Includes = append(slices.Clone(ages.Categories[2].Includes), "another")
	s := start(t, pxweb.Limits{}, older, shelftest.Slide(2024))
	if ids := s.listed("query=age"); !slices.Contains(ids, "age") || !slices.Contains(ids, "age-r1") || slices.Contains(ids, "age-r2") {
		t.Errorf("listed: %v", ids)
	}
	for table, year := range map[string]string{"age": "2024", "age-r1": "2023", "age-r2": "2024"} {
		var c cube
		s.get("/api/v2/tables/"+table+"/metadata", &c)
		if diff := cmp.Diff([]string{year}, c.codes("Tid")); diff != "" {
			t.Errorf("%s: -want +got\n%s", table, diff)
		}
	}
	var c cube
	s.get("/api/v2/tables/age/metadata?lang=en", &c)
	if !strings.Contains(strings.Join(c.Note, " "), "tables of their own") {
		t.Errorf("the notes do not say where the other years are: %q", c.Note)
	}
}

func TestTables_AReleaseWithTwoShapesHasTwoTables(t *testing.T) {
	both := shelftest.Slide(2024)
	older := shelftest.Slide(2023).Years[0]
	older.Tables = slices.Clone(older.Tables)
	older.Tables[0].Dimensions = slices.Clone(older.Tables[0].Dimensions)
	older.Tables[0].Dimensions[0].Categories = slices.Clone(older.Tables[0].Dimensions[0].Categories)
	older.Tables[0].Dimensions[0].Categories[0].Code = "under_age"
	both.Years = append([]plan.Publication{older}, both.Years...)
	s := start(t, pxweb.Limits{}, both)
	if ids := s.listed("query=age"); !slices.Contains(ids, "age-r1-2023") {
		t.Errorf("listed: %v", ids)
	}
	var c cube
	s.get("/api/v2/tables/age-r1-2023/data", &c)
	if c.at(t, "under_age", "persons", "2023") != 7 {
		t.Errorf("%v", c.Value)
	}
}

func TestTables_AWithdrawnReleaseIsReadByItsIDAlone(t *testing.T) {
	s := start(t, pxweb.Limits{}, shelftest.Slide(2023), shelftest.Slide(2024))
	var c cube
	s.get("/api/v2/tables/age/metadata", &c) // before it is withdrawn
	s.books.Withdraw(2)
	s.get("/api/v2/tables/age/metadata", &c)
	if diff := cmp.Diff([]string{"2023"}, c.codes("Tid")); diff != "" {
		t.Errorf("the newest: -want +got\n%s", diff)
	}
	if ids := s.listed("query=age"); slices.ContainsFunc(ids, func(id string) bool { return strings.HasSuffix(id, "-r2") }) {
		t.Errorf("listed: %v", ids)
	}
	s.get("/api/v2/tables/age-r2/data?lang=en", &c)
	if notes := strings.Join(c.Note, " "); !strings.Contains(notes, "withdrawn on 2026-04-01: An error in the data") {
		t.Errorf("notes: %s", notes)
	}
	if !slices.Contains(s.listed("includeDiscontinued=true"), "age-r2") {
		t.Error("not told of, even where discontinued tables are asked for")
	}
}

func TestTables_NothingIsPublishedYet(t *testing.T) {
	s := start(t, pxweb.Limits{})
	if ids := s.listed(""); len(ids) > 0 {
		t.Errorf("listed: %v", ids)
	}
	if status, code := s.refusal(http.MethodGet, "/api/v2/tables/age", ""); status != http.StatusNotFound || code != pxweb.CodeTableUnknown {
		t.Errorf("%d %s", status, code)
	}
}

func TestFigures(t *testing.T) {
	second := shelftest.Slide(2024)
	second.Years[0].Figures[1].Definition.EN += " otherwise"
	second.Years[0].Figures[2].Headline = false
	s := start(t, pxweb.Limits{}, shelftest.Slide(2023), second)
	var c cube
	s.get("/api/v2/tables/headline-figures/data?lang=en", &c)
	for _, want := range []struct {
		figure, contents string
		cell             any
	}{
		{"relation_to_perpetrator", "persons", 26},
		{"relation_to_perpetrator", "of", 35},
		{"relation_to_perpetrator", "sum", "."},
		{"children", "persons", 16},
		{"children", "sum", 24},
		{"first_contact_civil_society", "persons", 15},
		{"undocumented", "of", "."},
	} {
		if got := c.at(t, want.figure, want.contents, "2024"); got != want.cell {
			t.Errorf("%s %s: %v, want %v", want.figure, want.contents, got, want.cell)
		}
	}
	if got := c.at(t, "never_dared_to_report", "persons", "2024"); got != ".." {
		t.Errorf("a figure that is no headline that year: %v", got)
	}
	if notes := strings.Join(c.Note, " "); !strings.Contains(notes, `was defined anew between the years`) {
		t.Errorf("notes: %s", notes)
	}
	if c.Dimension["figure"].Extension.Elimination {
		t.Error("figures can be left out: of what would the rest be the total?")
	}
	s.get("/api/v2/tables/all-figures/data?lang=en", &c)
	if got := c.at(t, "never_dared_to_report", "persons", "2024"); got != 10 {
		t.Errorf("among all figures: %v", got)
	}
}

func TestWithheld_IsNullWithASymbolAndItsRange(t *testing.T) {
	s := start(t, pxweb.Limits{}, shelftest.Slide(2024))
	var c cube
	s.get("/api/v2/tables/residence_by_age/data", &c)
	for _, want := range []struct {
		residence, age string
		cell           any
	}{
		{"other", "minor", "."}, {"undocumented", "minor", ".."}, {"asylum_seeker", "18_24", 5}, {"_T", "_T", 35}, {"undocumented", "_T", 7},
	} {
		if got := c.at(t, want.residence, want.age, "persons", "2024"); got != want.cell {
			t.Errorf("%s, %s: %v, want %v", want.residence, want.age, got, want.cell)
		}
	}
	for place := range c.Value {
		_, ranged := c.Extension.Casestat.Ranges[jsonInt(place)]
		if (c.Value[place] == nil) != (c.Status[jsonInt(place)] != "") || ranged != (c.Status[jsonInt(place)] == "..") {
			t.Errorf("place %d: value %v, status %q, range %t", place, c.Value[place], c.Status[jsonInt(place)], ranged)
		}
	}
	for i := range c.Note {
		if !c.Extension.NoteMandatory[strconv.Itoa(i)] {
			t.Errorf("note %d need not be shown", i)
		}
	}
	if a := c.Extension.Px.AggregAllowed; a == nil || *a {
		t.Errorf("aggregallowed: %v", a)
	}
	s.get("/api/v2/tables/contact/data", &c)
	for place, v := range c.Value {
		if total := place == 0; (v != nil) != total {
			t.Errorf("a table that is withheld as a whole: place %d is %v", place, v)
		}
	}
}

func TestTotals_AreReleasedNumbers(t *testing.T) {
	s := start(t, pxweb.Limits{}, shelftest.Slide(2024))
	var c cube
	s.get("/api/v2/tables/means_by_age/data?valueCodes[ContentsCode]=*&valueCodes[Tid]=*", &c)
	if diff := cmp.Diff([]string{"ContentsCode", "Tid"}, c.ID); diff != "" {
		t.Errorf("dimensions left: -want +got\n%s", diff)
	}
	if *c.Value[0] != shelftest.Persons {
		t.Errorf("%d persons, want those of the table", *c.Value[0])
	}
	// A person has several means: they follow from no sum, but ages were released.
	s.get("/api/v2/tables/means_by_age/data?valueCodes[age_band]=25_plus&valueCodes[ContentsCode]=*&valueCodes[Tid]=*", &c)
	if diff := cmp.Diff([]string{"age_band", "ContentsCode", "Tid"}, c.ID); diff != "" {
		t.Errorf("dimensions left: -want +got\n%s", diff)
	}
	if *c.Value[0] != 10 {
		t.Errorf("%d persons of 25 or more, want those of the table by age", *c.Value[0])
	}
}

// Where no total was released, there is none: the dimension has to be chosen from.
func TestTotals_WhereThereIsNoneTheDimensionStays(t *testing.T) {
	lone := shelftest.Slide(2024)
	lone.Years[0].Tables = slices.DeleteFunc(lone.Years[0].Tables, func(t plan.PublishedTable) bool { return t.Name != "means_by_age" })
	s := start(t, pxweb.Limits{}, lone)
	var c cube
	s.get("/api/v2/tables/means_by_age/metadata", &c)
	if e := c.Dimension["entry_means"].Extension; e.Elimination || e.EliminationValueCode != "" || slices.Contains(c.codes("entry_means"), "_T") {
		t.Errorf("means can be left out, though no table by age alone was released: %+v", e)
	}
	status, code := s.refusal(http.MethodGet, "/api/v2/tables/means_by_age/data?valueCodes[age_band]=*&valueCodes[ContentsCode]=*&valueCodes[Tid]=*", "")
	if status != http.StatusBadRequest || code != pxweb.CodeSelectionMissing {
		t.Errorf("%d %s", status, code)
	}
}

// Adding up the options instead would tell of persons that there are not.
func TestTotals_Contrast_ASumIsAnotherNumber(t *testing.T) {
	s := start(t, pxweb.Limits{}, shelftest.Slide(2024))
	var c cube
	s.get("/api/v2/tables/means_by_age/data", &c)
	sum := 0
	for _, means := range []string{"violence", "threats"} {
		n, shown := c.at(t, means, "25_plus", "persons", "2024").(int)
		if !shown {
			continue // PxWeb once took such a cell for 0
		}
		sum += n
	}
	if total := c.at(t, "_T", "25_plus", "persons", "2024"); total != 10 || sum == 10 {
		t.Errorf("the total is %v and the sum %d: the test cannot tell them apart", total, sum)
	}
}

func TestCodelists_AreReleasedTables(t *testing.T) {
	s := start(t, pxweb.Limits{}, coarse(shelftest.Slide(2024)))
	var meta cube
	s.get("/api/v2/tables/age/metadata?lang=en", &meta)
	var ids []string
	for _, l := range meta.Dimension["age_band"].Extension.Codelists {
		ids = append(ids, l.ID+" "+l.Type)
	}
	if diff := cmp.Diff([]string{"agg_age-age_band-majority Aggregation", "vs_age-age_band Valueset"}, ids); diff != "" {
		t.Fatalf("-want +got\n%s", diff)
	}
	var list struct {
		ID, Type  string
		Languages []string
		Values    []struct {
			Code     string
			ValueMap []string
		}
	}
	s.get("/api/v2/codelists/agg_age-age_band-majority?lang=en", &list)
	if len(list.Values) != 2 || list.Values[1].Code != "adult" || !slices.Equal(list.Values[1].ValueMap, []string{"18_24", "25_plus"}) {
		t.Errorf("%+v", list)
	}
	var c cube
	s.get("/api/v2/tables/age/data?codelist[age_band]=agg_age-age_band-majority&valuecodes[age_band]=*&valuecodes[ContentsCode]=*&valuecodes[Tid]=*", &c)
	if diff := cmp.Diff([]string{"minor", "adult"}, c.codes("age_band")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := c.at(t, "adult", "persons", "2024"); got != 28 {
		t.Errorf("%v adults, want 28 as released", got)
	}
	s.get("/api/v2/tables/age/data?codelist[age_band]=agg_age-age_band-majority&outputValues[age_band]=single&valuecodes[age_band]=adult&valuecodes[ContentsCode]=*&valuecodes[Tid]=*", &c)
	if diff := cmp.Diff([]string{"18_24", "25_plus"}, c.codes("age_band")); diff != "" {
		t.Errorf("single values: -want +got\n%s", diff)
	}
	// Where the coarser table was not released beside the other dimensions, there is no such codelist.
	s.get("/api/v2/tables/residence_by_age/metadata", &meta)
	for _, l := range meta.Dimension["age_band"].Extension.Codelists {
		if l.Type == "Aggregation" {
			t.Errorf("%s: no table by status and majority was released", l.ID)
		}
	}
}

// Whatever is selected, every number is that of exactly these persons, and there
// is one wherever the release shows it. It shows no table by means alone, so
// that of means there are only the totals that follow from its cells.
func TestProperty_EveryNumberIsAReleasedOne(t *testing.T) {
	s := start(t, pxweb.Limits{Calls: 1_000_000}, coarse(shelftest.Slide(2024)))
	groups := map[string]func(person []int) bool{
		"_T":    func([]int) bool { return true },
		"minor": func(p []int) bool { return p[6] == 0 }, "18_24": func(p []int) bool { return p[6] == 1 }, "25_plus": func(p []int) bool { return p[6] == 2 },
		"undocumented": func(p []int) bool { return p[2] == 0 }, "asylum_seeker": func(p []int) bool { return p[2] == 1 },
		"permanent_residence": func(p []int) bool { return p[2] == 2 }, "other": func(p []int) bool { return p[2] == 3 },
		"violence": func(p []int) bool { return p[3] <= 1 }, "threats": func(p []int) bool { return p[3] == 1 || p[3] == 2 },
	}
	expressions := []string{"*", "TOP(1)", "BOTTOM(2)", "TOP(2,1)", "*_*", "?*", "_T", ""}
	rapid.Check(t, func(rt *rapid.T) {
		table := rapid.SampledFrom([]string{"age", "residence", "residence_by_age", "means_by_age"}).Draw(rt, "table")
		target := "/api/v2/tables/" + table + "/data?valuecodes[ContentsCode]=*&valuecodes[Tid]=*"
		for _, dimension := range []string{"age_band", "residence_status", "entry_means"} {
			short := map[string]string{"age_band": "age", "residence_status": "residence", "entry_means": "means"}[dimension]
			if e := rapid.SampledFrom(expressions).Draw(rt, dimension); strings.Contains(table, short) && e != "" {
				target += fmt.Sprintf("&valuecodes[%s]=%s", dimension, e)
			}
		}
		var c cube
		s.get(target, &c)
		if product := len(c.Value); product != size(c.Size) {
			rt.Fatalf("%d values of %d", product, size(c.Size))
		}
		c.each(func(place int, codes []string) {
			n := 0
			for i := range shelftest.Persons {
				person, in := shelftest.Person(i), true
				for _, code := range codes[:len(codes)-2] {
					in = in && groups[code](person)
				}
				if in {
					n++
				}
			}
			means, age := slices.Index(c.ID, "entry_means"), slices.Index(c.ID, "age_band")
			byMeansAlone := means >= 0 && codes[means] != "_T" && (age < 0 || codes[age] == "_T")
			if v := c.Value[place]; v != nil && *v != n || v == nil && n >= 5 && !byMeansAlone {
				rt.Fatalf("%s: %v is %v, and %d persons", target, codes, v, n)
			}
		})
	})
}

func size(of []int) int {
	n := 1
	for _, s := range of {
		n *= s
	}
	return n
}

// each visits every place with its codes.
func (c cube) each(do func(place int, codes []string)) {
	for place := range c.Value {
		codes, rest := make([]string, len(c.ID)), place
		for i := len(c.ID) - 1; i >= 0; i-- {
			codes[i] = c.codes(c.ID[i])[rest%c.Size[i]]
			rest /= c.Size[i]
		}
		do(place, codes)
	}
}
