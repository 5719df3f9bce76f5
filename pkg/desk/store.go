package desk

import (
	"context"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// Scope is what is counted: one year of one organisation, or, with no
// organisation, one closed year of all of them.
type Scope struct {
	Year         int
	Organisation access.OrganisationID
}

// Origin is where a record comes from. Member numbers its organisation, from 0
// on and for one call alone: which one it is, the number does not say.
type Origin struct{ Year, Member int }

// Store gives the current records to count. It never says whose they are.
type Store interface {
	// Append writes deeds to the ledger in a transaction of their own; nothing
	// may be read for a caller before it has returned nil.
	Append(ctx context.Context, entries []ledger.Entry) error
	// Periods gives the reporting years that were ever opened.
	Periods(ctx context.Context) ([]record.Period, error)
	// Scan calls each once for every current record in scope, withdrawn ones
	// left out. answers is only valid during the call. A scope without an
	// organisation over a year that is not closed yields nothing, by the
	// database's own policy where it has one.
	Scan(ctx context.Context, scope Scope, each func(codelist.Version, record.Answers) error) error
	// ScanPair is Scan of two closed years over all organisations. The same
	// organisation has the same number in both.
	ScanPair(ctx context.Context, from, to int, each func(Origin, codelist.Version, record.Answers) error) error
}
