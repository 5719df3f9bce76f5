package demo

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// TestTheDemosPlanIsPartOfTheTrendReport: what the demo shows must not differ
// from what the default plan would.
func TestTheDemosPlanIsPartOfTheTrendReport(t *testing.T) {
	text, err := data.ReadFile("data/plan.yaml")
	if err != nil {
		t.Fatal(err)
	}
	own, err := plan.Read(text, codelist.Current())
	if err != nil {
		t.Fatal(err)
	}
	whole, err := plan.Default(2025)
	if err != nil {
		t.Fatal(err)
	}
	if len(own.Figures) != headlines || len(own.Tables) == 0 {
		t.Errorf("%d figures, %d tables", len(own.Figures), len(own.Tables))
	}
	for _, f := range own.Figures {
		if !slices.Contains(whole.Figures, f) {
			t.Errorf("%s is not in the default plan", f.Name)
		}
	}
	for _, table := range own.Tables {
		i := slices.IndexFunc(whole.Tables, func(o plan.Tabulation) bool { return o.Name == table.Name })
		if i < 0 {
			t.Errorf("%s is not in the default plan", table.Name)
		} else if diff := cmp.Diff(whole.Tables[i], table); diff != "" {
			t.Error(diff)
		}
	}
}
