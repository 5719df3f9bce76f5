package desk

import (
	"errors"
	"log/slog"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/table"
)

// Internal is what somebody inside may see: exact counts of a year, or of two
// that are compared. Only this package makes one, and nothing that exports or
// publishes takes one. It does not print, log or encode itself: whoever words it
// does so field by field, on an answer that says it is internal.
type Internal struct {
	year       int
	purpose    Purpose
	codebook   codelist.Version
	contacts   int
	countOnly  int
	persons    table.Persons
	readings   []table.Reading
	table      *table.Table
	quality    []table.Coverage
	comparison *Comparison
}

// Year is the reporting year, the later one of a comparison.
func (i *Internal) Year() int { return i.year }

// Purpose is why the desk asked; "" over a member's own records.
func (i *Internal) Purpose() Purpose { return i.purpose }

// Codebook is the version that everything was counted by.
func (i *Internal) Codebook() codelist.Version { return i.codebook }

// Contacts are all records of the year or years, count-only ones included.
func (i *Internal) Contacts() int { return i.contacts }

// CountOnly are the records that stand in no figure and no table.
func (i *Internal) CountOnly() int { return i.countOnly }

// Persons bounds the persons behind the contacts; zero beside a table or the quality view.
func (i *Internal) Persons() table.Persons { return i.persons }

// Readings are the figures: the slide, then the indicators, in the set's
// order. None beside a table or the quality view.
func (i *Internal) Readings() []table.Reading { return i.readings }

// Table is the table, nil for another question.
func (i *Internal) Table() *table.Table { return i.table }

// Quality says for each field how often it was asked and answered, nil for
// another question.
func (i *Internal) Quality() []table.Coverage { return i.quality }

// Comparison is how two years compare, nil for another question.
func (i *Internal) Comparison() *Comparison { return i.comparison }

const withheld = "internal counts (withheld)"

// String keeps exact counts out of messages.
func (Internal) String() string { return withheld }

// GoString keeps exact counts out of %#v.
func (Internal) GoString() string { return withheld }

// LogValue keeps exact counts out of logs.
func (Internal) LogValue() slog.Value { return slog.StringValue(withheld) }

// MarshalJSON refuses: exact counts are worded on purpose or not at all.
func (Internal) MarshalJSON() ([]byte, error) {
	return nil, errors.New("internal counts do not encode themselves")
}
