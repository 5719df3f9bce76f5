package web

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
)

// leading is how many headlines of the newest release the first page shows.
const leading = 3

// homePage is the first page.
type homePage struct {
	Newest    *edition // that stands; nil: there is none
	Headlines []statement
	All       []edition // newest first
}

func (r reading) home() (answer, error) {
	var page homePage
	for _, release := range slices.Backward(r.releases) {
		e := r.edition(release)
		page.All = append(page.All, e)
		if page.Newest == nil && release.Withdrawal == nil {
			page.Newest, page.Headlines = &e, r.headlines(release)
		}
	}
	return r.press.print(r.lang, "home", view{Here: "/", Body: page})
}

// headlines are the first of a release's newest year that may be stated.
func (r reading) headlines(release *shelf.Release) []statement {
	var all []statement
	years := release.Manifest.Content.Years
	if len(years) == 0 {
		return nil
	}
	y := years[len(years)-1]
	for _, f := range y.Figures {
		if s := r.statement(release, y, f); f.Headline && !s.Held() && len(all) < leading {
			all = append(all, s)
		}
	}
	return all
}

// newestFirst gives the years of a release, the newest first.
func newestFirst(release *shelf.Release) []plan.Publication {
	years := slices.Clone(release.Manifest.Content.Years)
	slices.Reverse(years)
	return years
}
