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
		case old.State != record.PeriodClosed:
			return nil, conflict(CodePeriodNotClosed)
		}
		return move(ctx, tx, record.Period{Year: year, State: record.PeriodCorrecting}, DeedCorrectionOpened)
	})
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
