package plan

import (
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/signed"
)

// NoCell stands where there is no cell.
const NoCell = -1

// Content is what a release says, in numbers and labels: everything that is
// protected, and nothing that was not.
type Content struct {
	Title  codelist.Text `json:"title"`
	Policy Policy        `json:"policy"`
	// Intervals say which uncertainty stands beside shares; "" is NoInterval.
	Intervals Interval      `json:"intervals,omitzero"`
	Years     []Publication `json:"years"` // increasing, each once
}

// Publication is what a release says about one year. It holds the whole system
// that was protected, but for the organisations, so that everybody can find out
// what it gives away.
type Publication struct {
	Year     int              `json:"year"`
	Codebook codelist.Version `json:"codebook"`
	// Axes are those of the system without the organisations. The batch axis
	// stays: it says of which release's records a cell speaks.
	Axes []Axis      `json:"axes"`
	Bans []Selection `json:"bans"`
	// Cells are the system's, in its order. The first Earlier of them repeat what
	// earlier releases said about the year.
	Cells   []PublishedCell `json:"cells"`
	Earlier int             `json:"earlier,omitzero"`

	Universes []PublishedUniverse `json:"universes"`
	Figures   []PublishedFigure   `json:"figures,omitzero"`
	Sums      []PublishedSum      `json:"sums,omitzero"`
	Prose     []PublishedProse    `json:"prose,omitzero"`
	Tables    []PublishedTable    `json:"tables,omitzero"`
	Panels    []PublishedPanel    `json:"panels,omitzero"`
}

// PublishedCell is one number, shown or withheld.
type PublishedCell struct {
	Cell
	// Quantity says in the codebook's words what the cell holds, so that a later
	// release can lay it beside its own.
	Quantity Quantity `json:"quantity"`
	Shown    bool     `json:"shown,omitzero"`
	Value    int      `json:"value,omitzero"` // of a shown cell; 0 otherwise
	// Range is between which values a withheld cell lies for everybody. Nil: only
	// that nothing could be established.
	Range *Range `json:"range,omitempty"`
}

// Range is an interval of whole numbers, both ends included.
type Range struct {
	From int  `json:"from"`
	To   int  `json:"to"`
	Open bool `json:"open,omitzero"` // there is no upper end; To says nothing
}

// Quantity is a number in the codebook's words: the persons of a universe who
// meet every condition, or the sum of a number over them.
type Quantity struct {
	Universe []Condition        `json:"universe,omitzero"`
	Where    []Condition        `json:"where,omitzero"`
	Sum      codelist.FieldName `json:"sum,omitzero"` // the number added up; "" counts persons
	// Panel: only records of its organisations count; "" is everybody's. In all
	// releases of a year a panel of one name has the same organisations.
	Panel Name `json:"panel,omitzero"`
}

// PublishedUniverse is a population. Size is its cell.
type PublishedUniverse struct {
	Name  Name          `json:"name"`
	Label codelist.Text `json:"label"`
	Size  int           `json:"size"`
}

// PublishedFigure is a figure: N persons, Of so many, and the Sum over the N.
// Each is a cell or NoCell.
type PublishedFigure struct {
	Name       Name          `json:"name"`
	Label      codelist.Text `json:"label"`
	Definition codelist.Text `json:"definition"`
	Kind       string        `json:"kind"` // of package figure
	Headline   bool          `json:"headline,omitzero"`
	N          int           `json:"n"`
	Of         int           `json:"of"`
	Sum        int           `json:"sum"`
}

// PublishedSum is a sum of the plan.
type PublishedSum struct {
	Name  Name          `json:"name"`
	Title codelist.Text `json:"title"`
	Cell  int           `json:"cell"`
}

// PublishedProse is a number in a sentence; Of is NoCell unless the sentence states it.
type PublishedProse struct {
	Name     Name          `json:"name"`
	Sentence codelist.Text `json:"sentence"` // with {n} and {of}
	N        int           `json:"n"`
	Of       int           `json:"of"`
}

// PublishedTable is a table as it is shown.
type PublishedTable struct {
	Name     Name          `json:"name"` // of the plan; with ".<option>" after it for a part of its own
	Title    codelist.Text `json:"title"`
	Universe Name          `json:"universe"`
	Filters  []Condition   `json:"filters,omitzero"`
	Total    int           `json:"total"` // the cell with its persons
	// Dimensions are in the order of the plan, options of a multi-valued field
	// among them: a person with several options stands in several cells, and the
	// cells do not add up to the total.
	Dimensions []PublishedDimension `json:"dimensions"`
	// Cells has a place for every combination of categories, the last dimension
	// running fastest: a cell, or NoCell where no record can be.
	Cells []int `json:"cells,omitzero"`
	// Dropped: the table is withheld as a whole; Cells is empty.
	Dropped bool `json:"dropped,omitzero"`
}

// PublishedDimension is a field as it is shown.
type PublishedDimension struct {
	Field      codelist.FieldName  `json:"field"`
	Label      codelist.Text       `json:"label"`
	Options    bool                `json:"options,omitzero"` // of a multi-valued field
	Categories []PublishedCategory `json:"categories"`
}

// PublishedCategory is one or several codes under one name.
type PublishedCategory struct {
	Code     codelist.Code   `json:"code"`
	Label    codelist.Text   `json:"label"`
	Includes []codelist.Code `json:"includes"`
}

// Kind says how a release stands to those before it.
type Kind string

// The kinds of release.
const (
	First    Kind = "first"    // the first about all of its years
	Addendum Kind = "addendum" // more about the same records
	Revision Kind = "revision" // records were added or removed since
)

// Manifest is the public document of a release, signed as one of
// signed.KindManifest. The chain of all manifests is the releases' history.
type Manifest struct {
	signed.Link
	Format    int    `json:"format"` // ManifestFormat
	Number    int    `json:"number"` // consecutive from 1, given at publication
	Kind      Kind   `json:"kind"`
	Published string `json:"published"` // the day, as 2006-01-02
	Software  string `json:"software"`  // the version of casestat
	// Replaces are the releases that this one is an addendum to or a revision of.
	Replaces []int `json:"replaces,omitzero"`
	// Waivers is how many findings a reviewer waived.
	Waivers int `json:"waivers"`
	// Certificate is the SHA-256 of the sealed certificate.
	Certificate signed.Hash `json:"certificate"`
	Content     Content     `json:"content"`
	// Files are what was rendered from the content when it was frozen.
	Files []File `json:"files"`
}

// ManifestFormat is the version of Manifest that this program writes.
const ManifestFormat = 1

// File names rendered bytes.
type File struct {
	Name   string      `json:"name"` // such as "figures.json"; no slash
	Media  string      `json:"media"`
	Size   int         `json:"size"`
	SHA256 signed.Hash `json:"sha256"`
}

// Withdrawal takes a release back, signed as one of signed.KindWithdrawal. The
// release stays readable: it was seen.
type Withdrawal struct {
	Number    int           `json:"number"`
	Manifest  signed.Hash   `json:"manifest"`
	Withdrawn string        `json:"withdrawn"` // the day, as 2006-01-02
	Reason    codelist.Text `json:"reason"`
}
