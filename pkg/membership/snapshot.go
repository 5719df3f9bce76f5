package membership

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
)

// MaxStaleness is how long a change made by another process may go unseen
// here. A process sees its own changes at once.
const MaxStaleness = time.Second

// loadPatience bounds the wait for a load, one's own or another's. Without it
// everybody who asks would wait for as long as the database keeps one of them
// waiting, and be given up by the connection before there is an answer.
const loadPatience = 5 * time.Second

// snapshot keeps the clients in memory, so that checking a token costs no
// query. It never answers from anything older than maxAge.
type snapshot struct {
	load     func(context.Context) (State, error)
	clock    func() time.Time
	maxAge   time.Duration
	patience time.Duration
	changes  atomic.Uint64 // made by this process
	current  atomic.Pointer[view]
	loading  chan struct{} // holds one token: one load at a time
}

// view is the state as of one moment. It is never changed.
type view struct {
	clients       map[access.ClientID]access.Client
	organisations map[access.OrganisationID]access.Organisation
	asOf          time.Time // when reading began
	changes       uint64    // as counted when reading began
}

func newSnapshot(load func(context.Context) (State, error), clock func() time.Time) *snapshot {
	return &snapshot{load: load, clock: clock, maxAge: MaxStaleness, patience: loadPatience, loading: make(chan struct{}, 1)}
}

// forget makes the next reader load. A load that began before does not count.
func (s *snapshot) forget() { s.changes.Add(1) }

// fresh is the current view if it may still be used, nil otherwise. A clock
// that went backwards makes a view unusable, too.
func (s *snapshot) fresh() *view {
	v := s.current.Load()
	if v == nil || v.changes != s.changes.Load() {
		return nil
	}
	if age := s.clock().Sub(v.asOf); age < 0 || age >= s.maxAge {
		return nil
	}
	return v
}

// view gives a usable view, loading it if need be. When that fails there is no
// answer: an old one could let a revoked client in.
func (s *snapshot) view(ctx context.Context) (*view, error) {
	if v := s.fresh(); v != nil {
		return v, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	select {
	case s.loading <- struct{}{}:
		defer func() { <-s.loading }()
	case <-ctx.Done():
		return nil, fault.Because(ctx.Err(), fault.Unavailable, CodeDirectoryUnavailable)
	}
	if v := s.fresh(); v != nil { // whoever was before us loaded it
		return v, nil
	}
	return s.reload(ctx)
}

// reload reads the store; the caller holds loading.
func (s *snapshot) reload(ctx context.Context) (*view, error) {
	v := &view{
		clients:       map[access.ClientID]access.Client{},
		organisations: map[access.OrganisationID]access.Organisation{},
		asOf:          s.clock(),
		changes:       s.changes.Load(),
	}
	state, err := s.load(ctx)
	if err != nil {
		return nil, fault.Because(err, fault.Unavailable, CodeDirectoryUnavailable)
	}
	for _, c := range state.Clients {
		v.clients[c.ID] = c
	}
	for _, o := range state.Organisations {
		v.organisations[o.ID] = o
	}
	s.current.Store(v)
	return v, nil
}

// Client gives a client and its organisation as they are now, with the hash of
// the client's secret. It implements access.Directory.
func (s *Service) Client(ctx context.Context, id access.ClientID) (access.Client, access.Organisation, error) {
	v, err := s.snapshot.view(ctx)
	if err != nil {
		return access.Client{}, access.Organisation{}, err
	}
	c, found := v.clients[id]
	o, housed := v.organisations[c.Organisation]
	if !found || !housed {
		return access.Client{}, access.Organisation{}, notFound(CodeClientUnknown)
	}
	c.Permissions = slices.Clone(c.Permissions)
	return c, o, nil
}
