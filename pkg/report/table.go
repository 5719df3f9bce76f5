package report

import (
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// Table is a table of one year, as a release shows it or as it follows from
// one that it shows.
type Table struct {
	Name     plan.Name
	Year     int
	Title    codelist.Text
	Universe plan.Name
	// UniverseLabel is empty if the release says no more of the universe than its name.
	UniverseLabel codelist.Text
	Filters       []plan.Condition
	Total         Number
	Dimensions    []plan.PublishedDimension
	// Cells are row-major, the last dimension running fastest; none if Dropped.
	Cells   []Number
	Dropped bool // withheld as a whole
	Note    codelist.Text
}

// Tabulate reads a table of a year.
func Tabulate(y plan.Publication, t plan.PublishedTable) Table {
	table := Table{
		Name: t.Name, Year: y.Year, Title: t.Title, Universe: t.Universe, UniverseLabel: universeLabel(y, t.Universe),
		Filters: t.Filters, Total: NumberOf(y, t.Total), Dimensions: t.Dimensions, Dropped: t.Dropped,
	}
	for _, cell := range t.Cells {
		table.Cells = append(table.Cells, NumberOf(y, cell))
	}
	table.Note = table.note()
	return table
}

// With is the table with other cells, which its note then speaks of.
func (t Table) With(total Number, dimensions []plan.PublishedDimension, cells []Number) Table {
	t.Total, t.Dimensions, t.Cells = total, dimensions, cells
	t.Note = t.note()
	return t
}

func universeLabel(y plan.Publication, name plan.Name) codelist.Text {
	for _, u := range y.Universes {
		if u.Name == name {
			return u.Label
		}
	}
	return codelist.Text{}
}

// Count says how many places the table has where a record can be, and how many
// of them are withheld. Of a table that is withheld as a whole, it counts every
// place.
func (t Table) Count() (cells, hidden int) {
	if t.Dropped {
		places := 1
		for _, d := range t.Dimensions {
			places *= len(d.Categories)
		}
		return places, places
	}
	for _, n := range t.Cells {
		if n.Status != Impossible {
			cells++
		}
		if n.Status == Withheld {
			hidden++
		}
	}
	return cells, hidden
}

// The sentences of a table's note.
var (
	noteAll = codelist.Text{SV: "Alla celler publiceras.", EN: "Every cell is published."}

	noteSome = codelist.Text{
		SV: "Publiceras inte, eftersom de skulle kunna röja personer: {n} av {of} celler. Där det går anges mellan vilka tal de ligger, räknat enbart på det som är publicerat.",
		EN: "Not published because they could reveal persons: {n} of {of} cells. Where possible, the range in which they lie is given, worked out from what is published alone.",
	}
	noteDropped = codelist.Text{
		SV: "Ingen av tabellens celler publiceras, eftersom de skulle kunna röja personer.",
		EN: "None of the table's cells is published because they could reveal persons.",
	}
	noteOptions = codelist.Text{
		SV: " En person kan stå i flera celler: cellerna går inte att summera till totalen.",
		EN: " A person can stand in several cells: the cells do not add up to the total.",
	}
	noteImpossible = codelist.Text{
		SV: " Kombinationer som ingen kan ha är märkta som omöjliga.",
		EN: " Combinations that nobody can have are marked as impossible.",
	}
)

// note explains what a reader has to know of the table's cells.
func (t Table) note() codelist.Text {
	cells, hidden := t.Count()
	if t.Dropped {
		return joined(noteDropped, t.optionsNote())
	}
	note := noteAll
	if hidden > 0 {
		note = fill(noteSome, slots{n: &Number{Status: Exact, Value: hidden}, of: &Number{Status: Exact, Value: cells}})
	}
	note = joined(note, t.optionsNote())
	if cells < len(t.Cells) {
		note = joined(note, noteImpossible)
	}
	return note
}

func (t Table) optionsNote() codelist.Text {
	for _, d := range t.Dimensions {
		if d.Options {
			return noteOptions
		}
	}
	return codelist.Text{}
}

func joined(a, b codelist.Text) codelist.Text {
	return codelist.Text{SV: a.SV + b.SV, EN: a.EN + b.EN}
}
