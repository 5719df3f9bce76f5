package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/store"
)

// The names of the two ledgers in their checkpoints.
const (
	recordsOrigin  = "casestat/records"
	releasesOrigin = "casestat/releases"
)

type verifyLedgerCommand struct {
	place
	Checkpoint      string `placeholder:"FILE" help:"Checkpoint kept elsewhere since an earlier verification; with it a ledger cut off or written anew is found, too."`
	WriteCheckpoint string `placeholder:"FILE" help:"New file for a checkpoint of the ledger as it is now. Keep it away from the database."`
}

// Run reads the whole ledger without changing anything.
func (c *verifyLedgerCommand) Run(ctx context.Context, s *session) error {
	checkpoint, err := readCheckpoint(c.Checkpoint)
	if err != nil {
		return err
	}
	config, err := c.config(s)
	if err != nil {
		return err
	}
	config.ReadOnly = true
	if err := c.mustExist(config); err != nil {
		return err
	}
	report, err := verifyLedger(ctx, config, checkpoint)
	if err != nil {
		return err
	}
	return c.tell(s, report)
}

// verifyLedger reads the ledger of the records; checkpoint may be nil.
func verifyLedger(ctx context.Context, config store.Config, checkpoint *ledger.Checkpoint) (report ledger.Report, err error) {
	records, err := store.Open(ctx, config)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	return records.Ledger().Verify(ctx, checkpoint)
}

func readCheckpoint(name string) (*ledger.Checkpoint, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var c ledger.Checkpoint
	if err := c.UnmarshalText(text); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if c.Origin != recordsOrigin {
		return nil, fmt.Errorf("%s is a checkpoint of another ledger", name)
	}
	return &c, nil
}

// tell prints what was found and what cannot be known.
func (c *verifyLedgerCommand) tell(s *session, report ledger.Report) error {
	for _, f := range report.Findings {
		fmt.Fprintf(s.out, "row %d  %s: %s\n", f.Index, f.Kind, f.Text)
	}
	if !report.OK() {
		return no("the ledger is broken; what is printed says where")
	}
	fmt.Fprintf(s.out, "The ledger holds: %s, each in its place and unchanged.\n", counting(report.Rows, "entry", "entries"))
	for _, unknown := range report.Unknown {
		fmt.Fprintf(s.out, "Not known: %s.\n", unknown)
	}
	if c.WriteCheckpoint == "" {
		return nil
	}
	text, err := report.Head.Checkpoint(recordsOrigin).MarshalText()
	if err != nil {
		return err
	}
	out, err := newSecretFile(c.WriteCheckpoint)
	if err != nil {
		return err
	}
	if err := out.keep(text); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Wrote the checkpoint to %s.\n", c.WriteCheckpoint)
	return nil
}
