package membership

import (
	"context"
	"strconv"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
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
		case found && old.State == record.PeriodClosed:
			return nil, conflict(CodePeriodClosed)
		case found:
			return nil, nil
		}
		p := record.Period{Year: year, State: record.PeriodOpen}
		return []deed{{DeedPeriodOpened, []string{strconv.Itoa(year)}}}, tx.SavePeriod(ctx, p)
	})
}

// ClosePeriod closes a reporting year for good; a closed one stays as it is.
func (s *Service) ClosePeriod(ctx context.Context, by access.Principal, year int) (err error) {
	defer fault.Wrap(&err, "close period")
	return s.transact(ctx, by, access.PeriodsManage, func(tx Tx, state State) ([]deed, error) {
		switch old, found := state.period(year); {
		case !found:
			return nil, notFound(CodePeriodUnknown)
		case old.State == record.PeriodClosed:
			return nil, nil
		}
		p := record.Period{Year: year, State: record.PeriodClosed}
		return []deed{{DeedPeriodClosed, []string{strconv.Itoa(year)}}}, tx.SavePeriod(ctx, p)
	})
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
