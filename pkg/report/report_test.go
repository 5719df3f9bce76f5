package report_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

func figures(t testing.TB) *figure.Set {
	t.Helper()
	set, err := figure.Current(codelist.Current())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// The cells of the year that the statements are about.
const (
	shown = iota
	base
	sum
	bounded
	open
	fromZero
	unknown
	one
	large
)

var year = plan.Publication{Year: 2024, Cells: []plan.PublishedCell{
	shown:    {Shown: true, Value: 26},
	base:     {Shown: true, Value: 35},
	sum:      {Shown: true, Value: 24},
	bounded:  {Range: &plan.Range{From: 0, To: 9}},
	open:     {Range: &plan.Range{From: 3, Open: true}},
	fromZero: {Range: &plan.Range{Open: true}},
	unknown:  {},
	one:      {Shown: true, Value: 1},
	large:    {Shown: true, Value: 12345},
}}

// cases are the ways in which the numbers of a figure can be published.
var cases = []struct {
	name       string
	n, of, sum int
}{
	{"all exact", shown, base, sum},
	{"one", one, one, one},
	{"thousands", large, large, large},
	{"withheld, with a range", bounded, base, sum},
	{"withheld, with a lower end", open, base, sum},
	{"withheld, at least nobody", fromZero, base, sum},
	{"withheld, nothing known", unknown, base, sum},
	{"what it is a share of is withheld", shown, bounded, sum},
	{"the sum is withheld", shown, base, open},
	{"everything is withheld", bounded, bounded, bounded},
}

// published is a figure as a release describes it, over the cells of a case.
func published(set *figure.Set, f figure.Figure, n, of, sum int) plan.PublishedFigure {
	p := plan.PublishedFigure{
		Name: plan.Name(f.Name), Label: f.Label, Definition: set.Definition(f), Kind: string(f.Kind),
		N: n, Of: plan.NoCell, Sum: plan.NoCell,
	}
	if f.Kind == figure.Share || f.Kind == figure.AskRate {
		p.Of = of
	}
	if f.Kind == figure.Total {
		p.Sum = sum
	}
	return p
}

// golden compares text with a file, or writes it with -update: read the
// difference aloud first.
func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(text, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestEveryFigureIsWordedInBothLanguages(t *testing.T) {
	set := figures(t)
	for _, lang := range []codelist.Lang{codelist.Swedish, codelist.English} {
		var b strings.Builder
		for _, c := range cases {
			fmt.Fprintf(&b, "%s\n", c.name)
			for _, f := range set.All() {
				s := report.Figure(set, year, published(set, f, c.n, c.of, c.sum))
				fmt.Fprintf(&b, "\t%s\n", s.Sentence.In(lang))
			}
		}
		golden(t, "figures."+string(lang)+".golden", b.String())
	}
}

// A figure that this version does not know, or knows as another kind, is said
// by its label.
func TestAForeignFigureIsWordedByItsLabel(t *testing.T) {
	set := figures(t)
	known, _ := set.Figure("relation_to_perpetrator")
	f := published(set, known, shown, base, sum)
	for name, test := range map[string]struct {
		set    *figure.Set
		spoil  func(*plan.PublishedFigure)
		sv, en string
	}{
		"another name":           {set, func(f *plan.PublishedFigure) { f.Name = "other" }, "”L”: 26 av 35", "“L”: 26 of 35"},
		"another kind":           {set, func(f *plan.PublishedFigure) { f.Kind = "count" }, "”L”: 26 av 35", "“L”: 26 of 35"},
		"no figures":             {nil, func(*plan.PublishedFigure) {}, "”L”: 26 av 35", "“L”: 26 of 35"},
		"a share of nothing":     {set, func(f *plan.PublishedFigure) { f.Of = plan.NoCell }, "”L”: 26", "“L”: 26"},
		"a share with a sum":     {set, func(f *plan.PublishedFigure) { f.Of, f.Sum = plan.NoCell, sum }, "”L”: 26; summan är 24", "“L”: 26; the sum is 24"},
		"a cell that is not one": {set, func(f *plan.PublishedFigure) { f.N = 99 }, "”L”: talet publiceras inte, eftersom det skulle kunna röja personer", "“L”: the number is not published because it could reveal persons"},
	} {
		t.Run(name, func(t *testing.T) {
			f := f
			f.Label = codelist.Text{SV: "L", EN: "L"}
			test.spoil(&f)
			if diff := cmp.Diff(codelist.Text{SV: test.sv, EN: test.en}, report.Figure(test.set, year, f).Sentence); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestStatementsCarryTheirNumbers(t *testing.T) {
	set := figures(t)
	f, _ := set.Figure("relation_to_perpetrator")
	got := report.Figure(set, year, published(set, f, bounded, base, sum))
	want := report.Statement{
		Number: report.Number{Status: report.Withheld, Range: &plan.Range{From: 0, To: 9}},
		Of:     &report.Number{Status: report.Exact, Value: 35},
		Sentence: codelist.Text{
			SV: "”Någon relation till förövaren”: talet publiceras inte, eftersom det skulle kunna röja personer; det ligger mellan 0 och 9",
			EN: "“Some relation to the perpetrator”: the number is not published because it could reveal persons; it lies between 0 and 9",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := report.NumberOf(year, plan.NoCell); n != (report.Number{Status: report.Impossible}) {
		t.Errorf("%+v", n)
	}
}

func TestSumsAndProse(t *testing.T) {
	sentence := codelist.Text{SV: "{n} av {of} {n:var|var} unga", EN: "{n} of {of} {n:was|were} young, {of:alone|together}"}
	var b strings.Builder
	for _, lang := range []codelist.Lang{codelist.Swedish, codelist.English} {
		for _, c := range cases {
			s := report.Sum(year, plan.PublishedSum{Title: codelist.Text{SV: "Barn", EN: "Children"}, Cell: c.n})
			fmt.Fprintf(&b, "%s %s\n\t%s\n", lang, c.name, s.Sentence.In(lang))
			fmt.Fprintf(&b, "\t%s\n", report.Prose(year, plan.PublishedProse{Sentence: sentence, N: c.n, Of: c.of}).Sentence.In(lang))
			alone := codelist.Text{SV: "{n} kom", EN: "{n} came"}
			fmt.Fprintf(&b, "\t%s\n", report.Prose(year, plan.PublishedProse{Sentence: alone, N: c.n, Of: plan.NoCell}).Sentence.In(lang))
		}
	}
	golden(t, "sums_and_prose.golden", b.String())
}

var digits = regexp.MustCompile(`[0-9]+`)

// A sentence states no number that is not published, and never says "fewer".
func TestASentenceStatesOnlyWhatIsPublished(t *testing.T) {
	set := figures(t)
	all := set.All()
	rapid.Check(t, func(r *rapid.T) {
		y := plan.Publication{}
		allowed := map[string]bool{}
		for range 3 {
			c := plan.PublishedCell{Shown: rapid.Bool().Draw(r, "shown")}
			low := rapid.IntRange(100, 200).Draw(r, "value")
			if c.Shown {
				c.Value, allowed[fmt.Sprint(low)] = low, true
			} else if rapid.Bool().Draw(r, "range") {
				c.Range = &plan.Range{From: low, To: low + rapid.IntRange(0, 99).Draw(r, "width"), Open: rapid.Bool().Draw(r, "open")}
				allowed[fmt.Sprint(c.Range.From)] = true
				if !c.Range.Open {
					allowed[fmt.Sprint(c.Range.To)] = true
				}
			}
			y.Cells = append(y.Cells, c)
		}
		f := all[rapid.IntRange(0, len(all)-1).Draw(r, "figure")]
		p := published(set, f, 0, 1, 2)
		p.Label = codelist.Text{SV: "x", EN: "x"}
		s := report.Figure(set, y, p)
		for _, text := range []string{s.Sentence.SV, s.Sentence.EN} {
			for _, d := range digits.FindAllString(text, -1) {
				if !allowed[d] {
					r.Errorf("%q states %s", text, d)
				}
			}
			if text == "" || strings.ContainsAny(text, "{}") || strings.Contains(text, "fewer") || strings.Contains(text, "färre") {
				r.Errorf("%q", text)
			}
			if !y.Cells[0].Shown && !strings.Contains(text, "publiceras inte") && !strings.Contains(text, "not published") {
				r.Errorf("%q does not say that the number is withheld", text)
			}
		}
	})
}

func TestPercent(t *testing.T) {
	for _, test := range []struct {
		n, of  int
		sv, en string
	}{
		{26, 35, "74 procent (avrundat till hela procent)", "74 per cent (rounded to a whole number)"},
		{5, 40, "13 procent (avrundat till hela procent)", "13 per cent (rounded to a whole number)"},
		{0, 20, "0 procent (avrundat till hela procent)", "0 per cent (rounded to a whole number)"},
		{20, 20, "100 procent (avrundat till hela procent)", "100 per cent (rounded to a whole number)"},
		{1, 1000, "mindre än 1 procent", "less than 1 per cent"},
		{999, 1000, "mer än 99 procent", "more than 99 per cent"},
		{10, 20, "50 procent (avrundat till hela procent)", "50 per cent (rounded to a whole number)"},
		{1<<62 - 1, 1<<63 - 1, "50 procent (avrundat till hela procent)", "50 per cent (rounded to a whole number)"},
	} {
		got, ok := report.Percent(test.n, test.of)
		if diff := cmp.Diff(codelist.Text{SV: test.sv, EN: test.en}, got); diff != "" || !ok {
			t.Errorf("%d of %d (-want +got):\n%s", test.n, test.of, diff)
		}
	}
	for _, none := range [][2]int{{7, 12}, {19, 19}, {0, 0}, {-1, 35}, {36, 35}, {1, -5}} {
		if got, ok := report.Percent(none[0], none[1]); ok || got != (codelist.Text{}) {
			t.Errorf("%v: %q", none, got.EN)
		}
	}
}

// The rounding is that of the fraction, halves upwards.
func TestPercentIsRoundedToTheNearest(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		of := rapid.IntRange(report.MinPercentBase, 1<<40).Draw(r, "of")
		n := rapid.IntRange(0, of).Draw(r, "n")
		nearest := (200*n + of) / (2 * of)
		want := fmt.Sprintf("%d per cent (rounded to a whole number)", nearest)
		if n > 0 && nearest == 0 {
			want = "less than 1 per cent"
		}
		if n < of && nearest == 100 {
			want = "more than 99 per cent"
		}
		if got, ok := report.Percent(n, of); !ok || got.EN != want {
			r.Errorf("%d of %d: %q, want %q", n, of, got.EN, want)
		}
	})
}
