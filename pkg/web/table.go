package web

import (
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
)

// tableOf is a table of a year on a page.
type tableOf struct {
	report.Table
	Grid    grid
	Merged  []merged
	Release int
	Picture *plate // nil where bars cannot show it
}

// ID names the table within a page.
func (t tableOf) ID() string { return fmt.Sprintf("table-%d-%s", t.Year, t.Name) }

// Path is the table's page from the language's root.
func (t tableOf) Path() string {
	return fmt.Sprintf("%s/tables/%s?year=%d", releasePath(t.Release), t.Name, t.Year)
}

// Hidden says whether any cell is withheld.
func (t tableOf) Hidden() bool { _, hidden := t.Count(); return hidden > 0 }

func (r reading) tableOf(release *shelf.Release, y plan.Publication, t plan.PublishedTable) (out tableOf, err error) {
	out = tableOf{Table: report.Tabulate(y, t), Release: release.Manifest.Number}
	out.Grid, out.Merged = layOut(out.Table), mergedIn(r.deps.Figures.Book, out.Table)
	if export.Charted(out.Table) {
		out.Picture, err = r.plate(release, subject{kind: ofTable, year: y.Year, name: t.Name})
	}
	return out, err
}

// tablePage is one table.
type tablePage struct {
	edition
	Table tableOf
	In    []int // the years in which the release has the table, newest first
	Files []download
}

func (r reading) table() (answer, error) {
	release, err := r.release()
	if err != nil {
		return answer{}, err
	}
	page := tablePage{edition: r.edition(release)}
	shown := false
	for _, y := range newestFirst(release) {
		i := slices.IndexFunc(y.Tables, func(t plan.PublishedTable) bool { return string(t.Name) == r.name })
		if i < 0 {
			continue
		}
		page.In = append(page.In, y.Year)
		if shown || r.year != 0 && r.year != y.Year {
			continue
		}
		shown = true
		if page.Table, err = r.tableOf(release, y, y.Tables[i]); err != nil {
			return answer{}, err
		}
	}
	if !shown {
		return answer{}, errLost
	}
	page.Files = r.filesOf(release, subject{kind: ofTable, year: page.Table.Year, name: page.Table.Name})
	return r.press.print(r.lang, "table", view{Here: page.Table.Path(), Title: page.Table.Title, Body: page})
}
