package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/jackc/pgx/v5"

	"manniskohandel.se/casestat/pkg/fault"
)

const (
	dumpName = "postgres.dump"

	lookInto = `SELECT set_config('search_path', $1, true)`
	// Off, a statement that a policy would narrow fails instead: nobody is told
	// that there are no records by a login that cannot see them.
	seeAll         = `SELECT set_config('row_security', 'off', true)`
	exportSnapshot = `SELECT pg_export_snapshot()`
	countTables    = `SELECT COUNT(*) FROM pg_class WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('records', 'releases'))`
)

// copyPostgres has pg_dump copy both schemas as they were at one moment. A copy
// of the rows, other than one of the data folder, does not hold the dead ones of
// withdrawn records.
func (p Programs) copyPostgres(ctx context.Context, c Config, f func(Copy) error) error {
	db, err := openPostgres(ctx, c, c.Backup, recordsName)
	if err != nil {
		return err
	}
	defer db.close()
	return db.reading(ctx, db.reader, func(tx *transaction) error {
		stores, err := tx.surveyAll()
		if err != nil {
			return err
		}
		var snapshot string
		if err := tx.gorm.Raw(exportSnapshot).Row().Scan(&snapshot); err != nil {
			return classify(err)
		}
		dump := func(ctx context.Context, to io.Writer) error { return p.dump(ctx, c.Backup, snapshot, to) }
		return f(Copy{Postgres, stores, []Part{{dumpName, dump}}})
	})
}

// surveyAll describes both stores by a login that must see every row.
func (tx *transaction) surveyAll() (all []Copied, err error) {
	var set string
	if err := tx.gorm.Raw(seeAll).Row().Scan(&set); err != nil {
		return nil, classify(err)
	}
	for _, name := range []string{recordsName, releasesName} {
		if err := tx.gorm.Raw(lookInto, name).Row().Scan(&set); err != nil {
			return nil, classify(err)
		}
		one, err := tx.survey(name)
		if e, ok := errors.AsType[*driverFailure](err); ok && e.State == "42501" {
			return nil, fault.Because(fmt.Errorf("the login for copies must be in the role casestat_backup and have BYPASSRLS: %w", err),
				fault.Forbidden, CodeBlind)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// dump runs pg_dump within a snapshot that a transaction keeps open.
func (p Programs) dump(ctx context.Context, dsn, snapshot string, to io.Writer) error {
	run, err := p.command("pg_dump", dsn, "--format=custom", "--schema=records", "--schema=releases",
		"--snapshot="+snapshot, "--lock-wait-timeout=10s")
	if err != nil {
		return err
	}
	run.Stdout, run.Stderr = to, p.Notes
	return runTool(ctx, run)
}

// runTool runs one of PostgreSQL's programs and ends it with ctx.
func runTool(ctx context.Context, run *exec.Cmd) error {
	run.WaitDelay = 5 * time.Second
	if err := run.Start(); err != nil {
		return fmt.Errorf("start %s: %w", run.Args[0], err)
	}
	stop := context.AfterFunc(ctx, func() { _ = run.Process.Kill() })
	defer stop()
	if err := run.Wait(); err != nil {
		return errors.Join(fmt.Errorf("%s: %w", run.Args[0], err), ctx.Err())
	}
	return nil
}

// restorePostgres has pg_restore work as the owner, in one transaction. Row
// security comes on after the rows are in; until then nobody else sees them.
func restorePostgres(ctx context.Context, c Config, p Programs, copied []Copied, parts Parts) error {
	if err := mustHaveNoTables(ctx, c); err != nil {
		return err
	}
	err := parts(func(name string, content io.Reader) error {
		if name != dumpName {
			return fault.Because(errors.New("a part of the copy is of no PostgreSQL"), fault.Conflict, CodeCopyDiffers)
		}
		return p.restore(ctx, c.Owner, content)
	})
	if err != nil {
		return err
	}
	if err := provePostgres(ctx, c, copied); err != nil {
		return errors.Join(err, dropAll(context.WithoutCancel(ctx), c))
	}
	return nil
}

func (p Programs) restore(ctx context.Context, dsn string, from io.Reader) error {
	run, err := p.command("pg_restore", dsn, "--role="+ownerRole, "--no-owner", "--single-transaction", "--exit-on-error",
		"--schema=records", "--schema=releases")
	if err != nil {
		return err
	}
	run.Stdin = from // what it has to say of an error could repeat a row, so nobody hears it
	return runTool(ctx, run)
}

// provePostgres holds the restored schemas against what was copied.
func provePostgres(ctx context.Context, c Config, copied []Copied) error {
	db, err := openPostgres(ctx, c, c.Backup, recordsName)
	if err != nil {
		return err
	}
	defer db.close()
	return db.reading(ctx, db.reader, func(tx *transaction) error {
		found, err := tx.surveyAll()
		if err != nil {
			return err
		}
		return compare(copied, found)
	})
}

// asOwner runs f on a connection of the owner's.
func asOwner(ctx context.Context, c Config, f func(*pgx.Conn) error) (err error) {
	defer func() { err = classify(err) }()
	config, err := pgx.ParseConfig(c.Owner)
	if c.Owner == "" || err != nil {
		return errDSN
	}
	config.ConnectTimeout = c.Acquire
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `SET ROLE casestat_owner`); err != nil {
		return schemaMissing(classify(err))
	}
	return f(conn)
}

func mustHaveNoTables(ctx context.Context, c Config) error {
	return asOwner(ctx, c, func(conn *pgx.Conn) error {
		var schemas, tables int
		if err := conn.QueryRow(ctx, `SELECT COUNT(*) FROM pg_namespace WHERE nspname IN ('records', 'releases')`).Scan(&schemas); err != nil {
			return err
		}
		if err := conn.QueryRow(ctx, countTables).Scan(&tables); err != nil {
			return err
		}
		switch {
		case schemas != 2:
			return fault.Because(errors.New("the schemas are missing: run deploy/postgres/roles.sql first"), fault.Unavailable, CodeSchemaOld)
		case tables > 0:
			return fault.Because(errors.New("the database has tables already: restore into one that was never migrated"), fault.Conflict, CodeNotEmpty)
		}
		return nil
	})
}

// dropAll leaves the schemas as they were before a restoration that did not hold.
func dropAll(ctx context.Context, c Config) error {
	return asOwner(ctx, c, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `DO $$
DECLARE it record;
BEGIN
    FOR it IN SELECT oid::regclass AS name FROM pg_class WHERE relkind = 'r'
        AND relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('records', 'releases')) LOOP
        EXECUTE format('DROP TABLE %s CASCADE', it.name);
    END LOOP;
    FOR it IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('records', 'releases')) LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', it.name);
    END LOOP;
END $$`)
		return err
	})
}
