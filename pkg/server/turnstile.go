package server

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
)

// turnstile lets requests through as long as their rates and places last. It
// never makes anybody wait: who gets no turn is told when to come again.
type turnstile struct {
	rates  [sorts]Rate
	places [sorts]int
	most   int // clients known one by one
	clock  func() time.Time

	mu      sync.Mutex // guards what follows
	taken   [sorts]int
	comers  map[comer]*visits
	swept   time.Time // when visits that say nothing any more were last removed
	strange [sorts]*visits
}

// comer is a client in one sort of traffic; the client is "" where anybody is
// one and the same.
type comer struct {
	client access.ClientID
	sort   traffic
}

// visits are what is known of a comer.
type visits struct {
	limiter *rate.Limiter
	under   int // requests under way
}

func newTurnstile(l Limits, clock func() time.Time) *turnstile {
	return &turnstile{
		rates: l.Rates.bySort(), places: l.Places.bySort(), most: int(sorts) * l.Rates.Clients, clock: clock,
		comers: map[comer]*visits{},
	}
}

// throttled is a refusal that says when to come again.
type throttled struct {
	refused *fault.Error
	seconds int
}

func (e *throttled) Error() string { return e.refused.Error() }
func (e *throttled) Unwrap() error { return e.refused }

// pass lets a request of a client through, or refuses it. Who is let through
// must leave.
func (t *turnstile) pass(sort traffic, client access.ClientID) (leave func(), err error) {
	if sort == watching {
		return func() {}, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock()
	v := t.visitsOf(comer{client, sort}, now)
	if client != "" && v.under >= share(t.places[sort]) {
		return nil, &throttled{fault.New(fault.TooMany, CodeTooManyAtOnce), 1}
	}
	if t.taken[sort] >= t.places[sort] {
		return nil, &throttled{fault.New(fault.Unavailable, CodeOverloaded), 1}
	}
	if wait := v.wait(now); wait > 0 {
		return nil, &throttled{fault.New(fault.TooMany, CodeTooOften), whole(wait)}
	}
	t.taken[sort]++
	v.under++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.taken[sort]--
		v.under--
	}, nil
}

// wait takes a turn, or says how long until there is one.
func (v *visits) wait(now time.Time) time.Duration {
	if v.limiter == nil || v.limiter.AllowN(now, 1) {
		return 0
	}
	turn := v.limiter.ReserveN(now, 1)
	defer turn.CancelAt(now)
	return max(turn.DelayFrom(now), 1)
}

// visitsOf finds the visits of a comer, or begins them. The caller holds mu.
func (t *turnstile) visitsOf(c comer, now time.Time) *visits {
	if v, known := t.comers[c]; known {
		return v
	}
	if len(t.comers) >= t.most {
		t.sweep(now)
	}
	if len(t.comers) >= t.most {
		return t.stranger(c.sort)
	}
	v := t.begin(c.sort)
	t.comers[c] = v
	return v
}

func (t *turnstile) begin(sort traffic) *visits {
	if !sort.rated() {
		return &visits{}
	}
	r := t.rates[sort]
	return &visits{limiter: rate.NewLimiter(rate.Limit(r.PerSecond), r.Burst)}
}

// stranger is whom newcomers share their visits with while there is no room: too
// many clients make nobody's rate unbounded. The caller holds mu.
func (t *turnstile) stranger(sort traffic) *visits {
	if t.strange[sort] == nil {
		t.strange[sort] = t.begin(sort)
	}
	return t.strange[sort]
}

// sweep removes visits that are as good as new ones: nothing under way, and the
// whole burst back. It looks at all of them, so once a second at most. The
// caller holds mu.
func (t *turnstile) sweep(now time.Time) {
	if since := now.Sub(t.swept); since >= 0 && since < time.Second {
		return
	}
	t.swept = now
	for c, v := range t.comers {
		if v.under == 0 && (v.limiter == nil || v.limiter.TokensAt(now) >= float64(v.limiter.Burst())) {
			delete(t.comers, c)
		}
	}
}
