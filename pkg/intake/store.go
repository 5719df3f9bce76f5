package intake

import (
	"context"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// Key names a record: ids are unique per organisation, never across them.
type Key struct {
	Organisation access.OrganisationID
	Record       record.ID
}

// Version is one state of a record. Of a withdrawn record only Key, Number,
// Tag, Day and Withdrawn are left.
type Version struct {
	Key       Key
	Number    int    // from 1
	Tag       string // the random part of the ETag; never derived from content
	Day       string // UTC date of submission; the time of day is not kept
	Withdrawn bool
	Record    record.Record
}

// Page asks for one organisation's records in the order of their ids.
type Page struct {
	Organisation access.OrganisationID
	Year         int       // 0: every year
	After        record.ID // "" starts at the beginning
	Limit        int
}

// Store keeps records. Reads outside Atomically see only what was committed.
type Store interface {
	// Atomically runs f in one durable transaction: all of it is on disk when
	// Atomically returns nil, none of it otherwise. Transactions of all
	// processes on one store run one after another (the ledger's head is
	// locked first), so what f reads holds until it commits.
	Atomically(ctx context.Context, f func(Tx) error) error
	// List gives current versions, tombstones left out.
	List(ctx context.Context, page Page) ([]Version, error)
	// History gives every version of one record, newest first; nil if absent.
	// Of a withdrawn record it gives the tombstone alone.
	History(ctx context.Context, key Key) ([]Version, error)
}

// Tx is one transaction of the store.
type Tx interface {
	// Heads gives the current version of those keys that exist, tombstones included.
	Heads(ctx context.Context, keys []Key) (map[Key]Version, error)
	// Save makes each version its record's current one; the one before moves to
	// the history. No key may stand twice.
	Save(ctx context.Context, versions []Version) error
	// Withdraw erases every value of every version of the records and leaves
	// the given tombstones.
	Withdraw(ctx context.Context, tombstones []Version) error
	// Periods gives the reporting years that were ever opened.
	Periods(ctx context.Context) ([]record.Period, error)
	// Append writes the deeds of this transaction to the ledger.
	Append(ctx context.Context, entries []ledger.Entry) error
}
