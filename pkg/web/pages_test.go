package web_test

import (
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/web"
)

var update = flag.Bool("update", false, "write the golden pages")

// What of a page belongs to others: hashes, the measures of pictures, and which
// files a release has.
var (
	hash      = regexp.MustCompile(`[0-9a-f]{64}`)
	version   = regexp.MustCompile(`\?v=[0-9a-f]{12}`)
	measures  = regexp.MustCompile(`width="\d+" height="\d+"|width=&#34;\d+&#34; height=&#34;\d+&#34;`)
	downloads = regexp.MustCompile(`(?s)<section class="downloads".*?</section>`)
)

func settled(page string) string {
	page = hash.ReplaceAllString(page, "HASH")
	page = version.ReplaceAllString(page, "?v=VERSION")
	page = measures.ReplaceAllString(page, "MEASURES")
	return downloads.ReplaceAllString(page, "DOWNLOADS")
}

func TestGolden(t *testing.T) {
	books := shelftest.New(t)
	books.Publish(shelftest.Slide(2024))
	books.Publish(shelftest.Compared(2019, 12, shelftest.Withheld, 17, 20))
	front := pagesOf(t, books.Shelf(), slog.New(slog.DiscardHandler))
	for name, path := range map[string]string{
		"home.sv": "/", "home.en": "/en", "report.sv": "/releases/1", "report.en": "/en/releases/1",
		"figure.sv": "/releases/1/figures/relation_to_perpetrator", "figure.en": "/en/releases/1/figures/relation_to_perpetrator",
		"table.sv": "/releases/1/tables/residence_by_age", "table.en": "/en/releases/1/tables/residence_by_age",
		"compared.sv": "/releases/2/figures/relation_to_perpetrator", "compared.en": "/en/releases/2/figures/relation_to_perpetrator",
		"method.sv": "/method", "method.en": "/en/method",
	} {
		t.Run(name, func(t *testing.T) {
			got := settled(get(t, front, path))
			file := filepath.Join("testdata", name+".html")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil { //nolint:gosec // for everybody to read
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Every number of a release stands on its page as text: no picture is needed
// to learn it.
func TestEveryFigureStandsAsText(t *testing.T) {
	books := library(t)
	front := pagesOf(t, books.Shelf(), slog.New(slog.DiscardHandler))
	releases, err := books.Shelf().Releases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	for _, r := range releases {
		for prefix, lang := range map[string]codelist.Lang{"": codelist.Swedish, "/en": codelist.English} {
			path := fmt.Sprintf("%s/releases/%d", prefix, r.Manifest.Number)
			page := text(elements(parse(t, get(t, front, path)), "main")[0])
			for _, y := range r.Manifest.Content.Years {
				for _, f := range y.Figures {
					said++
					if sentence := report.Figure(shelftest.Figures(), y, f).Sentence.In(lang); !strings.Contains(strings.ToLower(page), strings.ToLower(sentence)) {
						t.Errorf("%s does not say %q", path, sentence)
					}
				}
			}
		}
	}
	if said < 80 {
		t.Errorf("only %d sentences", said)
	}
}

// What a release calls things is text, whatever it looks like.
func TestHostileLabelsAreText(t *testing.T) {
	const evil = `<script>alert("1")</script><img src=x onerror=alert(1)>{{.}}'"`
	hostile := codelist.Text{SV: evil, EN: evil}
	c := shelftest.Slide(2024)
	y := &c.Years[0]
	c.Title, y.Universes[0].Label, y.Figures[0].Label, y.Figures[0].Definition = hostile, hostile, hostile, hostile
	y.Tables[0].Title, y.Tables[1].Dimensions[0].Label, y.Tables[1].Dimensions[0].Categories[0].Label = hostile, hostile, hostile
	y.Figures[0].Kind = "of another version"
	y.Sums[0].Title, y.Prose[0].Sentence = hostile, hostile
	books := shelftest.New(t)
	books.Publish(c)
	front := pagesOf(t, books.Shelf(), slog.New(slog.DiscardHandler))
	for _, path := range []string{"/", "/releases/1", "/releases/1/figures/" + string(y.Figures[0].Name), "/releases/1/tables/age", "/releases/1/tables/residence"} {
		for _, prefix := range []string{"", "/en"} {
			page := get(t, front, "/"+strings.Trim(prefix+path, "/"))
			root := parse(t, page)
			if len(elements(root, "script")) > 0 || strings.Contains(page, "<img src=x") {
				t.Errorf("%s%s takes a label for markup", prefix, path)
			}
			if !strings.Contains(text(root), `<script>alert("1")</script>`) {
				t.Errorf("%s%s does not show the label", prefix, path)
			}
		}
	}
	picture := get(t, front, "/releases/1/pictures/figure.2024."+string(y.Figures[0].Name)+".sv.svg")
	if strings.Contains(picture, "<script") {
		t.Error("the picture takes a label for markup")
	}
}

func TestWithdrawalStandsOnEveryPageOfTheRelease(t *testing.T) {
	front := pagesOf(t, library(t).Shelf(), slog.New(slog.DiscardHandler))
	for path, want := range map[string]string{
		"/": "Återkallad 1 april 2026", "/en": "Withdrawn on 1 April 2026", "/releases/1": "Publiceringen är återkallad",
		"/releases/1/figures/undocumented": "Publiceringen är återkallad", "/en/releases/1/tables/age": "This release was withdrawn",
		"/releases/2": "Den här publiceringen är reviderad. Läs publicering 3 i stället.", "/releases/3": "Reviderar publicering 2",
	} {
		if page := get(t, front, path); !strings.Contains(page, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	if strings.Contains(get(t, front, "/releases/4"), "återkallad") {
		t.Error("a release that stands is said to be withdrawn")
	}
}

func TestNothingIsPublished(t *testing.T) {
	front := pagesOf(t, shelftest.New(t).Shelf(), slog.New(slog.DiscardHandler))
	if page := get(t, front, "/"); !strings.Contains(page, "Ännu finns ingen publicering.") {
		t.Errorf("%s", page)
	}
}

func TestNoSuchPage(t *testing.T) {
	front := pagesOf(t, library(t).Shelf(), slog.New(slog.DiscardHandler))
	for _, path := range []string{
		"/releases", "/releases/", "/releases/0", "/releases/01", "/releases/6", "/releases/-1", "/releases/x", "/releases/99999999999999999999",
		"/releases/4/figures/nobody", "/releases/4/figures/", "/releases/4/tables/nobody", "/releases/4/tables/age?year=2023", "/releases/4/tables/age?year=x",
		"/releases/4/tables/age?year=2024&year=2024", "/releases/4?year=2024", "/releases/4/figures/undocumented?year=2024",
		"/releases/4/pictures/undocumented", "/releases/4/pictures/figure.2024.undocumented.de.svg", "/releases/4/pictures/figure.2024.undocumented.sv.gif",
		"/releases/4/pictures/figure.2023.undocumented.sv.svg", "/releases/4/pictures/figure.2024.nobody.sv.svg", "/releases/4/pictures/figure.undocumented.sv.svg",
		"/releases/4/pictures/table.2024.nobody.sv.svg", "/releases/4/pictures/table.2024.residence_by_age.sv.svg", "/releases/4/pictures/trend.nobody.sv.svg",
		"/releases/4/pictures/other.2024.undocumented.sv.svg", "/releases/4/pictures/table.2025.contact.sv.svg", "/assets/", "/assets/nothing.css", "/method/", "/sv",
	} {
		for prefix, want := range map[string]string{"": "Sidan finns inte", "/en": "There is no such page"} {
			w := ask(front, http.MethodGet, prefix+path)
			if w.Code != 404 || !strings.Contains(w.Body.String(), want) || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s%s: %d %q", prefix, path, w.Code, w.Header().Get("Cache-Control"))
			}
			if media := w.Header().Get("Content-Type"); media != "text/html; charset=utf-8" {
				t.Errorf("%s%s is %s", prefix, path, media)
			}
		}
	}
}

// Years that nobody asked for choose themselves; what others add to links says nothing.
func TestYearsOfATable(t *testing.T) {
	front := pagesOf(t, library(t).Shelf(), slog.New(slog.DiscardHandler))
	newest := get(t, front, "/releases/4/tables/residence?year=2025")
	if get(t, front, "/releases/4/tables/residence") != newest || get(t, front, "/releases/4/tables/residence?utm_source=x") != newest {
		t.Error("the newest year is not the one that is shown by itself")
	}
	if older := get(t, front, "/releases/4/tables/residence?year=2024"); older == newest || !strings.Contains(older, `aria-current="page">2024`) {
		t.Error("the older year is not shown")
	}
}

func TestAShelfThatFails(t *testing.T) {
	var log strings.Builder
	front := pagesOf(t, brokenShelf{}, slog.New(slog.NewTextHandler(&log, nil)))
	for path, want := range map[string]string{"/": "Sidan kan inte visas just nu", "/en/releases/1": "The page cannot be shown now"} {
		w := ask(front, http.MethodGet, path)
		if w.Code != 503 || !strings.Contains(w.Body.String(), want) || w.Header().Get("Retry-After") == "" || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		if strings.Contains(w.Body.String(), errBroken.Error()) {
			t.Errorf("%s tells the reader what is wrong", path)
		}
	}
	if strings.Count(log.String(), errBroken.Error()) != 2 {
		t.Errorf("the operator learns: %s", log.String())
	}
	for _, path := range []string{"/method", "/en/method"} { // which need no release
		get(t, front, path)
	}
}

func TestNewWantsItsDependencies(t *testing.T) {
	whole := web.Deps{Shelf: brokenShelf{}, Figures: shelftest.Figures(), Log: slog.New(slog.DiscardHandler)}
	for name, lacking := range map[string]web.Deps{
		"Shelf": {Figures: whole.Figures, Log: whole.Log}, "Figures": {Shelf: whole.Shelf, Log: whole.Log}, "Log": {Shelf: whole.Shelf, Figures: whole.Figures},
	} {
		if _, err := web.New(lacking); err == nil {
			t.Errorf("without %s", name)
		}
	}
}

// Paths are the whole truth: a path that is none of them is no page.
func TestPaths(t *testing.T) {
	front := pagesOf(t, library(t).Shelf(), slog.New(slog.DiscardHandler))
	fill := func(path string) string {
		name := map[bool]string{true: "figure.2024.undocumented.sv.svg", false: "undocumented"}[strings.Contains(path, "/pictures/")]
		if strings.Contains(path, "/tables/") {
			name = "age"
		}
		return strings.NewReplacer("{number}", "4", "{name}", name).Replace(path)
	}
	for _, path := range front.Paths() {
		get(t, front, fill(path))
	}
	if len(front.Paths()) != 13 {
		t.Errorf("%q", front.Paths())
	}
}

// A picture that the release was frozen with is the signed file.
func TestFrozenPicturesAreLinked(t *testing.T) {
	const name = "figure.2024.undocumented.sv.svg"
	books := shelftest.New(t)
	books.PublishAs(shelftest.Slide(2024), func(m *plan.Manifest) {
		m.Files = append(slices.DeleteFunc(m.Files, func(f plan.File) bool { return f.Name == name }), plan.File{Name: name, Media: "image/svg+xml"})
	})
	front := pagesOf(t, books.Shelf(), slog.New(slog.DiscardHandler))
	if page := get(t, front, "/releases/1/figures/undocumented"); !strings.Contains(page, `src="/v1/releases/1/files/`+name+`"`) ||
		!strings.Contains(page, `src=&#34;`+address+`/v1/releases/1/files/`+name) {
		t.Error("the frozen picture is drawn anew")
	}
}
