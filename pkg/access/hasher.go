package access

import (
	"cmp"
	"context"
	"io"
	"runtime"
	"sync/atomic"

	"manniskohandel.se/casestat/pkg/fault"
)

// HasherConfig bounds what hashing may take. Each hash holds 19 MiB and a core
// for some 40 ms.
type HasherConfig struct {
	Random     io.Reader // salts
	Concurrent int       // hashes at a time; zero means a processor less than there are, one at least and two at most
	Waiting    int       // callers who may wait for their turn; zero means 64
}

// Hasher turns client secrets into argon2id hashes and checks them, a bounded
// number at a time, so that a flood of guesses cannot exhaust the memory.
type Hasher struct {
	random  io.Reader
	turns   chan struct{} // one slot for each hash being made
	waiting atomic.Int64
	queue   int64
	dummy   string // read and hashed for nobody, so that an unknown client costs the same
	cost    cost
}

// NewHasher makes a Hasher. It reads the salt of the dummy hash.
func NewHasher(c HasherConfig) (*Hasher, error) {
	if c.Concurrent <= 0 {
		c.Concurrent = min(2, max(1, runtime.GOMAXPROCS(0)-1))
	}
	if c.Waiting <= 0 {
		c.Waiting = 64
	}
	return newHasher(c, ownCost)
}

// newHasher lets tests choose a lower cost.
func newHasher(c HasherConfig, work cost) (*Hasher, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(c.Random, salt); err != nil {
		return nil, err
	}
	return &Hasher{
		random: c.Random,
		turns:  make(chan struct{}, c.Concurrent),
		queue:  int64(c.Waiting),
		dummy:  phc{cost: work, salt: salt, hash: make([]byte, hashBytes)}.String(),
		cost:   work,
	}, nil
}

// Hash gives the PHC string to store in Client.Secret. It is Unavailable when
// the queue is full or ctx ends first.
func (h *Hasher) Hash(ctx context.Context, secret string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", err
	}
	done, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return digest(secret, h.cost, salt).String(), nil
}

// Verify says whether stored is the hash of secret. With stored "" it does the
// same work for nothing and says no. It is Unavailable when the queue is full
// or ctx ends first.
func (h *Hasher) Verify(ctx context.Context, secret, stored string) (bool, error) {
	against, err := parsePHC(cmp.Or(stored, h.dummy))
	if err != nil {
		return false, err
	}
	done, err := h.turn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	return against.matches(secret) && stored != "", nil
}

// turn waits for a free slot; the caller gives it back with done.
func (h *Hasher) turn(ctx context.Context) (done func(), err error) {
	done = func() { <-h.turns }
	select {
	case h.turns <- struct{}{}:
		return done, nil
	default:
	}
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > h.queue {
		return nil, fault.New(fault.Unavailable, CodeBusy)
	}
	select {
	case h.turns <- struct{}{}:
		return done, nil
	case <-ctx.Done():
		return nil, fault.Because(ctx.Err(), fault.Unavailable, CodeBusy)
	}
}
