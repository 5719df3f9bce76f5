package store

import (
	"context"
	"errors"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/release"
)

// Releases is the store of what went out: the published releases, their files,
// their withdrawals and the ledger of both, to all of which things are only
// ever added.
type Releases struct{ db *database }

// OpenReleases opens the releases store, which shares nothing with the records.
// Opened read-only, or without the publisher's connection string, it has no way
// to publish anything.
func OpenReleases(ctx context.Context, c Config) (*Releases, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	var db *database
	if c.Backend == Postgres {
		db, err = openPostgresReleases(ctx, c)
	} else {
		db, err = openSQLite(ctx, c, releasesName)
	}
	if err != nil {
		return nil, err
	}
	return &Releases{db}, nil
}

// openPostgresReleases reads with the public login where there is one and
// publishes with the publisher's alone.
func openPostgresReleases(ctx context.Context, c Config) (*database, error) {
	if c.Publisher == "" {
		return openPostgres(ctx, c, c.Public, releasesName)
	}
	db, err := openPostgres(ctx, c, c.Publisher, releasesName)
	if err != nil {
		return nil, err
	}
	db.writer = db.reader
	if c.Public == "" {
		return db, nil
	}
	public, err := openPostgres(ctx, c, c.Public, releasesName)
	if err != nil {
		return nil, errors.Join(err, db.close())
	}
	public.writer = db.writer
	return public, nil
}

// Archive gives the store of pkg/release, and with it the source of pkg/shelf.
func (r *Releases) Archive() release.Archive { return archive{r.db} }

// Ledger gives the ledger to those who verify it.
func (r *Releases) Ledger() *LedgerReader { return &LedgerReader{r.db} }

// Ping says whether the database answers, and takes writes as far as is known.
func (r *Releases) Ping(ctx context.Context) error { return r.db.ping(ctx) }

// Close ends all connections.
func (r *Releases) Close() error { return r.db.close() }

// Migrate brings the releases store to the version this program expects.
func (r *Releases) Migrate(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "migrate the releases store")
	if r.db.config.Backend == Postgres {
		return migratePostgres(ctx, r.db.config, releasesName)
	}
	return r.db.migrateSQLite(ctx, releasesName)
}
