package release

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
)

// MaxRequests is how many requests a holder may have.
const MaxRequests = 50

// Valid says whether the id is a UUIDv4 in its canonical form.
func (id RequestID) Valid() bool { return access.ClientID(id).Valid() }

// Request keeps a table that a researcher would like to see. Whether it is
// admitted depends on the table's structure and on the size of its universe in
// the newest standing release of the year: no record is looked at, and the
// answer tells nothing that is not published. The same request again changes
// nothing; another one of that id is CodeRequestFixed.
func (s *Service) Request(ctx context.Context, p access.Principal, r Request) (_ Request, err error) {
	defer fault.Wrap(&err, "request a table")
	if err := p.Require(access.TablesRequest); err != nil {
		return Request{}, err
	}
	if !r.ID.Valid() {
		return Request{}, fault.New(fault.Invalid, CodeIDInvalid)
	}
	refusal, err := s.admission(ctx, r)
	if err != nil {
		return Request{}, err
	}
	r.By, r.Admitted, r.Refusal = personOf(p), refusal == "", string(refusal)
	err = s.deps.Drafts.Atomically(ctx, func(tx Tx) error {
		all, err := tx.Requests(ctx)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(o Request) bool { return o.ID == r.ID }); i >= 0 {
			again := all[i]
			switch {
			case !again.of(p):
				return fault.New(fault.NotFound, CodeRequestUnknown)
			case again.Year != r.Year || !reflect.DeepEqual(again.Table, r.Table):
				return conflict(CodeRequestFixed)
			}
			r = again
			return nil
		}
		own := slices.DeleteFunc(slices.Clone(all), func(o Request) bool { return !o.of(p) })
		if len(own) >= MaxRequests {
			return conflict(CodeTooManyRequests)
		}
		if err := tx.SaveRequest(ctx, r); err != nil {
			return err
		}
		return appendTo(ctx, tx, s.deed(p, DeedRequested, string(r.ID)))
	})
	if err != nil {
		return Request{}, err
	}
	return r, nil
}

// of says whether a request is the principal's own.
func (r Request) of(p access.Principal) bool {
	return r.By.Client == p.Client || r.By.Holder != "" && r.By.Holder == p.Holder
}

// planOf is a plan of one requested table.
func planOf(year int, t plan.Tabulation) *plan.Plan {
	return &plan.Plan{
		Title: t.Title, Years: []int{year}, Universes: []plan.Name{t.Universe},
		Tables: []plan.Tabulation{t}, Policy: plan.Defaults(),
	}
}

// admission says why a table is not admitted, "" if it is. A table that makes
// no sense is an error that points into the request.
func (s *Service) admission(ctx context.Context, r Request) (fault.Code, error) {
	f, err := frame.Lay(planOf(r.Year, r.Table), s.deps.Figures, nobody)
	if err != nil {
		return "", inRequest(err)
	}
	n, known, err := s.size(ctx, r.Year, r.Table.Universe)
	if err != nil {
		return "", err
	}
	if !known {
		return CodeUniverseUnpublished, nil
	}
	return plan.Admit(f.Shapes(), map[plan.Name]int{r.Table.Universe: n})[0], nil
}

// size is the published size of a universe, from the newest standing release
// of the year that states it.
func (s *Service) size(ctx context.Context, year int, universe plan.Name) (n int, known bool, err error) {
	releases, err := s.releases(ctx)
	if err != nil {
		return 0, false, err
	}
	for _, r := range slices.Backward(releases) {
		said, ok := speaks(r, year)
		if !ok || r.Withdrawal != nil {
			continue
		}
		for _, u := range said.Universes {
			if u.Name == universe && said.Cells[u.Size].Shown {
				return said.Cells[u.Size].Value, true, nil
			}
		}
	}
	return 0, false, nil
}

// inRequest makes pointers into the plan that was made of a request point into
// the request.
func inRequest(err error) error {
	refusal, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	places := strings.NewReplacer("/tables/0", "/table", "/years/0", "/year", "/universes/0", "/table/universe")
	out := fault.New(refusal.Kind, refusal.Code)
	for _, d := range refusal.Details {
		if d.Pointer = places.Replace(d.Pointer); strings.HasPrefix(d.Pointer, "/title") {
			d.Pointer = "/table" + d.Pointer
		}
		if !slices.Contains(out.Details, d) {
			out.Details = append(out.Details, d)
		}
	}
	return out
}

// Requests gives a researcher's own requests, and the desk all of them.
func (s *Service) Requests(ctx context.Context, p access.Principal) (_ []Request, err error) {
	defer fault.Wrap(&err, "list requests")
	if !p.Can(access.ReleasesPrepare) {
		if err := p.Require(access.TablesRequest); err != nil {
			return nil, err
		}
	}
	all, err := s.deps.Drafts.Requests(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(all), func(r Request) bool { return !p.Can(access.ReleasesPrepare) && !r.of(p) }), nil
}

// ReadRequest gives one request. Somebody else's is CodeRequestUnknown, like
// one that is not there.
func (s *Service) ReadRequest(ctx context.Context, p access.Principal, id RequestID) (_ Request, err error) {
	defer fault.Wrap(&err, "read a request")
	seen, err := s.Requests(ctx, p)
	if err != nil {
		return Request{}, err
	}
	i := slices.IndexFunc(seen, func(r Request) bool { return r.ID == id })
	if i < 0 {
		return Request{}, fault.New(fault.NotFound, CodeRequestUnknown)
	}
	return seen[i], nil
}
