package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"manniskohandel.se/casestat/pkg/access"
)

// retentionTick is how often the service looks for years whose time is over.
const retentionTick = time.Hour

// beside gives what runs beside the server until its context ends: the watch
// over keys, and the erasure of years if their records are kept for so many.
func (s *service) beside(keep int) func(context.Context) {
	if keep == 0 {
		return s.watchKeys
	}
	return func(ctx context.Context) {
		var job sync.WaitGroup
		job.Go(func() {
			tick := time.NewTicker(retentionTick)
			defer tick.Stop()
			s.retain(ctx, keep, tick.C)
		})
		s.watchKeys(ctx)
		job.Wait()
	}
}

// retain erases at the start and at each tick what is over its time. What fails
// is tried again at the next one.
func (s *service) retain(ctx context.Context, keep int, tick <-chan time.Time) {
	for {
		if err := s.eraseExpired(ctx, keep); err != nil && ctx.Err() == nil {
			s.log.Error("records that are over their time could not be erased; it is tried again within the hour", slog.String("error", err.Error()))
		}
		select {
		case <-tick:
		case <-ctx.Done():
			return
		}
	}
}

// eraseExpired marks the years and erases their records, those of years that
// were marked before among them.
func (s *service) eraseExpired(ctx context.Context, keep int) error {
	years, err := s.members.EraseExpired(ctx, keep)
	if err != nil || len(years) == 0 {
		return err
	}
	state, err := s.records.Membership().Load(ctx)
	if err != nil {
		return err
	}
	organisations := make([]access.OrganisationID, len(state.Organisations))
	for i, o := range state.Organisations {
		organisations[i] = o.ID
	}
	var errs []error
	for _, year := range years {
		n, err := s.intake.EraseYear(ctx, year, organisations)
		if n > 0 {
			s.log.Info("the records of a year were erased, their time being over", slog.Int("year", year))
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
