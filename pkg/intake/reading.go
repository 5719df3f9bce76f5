package intake

import (
	"context"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// maxPage bounds one page of List.
const maxPage = 500

// Get reads back the current version of one of the principal's own records.
// Somebody else's record is NotFound exactly as an absent one; a withdrawn one
// is Gone.
func (s *Service) Get(ctx context.Context, p access.Principal, id record.ID) (Version, error) {
	versions, err := s.read(ctx, p, DeedRead, id)
	if err != nil {
		return Version{}, err
	}
	if versions[0].Withdrawn {
		return Version{}, fault.New(fault.Gone, CodeWithdrawn)
	}
	return versions[0], nil
}

// History reads back every version of one own record, newest first; of a
// withdrawn one only the tombstone is left.
func (s *Service) History(ctx context.Context, p access.Principal, id record.ID) ([]Version, error) {
	return s.read(ctx, p, DeedHistoryRead, id)
}

func (s *Service) read(ctx context.Context, p access.Principal, what ledger.Deed, id record.ID) ([]Version, error) {
	if err := p.Require(access.RecordsRead); err != nil {
		return nil, err
	}
	key := Key{p.Organisation, id}
	if err := s.log(ctx, s.deed(p, what, key)); err != nil {
		return nil, err
	}
	versions, err := s.deps.Store.History(ctx, key)
	if err != nil {
		return nil, err
	}
	if len(versions) == 0 {
		return nil, fault.New(fault.NotFound, CodeRecordNotFound)
	}
	return versions, nil
}

// List reads back a page of the principal's own current records; the
// organisation of the page is always the principal's.
func (s *Service) List(ctx context.Context, p access.Principal, page Page) ([]Version, error) {
	if err := p.Require(access.RecordsRead); err != nil {
		return nil, err
	}
	if err := s.log(ctx, s.deed(p, DeedListed)); err != nil {
		return nil, err
	}
	page.Organisation = p.Organisation
	page.Limit = min(max(page.Limit, 1), maxPage)
	return s.deps.Store.List(ctx, page)
}

// log writes a deed before anything is read: audit or refuse.
func (s *Service) log(ctx context.Context, e ledger.Entry) error {
	return s.writer.submit(ctx, &job{plan: func(map[Key]Version, years) effects {
		return effects{deeds: []ledger.Entry{e}}
	}})
}
