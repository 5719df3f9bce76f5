package release

import (
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/plan"
)

// DraftID names a draft: a UUIDv4 that its author chose.
type DraftID string

// State is how far a draft has come.
type State string

// The states.
const (
	Planned   State = "draft"     // there is a plan
	Computed  State = "computed"  // it was protected and audited; findings stand
	Submitted State = "submitted" // it waits for a reviewer
	Approved  State = "approved"  // it may be published
	Rejected  State = "rejected"  // a new plan may follow
	Published State = "published" // it is release Number
)

// Draft is a release before it is one. Everything in it is for the desk and
// its reviewers alone.
type Draft struct {
	ID    DraftID `json:"id"`
	State State   `json:"state"`
	// Version grows with every change, from 1; a change names the one it replaces.
	Version int    `json:"version"`
	Plan    []byte `json:"plan"` // canonical JSON, as it was submitted
	Author  Person `json:"author"`

	// Of a computed draft.
	Kind     plan.Kind `json:"kind,omitzero"`
	Findings []Finding `json:"findings,omitzero"`
	Summary  Summary   `json:"summary,omitzero"`

	Submission *Submission `json:"submission,omitempty"`
	Decision   *Decision   `json:"decision,omitempty"`
	// Number is the release's, of a published draft. An approved one may have the
	// number that it was frozen to take, and may yet take another.
	Number int `json:"number,omitzero"`
}

// Person is who did something: a client, and the natural person behind it.
type Person struct {
	Client access.ClientID `json:"client"`
	Holder access.HolderID `json:"holder"`
}

// Class is what a finding means for the release.
type Class string

// The classes.
const (
	Pass      Class = "pass"   // looked at, nothing found
	Note      Class = "note"   // to know: why something is withheld
	ForReview Class = "review" // can be waived, with a reason
	Fail      Class = "fail"   // cannot be waived: coarsen, withhold or drop
)

// Finding is one result of protecting and auditing a draft.
type Finding struct {
	ID    string `json:"id"` // stable within a computation: "2024/few_organisations/table:age"
	Year  int    `json:"year"`
	Class Class  `json:"class"`
	Rule  string `json:"rule"`
	Scope string `json:"scope"` // the name of a cell, functional or view
	View  string `json:"view,omitzero"`
	// Value and Threshold are for the desk and the reviewer alone.
	Value     int `json:"value,omitzero"`
	Threshold int `json:"threshold,omitzero"`
}

// Summary is how much of a computed draft is shown.
type Summary struct {
	Cells     int `json:"cells"`
	Shown     int `json:"shown"`
	Witnesses int `json:"witnesses"`
	Waivable  int `json:"waivable"` // findings of class review
}

// Waiver says why a finding of class review does not stand in the way.
type Waiver struct {
	Finding    string `json:"finding"` // its ID
	Reason     string `json:"reason"`  // at least MinReason characters
	LegalBasis string `json:"legal_basis"`
}

// Submission is the author's word that the draft is ready.
type Submission struct {
	By      Person   `json:"by"`
	Waivers []Waiver `json:"waivers,omitzero"`
}

// Decision is a reviewer's word.
type Decision struct {
	By       Person `json:"by"`
	Approved bool   `json:"approved,omitzero"`
	Reason   string `json:"reason,omitzero"` // of a rejection
}

// Artefacts are the large parts of a draft. A part that is nil is not there.
type Artefacts struct {
	Content     []byte // plan.Content as canonical JSON: what would be published
	Certificate []byte // sealed to a key that no serving process holds
	Frozen      []byte // sealed: what ties plan, content, certificate and years together; no record
	// Snapshot is Frozen with the records of all years inside, as earlier versions
	// sealed it. The years cannot be told apart, so it goes when one goes.
	Snapshot []byte
	Manifest []byte       // signed; from then on the draft is published as this or not at all
	Files    []byte       // what was rendered, as one archive (zip), nil until frozen
	Years    []SealedYear // in the order of the years
}

// SealedYear is what a draft was computed from in one year, sealed apart, so
// that one year can be erased and the others stay.
type SealedYear struct {
	Year    int
	Records []byte // sealed: by organisation, without their names; nil: erased
}
