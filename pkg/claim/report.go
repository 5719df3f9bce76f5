package claim

import (
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// Verdict is how a statement of a text stands to the release.
type Verdict string

// The verdicts.
const (
	Right Verdict = "right" // the release says the same
	Wrong Verdict = "wrong" // the release says something else
	// Stale: the release says something else, but it was said: by an earlier
	// release, by a withdrawn one, or of another year.
	Stale Verdict = "stale"
	// Withheld: the release does not publish the number, so that no text may state
	// it. It says nothing of the number that the text has.
	Withheld Verdict = "withheld"
)

// Reason is why a number is bound to nothing.
type Reason string

// The reasons.
const (
	// NoStatement: the words around it are none of the release's.
	NoStatement Reason = "no_statement"
	// Ambiguous: they are those of several statements.
	Ambiguous Reason = "ambiguous"
	// YearUnclear: several years could be meant, or none that the release is about.
	YearUnclear Reason = "year_unclear"
	// NotWhole: it is a decimal, one end of a range, or too long.
	NotWhole Reason = "not_whole"
)

// Place is where a number stands, counted in Unicode characters of the source.
type Place struct {
	Part      Part
	Paragraph int // of the part, from 1
	Line      int // of the source, from 1; 0 in a DOCX
	Offset    int // from the beginning of the paragraph
	Length    int
}

// Claim is a statement of the text that is bound.
type Claim struct {
	Verdict Verdict
	Kind    Kind
	Name    plan.Name
	Year    int
	Places  []Place // of its numbers, in the order of the text
	Lang    codelist.Lang
	// Sentence is what the release says, in the language of the text. Of a withheld
	// number it says that it is, and the range that everybody can work out.
	Sentence string
	// Said is who said what a stale claim states; the zero Source otherwise.
	Said Source
}

// Source is a year of a release.
type Source struct {
	Release, Year int
	Withdrawn     bool
}

// Loose is a number that is bound to nothing: it was not checked.
type Loose struct {
	Place  Place
	Reason Reason
}

// Report is what a check found, in the order of the text.
type Report struct {
	Release int
	// Withdrawn: the release was taken back, so that nothing of it should be stated.
	Withdrawn bool
	// ReplacedBy is the newest release that stands in its place, 0 if there is none.
	ReplacedBy int
	Paragraphs int // that were read
	Claims     []Claim
	Loose      []Loose
}

// Count says how many claims have a verdict.
func (r Report) Count(v Verdict) (n int) {
	for _, c := range r.Claims {
		if c.Verdict == v {
			n++
		}
	}
	return n
}
