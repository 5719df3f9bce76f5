package release

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
)

// snapshot is the records of a year at one moment, equal ones together, sorted.
type snapshot []counted

// counted is Counted as it is kept.
type counted struct {
	Organisation access.OrganisationID `json:"organisation"`
	Codebook     codelist.Version      `json:"codebook"`
	Answers      []byte                `json:"answers"`
	N            int                   `json:"n"`
}

// compare orders records by everything but their number.
func compare(a, b counted) int {
	return cmp.Or(
		cmp.Compare(a.Organisation, b.Organisation),
		cmp.Compare(a.Codebook, b.Codebook),
		bytes.Compare(a.Answers, b.Answers),
	)
}

// snapshot reads the records of a year as they are now.
func (s *Service) snapshot(ctx context.Context, year int) (snapshot, error) {
	var all snapshot
	err := s.deps.Records.Snapshot(ctx, year, func(c Counted) error {
		all = append(all, counted{c.Organisation, c.Codebook, bytes.Clone(c.Answers), c.N})
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, compare)
	out := all[:0]
	for _, c := range all {
		if n := len(out); n > 0 && compare(out[n-1], c) == 0 {
			out[n-1].N += c.N
			continue
		}
		out = append(out, c)
	}
	return out, nil
}

func (s snapshot) equal(o snapshot) bool {
	return slices.EqualFunc(s, o, func(a, b counted) bool { return a.N == b.N && compare(a, b) == 0 })
}

// countable refuses records of another codebook than the one that figures are
// counted by.
func (s snapshot) countable(book codelist.Version) error {
	if slices.ContainsFunc(s, func(c counted) bool { return c.Codebook != book }) {
		return conflict(CodeCodebookOther)
	}
	return nil
}

// changes is how many records a snapshot has that the one before had not, and
// the other way round. A record with other answers is one of each.
func changes(before, now snapshot) (added, removed int) {
	for _, n := range together(before, now) {
		added += max(0, n.counts[1]-n.counts[0])
		removed += max(0, n.counts[0]-n.counts[1])
	}
	return added, removed
}

// timeline is how many equal records there were in each of several snapshots.
type timeline struct {
	counted
	counts []int
}

// together lays snapshots side by side, sorted.
func together(snapshots ...snapshot) []timeline {
	var out []timeline
	for i, s := range snapshots {
		for _, c := range s {
			at, known := slices.BinarySearchFunc(out, c, func(t timeline, c counted) int { return compare(t.counted, c) })
			if !known {
				out = slices.Insert(out, at, timeline{c, make([]int, len(snapshots))})
			}
			out[at].counts[i] = c.N
		}
	}
	return out
}

// stay is n equal records that entered with one snapshot and were last there
// with another, by their places.
type stay struct {
	counted
	entered, last int
}

// answers gives them as records are placed.
func (l stay) answers() record.Answers { return record.Answers(l.Answers) }

// stays finds for every record when it entered and when it was last there.
// Equal records are interchangeable: of those, the newest are taken to leave
// first.
func stays(snapshots []snapshot) (out []stay) {
	for _, t := range together(snapshots...) {
		var here []stay
		all := 0
		for at, n := range append(slices.Clone(t.counts), 0) {
			if n > all {
				here = append(here, stay{counted: t.counted, entered: at})
				here[len(here)-1].N = n - all
			}
			for leaving := all - n; leaving > 0; {
				newest := &here[len(here)-1]
				gone := *newest
				gone.N, gone.last = min(leaving, newest.N), at-1
				out = append(out, gone)
				leaving -= gone.N
				if newest.N -= gone.N; newest.N == 0 {
					here = here[:len(here)-1]
				}
			}
			all = n
		}
	}
	return out
}

// closed refuses years that still take records, or are being corrected.
func (s *Service) closed(ctx context.Context, years []int) error {
	periods, err := s.deps.Records.Periods(ctx)
	if err != nil {
		return err
	}
	var open []fault.Detail
	for i, y := range years {
		if slices.Contains(periods, record.Period{Year: y, State: record.PeriodErased}) {
			return fault.New(fault.Conflict, CodePeriodErased, fault.Detail{Code: CodePeriodErased, Pointer: fmt.Sprintf("/years/%d", i)})
		}
		is := func(p record.Period) bool { return p.Year == y && p.State == record.PeriodClosed }
		if !slices.ContainsFunc(periods, is) {
			open = append(open, fault.Detail{Code: CodePeriodNotClosed, Pointer: fmt.Sprintf("/years/%d", i)})
		}
	}
	if len(open) > 0 {
		return fault.New(fault.Conflict, CodePeriodNotClosed, open...)
	}
	return nil
}
