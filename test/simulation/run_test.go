package simulation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
)

// beginning is when every run begins.
var beginning = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

// run is one simulation under way.
type run struct {
	*world
	model  *model
	tokens map[string]*token // the newest of each client
	olds   []*token
	keys   []tokenKey
	trace  hash.Hash
	seen   *seen
	tally  tally

	op        operation            // under way
	tolerated map[string]draftSeen // what it made of drafts
	recalled  int                  // the release that it was to take back
	departed  bool                 // a record was withdrawn
	receipts  []promise            // of this operation
	died      bool                 // the process, during this operation
	repeated  bool                 // this operation is sent again
}

// tally is how much was played.
type tally struct {
	Seeds, Operations, Struck, Crashes, Unknown, Withdrawn, Erased, Published int
}

func (a tally) String() string {
	return fmt.Sprintf("%d operations, %d faults (%d crashes), %d answers nobody knew, %d records withdrawn, %d years erased, %d releases",
		a.Operations, a.Struck, a.Crashes, a.Unknown, a.Withdrawn, a.Erased, a.Published)
}

func (a *tally) add(b tally) {
	a.Seeds += b.Seeds
	a.Operations += b.Operations
	a.Struck += b.Struck
	a.Crashes += b.Crashes
	a.Unknown += b.Unknown
	a.Withdrawn += b.Withdrawn
	a.Erased += b.Erased
	a.Published += b.Published
}

// outcome is what became of a run.
type outcome struct {
	tally
	digest string
	broken *broken // nil: everything was as foretold
}

// broken is a promise that did not hold.
type broken struct {
	at   operation
	what string
}

func (b *broken) String() string { return fmt.Sprintf("after %q: %s", b.at.String(), b.what) }

// fail ends the run.
func (r *run) fail(format string, args ...any) {
	panic(&broken{what: fmt.Sprintf(format, args...)})
}

func (r *run) must(err error) {
	if err != nil {
		r.fail("%v", err)
	}
}

// note adds a line to the trace, of which the digest is taken.
func (r *run) note(format string, args ...any) {
	fmt.Fprintf(r.trace, format+"\n", args...)
	if *only != "" {
		fmt.Printf(format+"\n", args...)
	}
}

// simulate plays operations in a bubble of its own.
func simulate(t *testing.T, seed uint64, ops []operation, w *wrong) (out outcome) {
	t.Helper()
	home, err := os.MkdirTemp(shelter(), "casestat-simulation-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(home)
	image, m, err := template(publishing(seed))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		r := &run{model: m, trace: sha256.New(), tokens: map[string]*token{}, tolerated: map[string]draftSeen{}}
		if r.world, err = open(home, seed, image, w); err != nil {
			t.Fatal(err)
		}
		r.keys = []tokenKey{{}}
		out = r.all(ops)
		if _, err := r.stop(); err != nil && out.broken == nil {
			t.Fatal(err)
		}
	})
	return out
}

// shelter is where files cost nothing to sync, if there is such a place.
func shelter() string {
	const memory = "/dev/shm"
	if info, err := os.Stat(memory); err == nil && info.IsDir() {
		return memory
	}
	return ""
}

// all plays every operation and holds the store against the model after each.
func (r *run) all(ops []operation) (out outcome) {
	var at operation
	defer func() {
		out.tally, out.digest = r.tally, hex.EncodeToString(r.trace.Sum(nil))
		switch p := recover().(type) {
		case nil:
		case *broken:
			p.at = at
			out.broken = p
		default:
			panic(p)
		}
	}()
	r.tally.Seeds++
	r.first()
	for _, at = range ops {
		r.tally.Operations++
		r.step(at)
	}
	at = operation{deed: "the end"}
	r.end()
	return out
}

// step plays one operation. If its process died, the next one starts from what
// was on the disk.
func (r *run) step(op operation) {
	r.note("%s", op)
	r.op = op
	r.machine.arm(op.strike)
	done := r.play(op)
	struck := r.machine.disarm()
	if struck {
		r.tally.Struck++
	}
	if r.died = r.machine.dead(); r.died {
		r.again()
	}
	before := r.tally.Unknown
	r.settle(done, struck)
	if r.tally.Unknown > before && (op.deed == submits || op.deed == withdraws) {
		r.repeat(op)
	}
}

// repeat has the client do what went unanswered once more, as clients do.
func (r *run) repeat(op operation) {
	r.repeated, op.strike, r.died = true, nil, false
	done := r.play(op)
	r.repeated = false
	r.settle(done, false)
}

// again starts the next process on what the last one left.
func (r *run) again() {
	r.tally.Crashes++
	image, err := r.stop()
	r.must(err)
	r.must(r.start(image))
}

// item is one thing that an operation does, wholly or not at all.
type item struct {
	what  string
	err   error                      // what the product answered
	code  fault.Code                 // foretold; "" is success
	alike []fault.Code               // that would do as well
	there func(*seen) bool           // whether it was done, if nobody knows; nil: its deeds tell
	apply func(*seen)                // makes the model what it then is; nil: nothing changes
	deeds []ledger.Entry             // that stand in the ledger if it was done
	logs  []ledger.Entry             // that stand there even if it was refused
	shown func()                     // looks at what was answered
	late  func(*seen) []ledger.Entry // of a draft: whatever became of it, and the deeds of that
}

// settle decides of every item whether it was done, and holds everything that
// is stored against what is then to be there.
func (r *run) settle(items []item, struck bool) {
	now, err := r.sight.all(r.seen.size)
	r.must(err)
	var deeds []ledger.Entry
	for _, i := range items {
		deeds = append(deeds, r.settleOne(i, now, struck)...)
		if i.late != nil {
			deeds = append(deeds, i.late(now)...)
		}
	}
	r.compare(now, deeds)
	r.seen = now
	r.buried()
}

func (r *run) settleOne(i item, now *seen, struck bool) (deeds []ledger.Entry) {
	code := fault.CodeOf(i.err)
	refused := code != "" && (code == i.code || slices.Contains(i.alike, code))
	r.note("  %s: %s", i.what, code)
	switch {
	case i.err == nil && i.code != "":
		r.fail("%s was done, foretold %s", i.what, i.code)
	case i.err == nil || refused:
		if i.err == nil && i.shown != nil {
			i.shown()
		}
		if i.err == nil && i.apply != nil {
			i.apply(now)
		}
		if i.err == nil {
			return append(i.deeds, i.logs...)
		}
		return i.logs
	case !struck:
		r.fail("%s: %v, foretold %q", i.what, i.err, i.code)
	case fault.KindOf(i.err) != fault.Unavailable && !r.died:
		r.fail("%s: a failing storage is told as %v", i.what, i.err)
	}
	return r.unknown(i, now)
}

// unknown is for an item that nobody knows of whether it was done.
func (r *run) unknown(i item, now *seen) []ledger.Entry {
	r.tally.Unknown++
	logged := covers(now.entries, i.logs)
	done := i.code == "" && len(i.deeds) > 0 && covers(now.entries, i.deeds)
	if i.there != nil {
		done = i.code == "" && i.there(now)
	}
	r.note("  nobody knows: %t %t", logged, done)
	var deeds []ledger.Entry
	if logged {
		deeds = append(deeds, i.logs...)
	}
	if !done {
		return deeds
	}
	if i.apply != nil {
		i.apply(now)
	}
	return append(deeds, i.deeds...)
}

// background has whatever goes on beside the operations come to its end.
func (r *run) background() {
	time.Sleep(3 * time.Second) // of the bubble
	synctest.Wait()
}

func ctx() context.Context { return context.Background() }
