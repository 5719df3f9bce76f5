package store

import (
	"context"
	"errors"

	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/membership"
)

// The names of the two stores: of their files, schemas and migrations.
const (
	recordsName  = "records"
	releasesName = "releases"
)

// Records is the store of what came in: organisations, clients, periods,
// records and the ledger of all that was done with them.
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

// Ledger gives the ledger to those who verify it.
func (r *Records) Ledger() *LedgerReader { return &LedgerReader{r.db} }

// Ping says whether the database answers.
func (r *Records) Ping(ctx context.Context) error { return r.db.ping(ctx) }

// Close waits for the write that is running and ends all connections.
func (r *Records) Close() error { return errors.Join(r.scanner.close(), r.db.close()) }

// Releases is the store of what went out. So far it holds its ledger alone.
type Releases struct{ db *database }

// OpenReleases opens the releases store, which shares nothing with the records.
func OpenReleases(ctx context.Context, c Config) (*Releases, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	var db *database
	if c.Backend == Postgres {
		db, err = openPostgres(ctx, c, c.Public, releasesName)
	} else {
		db, err = openSQLite(ctx, c, releasesName)
	}
	if err != nil {
		return nil, err
	}
	return &Releases{db}, nil
}

// Ledger gives the ledger to those who verify it.
func (r *Releases) Ledger() *LedgerReader { return &LedgerReader{r.db} }

// Ping says whether the database answers.
func (r *Releases) Ping(ctx context.Context) error { return r.db.ping(ctx) }

// Close ends all connections.
func (r *Releases) Close() error { return r.db.close() }

func (d *database) ping(ctx context.Context) error {
	return d.reading(ctx, d.reader, func(tx *transaction) error {
		var one int
		return tx.gorm.Raw(`SELECT 1`).Row().Scan(&one)
	})
}
