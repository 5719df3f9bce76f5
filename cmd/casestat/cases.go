package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/disclosure"
)

// caseFile is a file of published cases with what must come out of them. It is
// read whole and holds no record.
type caseFile struct {
	File string `arg:"" placeholder:"FILE" help:"The file, or - for the standard input."`
}

// read hands the opened file to f.
func (c caseFile) read(s *session, f func(io.Reader) error) error {
	if c.File == "-" {
		return f(s.in)
	}
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close() // read only: closing tells nothing
	if err := f(file); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	return nil
}

type auditBoundsCommand struct{ caseFile }

// Run compares the intervals that an outsider can compute with those of the file.
func (c *auditBoundsCommand) Run(ctx context.Context, s *session) error {
	var report auditor.BoundsReport
	err := c.read(s, func(r io.Reader) (err error) {
		report, err = auditor.CheckBounds(ctx, r)
		return err
	})
	if err != nil {
		return err
	}
	for _, m := range report.Mismatches {
		fmt.Fprintf(s.out, "%s, %s: found %d to %d\n", m.Table, m.Cell, m.Found.Least, m.Found.Most)
	}
	fmt.Fprintf(s.out, "%d intervals, %d mismatches\n", report.Intervals, len(report.Mismatches))
	if len(report.Mismatches) > 0 {
		return no("the auditor and the file disagree")
	}
	return nil
}

type auditCasesCommand struct{ caseFile }

// Run gives the cases of the file their verdicts and compares.
func (c *auditCasesCommand) Run(ctx context.Context, s *session) error {
	var report auditor.CasesReport
	err := c.read(s, func(r io.Reader) (err error) {
		report, err = auditor.CheckCases(ctx, r)
		return err
	})
	if err != nil {
		return err
	}
	for _, m := range report.Mismatches {
		fmt.Fprintf(s.out, "%s: %s\n", m.Case, m.Expectation)
	}
	fmt.Fprintf(s.out, "%d cases, %d mismatches\n", report.Cases, len(report.Mismatches))
	if len(report.Mismatches) > 0 {
		return no("the auditor and the file disagree")
	}
	return nil
}

type protectCasesCommand struct{ caseFile }

// Run protects the tables of the file and compares with what another tool did.
func (c *protectCasesCommand) Run(ctx context.Context, s *session) error {
	var report disclosure.CasesReport
	err := c.read(s, func(r io.Reader) (err error) {
		report, err = disclosure.ProtectCases(ctx, r)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, report)
	if report.Deniable < report.Primaries {
		return no("not every primary cell is deniable")
	}
	return nil
}
