package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

// edition is what every page about a release says of it.
type edition struct {
	Number     int
	Title      codelist.Text
	Covers     string // its years
	Kind       plan.Kind
	Published  string
	Withdrawal *plan.Withdrawal
	Followers  []follower // later releases about the same records
	Builds     []int      // earlier ones that it is an addendum to or a revision of
	Hash       signed.Hash
	Address    string // of the release's page; where the site is not known, its path
	Site       string // "" where it is not known
}

// follower is a later release that builds on this one.
type follower struct {
	Number int
	Kind   plan.Kind
}

// edition describes a release among the others.
func (r reading) edition(release *shelf.Release) edition {
	m := release.Manifest
	e := edition{
		Number: m.Number, Title: m.Content.Title, Covers: spoken(release.Years()), Kind: m.Kind, Published: m.Published,
		Withdrawal: release.Withdrawal, Builds: m.Replaces, Hash: release.Hash,
		Site: r.deps.Address, Address: r.deps.Address + localised(r.lang, releasePath(m.Number)),
	}
	for _, later := range r.releases[m.Number:] {
		if slices.Contains(later.Manifest.Replaces, m.Number) {
			e.Followers = append(e.Followers, follower{later.Manifest.Number, later.Manifest.Kind})
		}
	}
	return e
}

// Kit is the release packed for those who write about it.
func (e edition) Kit() string { return fmt.Sprintf("/v1/releases/%d/kit.zip", e.Number) }

// Claims is where a text is held against the release.
func (e edition) Claims() string { return fmt.Sprintf("%s/v1/releases/%d/claims", e.Site, e.Number) }

// Path is the release's page from the language's root.
func (e edition) Path() string { return releasePath(e.Number) }

func releasePath(number int) string { return fmt.Sprintf("/releases/%d", number) }

// filePath is a signed file of a release, as the API gives it.
func filePath(number int, name string) string {
	return fmt.Sprintf("/v1/releases/%d/files/%s", number, name)
}

// spoken writes years as "2022–2024" where they follow on each other.
func spoken(years []int) string {
	last := len(years) - 1
	if last > 0 && years[last]-years[0] == last {
		return fmt.Sprintf("%d–%d", years[0], years[last])
	}
	words := make([]string, len(years))
	for i, y := range years {
		words[i] = strconv.Itoa(y)
	}
	return strings.Join(words, ", ")
}
