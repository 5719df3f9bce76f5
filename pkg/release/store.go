package release

import (
	"context"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/shelf"
)

// Counted is how many current records of an organisation have the same answers.
// Which records these are, it does not say.
type Counted struct {
	Organisation access.OrganisationID
	Codebook     codelist.Version
	Answers      record.Answers // valid during the call alone
	N            int
}

// Records gives the closed years to freeze.
type Records interface {
	Periods(ctx context.Context) ([]record.Period, error)
	// Snapshot calls each for the current records of a year, withdrawn ones left
	// out, in no particular order; equal ones may come apart. A year that is not
	// closed yields nothing, by the database's own policy where it has one.
	Snapshot(ctx context.Context, year int, each func(Counted) error) error
}

// Drafts keeps drafts and requests beside the records.
type Drafts interface {
	Drafts(ctx context.Context) ([]Draft, error) // newest change last
	// Draft and Artefacts answer fault.NotFound with CodeDraftUnknown.
	Draft(ctx context.Context, id DraftID) (Draft, error)
	Artefacts(ctx context.Context, id DraftID) (Artefacts, error)
	Requests(ctx context.Context) ([]Request, error)
	// Atomically runs f in one durable transaction, after every other one.
	Atomically(ctx context.Context, f func(Tx) error) error
}

// Tx is one transaction of Drafts. The Save methods insert or replace by key.
type Tx interface {
	RequestsTx
	// Members are the member organisations that there are, closed ones included.
	Members(ctx context.Context) ([]access.OrganisationID, error)
	Draft(ctx context.Context, id DraftID) (Draft, error)
	SaveDraft(ctx context.Context, d Draft) error
	// SaveArtefacts replaces all artefacts of a draft.
	SaveArtefacts(ctx context.Context, id DraftID, a Artefacts) error
	Append(ctx context.Context, entries []ledger.Entry) error
}

// RequestsTx is the part of a Tx that keeps requests.
type RequestsTx interface {
	Requests(ctx context.Context) ([]Request, error)
	SaveRequest(ctx context.Context, r Request) error
}

// Shelf gives the releases of the Archive, each verified, in the order of
// their numbers; *shelf.Shelf is one.
type Shelf interface {
	Releases(ctx context.Context) ([]*shelf.Release, error)
	// Stale says why the releases given last may not be all there are. For
	// readers that is better than nothing; here nothing may be built on it.
	Stale() error
}

// Archive is the releases store, to which things are only ever added.
type Archive interface {
	shelf.Source
	// Publish adds a release, its files and its ledger entries in one durable
	// transaction. A release whose manifest is there already, byte for byte, stays
	// as it is and is no error; another one of that number is fault.Conflict with
	// CodeNumberTaken.
	Publish(ctx context.Context, p Publication) error
	// Withdraw adds a withdrawal in the same way; a second one of a release is
	// fault.Conflict with CodeWithdrawn unless it is the same.
	Withdraw(ctx context.Context, w Notice) error
}

// Publication is a release as it goes to the archive.
type Publication struct {
	Number   int
	Manifest []byte
	Files    []RenderedFile
	Deed
}

// RenderedFile is a file of a release.
type RenderedFile struct {
	Name, Media string
	Content     []byte
}

// Notice is a withdrawal as it goes to the archive.
type Notice struct {
	Number     int
	Withdrawal []byte
	Deed
}

// Deed is what an addition to the archive writes into its ledger.
type Deed struct {
	Entries []ledger.Entry
	// Checkpoint makes the signed checkpoint of the head that the entries lead to;
	// it is kept with them.
	Checkpoint func(ledger.Head) ([]byte, error)
}
