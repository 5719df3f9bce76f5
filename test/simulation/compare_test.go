package simulation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/ledger"
)

// promise is a receipt: what was acknowledged has to be there.
type promise struct {
	key      key
	number   int
	tag, day string
}

// compare holds all that is stored against the model: no more, no less, nothing
// else.
func (r *run) compare(now *seen, deeds []ledger.Entry) {
	for k, v := range now.records {
		r.mustBeKept(k, append(slices.Clone(now.history[k]), v))
	}
	for k := range r.model.records {
		if _, there := now.records[k]; !there {
			r.fail("record %s is gone", k.record)
		}
	}
	for k := range now.history {
		if _, there := now.records[k]; !there {
			r.fail("former versions of %s stand without a newest one", k.record)
		}
	}
	for _, p := range r.receipts {
		v := now.records[p.key]
		if v.number != p.number || v.tag != p.tag || v.day != p.day {
			r.fail("a receipt says version %d of %s, and version %d is stored", p.number, p.day, v.number)
		}
	}
	r.receipts = nil
	if !maps.Equal(now.years, r.model.years) {
		r.fail("the years are %v, foretold %v", now.years, r.model.years)
	}
	if !maps.Equal(now.clients, r.model.clients) {
		r.fail("the clients are %v, foretold %v", now.clients, r.model.clients)
	}
	r.compareLedger(now, deeds)
	r.compareDrafts(now)
	r.compareShelf(r.op.deed == publishes)
	r.digest(now)
}

// mustBeKept holds the versions of one record against the model's.
func (r *run) mustBeKept(k key, got []version) {
	want := r.model.records[k]
	if want == nil {
		r.fail("record %s is stored and was never acknowledged", k.record)
	}
	if !slices.Equal(got, want.versions) {
		r.fail("of record %s there is stored\n%s\nforetold\n%s", k.record, versions(got), versions(want.versions))
	}
}

// versions words versions without their answers.
func versions(list []version) string {
	var b strings.Builder
	for _, v := range list {
		text, _ := json.Marshal([]any{v.number, v.tag, v.day, v.withdrawn, v.year, len(v.answers)})
		b.Write(append(text, ' '))
	}
	return b.String()
}

// compareLedger holds what is new in the ledger against the deeds that were
// done: each is there once, and none that nobody did.
func (r *run) compareLedger(now *seen, deeds []ledger.Entry) {
	if now.before != r.seen.link {
		r.fail("the ledger was written anew")
	}
	if now.link == "" {
		now.link = now.before
	}
	want, got := words(deeds), words(now.entries)
	if !slices.Equal(want, got) {
		r.fail("the ledger has grown by\n%s\nforetold\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// words are entries in an order of their own: which of several jobs was first
// is nobody's business.
func words(entries []ledger.Entry) (out []string) {
	for _, e := range entries {
		slices.Sort(e.Subjects)
		text, _ := json.Marshal(e)
		out = append(out, string(text))
	}
	slices.Sort(out)
	return out
}

// covers says whether all of some entries are among others.
func covers(all, some []ledger.Entry) bool {
	have := words(all)
	for _, w := range words(some) {
		i := slices.Index(have, w)
		if i < 0 {
			return false
		}
		have = slices.Delete(have, i, i+1)
	}
	return true
}

// digest adds what is stored to what the run's digest is of.
func (r *run) digest(now *seen) {
	for _, k := range slices.SortedFunc(maps.Keys(now.records), compareKeys) {
		fmt.Fprintln(r.trace, k, now.records[k], now.history[k])
	}
	fmt.Fprintln(r.trace, now.years, now.clients, now.drafts, now.size)
}

func compareKeys(a, b key) int {
	return strings.Compare(a.organisation+a.record, b.organisation+b.record)
}

// buried looks for what was withdrawn in every byte that the product keeps.
func (r *run) buried() {
	if len(r.model.gone) == 0 {
		return
	}
	r.background()
	kept, err := readFiles(r.machine.folder)
	r.must(err)
	for name, content := range kept {
		for _, answers := range r.model.gone {
			if bytes.Contains(content, []byte(answers)) {
				r.fail("what was withdrawn still stands in %s", name)
			}
		}
	}
}

// first looks at what a run begins with.
func (r *run) first() {
	now, err := r.sight.all(0)
	r.must(err)
	now.entries, now.before = nil, now.link
	r.seen = now
	r.compare(now, nil)
}

// end has the process restarted and everything verified once more.
func (r *run) end() {
	r.restart(nil)
	for _, i := range r.verify() {
		r.must(i.err)
	}
	r.settle(nil, false)
	image, err := r.stop()
	r.must(err)
	for name, content := range image {
		for _, answers := range r.model.gone {
			if bytes.Contains(content, []byte(answers)) {
				r.fail("what was withdrawn still stands in %s after the end", name)
			}
		}
	}
	r.must(r.start(image))
}
