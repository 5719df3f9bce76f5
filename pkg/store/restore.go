package store

import (
	"context"
	"io"

	"manniskohandel.se/casestat/pkg/fault"
)

// Parts calls take for each part of a copy, in the order in which they were
// written, and ends with the first error.
type Parts func(take func(name string, content io.Reader) error) error

// Restore puts a copy into an empty place and proves there that it is what was
// copied: files or tables, references, both ledgers, and the number of rows of
// each table. After an error nothing of it is left. On PostgreSQL that place is
// a database with the roles and schemas of deploy/postgres/roles.sql and no
// tables.
//
// parts must have been proved whole before: what a database has taken in it may
// commit before the last byte has been seen.
func Restore(ctx context.Context, c Config, p Programs, copied []Copied, parts Parts) (err error) {
	defer fault.Wrap(&err, "restore the stores")
	if c, err = c.withDefaults(); err != nil {
		return err
	}
	if err := checkSchemas(c.Backend, copied); err != nil {
		return err
	}
	if c.Backend == Postgres {
		return restorePostgres(ctx, c, p, copied, parts)
	}
	return restoreSQLite(ctx, c, copied, parts)
}

// Empty refuses a place that a restoration could not go to, before anything is
// read.
func Empty(ctx context.Context, c Config) error {
	c, err := c.withDefaults()
	if err != nil {
		return err
	}
	if c.Backend == Postgres {
		return mustHaveNoTables(ctx, c)
	}
	return mustBeEmpty(c.Folder)
}
