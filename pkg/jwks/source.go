package jwks

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"sync"
	"time"

	"manniskohandel.se/casestat/pkg/fault"
)

// How long keys count. A key that its issuer has taken out of the set is
// refused after Fresh and one Tick, as long as the set can be had; when it
// cannot, every key is refused after Kept.
const (
	Fresh    = 5 * time.Minute // after which a set is fetched again
	Kept     = time.Hour       // for which the last good set counts while no new one can be had
	Pause    = time.Minute     // between two fetches at least, whatever is asked for
	Tick     = time.Second     // between two looks at the clock
	Patience = 5 * time.Second // for one fetch
)

// maxWaiting is how many callers may wait for one fetch; the others are
// refused at once, so that a flood of unknown keys holds up nobody.
const maxWaiting = 16

// Fetch gets a key set as text.
type Fetch func(ctx context.Context) ([]byte, error)

// Config is where the keys of one issuer come from.
type Config struct {
	Algorithm string // that the issuer signs with
	Fetch     Fetch
	Clock     func() time.Time
}

// Source keeps the keys of one issuer. It fetches only while Run runs.
type Source struct {
	config Config
	wanted chan struct{} // somebody wants an unknown key; holds one wish at most

	mu       sync.Mutex // guards what follows
	keys     keys
	running  bool          // Run does
	fetched  time.Time     // when keys were fetched; zero: never
	tried    time.Time     // when the last fetch began; zero: never
	fetching bool          // one is under way, or was asked for
	done     chan struct{} // closed when the fetch under way has ended
	waiting  int           // for done
}

// New makes a Source that has no keys yet.
func New(c Config) (*Source, error) {
	if c.Algorithm == "" || c.Fetch == nil || c.Clock == nil {
		return nil, errors.New("jwks: Algorithm, Fetch and Clock must be given")
	}
	return &Source{config: c, wanted: make(chan struct{}, 1), done: make(chan struct{})}, nil
}

// Run fetches when the keys are no longer fresh, and at once when a token names
// a key that is not known, at most once in Pause. It ends with ctx, and hands
// what goes wrong to report; the keys of before then count until Kept is over.
func (s *Source) Run(ctx context.Context, tick <-chan time.Time, report func(error)) {
	s.run(true)
	defer s.run(false)
	for {
		if s.due() {
			if err := s.fetch(ctx); err != nil && ctx.Err() == nil {
				report(err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick:
		case <-s.wanted:
		}
	}
}

// run takes note of whether Run runs; nobody waits for a fetch that will not be.
func (s *Source) run(running bool) {
	s.mu.Lock()
	s.running = running
	s.mu.Unlock()
	s.finish()
}

// due says whether a fetch is to begin, and if so takes note of it.
func (s *Source) due() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.Clock()
	stale := s.fetched.IsZero() || !within(s.fetched, now, Fresh)
	if !s.fetching && (!stale || !s.rested(now)) {
		return false
	}
	s.fetching, s.tried = true, now
	return true
}

// rested says whether another fetch may begin. The caller holds mu.
func (s *Source) rested(now time.Time) bool {
	return s.tried.IsZero() || !within(s.tried, now, Pause)
}

// within says whether now is less than d after then. A clock that went
// backwards is within nothing, so that it keeps no key alive.
func within(then, now time.Time, d time.Duration) bool {
	age := now.Sub(then)
	return age >= 0 && age < d
}

func (s *Source) fetch(ctx context.Context) error {
	defer s.finish()
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	text, err := s.config.Fetch(ctx)
	if err != nil {
		return fmt.Errorf("fetch the keys of an issuer: %w", err)
	}
	found, err := parse(text, s.config.Algorithm)
	if err != nil {
		return fmt.Errorf("read the keys of an issuer: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys, s.fetched = found, s.tried
	return nil
}

// finish lets those go on who wait for the fetch.
func (s *Source) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fetching, s.waiting = false, 0
	close(s.done)
	s.done = make(chan struct{})
}

// Key gives the key of that id. For one that is not known it waits for a fetch,
// if one is under way or may begin. Its error is of kind NotFound, or
// Unavailable while no keys count.
func (s *Source) Key(ctx context.Context, id string) (crypto.PublicKey, error) {
	key, done, err := s.look(id)
	if done == nil {
		return key, err
	}
	select {
	case <-done:
		return s.known(id)
	case <-ctx.Done():
		return nil, fault.Because(ctx.Err(), fault.Unavailable, CodeKeysUnavailable)
	}
}

// look gives what is known of a key, and what to wait for if waiting may help.
func (s *Source) look(id string) (key crypto.PublicKey, done <-chan struct{}, err error) {
	if key, err = s.known(id); err == nil {
		return key, nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.Clock()
	if !s.running || s.waiting >= maxWaiting || !s.fetching && !s.rested(now) {
		return nil, nil, err
	}
	if !s.fetching {
		s.fetching, s.tried = true, now
		select {
		case s.wanted <- struct{}{}:
		default: // the wish is there already
		}
	}
	s.waiting++
	return nil, s.done, err
}

// known gives a key of those that count now.
func (s *Source) known(id string) (crypto.PublicKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fetched.IsZero() || !within(s.fetched, s.config.Clock(), Kept) {
		return nil, fault.New(fault.Unavailable, CodeKeysUnavailable)
	}
	if key, ok := s.keys[id]; ok {
		return key, nil
	}
	return nil, fault.New(fault.NotFound, CodeKeyUnknown)
}
