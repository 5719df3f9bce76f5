// Package frame turns a plan into the system that is protected: which answers
// are told apart, which combinations no valid record has, and every cell.
//
// It looks at the plan, the figures and the codebook alone. Records are placed
// in the finished frame.
//
// # Axes
//
// Every field that a figure, a table or a sum of the plan looks at is an axis,
// in the codebook's order. The fields that only universes ask for are one axis
// together, the population. Then come the organisation and the batch, which are
// hidden. The categories of an axis are the answers that the plan, or a rule
// that binds its axes, can tell apart. A field with several codes to an answer
// has a category for each distinct vector of "has one of these codes". What has
// one category is no axis. Records outside every universe of the plan touch no
// cell and have no place; a category that no universe of the plan allows is left
// out.
//
// # Bans
//
// The rules of the codebook are projected onto the axes: an atom is banned if
// and only if no valid record has it, whatever its other fields hold. A record
// of an import that was declared as legacy is valid.
//
// # History
//
// What earlier releases said about the year is laid beside the plan: every
// published cell carries its quantity in the codebook's words, which is read
// back here, so that the axes tell apart what was told apart before. Which
// records a cell speaks of is a selection of batches.
//
// # Panels
//
// The panels of a year, and those of its earlier releases, are one axis: its
// categories are the groups of organisations that they tell apart. Bans tie a
// record's group to its organisation, so that the viewpoints need nothing else.
// Who took part and had no record has a place as well: whoever it is, that the
// others had them all must be deniable. The bans are not published, and so
// neither is who is in a panel; its category is.
package frame

import (
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
)

// Hidden are the categories of the hidden axes.
type Hidden struct {
	// Year is the year whose panels are laid; 0 lays none.
	Year int
	// Organisations contribute records, each standing once.
	Organisations []access.OrganisationID
	// Batches are the releases in which records enter, oldest first. Nil is one.
	Batches []string
	// Alive are the batches whose records the plan's own cells and tables speak
	// of, increasing; nil is all.
	Alive []int
	// Past is what earlier releases said about the year, oldest first. Their cells
	// are laid before all others, and whom they spoke of has a place.
	Past []Past
}

// Frame is a plan laid out. It is read-only.
type Frame struct {
	Layout plan.Layout
	// Labels are the cells' of Layout.Base, in their order.
	Labels []codelist.Text
	// Sizes say which cell holds the size of a universe that a cell holds.
	Sizes   map[plan.Name]int
	Figures []Figure
	Sums    []Sum
	Prose   []Prose
	Tables  []Table
	Panels  []Panel
	// Past says, per release of Hidden.Past and per cell of it, which cell of the
	// base it is.
	Past [][]int

	circles []circle
	groups  [][]access.OrganisationID // categories of the panels' axis; nil without one

	set        *figure.Set
	listed     []plan.Name // universes of the plan
	earlier    int         // how many cells of the base, the first, repeat earlier releases
	quantities []plan.Quantity
	asked      []plan.Quantity // by table of the layout: the persons it is about
	outlines   [][]outline     // by table of the plan, its dimensions

	shapes    []plan.Shape
	universes []query // to which a record may belong
	vars      []*variable
	axes      []*variable // by axis, without the hidden ones
	schema    *record.Schema
	countOnly test
	excused   test
}

// none stands for "no cell".
const none = -1

// Figure says which cells of the base hold a figure's numbers.
type Figure struct {
	Wanted plan.Wanted
	Figure figure.Figure
	N      int
	Of     int // -1 unless it is a share or an ask rate
	Sum    int // -1 unless it adds up
	// Open holds the persons behind Sum whose number is missing or open upwards:
	// if there are any, Sum is a lower bound. It is nil without a sum.
	Open plan.Selection
}

// Panel says which cells hold the figures of a panel of the year.
type Panel struct {
	Wanted        plan.Panel
	Organisations int // in the panel
	Reporting     int // in the year
	Figures       []Figure
}

// Sum says which cell holds a sum of the plan.
type Sum struct {
	Wanted plan.Sum
	Cell   int
	Open   plan.Selection // as in Figure
}

// Prose says which cells hold the numbers of a sentence.
type Prose struct {
	Wanted plan.Prose
	N      int
	Of     int // the size of its universe; -1 unless the sentence states it
}

// Table says where a table of the plan stands.
type Table struct {
	Wanted plan.Tabulation
	// Total is the cell with its persons.
	Total int
	Parts []Part
}

// Part is a table for one option of each of its multi-valued dimensions; a
// table without any has one part. A person with several options stands in
// several parts.
type Part struct {
	Options []Option
	// Table is its place in Layout.Tables, or -1 if no dimension is left: then
	// Cell holds its one number.
	Table int
	Cell  int // of the base, or -1
}

// Option is one group of a multi-valued dimension.
type Option struct {
	Field codelist.FieldName
	Group codelist.Group
}

// Shapes are what admission looks at, in the order of the plan's tables.
func (f *Frame) Shapes() []plan.Shape { return f.shapes }

// Lay lays a plan out. It refuses, pointing into the plan, what [plan.Plan.Check]
// refuses, names that the figures do not know, conditions that nobody can meet,
// and fields that the plan looks at too finely.
func Lay(p *plan.Plan, figures *figure.Set, hidden Hidden) (*Frame, error) {
	if err := p.Check(figures.Book); err != nil {
		return nil, err
	}
	f := newFramer(p, figures)
	f.hide(hidden)
	f.gather()
	if err := f.refusal(); err != nil {
		return nil, err
	}
	f.build()
	if err := f.refusal(); err != nil {
		return nil, err
	}
	bans := f.project(f.ruleBans())
	f.merge(bans)
	f.emit(bans)
	if err := f.refusal(); err != nil {
		return nil, err
	}
	return f.frame, nil
}
