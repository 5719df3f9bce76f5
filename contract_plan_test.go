package casestat_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// The contract takes what package plan takes of panels, and has the same limits.
func TestContractPlanWithPanels(t *testing.T) {
	schema := loadContract(t).Components.Schemas["Plan"].Value
	p, err := plan.Default(2025)
	if err != nil {
		t.Fatal(err)
	}
	var took []string
	for i := range plan.MinPanel {
		took = append(took, fmt.Sprintf("%08d-0000-4000-8000-000000000000", i))
	}
	for _, y := range []int{2024, 2025} {
		p.Participation = append(p.Participation, plan.Participation{Year: y, Organisations: took})
	}
	panel := plan.Panel{Name: "both_years", Years: []int{2024, 2025}, Figures: []plan.Name{"undocumented"}}
	p.Panels, p.Intervals = []plan.Panel{panel}, plan.Wilson
	if err := p.Check(codelist.Current()); err != nil {
		t.Fatal(err)
	}
	text, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	visit := func(document string) error {
		var value any
		if err := json.Unmarshal([]byte(document), &value); err != nil {
			t.Fatal(err)
		}
		return schema.VisitJSON(value)
	}
	if err := visit(string(text)); err != nil {
		t.Errorf("a plan with a panel: %v", err)
	}
	for from, to := range map[string]string{
		`"intervals":"wilson"`: `"intervals":"wald"`,
		`"name":"both_years"`:  `"name":"both_years","label":"x"`,
		`"organisations":[`:    `"organisations":["` + took[0] + `",`,
	} {
		if visit(strings.Replace(string(text), from, to, 1)) == nil {
			t.Errorf("%s is taken", to)
		}
	}
	if *schema.Properties["panels"].Value.MaxItems != plan.MaxPanels || *schema.Properties["participation"].Value.MaxItems != plan.MaxYears ||
		*schema.Properties["participation"].Value.Items.Value.Properties["organisations"].Value.MaxItems != plan.MaxTookPart {
		t.Error("the limits differ")
	}
}
