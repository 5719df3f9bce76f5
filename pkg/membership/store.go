package membership

import (
	"context"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// State is everything this package keeps: some thirty organisations, their
// clients and the reporting years. It is small enough to be read whole.
type State struct {
	Organisations []access.Organisation
	Clients       []access.Client
	Periods       []record.Period
}

// Store keeps the State.
type Store interface {
	// Load gives the committed state, each list ordered by its key.
	Load(ctx context.Context) (State, error)
	// Atomically runs f in one durable transaction, after every other one.
	Atomically(ctx context.Context, f func(Tx) error) error
}

// Tx is one transaction of the store. The Save methods insert or replace by key.
type Tx interface {
	Load(ctx context.Context) (State, error)
	SaveOrganisation(ctx context.Context, o access.Organisation) error
	SaveClient(ctx context.Context, c access.Client) error
	SavePeriod(ctx context.Context, p record.Period) error
	Append(ctx context.Context, entries []ledger.Entry) error
}
