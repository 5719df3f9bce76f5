package web_test

import (
	"log/slog"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// wants holds what a reader sees of a page against what it must say, and must not.
func wants(t *testing.T, page string, says, hides []string) {
	t.Helper()
	seen := text(parse(t, page))
	for _, s := range says {
		if !strings.Contains(seen, s) && !strings.Contains(page, s) {
			t.Errorf("nothing says %q", s)
		}
	}
	for _, s := range hides {
		if strings.Contains(seen, s) {
			t.Errorf("the page says %q", s)
		}
	}
}

// Years are compared over the same organisations alone, with what that covers
// and what may be said of it beside the picture.
func TestComparableYearsAreShownWithTheirCoverageAndVerdict(t *testing.T) {
	books := shelftest.New(t)
	books.Publish(shelftest.Compared(2019, 12, shelftest.Withheld, 17, 20))
	books.Publish(shelftest.Compared(2019, 2, 5, 11, 24, 29))
	front := pagesOf(t, books.Shelf(), slog.New(slog.DiscardHandler))
	covers := "Organisationer som rapporterade: 24 (2019), 25 (2020), 26 (2021), 27 (2022); jämförelsen gäller de 21 som rapporterade alla fyra åren."
	file := "/files/trend.stable.relation_to_perpetrator."
	wants(t, get(t, front, "/releases/1/figures/relation_to_perpetrator"), []string{
		"Samma organisationer år för år", covers, "Alla år publiceras inte; om antalet har förändrats prövas därför inte.",
		`src="/v1/releases/1` + file + "sv.svg", "Organisationer som rapporterade",
	}, nil)
	wants(t, get(t, front, "/en/releases/1"), []string{
		"The same organisations year by year", "the comparison covers the 21 that reported in all four years", `src="/v1/releases/1` + file + "en.svg",
	}, []string{"increases"})
	wants(t, get(t, front, "/releases/2/figures/relation_to_perpetrator"), []string{
		"Antalet ökar, mer än vad som går att förklara med att åren varierar. En serie prövades.", `src="/v1/releases/2` + file + "sv.svg",
	}, nil)
	wants(t, get(t, front, "/releases/2/figures/undocumented"), nil, []string{"Samma organisationer"})
}

// A series that was frozen without its picture is told in words and numbers.
func TestASeriesWithoutAPictureIsToldAnyway(t *testing.T) {
	books := shelftest.New(t)
	books.PublishAs(shelftest.Compared(2019, 12, 14, 17), func(m *plan.Manifest) {
		m.Files = withoutTrends(m.Files)
	})
	front := pagesOf(t, books.Shelf(), slog.New(slog.DiscardHandler))
	page := get(t, front, "/releases/1/figures/relation_to_perpetrator")
	wants(t, page, []string{"jämförelsen gäller de 21"}, nil)
	if strings.Contains(page, "files/trend.") {
		t.Error("the page shows a picture that there is not")
	}
}

func withoutTrends(files []plan.File) (left []plan.File) {
	for _, f := range files {
		if !strings.HasPrefix(f.Name, "trend.") {
			left = append(left, f)
		}
	}
	return left
}

// A share's interval stands where the release states intervals, and nowhere else.
func TestIntervalsAreShownWhereTheReleaseStatesThem(t *testing.T) {
	books := shelftest.New(t)
	books.Publish(shelftest.Slide(2024))
	books.Publish(shelftest.Compared(2019, 12, 14))
	front := pagesOf(t, books.Shelf(), slog.New(slog.DiscardHandler))
	const interval = "Osäkerhetsintervall 58–86 procent"
	for _, path := range []string{"/releases/2", "/releases/2/figures/relation_to_perpetrator"} {
		wants(t, get(t, front, path), []string{interval}, nil)
	}
	for _, path := range []string{"/releases/1", "/releases/1/figures/relation_to_perpetrator", "/releases/2/figures/undocumented"} {
		wants(t, get(t, front, path), nil, []string{"säkerhetsintervall"})
	}
}

func TestAReleaseOffersItsKitAndTheCheckOfATextAboutIt(t *testing.T) {
	front := pagesOf(t, library(t).Shelf(), slog.New(slog.DiscardHandler))
	wants(t, get(t, front, "/en/releases/4"), []string{
		`href="/v1/releases/4/kit.zip"`, "casestat release claims rapport.docx --release 4 --server " + address,
		"curl --data-binary @rapport.txt -H 'Content-Type: text/plain; charset=utf-8' " + address + "/v1/releases/4/claims", "nothing of it is kept",
	}, nil)
}

// Six recommendations without a number are said to be so once.
func TestRecommendationsWithoutNumbersAreOneSentence(t *testing.T) {
	front := pagesOf(t, library(t).Shelf(), slog.New(slog.DiscardHandler))
	none := "Publiceringen anger inga tal för plattformens sex rekommendationer."
	wants(t, get(t, front, "/releases/1"), []string{none}, []string{"för den här rekommendationen", "Fråga alltid om barn"})
	wants(t, get(t, front, "/releases/2"), []string{"Fråga alltid om barn"}, []string{none})
}
