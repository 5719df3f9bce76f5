package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// crawl reads every page that links lead to, beginning with both languages, and
// calls look with each.
func crawl(t *testing.T, front http.Handler, look func(path string, root *html.Node)) (pages, others map[string]bool) {
	t.Helper()
	pages, others = map[string]bool{}, map[string]bool{}
	queue := []string{"/", "/en"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if pages[path] {
			continue
		}
		pages[path] = true
		root := parse(t, get(t, front, path))
		look(path, root)
		for _, link := range links(root) {
			link, _, _ = strings.Cut(link, "#")
			switch {
			case link == "":
			case isPage(link):
				queue = append(queue, link)
			default:
				others[link] = true
			}
		}
	}
	return pages, others
}

func isPage(link string) bool {
	return strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "/v1/") && !strings.HasPrefix(link, "/docs/") &&
		!strings.HasPrefix(link, "/assets/") && !strings.Contains(link, "/pictures/")
}

func links(root *html.Node) (all []string) {
	for _, n := range elements(root, "") {
		for _, name := range []string{"href", "src", "srcset", "action", "data", "poster", "formaction", "cite"} {
			if link := attribute(n, name); link != "" {
				all = append(all, link)
			}
		}
	}
	return all
}

// Every link leads somewhere, none of them to another host, and no page holds
// anything that its policy would refuse.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	front := public(t, library(t))
	pages, others := crawl(t, front, func(path string, root *html.Node) {
		for _, link := range links(root) {
			if !strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "#") || strings.HasPrefix(link, "//") {
				t.Errorf("%s leads to %s", path, link)
			}
			if id, found := strings.CutPrefix(link, "#"); found && !slices.ContainsFunc(elements(root, ""), func(n *html.Node) bool { return attribute(n, "id") == id }) {
				t.Errorf("%s: there is no #%s", path, id)
			}
		}
		for _, n := range elements(root, "") {
			if slices.Contains([]string{"script", "style", "form", "iframe", "object", "embed", "base"}, n.Data) {
				t.Errorf("%s has a <%s>", path, n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: <%s %s>", path, n.Data, a.Key)
				}
			}
		}
	})
	drawn := 0
	for link := range others {
		if strings.HasSuffix(link, ".png") && !strings.HasPrefix(link, "/releases/4/pictures/figure.2025.") {
			continue // drawing all of them takes long and tells no more
		}
		if strings.Contains(link, "/pictures/") {
			drawn++
		}
		get(t, front, link)
	}
	if len(pages) < 60 || drawn < 30 {
		t.Errorf("%d pages, %d pictures: the links were not followed", len(pages), drawn)
	}
}

// Every page says in which language it is, stands beside its counterpart, and
// names both in the same words.
func TestBothLanguages(t *testing.T) {
	front := public(t, library(t))
	alternates := map[string]map[string]string{}
	titles := map[string]string{}
	pages, _ := crawl(t, front, func(path string, root *html.Node) {
		lang := "sv"
		if path == "/en" || strings.HasPrefix(path, "/en/") {
			lang = "en"
		}
		if got := attribute(elements(root, "html")[0], "lang"); got != lang {
			t.Errorf("%s is in %q", path, got)
		}
		alternates[path] = map[string]string{}
		for _, n := range elements(root, "link") {
			if attribute(n, "rel") == "alternate" {
				alternates[path][attribute(n, "hreflang")] = attribute(n, "href")
			}
			if attribute(n, "rel") == "canonical" && attribute(n, "href") != path && !strings.Contains(path, "/tables/") {
				t.Errorf("%s calls itself %s", path, attribute(n, "href"))
			}
		}
		titles[path] = text(elements(root, "title")[0])
		landmarks := map[string]bool{}
		for _, n := range elements(root, "") {
			id := attribute(n, "aria-labelledby")
			if id == "" {
				continue
			}
			at := slices.IndexFunc(elements(root, ""), func(n *html.Node) bool { return attribute(n, "id") == id })
			if at < 0 {
				t.Errorf("%s: nothing is called #%s", path, id)
				continue
			}
			name := n.Data + ": " + text(elements(root, "")[at])
			if landmarks[name] {
				t.Errorf("%s has two parts called %q", path, name)
			}
			landmarks[name] = true
		}
		if len(elements(root, "h1")) != 1 || len(elements(root, "main")) != 1 {
			t.Errorf("%s: %d headings, %d main parts", path, len(elements(root, "h1")), len(elements(root, "main")))
		}
	})
	for path, is := range alternates {
		if is["x-default"] != is["sv"] || !pages[is["sv"]] || !pages[is["en"]] || path != is["sv"] && path != is["en"] {
			t.Errorf("%s: %v", path, is)
		}
		for _, other := range is {
			if alternates[other]["sv"] != is["sv"] || alternates[other]["en"] != is["en"] {
				t.Errorf("%s and %s do not name each other", path, other)
			}
		}
		if titles[is["sv"]] == titles[is["en"]] || titles[path] == "" {
			t.Errorf("%s: both titles are %q", path, titles[path])
		}
	}
}

// What is withheld is never a number, least of all 0, and never nothing.
func TestWithheldIsSaid(t *testing.T) {
	held := 0
	crawl(t, public(t, library(t)), func(path string, root *html.Node) {
		word := "publiceras inte"
		if strings.HasPrefix(path, "/en") {
			word = "withheld"
		}
		for _, n := range elements(root, "td") {
			said := text(n)
			if said == "" || said == "0" {
				t.Errorf("%s: a cell says %q", path, said)
			}
			if strings.Contains(attribute(n, "class"), "held") {
				held++
				if !strings.HasPrefix(said, word) {
					t.Errorf("%s: a withheld cell says %q", path, said)
				}
			}
		}
	})
	if held < 50 {
		t.Errorf("%d cells withheld", held)
	}
}
