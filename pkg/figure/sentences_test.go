package figure_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
)

var update = flag.Bool("update", false, "write the golden file anew")

// shown are the numbers at which a sentence's grammar turns.
var shown = []figure.Numbers{
	{}, {Of: 1}, {N: 1, Of: 1, Sum: 1, AtLeast: true}, {N: 1, Of: 35, Sum: 2}, {N: 2, Of: 2, Sum: 2}, {N: 26, Of: 35, Sum: 35, AtLeast: true},
}

// sentences lists every sentence at those numbers, for reading through.
func sentences(set *figure.Set) string {
	var b strings.Builder
	for _, lang := range []codelist.Lang{codelist.Swedish, codelist.English} {
		for _, f := range set.All() {
			fmt.Fprintf(&b, "%s %s\n", lang, f.Name)
			for _, n := range shown {
				fmt.Fprintf(&b, "\t%s\n", f.Sentence(lang, n))
			}
		}
		fmt.Fprintf(&b, "%s persons\n", lang)
		for _, p := range [][3]int{{0, 0, 0}, {1, 0, 1}, {1, 1, 1}, {2, 1, 2}, {322, 253, 271}} {
			fmt.Fprintf(&b, "\t%s\n", set.PersonsSentence(lang, p[0], p[1], p[2]))
		}
		fmt.Fprintf(&b, "%s range\n", lang)
		for _, open := range []int{1, 4} {
			fmt.Fprintf(&b, "\t%s\n", set.Range(lang, figure.Numbers{N: 26, Of: 35, Undetermined: open}))
		}
	}
	return b.String()
}

// A change of wording shows here at every number at which the grammar turns:
// read the difference aloud before -update.
func TestEverySentenceAtZeroOneAndMany(t *testing.T) {
	path := filepath.Join("testdata", "sentences.golden")
	now := sentences(current(t))
	if *update {
		if err := os.WriteFile(path, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(now, "\n")); diff != "" {
		t.Errorf("(-read through +now):\n%s", diff)
	}
}
