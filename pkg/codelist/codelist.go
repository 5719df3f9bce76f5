// Package codelist holds the versioned lists of codes that record fields draw
// on: fields, codes, labels in Swedish and English, counterparts in other
// standards, ladders for coarsening, and the rules across fields.
//
// The codebook is data (codebook/v1/*.yaml); this package reads, checks and serves
// it. A code is never renamed and its Index is never reused, because stored
// records are packed by Index.
package codelist

// Version numbers a codebook. Every stored record says which it was made with.
type Version int

// FieldName is a field's name in records, e.g. "age_band".
type FieldName string

// Code is one allowed answer, e.g. "undocumented".
type Code string

// The missing-value codes, shared by every coded field. NotApplicable is kept
// apart: it is a structural impossibility and checked by rules, not a gap.
const (
	Unknown       Code = "unknown"
	NotAsked      Code = "not_asked"
	Declined      Code = "declined"
	NotApplicable Code = "not_applicable"
	NotRecorded   Code = "not_recorded"
)

// Lang is a language of labels and sentences.
type Lang string

// The two languages of casestat.
const (
	Swedish Lang = "sv"
	English Lang = "en"
)

// Text is one wording in both languages.
type Text struct {
	SV string `yaml:"sv" json:"sv"`
	EN string `yaml:"en" json:"en"`
}

// In gives the wording in lang, English for an unknown language.
func (t Text) In(lang Lang) string {
	if lang == Swedish {
		return t.SV
	}
	return t.EN
}

// Kind is the shape of a field's answer.
type Kind string

const (
	Coded      Kind = "coded"      // one code of a list (or several, if Multi)
	Number     Kind = "number"     // an integer Min..Max, or a missing code
	Identifier Kind = "identifier" // record_id
	Year       Kind = "year"       // contact_year
)

// Field is one column of the contact record.
type Field struct {
	Number     int // 1-50, the number in the published codebook
	Name       FieldName
	Label      Text
	Kind       Kind
	List       string // name of the List that a Coded field draws on
	Min, Max   int    // of a Number field
	Core       bool   // must be sent; the others are extended and may be left out
	Multi      bool   // an array of distinct codes
	CountOnly  bool   // kept in a count-only ("minimal") record
	Missing    []Code // the missing codes that a sender may use
	Identifies int    // weight as quasi-identifier: 2 strong, 1 weak, 0 not, -1 not part of any table
	Ladder     Ladder
	Mappings   map[string]string // "H", "T", "G", "U", "P" -> counterpart
}

// Entry is one code of a list. Index is its stable number, from 0, inside the list.
type Entry struct {
	Code       Code
	Index      int
	Label      Text
	Deprecated bool
	Mappings   map[string]string
}

// List is an ordered list of codes.
type List struct {
	Name    string
	Entries []Entry

	index map[Code]int
}

// Group is a set of codes published under one name. In the residual group of a
// rung stand the remaining and the missing codes. A number is its digits.
type Group struct {
	Code     Code
	Label    Text
	Codes    []Code
	Residual bool
}

// Rung is one grouping of a ladder. Its groups are disjoint and cover every
// code and every missing code but not_applicable.
type Rung struct {
	Name   string
	Groups []Group
}

// Ladder is a nested sequence of groupings, fine to coarse: each group of a
// rung is a union of groups of the rung before. Rung 0 is the codes
// themselves, with the missing codes folded into one residual.
type Ladder []Rung

// Condition is a set of answers to one field. An answer meets it when at least
// one of its codes is in Codes (Not: when none is). Missing codes and
// not_applicable are codes like any other here; a number is its digits.
type Condition struct {
	Field FieldName
	Codes []Code
	Not   bool
}

// Clause says: an answer set that meets every condition of When must meet
// Then. The pointer of a refusal is Then's field.
type Clause struct {
	When []Condition
	Then Condition
}

// Rule is one rule across fields. A Warning does not refuse the record.
//
// A clause that demands not_applicable looks only at fields with a lower
// Number. So one pass over Book.Fields settles every left-out field: it is
// not_applicable where such a clause is in force, otherwise not_recorded.
type Rule struct {
	Code    string // "R1" ... "R12"
	Text    Text
	Warning bool
	Clauses []Clause // none for a rule that is checked elsewhere (R10, R11)
}

// Book is one version of the codebook. It is read-only.
type Book struct {
	Version Version
	Fields  []Field // ordered by Number
	Lists   map[string]List
	Rules   []Rule
	// Missing are the five shared missing-value codes with their labels,
	// in the stable order unknown, not_asked, declined, not_applicable, not_recorded.
	Missing []Entry
	// Crosswalks are groupings kept for comparison with other standards only.
	// They may overlap the ladders and are never published.
	Crosswalks map[string]Rung

	byName map[FieldName]int
}
