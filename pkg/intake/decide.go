package intake

import (
	"bytes"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
)

// Outcome says what became of a submission.
type Outcome string

// The outcomes of a submission that was not refused.
const (
	Accepted  Outcome = "accepted"  // new
	Corrected Outcome = "corrected" // a new version of an existing record
	Unchanged Outcome = "unchanged" // the same content again: nothing was done
)

// Precondition names the version that a correction replaces. The zero value
// names none; an empty Tag leaves the tag unchecked (rows of a batch).
type Precondition struct {
	Version int
	Tag     string
}

// Submission is one record as sent, with the version it replaces.
type Submission struct {
	Record   record.Record
	Replaces Precondition
}

// years knows the state of every reporting year that was ever opened.
type years map[int]record.PeriodState

func indexYears(periods []record.Period) years {
	index := make(years, len(periods))
	for _, p := range periods {
		index[p.Year] = p.State
	}
	return index
}

// decide says what a submission does to the current version of its record
// (nil: there is none). The same content comes first, so that a retry after a
// lost answer is a no-op even when its precondition or its year is past.
func decide(current *Version, s Submission, open years) (Outcome, *fault.Error) {
	if current != nil && current.Withdrawn {
		return "", fault.New(fault.Gone, CodeWithdrawn)
	}
	if current != nil && sameContent(current.Record, s.Record) {
		return Unchanged, nil
	}
	if err := checkYears(current, s, open); err != nil {
		return "", err
	}
	if err := checkPrecondition(current, s.Replaces); err != nil {
		return "", err
	}
	if current == nil {
		return Accepted, nil
	}
	return Corrected, nil
}

func sameContent(a, b record.Record) bool {
	return a.Year == b.Year && a.Codebook == b.Codebook && bytes.Equal(a.Answers, b.Answers)
}

// checkYears looks at both ends of a correction: a record must not slip out of
// a closed year either.
func checkYears(current *Version, s Submission, open years) *fault.Error {
	at := fault.Detail{Pointer: "/contact_year", Code: CodePeriodClosed}
	if current != nil && open[current.Record.Year] == record.PeriodClosed {
		return fault.New(fault.Conflict, CodePeriodClosed, at)
	}
	if current != nil && open[current.Record.Year] == record.PeriodErased { // its turn has not come yet
		at.Code = CodePeriodErased
		return fault.New(fault.Conflict, CodePeriodErased, at)
	}
	switch state := open[s.Record.Year]; {
	case state.TakesRecords():
		return nil
	case state == record.PeriodErased:
		at.Code = CodePeriodErased
		return fault.New(fault.Conflict, CodePeriodErased, at)
	case state == record.PeriodClosed:
		return fault.New(fault.Conflict, CodePeriodClosed, at)
	default:
		at.Code = CodeOutsideWindow
		return fault.New(fault.Invalid, CodeOutsideWindow, at)
	}
}

func checkPrecondition(current *Version, named Precondition) *fault.Error {
	switch {
	case current == nil && named == Precondition{}:
		return nil
	case current == nil:
		return fault.New(fault.Stale, CodeStale)
	case named == Precondition{}:
		return fault.New(fault.PreconditionRequired, CodePreconditionRequired)
	case named.Version != current.Number, named.Tag != "" && named.Tag != current.Tag:
		return fault.New(fault.Stale, CodeStale)
	}
	return nil
}
