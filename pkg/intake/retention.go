package intake

import (
	"context"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// retention is the actor of what happens because its time is over.
const retention = "retention"

// EraseYear erases the records of organisations whose current version is of an
// erased year, as a withdrawal does: the values of every version go, a
// tombstone stays, and each is in the ledger. It says how many went. A year
// without the mark is refused with CodeYearKept: the mark comes first, so that
// nobody counts what is left of a year. It can be interrupted and repeated.
func (s *Service) EraseYear(ctx context.Context, year int, organisations []access.OrganisationID) (n int, err error) {
	defer fault.Wrap(&err, "erase the year %d", year)
	for _, o := range organisations {
		for {
			some, err := s.deps.Store.List(ctx, Page{Organisation: o, Year: year, Limit: maxPage})
			if err != nil {
				return n, err
			}
			if len(some) == 0 {
				break
			}
			went, err := s.expire(ctx, year, some)
			if n += went; err != nil {
				return n, err
			}
			if went > 0 {
				continue
			}
			if err := s.mustBeErased(ctx, year); err != nil { // or somebody withdrew them all meanwhile
				return n, err
			}
		}
	}
	return n, nil
}

// expire erases those of the given records that are still there and of the year.
func (s *Service) expire(ctx context.Context, year int, some []Version) (n int, err error) {
	keys := make([]Key, len(some))
	for i, v := range some {
		keys[i] = v.Key
	}
	err = s.writer.submit(ctx, &job{keys: keys, plan: func(heads map[Key]Version, open years) (e effects) {
		n = 0
		if open[year] != record.PeriodErased {
			return e
		}
		entry := ledger.Entry{Day: s.today(), Actor: retention, Deed: DeedExpired}
		for _, key := range keys {
			head, there := heads[key]
			if !there || head.Withdrawn || head.Record.Year != year {
				continue
			}
			e.withdraw = append(e.withdraw, Version{Key: key, Number: head.Number + 1, Tag: s.tag(), Day: s.today(), Withdrawn: true})
			entry.Subjects = append(entry.Subjects, s.subject(key))
		}
		if n = len(e.withdraw); n > 0 {
			e.deeds = []ledger.Entry{entry}
		}
		return e
	}})
	return n, err
}

// errNotErased is a fault of whoever called.
var errNotErased = fault.New(fault.Conflict, CodeYearKept)

func (s *Service) mustBeErased(ctx context.Context, year int) error {
	return s.deps.Store.Atomically(ctx, func(tx Tx) error {
		periods, err := tx.Periods(ctx)
		if err == nil && indexYears(periods)[year] != record.PeriodErased {
			err = errNotErased
		}
		return err
	})
}
