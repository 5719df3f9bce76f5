package release

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

// past is an earlier release with what it was made from.
type past struct {
	release *shelf.Release
	draft   DraftID
	made    frozen
	planned plan.Plan // the panels, and who took part, alone
}

// speaks gives what a release says about a year.
func speaks(r *shelf.Release, year int) (plan.Publication, bool) { return r.Protected.Year(year) }

// releases gives all that were ever published. Those of yesterday will not do:
// what the newest gave away could not be taken into account.
func (s *Service) releases(ctx context.Context) ([]*shelf.Release, error) {
	out, err := s.deps.Shelf.Releases(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.deps.Shelf.Stale(); err != nil {
		return nil, err
	}
	return out, nil
}

// about are the releases that speak of a year, withdrawn ones as well: they
// were seen.
func about(releases []*shelf.Release, years ...int) (out []*shelf.Release) {
	for _, r := range releases {
		if slices.ContainsFunc(years, func(y int) bool { _, ok := speaks(r, y); return ok }) {
			out = append(out, r)
		}
	}
	return out
}

func hashes(releases []*shelf.Release) []signed.Hash {
	out := make([]signed.Hash, len(releases))
	for i, r := range releases {
		out[i] = r.Hash
	}
	return out
}

// history gives every release that speaks of one of the years, oldest first,
// each with the records it was made from. If those of one cannot be had, there
// is no history: what it gave away could not be taken into account.
func (s *Service) history(ctx context.Context, years []int) (_ []past, err error) {
	defer fault.Wrap(&err, "history")
	releases, err := s.releases(ctx)
	if err != nil {
		return nil, err
	}
	releases = about(releases, years...)
	if len(releases) == 0 {
		return nil, nil
	}
	drafts, err := s.deps.Drafts.Drafts(ctx)
	if err != nil {
		return nil, err
	}
	var out []past
	for _, r := range releases {
		p, err := s.madeFrom(ctx, drafts, r)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// madeFrom finds the draft that became a release, opens its snapshot and reads
// of its plan what the release keeps to itself.
func (s *Service) madeFrom(ctx context.Context, drafts []Draft, r *shelf.Release) (past, error) {
	for _, d := range drafts {
		if d.Number != r.Manifest.Number {
			continue
		}
		a, err := s.deps.Drafts.Artefacts(ctx, d.ID)
		if err != nil {
			return past{}, err
		}
		if !bytes.Equal(a.Manifest, r.Raw) {
			continue // it lost this number to another draft
		}
		f, err := s.recollect(d, a, r)
		if err != nil {
			return past{}, fault.Because(err, fault.Conflict, CodeHistory)
		}
		planned, err := recall(d.Plan, r.Protected.Content().Years)
		return past{r, d.ID, f, planned}, err
	}
	return past{}, conflict(CodeHistory)
}

// story is what a year's records were, release by release, and are now.
type story struct {
	year     int
	releases []*shelf.Release // that speak of the year, oldest first
	planned  []plan.Plan      // by release: see past
	// moments are the different snapshots, oldest first; the last is now. A
	// release that was made from the same records as the one before shares its.
	moments []snapshot
	of      []int // by release: its moment
}

// tell puts the story of a year together.
func tell(year int, history []past, now snapshot) (story, error) {
	t := story{year: year}
	for _, h := range history {
		if _, ok := speaks(h.release, year); !ok {
			continue
		}
		i := slices.IndexFunc(h.made.Years, func(y frozenYear) bool { return y.Year == year })
		if i < 0 {
			return story{}, conflict(CodeHistory)
		}
		if h.made.Years[i].forgotten {
			return story{}, conflict(CodeHistoryErased)
		}
		t.releases, t.planned = append(t.releases, h.release), append(t.planned, h.planned)
		t.of = append(t.of, t.moment(h.made.Years[i].Records))
	}
	t.moment(now)
	return t, nil
}

// moment adds a snapshot, unless nothing has changed since the last one.
func (t *story) moment(s snapshot) int {
	if n := len(t.moments); n == 0 || !t.moments[n-1].equal(s) {
		t.moments = append(t.moments, s)
	}
	return len(t.moments) - 1
}

// now is the newest moment.
func (t *story) now() int { return len(t.moments) - 1 }

// changed says whether records came or went since the last release; false if
// there was none.
func (t *story) changed() bool {
	n := len(t.of)
	return n > 0 && t.of[n-1] != t.now()
}

// unchanged says whether all releases of the year were made from the records as
// they are now.
func (t *story) unchanged() bool { return len(t.moments) == 1 }

// A batch is the records that entered with one moment and were last there with
// another. Whether anybody is in it is nobody's business: all of them exist.
type batch struct{ entered, last int }

func (b batch) String() string { return fmt.Sprintf("%d-%d", b.entered+1, b.last+1) }

func (b batch) alive(moment int) bool { return b.entered <= moment && moment <= b.last }

// batches are all there can be, in the order of the batch axis.
func (t *story) batches() (out []batch) {
	for entered := range t.moments {
		for last := entered; last < len(t.moments); last++ {
			out = append(out, batch{entered, last})
		}
	}
	return out
}

// alive are the batches whose records were there at a moment.
func (t *story) alive(moment int) (out []int) {
	for i, b := range t.batches() {
		if b.alive(moment) {
			out = append(out, i)
		}
	}
	return out
}

// enough refuses a release for too few changes: what a single person, or a
// handful, adds to the figures would be hers. Records that were only taken away
// make no release of their own.
func enough(t *story, threshold int) error {
	if !t.changed() {
		return nil
	}
	added, removed := changes(t.moments[t.now()-1], t.moments[t.now()])
	if added < threshold || removed > 0 && removed < threshold {
		return conflict(CodeTooFewChanges)
	}
	return nil
}

// kindOf says how a release with these stories stands to those before it.
func kindOf(stories []story) plan.Kind {
	told := slices.DeleteFunc(slices.Clone(stories), func(t story) bool { return len(t.releases) == 0 })
	switch {
	case len(told) == 0:
		return plan.First
	case slices.ContainsFunc(told, func(t story) bool { return !t.unchanged() }):
		return plan.Revision
	}
	return plan.Addendum
}
