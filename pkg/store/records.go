package store

import (
	"context"
	"errors"

	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/release"
)

// The names of the two stores: of their files, schemas and migrations.
const (
	recordsName  = "records"
	releasesName = "releases"
)

// Records is the store of what came in: organisations, clients, periods,
// records, the drafts made of them, and the ledger of all that was done.
type Records struct {
	db      *database
	scanner scanner
}

// Open opens the records store. It need not be migrated yet; see Migrated.
func Open(ctx context.Context, c Config) (*Records, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	if c.Backend == Postgres {
		return openPostgresRecords(ctx, c)
	}
	db, err := openSQLite(ctx, c, recordsName)
	if err != nil {
		return nil, err
	}
	return &Records{db, sqliteScanner{db}}, nil
}

// Intake gives the store of pkg/intake.
func (r *Records) Intake() intake.Store { return intakeStore{r.db} }

// Membership gives the store of pkg/membership.
func (r *Records) Membership() membership.Store { return membershipStore{r.db} }

// Desk gives the store of pkg/desk.
func (r *Records) Desk() desk.Store { return deskStore{r.db, r.scanner} }

// Drafts gives the store of drafts and requests of pkg/release.
func (r *Records) Drafts() release.Drafts { return draftStore{r.db} }

// Frozen gives pkg/release the closed years to freeze.
func (r *Records) Frozen() release.Records { return frozenYears{r.db, r.scanner} }

// Ledger gives the ledger to those who verify it.
func (r *Records) Ledger() *LedgerReader { return &LedgerReader{r.db} }

// Ping says whether the database answers, and takes writes as far as is known.
func (r *Records) Ping(ctx context.Context) error { return r.db.ping(ctx) }

// Close waits for the write that is running and ends all connections.
func (r *Records) Close() error { return errors.Join(r.scanner.close(), r.db.close()) }
