package web

import (
	"context"
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/shelf"
)

// languages are those of the pages, the one at / first.
var languages = [...]codelist.Lang{codelist.Swedish, codelist.English}

// english is what the paths of English pages begin with.
const english = "/en"

// visit is what a path asks for. The zero year is none.
type visit struct {
	lang   codelist.Lang
	number int
	name   string
	year   int
}

// reading is a visit to the releases as they are now.
type reading struct {
	*Pages
	visit
	ctx      context.Context //nolint:containedctx // it lives as long as one request
	releases []*shelf.Release
}

// release is the one that the path names.
func (r reading) release() (*shelf.Release, error) {
	if r.number > len(r.releases) {
		return nil, errLost
	}
	return r.releases[r.number-1], nil
}

// codeNoPage: the releases have nothing at this path.
const codeNoPage fault.Code = "page_not_found"

var errLost = fault.New(fault.NotFound, codeNoPage)

// route is a sort of page. Its path counts from the language's root.
type route struct {
	path string
	show func(reading) (answer, error) // nil: printed once and for all
	both bool                          // there is one for both languages, at the path as it is
}

// routes are all of them. A placeholder is the number of a release, or a name.
var routes = []route{
	{path: "/", show: reading.home},
	{path: "/releases/{number}", show: reading.report},
	{path: "/releases/{number}/figures/{name}", show: reading.figure},
	{path: "/releases/{number}/tables/{name}", show: reading.table},
	{path: "/method"},
	{path: "/releases/{number}/pictures/{name}", show: reading.picture, both: true},
	{path: stylePath, both: true},
	{path: iconPath, both: true},
}

// Paths lists the paths that there are, with placeholders in braces. Each may
// hold one segment.
func (*Pages) Paths() []string {
	var all []string
	for _, r := range routes {
		all = append(all, r.path)
		if !r.both {
			all = append(all, localised(codelist.English, r.path))
		}
	}
	return all
}

// localised is the path of a page in a language.
func localised(lang codelist.Lang, path string) string {
	switch {
	case lang != codelist.English:
		return path
	case path == "/":
		return english
	}
	return english + path
}

// languageOf splits a path into its language and the rest.
func languageOf(path string) (codelist.Lang, string) {
	switch rest, found := strings.CutPrefix(path, english); {
	case found && rest == "":
		return codelist.English, "/"
	case found && rest[0] == '/' && rest != "/":
		return codelist.English, rest
	}
	return codelist.Swedish, path
}

// find matches a path with a route.
func find(path string) (route, visit, bool) {
	segments := strings.Split(path, "/")
	for _, r := range routes {
		if v, ok := r.match(segments); ok {
			return r, v, true
		}
	}
	return route{}, visit{}, false
}

func (r route) match(segments []string) (v visit, ok bool) {
	wanted := strings.Split(r.path, "/")
	if len(wanted) != len(segments) {
		return v, false
	}
	for i, want := range wanted {
		switch want {
		case "{number}":
			if v.number, ok = positive(segments[i]); !ok {
				return v, false
			}
		case "{name}":
			v.name = segments[i]
			if v.name == "" {
				return v, false
			}
		case segments[i]:
		default:
			return v, false
		}
	}
	return v, true
}

// positive reads a number that is written in the one way there is.
func positive(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n > 0 && n < 1_000_000 && strconv.Itoa(n) == s
}

// requestedYear reads the parameter year. Other parameters, which others add to links,
// say nothing here.
func requestedYear(given []string) (int, bool) {
	switch len(given) {
	case 0:
		return 0, true
	case 1:
		return positive(given[0])
	}
	return 0, false
}
