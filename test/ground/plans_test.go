package ground

import (
	"testing"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
)

// TestExamplePlansAreValid: whoever copies a plan from a document gets one that
// the service takes, of figures and populations that there are.
func TestExamplePlansAreValid(t *testing.T) {
	book := codelist.Current()
	figures, err := figure.Current(book)
	if err != nil {
		t.Fatal(err)
	}
	known := map[plan.Name]bool{}
	for _, f := range figures.All() {
		known[plan.Name(f.Name)] = true
	}
	found := 0
	for _, file := range files(t, ".md") {
		for _, f := range fences(t, file) {
			if f.info != "yaml plan" {
				continue
			}
			found++
			read, err := plan.Read([]byte(f.text), book)
			if err != nil {
				t.Errorf("%s:%d: %v", file, f.line, err)
				continue
			}
			for _, wanted := range read.Figures {
				if !known[wanted.Name] {
					t.Errorf("%s:%d: there is no figure %s", file, f.line, wanted.Name)
				}
			}
		}
	}
	if found == 0 {
		t.Error("no example plan found")
	}
}
