package claim_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/claim"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

var update = flag.Bool("update", false, "write the golden file anew")

func TestRules(t *testing.T) {
	c := checkerOf(t, 1, shelftest.Slide(2024))
	for _, x := range []struct{ name, text, want string }{
		{"the own sentence", "26 av 35 har någon relation till förövaren.", "right relation_to_perpetrator"},
		{"in English", "26 of 35 have some relation to the perpetrator.", "right relation_to_perpetrator"},
		{"another number", "27 av 35 har någon relation till förövaren.", "wrong relation_to_perpetrator"},
		{"another whole", "26 of 36 have some relation to the perpetrator.", "wrong relation_to_perpetrator"},
		{"order and inflection", "Av 35 kvinnor och flickor hade 26 en relation till sin förövare.", "right relation_to_perpetrator"},
		{"out of", "26 out of the 35 women and girls had some relation to their perpetrators.", "right relation_to_perpetrator"},
		{"the part alone", "26 har någon relation till förövaren.", "right relation_to_perpetrator"},
		{"the label", "Papperslösa: 7", "right undocumented"},
		{"the label, wrong", "Undocumented: 8", "wrong undocumented"},
		{"the universe named in full", "7 kvinnor och flickor utsatta för sexuell exploatering är papperslösa.", "right undocumented"},
		{"half of the universe's pair", "7 kvinnor är papperslösa.", "unbound no_statement"},
		{"out of the universe", "7 av 35 är papperslösa.", "right undocumented"},
		{"out of another whole", "7 av 36 är papperslösa.", "wrong undocumented"},
		{"a word more", "I Malmö är 7 papperslösa.", "unbound no_statement"},
		{"a word less", "7 vågade polisanmäla.", "unbound no_statement"},
		{"about", "Ungefär 7 är papperslösa.", "unbound no_statement"},
		{"at least", "At least 7 are undocumented.", "unbound no_statement"},
		{"a negation is a word like others", "7 är inte papperslösa.", "unbound no_statement"},
		{"behind the comma", "7 är papperslösa, vilket förvånar många.", "right undocumented"},
		{"before the comma", "I Malmö, 7 är papperslösa.", "unbound no_statement"},
		{"number words", "Sju är papperslösa. Nine were forced into the trade by physical violence.", "right undocumented; right forced_by_violence"},
		{"a wrong word", "Åtta är papperslösa.", "wrong undocumented"},
		{"an article is no number", "En är papperslös.", ""},
		{"two figures", "15 hade sin första kontakt i Sverige med civilsamhället och 10 vågade aldrig polisanmäla.", "right first_contact_civil_society; right never_dared_to_report"},
		{"two figures, one wrong", "7 of 35 are minors themselves, 11 never dared to report to the police.", "right minors_themselves; wrong never_dared_to_report"},
		{"a stranger first", "De 3 medlemmarna berättar, 7 är papperslösa.", "right undocumented; unbound no_statement"},
		{"several numbers", "16 har barn; 24 barn totalt.", "right children"},
		{"several numbers, one wrong", "16 have children; 25 children in total.", "wrong children"},
		{"several numbers the other way", "24 barn totalt; 16 har barn.", "right children_in_all; unbound no_statement"},
		{"a sum", "Barn totalt: 23", "wrong children_in_all"},
		{"prose", "18 av 35 var 18 till 24 år.", "right young_adults"},
		{"prose, another age", "18 av 35 var 18 till 25 år.", "unbound no_statement; unbound no_statement"},
		{"per cent", "74 procent har någon relation till förövaren.", "right relation_to_perpetrator"},
		{"the sign", "75 % har någon relation till förövaren.", "wrong relation_to_perpetrator"},
		{"per cent in brackets", "26 of 35 (74 per cent) have some relation to the perpetrator.", "right relation_to_perpetrator"},
		{"per cent of a count", "20 % är papperslösa.", "right undocumented"},
		{"a decimal", "74,3 % har någon relation till förövaren.", "unbound not_whole"},
		{"a range", "58–94 procent har någon relation till förövaren.", "unbound not_whole; unbound not_whole"},
		{"its year", "År 2024 var 7 papperslösa.", "right undocumented"},
		{"another year", "År 2023 var 7 papperslösa.", "unbound year_unclear"},
		{"two years", "2023 och 2024 var 7 papperslösa.", "unbound year_unclear"},
		{"a date", "Den 12 maj 2024 möttes alla.", ""},
		{"an ISO date", "Publicerad 2026-03-01.", ""},
		{"an age", "Alla var under 18 år.", ""},
		{"an address", "Se https://example.org/26/35 om det.", ""},
		{"a word with digits", "COVID-19, 1990-talet, 2nd.", ""},
		{"digits of another script", "٧ är papperslösa.", ""},
		{"a soft hyphen", "7 är pappers\u00adlösa.", "right undocumented"},
		{"decomposed letters", "26 av 35 har na\u030agon relation till fo\u0308ro\u0308varen.", "right relation_to_perpetrator"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := strings.Join(lines(check(t, c, claim.Plain, x.text)), "; "); got != x.want {
				t.Errorf("%s\n got %s\nwant %s", x.text, got, x.want)
			}
		})
	}
}

func TestThousands(t *testing.T) {
	c := checkerOf(t, 1, alter(shelftest.Slide(2024), "figure:undocumented", value(10_350)))
	for text, want := range map[string]string{
		"10\u00a0350 är papperslösa": "right", "10 350 är papperslösa": "right", "10,350 are undocumented": "right", "10350 are undocumented": "right",
		"10\u202f350 är papperslösa": "right", "10,351 are undocumented": "wrong", "10 35 är papperslösa": "unbound", "10.350 är papperslösa": "unbound",
		"9999999999999999999999 är papperslösa": "unbound",
	} {
		if got := lines(check(t, c, claim.Plain, text)); len(got) == 0 || !strings.HasPrefix(got[0], want) {
			t.Errorf("%s: %v, want %s", text, got, want)
		}
	}
}

// Below report.MinPercentBase no percentage is right.
func TestNoPercentageOfFew(t *testing.T) {
	few := alter(alter(shelftest.Slide(2024), "of:sexual_exploitation_women_girls", value(19)), "figure:relation_to_perpetrator", value(12))
	c := checkerOf(t, 1, few)
	for percent := range 101 {
		r := check(t, c, claim.Plain, fmt.Sprintf("%d procent har någon relation till förövaren", percent))
		if len(r.Claims) != 1 || r.Claims[0].Verdict != claim.Wrong || strings.Contains(r.Claims[0].Sentence, "procent") {
			t.Errorf("%d: %+v", percent, r.Claims)
		}
	}
}

// The percentages of the check are those of package report.
func TestPercentagesAreTheReports(t *testing.T) {
	for of := 1; of <= 450; of += 7 {
		for n := 0; n <= of; n++ {
			words, may := report.Percent(n, of)
			whole, beyond, ok := claim.WholePercent(n, of)
			digits := regexp.MustCompile(`\d+`).FindString(words.SV)
			want := map[string]int{"mindre": -1, "mer": 1}[strings.SplitN(words.SV, " ", 2)[0]]
			if ok != may || ok && (digits != strconv.Itoa(whole) || beyond != want) {
				t.Fatalf("%d of %d: %d %d %v, but %q", n, of, whole, beyond, ok, words.SV)
			}
		}
	}
}

func TestLessThanOnePerCent(t *testing.T) {
	rare := alter(alter(shelftest.Slide(2024), "of:sexual_exploitation_women_girls", value(3000)), "figure:relation_to_perpetrator", value(5))
	c := checkerOf(t, 1, rare)
	for text, want := range map[string]string{
		"Mindre än 1 procent har någon relation till förövaren": "right", "Less than 1 per cent have some relation to the perpetrator": "right",
		"1 procent har någon relation till förövaren": "wrong", "0 % har någon relation till förövaren": "wrong",
	} {
		if got := lines(check(t, c, claim.Plain, text)); len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestTheYearIsTheNearestThatIsNamed(t *testing.T) {
	both := shelftest.Slide(2023)
	both.Years = append(alter(both, "figure:undocumented", value(6)).Years, shelftest.Slide(2024).Years...)
	c := checkerOf(t, 1, both)
	for text, want := range map[string]string{
		"7 är papperslösa.":                                       "unbound year_unclear",
		"År 2024 var 7 papperslösa.":                              "right undocumented",
		"År 2023 var 6 papperslösa.":                              "right undocumented",
		"År 2024 var 6 papperslösa.":                              "stale undocumented by 1 of 2023",
		"# 2023\n\n6 är papperslösa.":                             "right undocumented",
		"# 2023\n\n## Resultat\n\n6 är papperslösa.":              "right undocumented",
		"# 2023\n\n# 2024\n\n6 är papperslösa.":                   "stale undocumented by 1 of 2023",
		"# 2023\n\nÅr 2024 var 7 papperslösa.":                    "right undocumented",
		"| | 2023 | 2024 |\n|-|-|-|\n| Papperslösa | 6 | 7 |":     "right undocumented; right undocumented",
		"| | 2023 | 2024 |\n|-|-|-|\n| Papperslösa | 7 | 8 |":     "stale undocumented by 1 of 2024; wrong undocumented",
		"| År | Papperslösa |\n|-|-|\n| 2023 | 6 |\n| 2024 | 7 |": "right undocumented; right undocumented",
	} {
		if got := strings.Join(lines(check(t, c, claim.Markdown, text)), "; "); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

// A number is stale that an earlier release, a withdrawn one, or another year said.
func TestStale(t *testing.T) {
	books := shelftest.New(t)
	books.Publish(shelftest.Slide(2024))
	books.PublishAs(alter(shelftest.Slide(2024), "figure:undocumented", value(8)), func(m *plan.Manifest) { m.Kind, m.Replaces = plan.Revision, []int{1} })
	books.Publish(alter(shelftest.Slide(2024), "figure:undocumented", value(9)))
	books.Withdraw(3)
	second := checkerOfBooks(t, books, 2)
	for text, want := range map[string]string{
		"8 är papperslösa": "right undocumented", "7 är papperslösa": "stale undocumented by 1 of 2024",
		"9 är papperslösa": "stale undocumented by 3 of 2024", "10 är papperslösa": "wrong undocumented",
	} {
		if got := strings.Join(lines(check(t, second, claim.Plain, text)), "; "); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	first := check(t, checkerOfBooks(t, books, 1), claim.Plain, "8 är papperslösa")
	if first.ReplacedBy != 2 || first.Withdrawn || first.Claims[0].Verdict != claim.Wrong {
		t.Errorf("what a later release says is no excuse: %+v", first)
	}
	if r := check(t, checkerOfBooks(t, books, 3), claim.Plain, "9 är papperslösa"); !r.Withdrawn || r.Claims[0].Verdict != claim.Right {
		t.Errorf("of a withdrawn release: %+v", r)
	}
}

// Whatever a text states of a withheld number, the answer is the same to the
// byte but for the places: it is no oracle.
func TestWithheldIsNoOracle(t *testing.T) {
	hidden := func() plan.Content { return alter(shelftest.Slide(2024), "figure:relation_to_perpetrator", withhold) }
	before := alter(shelftest.Slide(2023), "figure:relation_to_perpetrator", value(5)) // a year that says 5
	if got := answers(t, checkerOf(t, 2, before, hidden())); len(got) != 2 {           // one in each language
		t.Errorf("%d different answers to %d forms of the claim: %v", len(got), 3, got)
	}
	if got := answers(t, checkerOf(t, 2, before, hidden()).Telling()); len(got) <= 2 {
		t.Errorf("contrast: a check that compares with the range goes unnoticed: %v", got)
	}
}

// answers are the different ones to the same claims with every number.
func answers(t *testing.T, c *claim.Checker) map[string]bool {
	t.Helper()
	all := make(map[string]bool)
	for n := range 60 {
		for _, form := range []string{"%d av 35 har någon relation till förövaren", "%d have some relation to the perpetrator", "%d procent har någon relation till förövaren"} {
			r := check(t, c, claim.Plain, fmt.Sprintf(form, n))
			for i := range r.Claims {
				r.Claims[i].Places = nil
			}
			if len(r.Claims) != 1 {
				t.Fatalf("%d: %+v", n, r)
			}
			all[fmt.Sprintf("%+v", r)] = true
		}
	}
	return all
}

func TestAWithheldNumberIsAnsweredWithItsRange(t *testing.T) {
	c := checkerOf(t, 1, alter(shelftest.Slide(2024), "figure:undocumented", withhold))
	r := check(t, c, claim.Plain, "3 är papperslösa")
	want := "”Papperslösa”: talet publiceras inte, eftersom det skulle kunna röja personer; det ligger mellan 0 och 9"
	if len(r.Claims) != 1 || r.Claims[0].Verdict != claim.Withheld || r.Claims[0].Sentence != want {
		t.Errorf("%+v", r.Claims)
	}
	if own := check(t, c, claim.Plain, want); len(own.Claims) != 1 || own.Claims[0].Verdict != claim.Right {
		t.Errorf("the release's own words: %+v", own)
	}
}

func TestTwoStatementsOfTheSameWordsAreAmbiguous(t *testing.T) {
	content := shelftest.Slide(2024)
	y := &content.Years[0]
	y.Prose = append(y.Prose, plan.PublishedProse{
		Name: "others", N: y.Figures[1].N, Of: plan.NoCell,
		Sentence: codelist.Text{SV: "{n} var papperslösa", EN: "{n} were undocumented"},
	})
	got := lines(check(t, checkerOf(t, 1, content), claim.Plain, "3 av de papperslösa. Här är 7 papperslösa."))
	if want := []string{"unbound no_statement", "unbound no_statement"}; cmp.Equal(got, want) {
		t.Fatal("the text has lost its point")
	}
	if got := lines(check(t, checkerOf(t, 1, content), claim.Plain, "7 är papperslösa.")); !cmp.Equal(got, []string{"unbound ambiguous"}) && !cmp.Equal(got, []string{"right undocumented"}) {
		t.Errorf("%v", got)
	}
	if got := lines(check(t, checkerOf(t, 1, content), claim.Plain, "8 blev papperslösa.")); !cmp.Equal(got, []string{"unbound ambiguous"}) {
		t.Errorf("%v", got)
	}
}

func TestUnknownReleases(t *testing.T) {
	for _, number := range []int{0, -1, 1} {
		if _, err := claim.New(shelftest.Figures(), nil, number); fault.KindOf(err) != fault.NotFound || fault.CodeOf(err) != shelf.CodeNotPublished {
			t.Errorf("%d: %v", number, err)
		}
	}
}

// The slide's own sentences, each as it is and with each number changed by one.
func TestGoldenReport(t *testing.T) {
	books := shelftest.New(t)
	books.Publish(shelftest.Slide(2024))
	c := checkerOfBooks(t, books, 1)
	var b strings.Builder
	for _, s := range ownSentences(shelftest.Slide(2024).Years[0]) {
		for _, text := range append([]string{s}, mutated(s)...) {
			r := check(t, c, claim.Plain, text+".")
			fmt.Fprintf(&b, "%s\n", text)
			for _, one := range r.Claims {
				fmt.Fprintf(&b, "\t%s %s: %s\n", one.Verdict, one.Name, one.Sentence)
			}
		}
	}
	path := filepath.Join("testdata", "slide.golden")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("(-read through +now):\n%s", diff)
	}
}

func ownSentences(y plan.Publication) []string {
	var all []string
	for _, lang := range []codelist.Lang{codelist.Swedish, codelist.English} {
		for _, f := range y.Figures {
			all = append(all, report.Figure(shelftest.Figures(), y, f).Sentence.In(lang))
		}
		for _, s := range y.Sums {
			all = append(all, report.Sum(y, s).Sentence.In(lang))
		}
		for _, p := range y.Prose {
			all = append(all, report.Prose(y, p).Sentence.In(lang))
		}
	}
	return all
}

var digits = regexp.MustCompile(`\d+`)

// mutated are the sentence with each of its numbers one larger, but for ages.
func mutated(sentence string) []string {
	var all []string
	for i, at := range digits.FindAllStringIndex(sentence, -1) {
		if i > 1 && strings.Contains(sentence, "24") && !strings.Contains(sentence, "barn") && !strings.Contains(sentence, "children") {
			continue
		}
		n, _ := strconv.Atoi(sentence[at[0]:at[1]])
		all = append(all, sentence[:at[0]]+strconv.Itoa(n+1)+sentence[at[1]:])
	}
	return all
}

// Of any release, every own sentence is right, and with another number wrong.
func TestOwnSentencesAreRightAndOthersWrong(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		content := shelftest.Slide(2024)
		y := content.Years[0]
		size := rapid.IntRange(20, 1500).Draw(rt, "size")
		for i := range y.Cells {
			c := &y.Cells[i]
			c.Value, c.Shown, c.Range = rapid.IntRange(5, size).Draw(rt, "value"), true, nil
			if c.Name == "of:sexual_exploitation_women_girls" {
				c.Value = size
			}
		}
		c := checkerOf(t, 1, content)
		for _, s := range ownSentences(y) {
			if r := check(t, c, claim.Plain, s+"."); len(r.Claims) != 1 || r.Claims[0].Verdict != claim.Right || len(r.Loose) > 0 {
				rt.Fatalf("%s: %+v", s, r)
			}
			for _, m := range mutated(s) {
				if r := check(t, c, claim.Plain, m+"."); len(r.Claims) != 1 || r.Claims[0].Verdict != claim.Wrong || r.Claims[0].Sentence != s {
					rt.Fatalf("%s: %+v", m, r)
				}
			}
		}
	})
}
