package demo

import (
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/codelist"
)

// TestHabitsThatDoNotFitTheCodebookAreRefused bends the file in one place.
func TestHabitsThatDoNotFitTheCodebookAreRefused(t *testing.T) {
	text, err := data.ReadFile("data/habits.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readHabits(text, book); err != nil {
		t.Fatal(err)
	}
	for name, bend := range map[string][2]string{
		"a field is missing":    {"case_phase: ", "case_phases: "},
		"an unknown code":       {"{new: 8, continuing: 2}", "{fresh: 8}"},
		"an unknown condition":  {"when: {residence_status: [swedish_citizen]}", "when: {residence: [swedish_citizen]}"},
		"an unknown case":       {"when: {residence_status: [swedish_citizen]}", "when: {residence_status: [swede]}"},
		"an unknown key":        {"take: 5", "most: 5"},
		"text that is not YAML": {"contact_quarter:", "\tcontact_quarter"},
	} {
		bent := strings.Replace(string(text), bend[0], bend[1], 1)
		if bent == string(text) {
			t.Fatalf("%s: nothing to bend", name)
		}
		if _, err := readHabits([]byte(bent), book); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestASketchThatNoRuleAllowsIsRefused: the author gives up instead of writing
// a record that would be refused.
func TestASketchThatNoRuleAllowsIsRefused(t *testing.T) {
	w, err := newWriter(book, slideYear)
	if err != nil {
		t.Fatal(err)
	}
	w.habits["citizenship_group"] = []habit{{Of: map[codelist.Code]int{"third_country": 1}, Gap: new(int)}}
	if _, err := w.complete(counting.with(Answers{"residence_status": {"swedish_citizen"}})); err == nil {
		t.Error("a Swedish citizen from a third country was written")
	}
	delete(w.habits, "citizenship_group")
	if _, err := w.complete(counting); err == nil {
		t.Error("a field without a habit was written")
	}
}
