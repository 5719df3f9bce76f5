package table_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/table"
)

func dimensions(fields ...codelist.FieldName) []table.Dimension {
	var all []table.Dimension
	for _, f := range fields {
		all = append(all, table.Dimension{Field: f})
	}
	return all
}

func TestAskRefuses(t *testing.T) {
	gender := dimensions("gender")
	filter := func(c codelist.Condition) []codelist.Condition { return []codelist.Condition{c} }
	for name, test := range map[string]struct {
		spec    table.Spec
		code    fault.Code
		pointer string
	}{
		"no dimension":         {table.Spec{}, table.CodeNoDimensions, "/dimensions"},
		"five dimensions":      {table.Spec{Dimensions: dimensions("gender", "age_band", "pregnant", "guardian", "case_phase")}, table.CodeTooManyDimensions, "/dimensions"},
		"nine filters":         {table.Spec{Dimensions: gender, Filters: make([]codelist.Condition, 9)}, table.CodeTooManyFilters, "/filters"},
		"too many cells":       {table.Spec{Dimensions: dimensions("region_of_origin", "control_means", "support_needs", "labour_sector")}, table.CodeTooManyCells, "/dimensions"},
		"an unknown field":     {table.Spec{Dimensions: dimensions("shoe_size")}, table.CodeUnknownField, "/dimensions/0/field"},
		"the organisation":     {table.Spec{Dimensions: dimensions("gender", "organisation")}, table.CodeUnknownField, "/dimensions/1/field"},
		"the record's id":      {table.Spec{Dimensions: dimensions("record_id")}, table.CodeUnknownField, "/dimensions/0/field"},
		"the consent":          {table.Spec{Dimensions: dimensions("consent_statistics")}, table.CodeUnknownField, "/dimensions/0/field"},
		"a field twice":        {table.Spec{Dimensions: dimensions("gender", "gender")}, table.CodeDuplicateField, "/dimensions/1/field"},
		"an unknown grouping":  {table.Spec{Dimensions: []table.Dimension{{Field: "gender", Grouping: "agg_gender_ctdc"}}}, table.CodeUnknownGrouping, "/dimensions/0/grouping"},
		"a filter by id":       {table.Spec{Dimensions: gender, Filters: filter(codelist.Condition{Field: "record_id", Codes: []codelist.Code{"x"}})}, table.CodeUnknownField, "/filters/0/field"},
		"a filter on nothing":  {table.Spec{Dimensions: gender, Filters: filter(codelist.Condition{Field: "gender"})}, table.CodeEmptyFilter, "/filters/0/codes"},
		"an unknown code":      {table.Spec{Dimensions: gender, Filters: filter(codelist.Condition{Field: "gender", Codes: []codelist.Code{"woman", "women"}})}, table.CodeUnknownCode, "/filters/0/codes/1"},
		"a number out of list": {table.Spec{Dimensions: gender, Filters: filter(codelist.Condition{Field: "children_count", Codes: []codelist.Code{"16"}})}, table.CodeUnknownCode, "/filters/0/codes/0"},
		"a code twice":         {table.Spec{Dimensions: gender, Filters: filter(codelist.Condition{Field: "gender", Codes: []codelist.Code{"man", "man"}})}, table.CodeDuplicateCode, "/filters/0/codes/1"},
		"a sum of codes":       {table.Spec{Dimensions: gender, Sum: "age_band"}, table.CodeNotSummable, "/sum"},
		"a sum of quarters":    {table.Spec{Dimensions: gender, Sum: "contact_quarter"}, table.CodeNotSummable, "/sum"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := table.Ask(figures(t), test.spec)
			var refused *fault.Error
			if !errors.As(err, &refused) {
				t.Fatalf("answered %v, want a refusal", err)
			}
			want := []fault.Detail{{Code: test.code, Pointer: test.pointer}}
			if diff := cmp.Diff(want, refused.Details); diff != "" || refused.Kind != fault.Invalid || refused.Code != test.code {
				t.Errorf("kind %v, code %s, details (-want +got):\n%s", refused.Kind, refused.Code, diff)
			}
		})
	}
}

func TestAskNamesEverythingThatIsWrong(t *testing.T) {
	_, err := table.Ask(figures(t), table.Spec{
		Dimensions: dimensions("shoe_size", "gender"),
		Filters:    []codelist.Condition{{Field: "gender"}},
		Sum:        "gender",
	})
	var refused *fault.Error
	if !errors.As(err, &refused) || len(refused.Details) != 3 {
		t.Errorf("answered %v, want three details", err)
	}
}

// Whoever reads 15 must see that it stands for more, and a quarter by its months.
func TestNumbersCarryTheCodebooksLabels(t *testing.T) {
	for field, want := range map[codelist.FieldName]map[codelist.Code]codelist.Text{
		"children_count":  {"15": {SV: "15 eller fler", EN: "15 or more"}, "14": {SV: "14", EN: "14"}},
		"contact_quarter": {"1": {SV: "Januari–mars", EN: "January–March"}},
	} {
		set := figures(t)
		question, err := table.Ask(set, table.Spec{Dimensions: dimensions(field)})
		if err != nil {
			t.Fatal(err)
		}
		got, err := columns(t, reference{set: set, schema: record.NewSchema(set.Book)}).Count(question)
		if err != nil {
			t.Fatal(err)
		}
		for code, label := range want {
			i := slices.IndexFunc(got.Axes[0].Categories, func(c table.Category) bool { return c.Code == code })
			if i < 0 {
				t.Fatalf("%s: no category %s", field, code)
			}
			if diff := cmp.Diff(label, got.Axes[0].Categories[i].Label); diff != "" {
				t.Errorf("%s %s (-want +got):\n%s", field, code, diff)
			}
		}
	}
}
