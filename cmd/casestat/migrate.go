package main

import (
	"context"
	"errors"
	"fmt"

	"manniskohandel.se/casestat/pkg/store"
)

type migrateCommand struct{ place }

// Run brings both stores to the version this program expects.
func (c *migrateCommand) Run(ctx context.Context, s *session) error {
	config, err := c.config(s)
	if err != nil {
		return err
	}
	if config.Backend == store.Postgres && config.Owner == "" {
		return errors.New("migrations on PostgreSQL need the owner's connection string: give --owner-dsn-file or CASESTAT_OWNER_DSN")
	}
	if err := store.Migrate(ctx, config); err != nil {
		return err
	}
	fmt.Fprintln(s.out, "The database has the version that this program expects.")
	return nil
}
