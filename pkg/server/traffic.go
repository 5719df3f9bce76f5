package server

import (
	"cmp"
	"errors"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"manniskohandel.se/casestat/pkg/access"
)

// traffic sorts operations by what a flood of them could do to the others. Each
// sort has a rate and places of its own, so that none can take another's.
type traffic uint8

const (
	reading  traffic = iota // by clients, of what costs little
	taking                  // records coming in one by one
	batching                // records coming in many at a time
	counting                // by clients: figures and tables over records, drafts and what is done with them
	signing                 // for a token; has no rate, since anybody could use up another's
	public                  // by anybody, of what was published
	foreign                 // by anybody, in a protocol that has a rate of its own and tells it
	deriving                // by anybody, of what is computed for them
	watching                // whether the service is well; never refused
	sorts                   // how many there are
)

// Rate is how often something may be done: so many times in a burst, and then
// so many each second. The zero Rate means the default.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Rates bound what clients may ask for, each on its own, and what everybody may
// ask for who needs no token, all together. They are by client and never by
// address: addresses are not looked at. A zero field means its default.
type Rates struct {
	Intake   Rate // of one client: submitting, correcting and withdrawing one record; 2,000/s, 20,000 at once
	Batches  Rate // of one client: batches; 10/s, 100 at once
	Reading  Rate // of one client; 500/s, 5,000 at once
	Counting Rate // of one client: figures and tables over records, and drafts; 5/s, 100 at once
	Public   Rate // of all together: what was published, pages among it; 1,000/s, 10,000 at once
	Deriving Rate // of all together: tables computed from what was published; 50/s, 500 at once
	Clients  int  // whose rates are known one by one; beyond it newcomers share theirs; 10,000
}

// Places are how many requests may be under way at once. One client has a
// quarter of those of a sort, so that it cannot keep others out by being slow.
// A zero field means its default.
type Places struct {
	Intake   int // 128
	Batches  int // 16
	Reading  int // 64
	Counting int // 16: each writes to the ledger before it reads
	Tokens   int // 96: more than wait for the check of a secret
	Public   int // 128
	Deriving int // 16
	Tools    int // 64
}

func (r Rate) or(perSecond float64, burst int) Rate {
	return Rate{cmp.Or(r.PerSecond, perSecond), cmp.Or(r.Burst, burst)}
}

func (r Rate) check() error {
	if !(r.PerSecond > 0) || math.IsInf(r.PerSecond, 0) || r.Burst < 1 {
		return errors.New("server: a rate is not above zero")
	}
	return nil
}

func (r Rates) settled() Rates {
	r.Intake = r.Intake.or(2000, 20_000)
	r.Batches = r.Batches.or(10, 100)
	r.Reading = r.Reading.or(500, 5000)
	r.Counting = r.Counting.or(5, 100)
	r.Public = r.Public.or(1000, 10_000)
	r.Deriving = r.Deriving.or(50, 500)
	r.Clients = cmp.Or(r.Clients, 10_000)
	return r
}

func (p Places) settled() Places {
	p.Intake = cmp.Or(p.Intake, 128)
	p.Batches = cmp.Or(p.Batches, 16)
	p.Reading = cmp.Or(p.Reading, 64)
	p.Counting = cmp.Or(p.Counting, 16)
	p.Tokens = cmp.Or(p.Tokens, 96)
	p.Public = cmp.Or(p.Public, 128)
	p.Deriving = cmp.Or(p.Deriving, 16)
	p.Tools = cmp.Or(p.Tools, 64)
	return p
}

// rated says whether a sort has a rate.
func (t traffic) rated() bool { return t != signing && t != foreign && t != watching }

// traffic is the sort of an operation's requests.
func (op operation) traffic() traffic {
	switch {
	case op.path == "/healthz" || op.path == "/readyz":
		return watching
	case op.path == "/v1/token":
		return signing
	case op.foreign:
		return foreign
	case len(op.permission) == 0 && op.method == http.MethodGet:
		return public
	case len(op.permission) == 0:
		return deriving
	case op.limit == batchBody:
		return batching
	case slices.Contains(op.permission, access.RecordsWrite):
		return taking
	case op.long || strings.HasPrefix(op.path, "/v1/own/") || strings.HasPrefix(op.path, "/v1/desk/"):
		return counting
	}
	return reading
}

func (r Rates) bySort() [sorts]Rate {
	return [sorts]Rate{reading: r.Reading, taking: r.Intake, batching: r.Batches, counting: r.Counting, public: r.Public, deriving: r.Deriving}
}

func (p Places) bySort() [sorts]int {
	return [sorts]int{
		reading: p.Reading, taking: p.Intake, batching: p.Batches, counting: p.Counting, signing: p.Tokens,
		public: p.Public, deriving: p.Deriving, foreign: p.Tools,
	}
}

func (r Rates) check() error {
	for sort, rate := range r.bySort() {
		if err := rate.check(); traffic(sort).rated() && err != nil {
			return err
		}
	}
	if r.Clients < 1 {
		return errors.New("server: the rates of no client can be known")
	}
	return nil
}

func (p Places) check() error {
	for sort, n := range p.bySort() {
		if traffic(sort) != watching && n < 1 {
			return errors.New("server: a sort of requests has no places")
		}
	}
	return nil
}

// share is how many of the places one client may have at once.
func share(places int) int { return max(1, places/4) }

// whole rounds a wait up to whole seconds, one at least.
func whole(wait time.Duration) int { return max(1, int(math.Ceil(wait.Seconds()))) }
