package release

import (
	"bytes"
	"context"
	"errors"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
)

// Valid says whether the id is a UUIDv4 in its canonical form.
func (id DraftID) Valid() bool { return access.ClientID(id).Valid() }

// nobody stands in for the organisations where a plan is looked at without
// any record.
var nobody = frame.Hidden{Organisations: []access.OrganisationID{"nobody"}}

// Plan begins a draft with a plan, as YAML or JSON, or gives a draft that is
// not submitted, or was rejected, another one. replaces is the version of the
// draft that the plan was written for, 0 if there is none yet. The desk is one
// team: whoever plans last is the author. The same plan again changes nothing.
func (s *Service) Plan(ctx context.Context, p access.Principal, id DraftID, document []byte, replaces int) (d Draft, err error) {
	defer fault.Wrap(&err, "plan a draft")
	if err := p.Require(access.ReleasesPrepare); err != nil {
		return Draft{}, err
	}
	if !id.Valid() {
		return Draft{}, fault.New(fault.Invalid, CodeIDInvalid)
	}
	read, canonical, err := s.readPlan(document)
	if err != nil {
		return Draft{}, err
	}
	wanted := Draft{ID: id, State: Planned, Plan: canonical, Author: personOf(p)}
	err = s.deps.Drafts.Atomically(ctx, func(tx Tx) error {
		current, err := tx.Draft(ctx, id)
		absent := errors.Is(err, fault.New(fault.NotFound, CodeDraftUnknown))
		switch {
		case err != nil && !absent:
			return err
		case current.again(wanted, replaces):
			d = current
			return nil
		case current.Version != replaces:
			return fault.New(fault.Stale, CodeDraftChanged)
		case !absent && current.in(Planned, Computed, Rejected) != nil:
			return conflict(CodeDraftState)
		}
		if err := s.checks.known(ctx, tx, read); err != nil {
			return err
		}
		d = wanted
		d.Version = replaces + 1
		return save(ctx, tx, d, step{deed: s.deed(p, DeedPlanned, string(id)), artefacts: &Artefacts{}})
	})
	if err != nil {
		return Draft{}, err
	}
	return d, nil
}

// again says whether a plan was taken already, and the answer got lost.
func (d *Draft) again(wanted Draft, replaces int) bool {
	return d.State == Planned && d.Version == replaces+1 && d.Author == wanted.Author && bytes.Equal(d.Plan, wanted.Plan)
}

// readPlan checks a plan as far as it can be checked without a record, and
// gives it with the bytes that are kept of it.
func (s *Service) readPlan(document []byte) (read *plan.Plan, canonical []byte, err error) {
	if read, err = plan.Read(document, s.deps.Figures.Book); err != nil {
		return nil, nil, err
	}
	if _, err := frame.Lay(read, s.deps.Figures, nobody); err != nil {
		return nil, nil, err
	}
	canonical, err = read.JSON()
	return read, canonical, err
}
