package ground

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// named are the security tests that exist under their numbers, "T1" and so on.
var named = []string{"T1", "T2", "T4", "T5", "T8", "T9", "T10", "T11", "T16", "T17", "T25", "T38", "T39"}

var (
	numberedTest = regexp.MustCompile(`(?m)^func Test(T\d+)_\w+\(t \*testing\.T\)`)
	spokenOf     = regexp.MustCompile("`Test(T\\d+)\\.\\.\\.`")
)

// TestNumberedTestsExist: a promise that names the test which keeps it must not
// outlive that test.
func TestNumberedTestsExist(t *testing.T) {
	var there []string
	for _, file := range sources(t) {
		if strings.HasSuffix(file, "_test.go") {
			there = append(there, submatches(numberedTest, read(t, file))...)
		}
	}
	spoken := submatches(spokenOf, read(t, "docs/threats.md"))
	if len(spoken) < 5 {
		t.Errorf("docs/threats.md names only %d tests", len(spoken))
	}
	for _, number := range append(spoken, named...) {
		if !slices.Contains(there, number) {
			t.Errorf("there is no test Test%s_...", number)
		}
	}
}

// TestEachDecisionSaysWhatItCosts, and stands under a number of its own.
func TestEachDecisionSaysWhatItCosts(t *testing.T) {
	numbers := map[string]string{}
	for _, file := range files(t, ".md") {
		name, ok := strings.CutPrefix(file, "docs/decisions/")
		if !ok {
			continue
		}
		number, _, _ := strings.Cut(name, "-")
		if other := numbers[number]; other != "" {
			t.Errorf("%s and %s have one number", file, other)
		}
		numbers[number] = file
		text := read(t, file)
		if !strings.HasPrefix(text, "# "+strings.TrimLeft(number, "0")+". ") {
			t.Errorf("%s begins with %q", file, firstLine(text))
		}
		if !strings.Contains(strings.ToLower(text), "cost") {
			t.Errorf("%s does not say what it costs", file)
		}
	}
	if len(numbers) < 5 {
		t.Errorf("only %d decisions found", len(numbers))
	}
}

// TestMetricsAreDocumented holds the names in docs/operating.md against the code.
func TestMetricsAreDocumented(t *testing.T) {
	code, page := read(t, "pkg/server/metrics.go"), read(t, "docs/operating.md")
	made := submatches(regexp.MustCompile(`Name: "(casestat_\w+)"`), code)
	for _, name := range made {
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("docs/operating.md does not tell of %s", name)
		}
	}
	for _, name := range submatches(regexp.MustCompile("`(casestat_\\w+(?:_total|_seconds))`"), page) {
		if !slices.Contains(made, name) {
			t.Errorf("docs/operating.md tells of %s, which nobody makes", name)
		}
	}
}
