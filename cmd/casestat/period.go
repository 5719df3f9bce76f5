package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/record"
)

// errNotInContract marks an answer that the contract does not know.
var errNotInContract = errors.New("the service gave an answer that is not in its contract: is it another version?")

type periodListCommand struct{ remote }

// Run lists the reporting years.
func (c *periodListCommand) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	answer, err := client.ListPeriodsWithResponse(ctx)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errNotInContract
	}
	table := newColumns(s.out, "YEAR", "STATE")
	for _, p := range answer.JSON200.Periods {
		table.row(strconv.Itoa(p.Year), string(p.State))
	}
	return table.flush()
}

type periodOpenCommand struct {
	remote
	Year int `arg:"" help:"The reporting year."`
}

// Run opens a year.
func (c *periodOpenCommand) Run(ctx context.Context, s *session) error {
	return setPeriod(ctx, s, c.remote, api.Period{Year: c.Year, State: api.PeriodState(record.PeriodOpen)})
}

type periodCloseCommand struct {
	remote
	Year int `arg:"" help:"The reporting year. From then on it takes withdrawals and correction batches alone."`
}

// Run closes a year.
func (c *periodCloseCommand) Run(ctx context.Context, s *session) error {
	return setPeriod(ctx, s, c.remote, api.Period{Year: c.Year, State: api.PeriodState(record.PeriodClosed)})
}

type periodCorrectCommand struct {
	remote
	Year int `arg:"" help:"The closed reporting year. Close it again when the correction is done."`
}

// Run opens a correction batch of a closed year.
func (c *periodCorrectCommand) Run(ctx context.Context, s *session) error {
	return setPeriod(ctx, s, c.remote, api.Period{Year: c.Year, State: api.PeriodState(record.PeriodCorrecting)})
}

func setPeriod(ctx context.Context, s *session, r remote, p api.Period) error {
	client, err := r.dial(s)
	if err != nil {
		return err
	}
	if _, err := client.PutPeriodWithResponse(ctx, p.Year, api.PeriodChange{State: api.PeriodChangeState(p.State)}); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d is %s\n", p.Year, p.State)
	return nil
}
