package ground

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// numbers are the threats T1 to T40 and the faults F1 to F18.
func numbers() (all []string) {
	for n := range 40 {
		all = append(all, fmt.Sprintf("T%d", n+1))
	}
	for n := range 18 {
		all = append(all, fmt.Sprintf("F%d", n+1))
	}
	return all
}

var (
	testNames = regexp.MustCompile(`(?m)^func Test((?:[TF]\d+_)+)\w*\(t \*testing\.T\)`)
	excused   = regexp.MustCompile(`(?m)^\| ([TF]\d+) \| \S.* \|$`)
)

// uncovered gives the numbers that neither a test is named after nor the page
// gives a reason for.
func uncovered(t *testing.T, wanted []string) []string {
	t.Helper()
	var there []string
	for _, file := range sources(t) {
		if strings.HasSuffix(file, "_test.go") {
			for _, names := range submatches(testNames, read(t, file)) {
				there = append(there, strings.Split(strings.TrimSuffix(names, "_"), "_")...)
			}
		}
	}
	there = append(there, submatches(excused, read(t, "docs/security-figures.md"))...)
	return slices.DeleteFunc(wanted, func(n string) bool { return slices.Contains(there, n) })
}

// TestEveryNumberIsTestedOrExcused, and one that is made up is missed.
func TestEveryNumberIsTestedOrExcused(t *testing.T) {
	if missing := uncovered(t, numbers()); len(missing) > 0 {
		t.Errorf("neither tested nor excused in docs/security-figures.md: %v", missing)
	}
	if missing := uncovered(t, []string{"T" + "41", "F" + "19"}); len(missing) != 2 {
		t.Errorf("contrast: of two made-up numbers %v are missed", missing)
	}
}
