package server

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
)

// hand is a clock that is moved by hand.
type hand struct{ now time.Time }

func (h *hand) clock() time.Time { return h.now }

func newHand() *hand { return &hand{time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)} }

// gate3 lets three a burst and one a second through, with eight places.
func gate3(h *hand) *turnstile {
	l := Limits{Rates: Rates{Reading: Rate{1, 3}, Intake: Rate{1, 3}, Public: Rate{1, 3}}, Places: Places{Reading: 8}}
	return newTurnstile(l.settled(), h.clock)
}

// visit passes and leaves at once; it gives the code of a refusal.
func (t *turnstile) visit(sort traffic, client access.ClientID) fault.Code {
	leave, err := t.pass(sort, client)
	if err == nil {
		leave()
	}
	return fault.CodeOf(err)
}

func TestT30_one_clients_flood_is_not_anothers(t *testing.T) {
	h := newHand()
	turns := gate3(h)
	refused := 0
	for range 1000 {
		if turns.visit(reading, "flood") == CodeTooOften {
			refused++
		}
	}
	if refused != 997 {
		t.Errorf("%d of 1,000 refused, want all but the burst", refused)
	}
	for n := range 3 {
		if code := turns.visit(reading, "other"); code != "" {
			t.Errorf("the other client's request %d: %s", n, code)
		}
	}
	if code := turns.visit(taking, "flood"); code != "" {
		t.Errorf("the flooding client's own intake: %s", code)
	}
	if code := turns.visit(public, ""); code != "" {
		t.Errorf("public reading: %s", code)
	}
}

// The contrast: with one rate for everybody, the flood shuts the other client out.
func TestT30_contrast_a_common_rate_shuts_others_out(t *testing.T) {
	turns := gate3(newHand())
	for range 1000 {
		turns.visit(reading, "") // the flood, if clients were not told apart
	}
	if code := turns.visit(reading, ""); code != CodeTooOften {
		t.Errorf("the other client is let through: %q; the test above proves nothing", code)
	}
}

func TestT30_who_is_refused_is_told_when_to_come_again(t *testing.T) {
	h := newHand()
	l := Limits{Rates: Rates{Reading: Rate{0.25, 1}}}
	turns := newTurnstile(l.settled(), h.clock)
	turns.visit(reading, "c")
	_, err := turns.pass(reading, "c")
	told, ok := errors.AsType[*throttled](err)
	if !ok || told.seconds != 4 || fault.KindOf(err) != fault.TooMany {
		t.Fatalf("%v, %+v", err, told)
	}
	h.now = h.now.Add(4*time.Second - time.Millisecond)
	if turns.visit(reading, "c") != CodeTooOften {
		t.Error("let through too early")
	}
	h.now = h.now.Add(time.Millisecond)
	if code := turns.visit(reading, "c"); code != "" {
		t.Errorf("refused when it was told to come: %s", code)
	}
}

// Places: a client has a quarter of a sort's, the sorts have none of each
// other's, and who leaves gives its place back.
func TestT30_slow_requests_keep_out_nobody_else(t *testing.T) {
	turns := gate3(newHand())
	turns.rates[reading] = Rate{1e6, 1e6}
	var under []func()
	enter := func(client access.ClientID) error {
		leave, err := turns.pass(reading, client)
		if err == nil {
			under = append(under, leave)
		}
		return err
	}
	for n := range 2 {
		if err := enter("slow"); err != nil {
			t.Fatalf("request %d: %v", n, err)
		}
	}
	if err := enter("slow"); fault.CodeOf(err) != CodeTooManyAtOnce || fault.KindOf(err) != fault.TooMany {
		t.Errorf("a third of eight places for one client: %v", err)
	}
	for n := range 6 {
		if err := enter(access.ClientID(fmt.Sprint(n))); err != nil {
			t.Errorf("another client: %v", err)
		}
	}
	if err := enter("late"); fault.CodeOf(err) != CodeOverloaded || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a ninth of eight places: %v", err)
	}
	for sort := range sorts {
		if sort != reading && turns.visit(sort, "late") != "" {
			t.Errorf("sort %d has no place because reading has none", sort)
		}
	}
	for _, leave := range under {
		leave()
	}
	if code := turns.visit(reading, "slow"); code != "" {
		t.Errorf("after all have left: %s", code)
	}
	if turns.taken != ([sorts]int{}) {
		t.Errorf("places that nobody gave back: %v", turns.taken)
	}
}

// A refusal for want of a place costs no turn.
func TestT30_refusals_for_want_of_a_place_cost_no_turn(t *testing.T) {
	turns := gate3(newHand())
	turns.places[reading] = 1
	leave, err := turns.pass(reading, "a")
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if code := turns.visit(reading, "b"); code != CodeOverloaded {
			t.Fatalf("%s", code)
		}
	}
	leave()
	for n := range 3 {
		if code := turns.visit(reading, "b"); code != "" {
			t.Errorf("request %d of b's burst: %s", n, code)
		}
	}
}

// The rate against a model that counts in whole eighths of a turn, which a
// float holds exactly.
func TestT30_rates_follow_their_model(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		perSecond, burst := rapid.IntRange(1, 50).Draw(r, "rate"), rapid.IntRange(1, 20).Draw(r, "burst")
		h := newHand()
		turns := newTurnstile(Limits{Rates: Rates{Reading: Rate{float64(perSecond), burst}}}.settled(), h.clock)
		left := map[access.ClientID]int{"a": burst * 8, "b": burst * 8, "c": burst * 8}
		for range rapid.IntRange(1, 200).Draw(r, "steps") {
			past := rapid.IntRange(0, 4).Draw(r, "eighths of a second")
			h.now = h.now.Add(time.Duration(past) * time.Second / 8)
			for c := range left {
				left[c] = min(burst*8, left[c]+past*perSecond)
			}
			c := rapid.SampledFrom([]access.ClientID{"a", "b", "c"}).Draw(r, "client")
			want := fault.Code("")
			if left[c] < 8 {
				want = CodeTooOften
			} else {
				left[c] -= 8
			}
			if got := turns.visit(reading, c); got != want {
				r.Fatalf("client %s: %q, want %q with %d eighths left", c, got, want, left[c])
			}
		}
	})
}

// Without a bound, a million clients would be remembered; with it, newcomers
// share one rate until those before them are forgotten, and nobody's is unbounded.
func TestT30_a_million_clients_take_bounded_memory(t *testing.T) {
	h := newHand()
	l := Limits{Rates: Rates{Reading: Rate{1, 3}, Clients: 1000}}
	turns := newTurnstile(l.settled(), h.clock)
	before := heap()
	through := 0
	for n := range 1_000_000 {
		if turns.visit(reading, access.ClientID(fmt.Sprint("client", n))) == "" {
			through++
		}
	}
	most := int(sorts) * 1000
	if len(turns.comers) > most || through > most+3 {
		t.Errorf("%d clients remembered, %d requests let through, want %d at most", len(turns.comers), through, most+3)
	}
	if grown := heap() - before; grown > 16<<20 {
		t.Errorf("%d bytes", grown)
	}
	// Once their bursts are whole again the early ones are forgotten, and nobody
	// is the worse for it.
	h.now = h.now.Add(3 * time.Second)
	for n := range 3 {
		if code := turns.visit(reading, "late"); code != "" {
			t.Errorf("request %d of a late client: %s", n, code)
		}
	}
	if len(turns.comers) > 1 {
		t.Errorf("%d clients remembered after all had their bursts back", len(turns.comers))
	}
	runtime.KeepAlive(turns)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Nobody who has something under way, or part of a burst, is forgotten: that
// would be a fresh burst for the asking.
func TestT30_forgetting_gives_no_fresh_burst(t *testing.T) {
	h := newHand()
	turns := newTurnstile(Limits{Rates: Rates{Reading: Rate{1, 3}}}.settled(), h.clock)
	turns.most = 2
	for range 4 {
		turns.visit(reading, "spent")
	}
	leave, err := turns.pass(reading, "busy")
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	for n := range 10 {
		turns.visit(reading, access.ClientID(fmt.Sprint("newcomer", n)))
	}
	if turns.visit(reading, "spent") != CodeTooOften {
		t.Error("newcomers gave a client a fresh burst")
	}
	h.now = h.now.Add(3 * time.Second)
	turns.visit(reading, "newcomer")
	if v := turns.comers[comer{"busy", reading}]; v == nil || v.under != 1 {
		t.Error("a client with a request under way is forgotten")
	}
}

func TestT30_many_at_once(t *testing.T) {
	turns := newTurnstile(Limits{Rates: Rates{Reading: Rate{1, 100}}}.settled(), time.Now)
	var through [8]int
	var all sync.WaitGroup
	for n := range through {
		all.Go(func() {
			for range 200 {
				if turns.visit(reading, "c") == "" {
					through[n]++
				}
			}
		})
	}
	all.Wait()
	sum := 0
	for _, n := range through {
		sum += n
	}
	if sum < 100 || sum > 110 {
		t.Errorf("%d of a burst of 100", sum)
	}
}

// Which sort an operation is of decides what keeps it alive.
func TestT30_sorts_of_operations(t *testing.T) {
	want := map[string]traffic{
		"putRecord": taking, "withdrawRecord": taking, "submitBatch": batching, "getRecord": reading, "listRecords": reading, "putClient": reading,
		"countOwnTable": counting, "getDeskFigures": counting, "computeDraft": counting, "priceRequest": counting, "createToken": signing,
		"listReleases": public, "getCodebook": public, "getKeys": public, "deriveTable": deriving, "getHealth": watching, "getReadiness": watching,
	}
	for _, op := range operations {
		sort := op.traffic()
		if expected, named := want[op.id]; named && sort != expected {
			t.Errorf("%s is of sort %d, want %d", op.id, sort, expected)
		}
		delete(want, op.id)
		if open := sort == public || sort == deriving || sort == signing || sort == watching; open != (len(op.permission) == 0) {
			t.Errorf("%s: sort %d, permissions %v", op.id, sort, op.permission)
		}
	}
	if len(want) > 0 {
		t.Errorf("no such operations: %v", want)
	}
	if sort := (operation{foreign: true, method: http.MethodPost}).traffic(); sort != foreign {
		t.Errorf("a tool's operation is of sort %d", sort)
	}
}

func TestT30_rates_by_which_nobody_is_served_are_refused(t *testing.T) {
	for name, l := range map[string]Limits{
		"a negative rate":    {Rates: Rates{Intake: Rate{PerSecond: -1}}},
		"no rate":            {Rates: Rates{Intake: Rate{PerSecond: math.NaN()}}},
		"an unbounded rate":  {Rates: Rates{Public: Rate{PerSecond: math.Inf(1)}}},
		"a negative burst":   {Rates: Rates{Deriving: Rate{Burst: -1}}},
		"nobody is known":    {Rates: Rates{Clients: -1}},
		"no places":          {Places: Places{Intake: -1}},
		"no places for them": {Places: Places{Tools: -1}},
	} {
		if l.settled().check() == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
	if err := (Limits{}).settled().check(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
}
