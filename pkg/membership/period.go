package membership

import (
	"context"
	"strconv"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// firstYear is the earliest year that can be reported on.
const firstYear = 2000

// OpenPeriod opens a reporting year, up to the next one; an open one stays as
// it is, a closed one never opens again.
func (s *Service) OpenPeriod(ctx context.Context, by access.Principal, year int) (err error) {
	defer fault.Wrap(&err, "open period")
	return s.transact(ctx, by, access.PeriodsManage, func(tx Tx, state State) ([]deed, error) {
		if year < firstYear || year > s.deps.Clock().UTC().Year()+1 {
			return nil, invalid(CodeYearOutOfRange)
		}
		switch old, found := state.period(year); {
		case found && old.State == record.PeriodOpen:
			return nil, nil
		case found && old.State == record.PeriodErased:
			return nil, conflict(CodePeriodErased)
		case found:
			return nil, conflict(CodePeriodClosed)
		}
		return move(ctx, tx, record.Period{Year: year, State: record.PeriodOpen}, DeedPeriodOpened)
	})
}

// ClosePeriod closes a reporting year for good, or ends the correction of one;
// a closed one stays as it is.
func (s *Service) ClosePeriod(ctx context.Context, by access.Principal, year int) (err error) {
	defer fault.Wrap(&err, "close period")
	return s.transact(ctx, by, access.PeriodsManage, func(tx Tx, state State) ([]deed, error) {
		switch old, found := state.period(year); {
		case !found:
			return nil, notFound(CodePeriodUnknown)
		case old.State == record.PeriodClosed:
			return nil, nil
		case old.State == record.PeriodErased:
			return nil, conflict(CodePeriodErased)
		}
		return move(ctx, tx, record.Period{Year: year, State: record.PeriodClosed}, DeedPeriodClosed)
	})
}

// CorrectPeriod opens a correction batch: a closed year takes records again,
// and nothing is counted of it until ClosePeriod ends the correction. A year
// that is being corrected stays as it is, an open one needs no correction.
func (s *Service) CorrectPeriod(ctx context.Context, by access.Principal, year int) (err error) {
	defer fault.Wrap(&err, "correct period")
	return s.transact(ctx, by, access.PeriodsManage, func(tx Tx, state State) ([]deed, error) {
		switch old, found := state.period(year); {
		case !found:
			return nil, notFound(CodePeriodUnknown)
		case old.State == record.PeriodCorrecting:
			return nil, nil
		case old.State == record.PeriodErased:
			return nil, conflict(CodePeriodErased)
		case old.State != record.PeriodClosed:
			return nil, conflict(CodePeriodNotClosed)
		}
		return move(ctx, tx, record.Period{Year: year, State: record.PeriodCorrecting}, DeedCorrectionOpened)
	})
}

// MinRetention and MaxRetention bound for how many full years records may be kept.
const (
	MinRetention = 1
	MaxRetention = 100
)

// EraseExpired marks the closed years whose records were kept for the given
// number of full years after the year's end: those of 2020, kept five years, go
// on the first of January 2026. A year that is open or being corrected is not
// touched, however old; it goes when it is closed. Afterwards nothing counts the
// year. The records themselves are erased by whoever called, of every year that
// has that mark, whom it gives too: so an erasure that was interrupted goes on.
func (s *Service) EraseExpired(ctx context.Context, keep int) (erased []int, err error) {
	defer fault.Wrap(&err, "mark expired years")
	if keep < MinRetention || keep > MaxRetention {
		return nil, invalid(CodeYearOutOfRange)
	}
	now := s.deps.Clock().UTC()
	over := func(p record.Period) bool { return p.State == record.PeriodClosed && now.Year() > p.Year+keep }
	err = s.deps.Store.Atomically(ctx, func(tx Tx) error {
		state, err := tx.Load(ctx)
		if err != nil {
			return err
		}
		erased = nil
		var deeds []ledger.Entry
		for _, p := range state.Periods {
			if over(p) {
				p.State = record.PeriodErased
				done, err := move(ctx, tx, p, DeedPeriodErased)
				if err != nil {
					return err
				}
				deeds = append(deeds, done[0].entry(now, retention))
			}
			if p.State == record.PeriodErased {
				erased = append(erased, p.Year)
			}
		}
		if len(deeds) == 0 {
			return nil
		}
		return tx.Append(ctx, deeds)
	})
	return erased, err
}

// move brings a period to a state, and gives the deed that this is.
func move(ctx context.Context, tx Tx, to record.Period, name ledger.Deed) ([]deed, error) {
	return []deed{{name, []string{strconv.Itoa(to.Year)}}}, tx.SavePeriod(ctx, to)
}

// Periods lists the reporting years ever opened. Which years these are tells of
// nobody, so the ledger does not hear of it.
func (s *Service) Periods(ctx context.Context, by access.Principal) (list []record.Period, err error) {
	defer fault.Wrap(&err, "list periods")
	if err := by.Require(access.PeriodsRead); err != nil {
		return nil, err
	}
	state, err := s.deps.Store.Load(ctx)
	return state.Periods, err
}
