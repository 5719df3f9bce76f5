package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"manniskohandel.se/casestat/pkg/backup"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/store"
)

type restoreCommand struct {
	copying
	From       string `required:"" placeholder:"FILE" help:"The backup."`
	Checkpoint string `placeholder:"FILE" help:"Newest checkpoint of the ledger that was kept elsewhere; with it the restoration says how much is missing since."`
}

// Run proves a backup from its first byte to its last, restores it into an empty
// place, and proves there that it is what was copied.
func (c *restoreCommand) Run(ctx context.Context, s *session) error {
	config, programs, err := c.config(s)
	if err != nil {
		return err
	}
	if config.Backend == store.Postgres && config.Owner == "" {
		return errors.New("on PostgreSQL the owner restores: give --owner-dsn-file or CASESTAT_OWNER_DSN")
	}
	checkpoint, err := readCheckpoint(c.Checkpoint)
	if err != nil {
		return err
	}
	if err := store.Empty(ctx, config); err != nil {
		return err
	}
	keys := c.folder(c.folders, s, 0)
	m, err := prove(c.From, keys.Find)
	if err != nil {
		return err
	}
	if m.Database != config.Backend {
		return fault.Because(fmt.Errorf("%s is of %s, and the place is %s", c.From, m.Database, config.Backend), fault.Conflict, CodeOtherDatabase)
	}
	err = readBackup(c.From, keys.Find, func(m manifest, parts store.Parts) error {
		return store.Restore(ctx, config, programs, m.Stores, parts)
	})
	if err != nil {
		return spaceless(err)
	}
	c.tell(s, m)
	return c.missing(ctx, s, config, m, checkpoint)
}

// tell says what is there again, and what cannot be.
func (c *restoreCommand) tell(s *session, m manifest) {
	fmt.Fprintf(s.out, "Restored what %s held on %s, copied by casestat %s:\n", m.Database, m.Made.Format(time.RFC3339), m.Program)
	table := newColumns(s.out, "STORE", "TABLE", "ROWS")
	for _, one := range m.Stores {
		for _, name := range slices.Sorted(maps.Keys(one.Rows)) {
			table.row(one.Store, name, fmt.Sprint(one.Rows[name]))
		}
	}
	_ = table.flush() // a lost line is reported by whoever runs the command
	fmt.Fprintf(s.out, "Both ledgers hold, at %s and %s, and both stores are as they were copied.\n",
		counting(m.Stores[0].Entries, "entry", "entries"), counting(m.Stores[1].Entries, "entry", "entries"))
	fmt.Fprintf(s.out, "Whatever was acknowledged after %s is not there: ask the members to send again what they sent since,\n", m.Made.Format(time.RFC3339))
	fmt.Fprintln(s.out, "and above all to withdraw again what they withdrew since, for those records are back. Then run casestat migrate.")
}

// missing holds the restored ledger against a checkpoint that may be newer.
func (c *restoreCommand) missing(ctx context.Context, s *session, config store.Config, m manifest, checkpoint *ledger.Checkpoint) error {
	if checkpoint == nil {
		return nil
	}
	if lost := checkpoint.Size - m.entries(); lost > 0 {
		fmt.Fprintf(s.out, "By the checkpoint %s at least %s of the ledger came after the backup.\n", c.Checkpoint, counting(lost, "entry", "entries"))
		return nil
	}
	config.ReadOnly = true
	if config.Backend == store.Postgres {
		config.Intake = config.Backup // it reads the ledger, too
	}
	report, err := verifyLedger(ctx, config, checkpoint)
	if err != nil {
		return err
	}
	if !report.OK() {
		return no("the restored ledger is not the one that the checkpoint was made from: " + report.Findings[0].Text)
	}
	fmt.Fprintf(s.out, "The checkpoint %s agrees with the restored ledger.\n", c.Checkpoint)
	return nil
}

type keysExpireCommand struct {
	folders
	backupKeys
}

// Run destroys the backup keys that are over their days, here or in a copy of
// the folder.
func (c *keysExpireCommand) Run(s *session) error {
	keys := c.folder(c.folders, s, 0)
	if _, err := os.Stat(keys.Folder); err != nil {
		return err
	}
	if err := expireKeys(s, keys); err != nil {
		return err
	}
	left, err := keys.List()
	if err != nil {
		return err
	}
	table := newColumns(s.out, "BACKUP KEY", "MADE", "DESTROYED ON")
	for _, key := range left {
		table.row(key.ID, key.Made, key.Expires)
	}
	return table.flush()
}

// expireKeys destroys the keys that are over their days, and says which.
func expireKeys(s *session, keys backup.Keys) error {
	ended, err := keys.Expire()
	for _, id := range ended {
		fmt.Fprintf(s.out, "Destroyed the backup key %s: what it sealed cannot be opened any more.\n", id)
	}
	return err
}
