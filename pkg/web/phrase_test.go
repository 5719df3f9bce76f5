package web

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

var (
	action = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	tag    = regexp.MustCompile(`(?s)<[^>]*>`)
	letter = regexp.MustCompile(`\pL{2,}`)
	said   = regexp.MustCompile(`(?:alt|title|aria-label|content)="([^"]*)"`)
)

// No template says anything by itself: what stands in one stands in one
// language only.
func TestTemplatesHoldNoWords(t *testing.T) {
	err := fs.WalkDir(files, "templates", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		bare := action.ReplaceAllString(string(raw), "")
		for _, attribute := range said.FindAllStringSubmatch(bare, -1) {
			if words := strings.NewReplacer("width=device-width, initial-scale=1", "", "light dark", "", "noindex", "").Replace(attribute[1]); letter.MatchString(words) {
				t.Errorf("%s says %q", path, words)
			}
		}
		if words := letter.FindString(strings.ReplaceAll(tag.ReplaceAllString(bare, ""), "DOCTYPE", "")); words != "" {
			t.Errorf("%s says %q", path, words)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Both languages say everything, with the same gaps, and nothing is left over.
func TestEveryWordingIsThereAndUsed(t *testing.T) {
	all, err := readPhrases()
	if err != nil {
		t.Fatal(err)
	}
	source := sources(t)
	gap := regexp.MustCompile(`\{\d\}`)
	for key, text := range all {
		if strings.Join(gap.FindAllString(text.SV, -1), "") == "" != (strings.Join(gap.FindAllString(text.EN, -1), "") == "") ||
			len(gap.FindAllString(text.SV, -1)) != len(gap.FindAllString(text.EN, -1)) {
			t.Errorf("%s has other gaps in the other language", key)
		}
		family, _, _ := strings.Cut(key, ".")
		if !strings.Contains(source, `"`+key+`"`) && !strings.Contains(source, `"`+family+`.%s"`) && !strings.Contains(source, `"`+family+`."`) && key != family+".title" {
			t.Errorf("%s is said nowhere", key)
		}
	}
	for _, used := range regexp.MustCompile(`say "([^"]+)"`).FindAllStringSubmatch(source, -1) {
		if _, there := all[used[1]]; !there {
			t.Errorf("%s has no wording", used[1])
		}
	}
	for _, format := range formats {
		if _, there := all["format."+format]; !there {
			t.Errorf("no wording for %s", format)
		}
	}
	for _, kind := range []plan.Kind{plan.First, plan.Addendum, plan.Revision} {
		if _, there := all["kind."+string(kind)]; !there {
			t.Errorf("no wording for %s", kind)
		}
	}
}

func sources(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, pattern := range []string{"templates/*.html", "*.go"} {
		names, err := fs.Glob(os.DirFS("."), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(name, "_test.go") {
				b.Write(raw)
			}
		}
	}
	return b.String()
}

func TestValue(t *testing.T) {
	all, err := readPhrases()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		number report.Number
		sv, en string
	}{
		{report.Number{Status: report.Exact, Value: 0}, "0", "0"},
		{report.Number{Status: report.Exact, Value: 12345}, "12\u00a0345", "12,345"},
		{report.Number{Status: report.Withheld}, "publiceras inte", "withheld"},
		{report.Number{Status: report.Withheld, Range: &plan.Range{Open: true}}, "publiceras inte", "withheld"},
		{report.Number{Status: report.Withheld, Range: &plan.Range{From: 3, Open: true}}, "minst 3", "at least 3"},
		{report.Number{Status: report.Withheld, Range: &plan.Range{From: 0, To: 9}}, "mellan 0 och 9", "between 0 and 9"},
		{report.Number{Status: report.Impossible}, "kan inte förekomma", "cannot occur"},
		{report.Number{}, "publiceras inte", "withheld"},
	} {
		for lang, want := range map[codelist.Lang]string{codelist.Swedish: c.sv, codelist.English: c.en} {
			if got, err := (tongue{lang, all}).value(c.number); err != nil || got != want {
				t.Errorf("%v in %s: %q, %v", c.number, lang, got, err)
			}
		}
	}
}

func TestSay(t *testing.T) {
	in := tongue{codelist.Swedish, phrases{"a": {SV: "{0} och {1}", EN: "{0} and {1}"}}}
	if got, err := in.say("a", "{1}", year(12345)); err != nil || got != "{1} och 12345" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := in.say("b"); err == nil {
		t.Error("what has no wording is said")
	}
	if _, err := in.say("a", 1.5); err == nil {
		t.Error("what is no number of ours is said")
	}
}

func TestDate(t *testing.T) {
	all, err := readPhrases()
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2026-03-01": "1 mars 2026", "2026-13-01": "2026-13-01", "2026-00-01": "2026-00-01", "soon": "soon", "a-b-c": "a-b-c", "": ""} {
		if got, err := (tongue{codelist.Swedish, all}).date(day); err != nil || got != want {
			t.Errorf("%q: %q, %v", day, got, err)
		}
	}
}

func TestSpokenYears(t *testing.T) {
	for want, years := range map[string][]int{"2024": {2024}, "2022–2024": {2022, 2023, 2024}, "2022, 2024": {2022, 2024}, "": nil} {
		if got := spoken(years); got != want {
			t.Errorf("%v: %q", years, got)
		}
	}
}
