package pxweb

import (
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
)

// tableNotes are what a reader of a table has to know. How it is protected
// comes first.
func tableNotes(t *table, of []appearance) []codelist.Text {
	first := of[0]
	notes := append([]codelist.Text{noteProtected, noteSymbols, noteTotals}, origin(releasesOf(of))...)
	notes = append(notes, t.about)
	for _, f := range first.table.Filters {
		notes = append(notes, filterNote(f))
	}
	for _, d := range t.dimensions {
		if d.options {
			notes = append(notes, fill(noteOptions, same("{label}"), d.label))
		}
	}
	if len(of) > 1 {
		notes = append(notes, noteCoverage)
	}
	return notes
}

func universeNote(of appearance) codelist.Text {
	label := same(string(of.table.Universe))
	for _, u := range of.year.Universes {
		if u.Name == of.table.Universe {
			label = u.Label
		}
	}
	return fill(noteUniverse, same("{label}"), label)
}

func filterNote(f plan.Condition) codelist.Text {
	codes := make([]string, len(f.In))
	for i, c := range f.In {
		codes[i] = string(c)
	}
	return fill(noteFilter, same("{field}"), same(string(f.Field)), same("{codes}"), same(strings.Join(codes, ", ")))
}

// origin says which releases the numbers stand in and which of those were
// withdrawn.
func origin(releases []*shelf.Release) []codelist.Text {
	numbers := make([]string, len(releases))
	for i, r := range releases {
		numbers[i] = strconv.Itoa(r.Manifest.Number)
	}
	notes := []codelist.Text{fill(noteReleases, same("{releases}"), same(strings.Join(numbers, ", ")))}
	for i, r := range releases {
		if w := r.Withdrawal; w != nil {
			notes = append(notes, fill(noteWithdrawn,
				same("{release}"), same(numbers[i]), same("{day}"), same(w.Withdrawn), same("{reason}"), w.Reason))
		}
	}
	return notes
}
