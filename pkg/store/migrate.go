package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"

	"manniskohandel.se/casestat/pkg/fault"
)

// migrations holds twins: every file of one dialect has one of the same name
// in the other. They go forwards only; the way back is the backup.
//
//go:embed migrations
var migrations embed.FS

// versionTable is where goose keeps which migrations have run.
const versionTable = "schema_version"

const selectVersion = `SELECT COALESCE(MAX(version_id), 0) FROM schema_version WHERE is_applied`

// migrationsOf gives one store's migrations in one dialect.
func migrationsOf(b Backend, store string) (fs.FS, error) {
	return fs.Sub(migrations, "migrations/"+string(b)+"/"+store)
}

// newest is the version that this program expects of a store.
func newest(b Backend, store string) (int64, error) {
	files, err := migrationsOf(b, store)
	if err != nil {
		return 0, err
	}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return 0, err
	}
	return goose.NumericComponent(entries[len(entries)-1].Name())
}

// Migrate brings both stores to the version this program expects, each
// migration in a transaction of its own. Only one process migrates at a time;
// what a newer program has migrated is refused.
func Migrate(ctx context.Context, c Config) error {
	c, err := c.withDefaults()
	if err != nil {
		return err
	}
	for _, name := range []string{recordsName, releasesName} {
		if err := migrateStore(ctx, c, name); err != nil {
			return err
		}
	}
	return nil
}

func migrateStore(ctx context.Context, c Config, name string) (err error) {
	defer fault.Wrap(&err, "migrate the %s store", name)
	if c.Backend == Postgres {
		return migratePostgres(ctx, c, name)
	}
	d, err := openSQLite(ctx, c, name)
	if err != nil {
		return err
	}
	return errors.Join(d.migrateSQLite(ctx, name), d.close())
}

// Migrate brings the records store to the version this program expects.
func (r *Records) Migrate(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "migrate the records store")
	if r.db.config.Backend == Postgres {
		return migratePostgres(ctx, r.db.config, recordsName)
	}
	return r.db.migrateSQLite(ctx, recordsName)
}

// Migrated is nil if the records store has the version this program expects.
func (r *Records) Migrated(ctx context.Context) error { return r.db.migrated(ctx, recordsName) }

// Migrated is nil if the releases store has the version this program expects.
func (r *Releases) Migrated(ctx context.Context) error { return r.db.migrated(ctx, releasesName) }

func (d *database) migrated(ctx context.Context, name string) error {
	want, err := newest(d.config.Backend, name)
	if err != nil {
		return err
	}
	var got int64
	err = d.reading(ctx, d.reader, func(tx *transaction) error {
		return tx.gorm.Raw(selectVersion).Row().Scan(&got)
	})
	switch {
	case fault.KindOf(err) == fault.Unavailable:
		return err
	case err != nil || got < want: // without the table nothing was ever migrated
		return fault.Because(fmt.Errorf("the %s store is not migrated: run \"casestat migrate\"", name), fault.Unavailable, CodeSchemaOld)
	case got > want:
		return tooNew(name)
	}
	return nil
}

func tooNew(name string) error {
	return fault.Because(fmt.Errorf("the %s store was migrated by a newer program: start that one", name),
		fault.Unavailable, CodeSchemaNew)
}

// migrateSQLite runs on the one connection that writes, taken out of use for
// the time.
func (d *database) migrateSQLite(ctx context.Context, name string) error {
	sole, ok := d.writer.(*soleLeaser)
	if !ok {
		return errClosed
	}
	l, err := d.leaseFrom(ctx, sole)
	if err != nil {
		return classify(err)
	}
	defer l.release()
	return runMigrations(ctx, sole.db, SQLite, name)
}

// runMigrations lets goose do the work. The options add what the dialect needs.
func runMigrations(ctx context.Context, db *sql.DB, b Backend, name string, options ...goose.ProviderOption) error {
	files, err := migrationsOf(b, name)
	if err != nil {
		return err
	}
	dialect := goose.DialectSQLite3
	if b == Postgres {
		dialect = goose.DialectPostgres
	}
	options = append(options, goose.WithDisableGlobalRegistry(true), goose.WithTableName(versionTable),
		goose.WithSlog(slog.New(slog.DiscardHandler)))
	p, err := goose.NewProvider(dialect, db, files, options...)
	if err != nil {
		return err
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return classify(err)
	}
	if current > target {
		return tooNew(name)
	}
	_, err = p.Up(ctx)
	return classify(err)
}
