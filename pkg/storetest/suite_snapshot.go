package storetest

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/store"
)

// snapshot gives a year's records with how many there are of each; of the kept
// ones, answers are copied.
func snapshot(t testing.TB, r *store.Records, year int) (out []release.Counted) {
	t.Helper()
	err := r.Frozen().Snapshot(t.Context(), year, func(c release.Counted) error {
		c.Answers = append(record.Answers{}, c.Answers...)
		out = append(out, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func counted(v intake.Version, n int) release.Counted {
	return release.Counted{Organisation: v.Key.Organisation, Codebook: v.Record.Codebook, Answers: v.Record.Answers, N: n}
}

func snapshotOfClosedYears(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	period(t, r, year, record.PeriodOpen)
	twin, other, later := version(orgA, 4, 1), version(orgB, 5, 1), version(orgA, 6, 1)
	twin.Record.Answers = version(orgA, 2, 1).Record.Answers
	other.Record.Answers = twin.Record.Answers // as a record of another organisation
	later.Record.Year = year + 1
	save(t, r, version(orgB, 1, 1), version(orgA, 2, 1), version(orgA, 1, 1), version(orgB, 3, 1), twin, other, later)
	save(t, r, version(orgA, 1, 2))
	withdraw(t, r, tombstone(orgB, 3, 2))
	want := []release.Counted{
		counted(version(orgA, 1, 2), 1), counted(twin, 2), counted(version(orgB, 1, 1), 1), counted(other, 1),
	}
	sortCounted(want)

	equal(t, "an open year", []release.Counted(nil), snapshot(t, r, year))
	period(t, r, year, record.PeriodClosed)
	equal(t, "a closed year", want, snapshot(t, r, year))
	period(t, r, year, record.PeriodCorrecting)
	equal(t, "a year that is being corrected", []release.Counted(nil), snapshot(t, r, year))
	period(t, r, year, record.PeriodClosed)
	equal(t, "corrected", want, snapshot(t, r, year))
	equal(t, "a year nobody opened", []release.Counted(nil), snapshot(t, r, year+1))
	periods, err := r.Frozen().Periods(t.Context())
	if err != nil {
		t.Error(err)
	}
	equal(t, "periods", []record.Period{{Year: year, State: record.PeriodClosed}}, periods)
}

// The order in which records came in tells when they did.
func snapshotHidesTheOrder(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	period(t, r, year, record.PeriodClosed)
	var want []release.Counted
	for n := range 20 {
		v := version(orgA, 20-n, 1)
		save(t, r, v)
		want = append(want, counted(v, 1))
	}
	came := append([]release.Counted{}, want...)
	sortCounted(want)
	got := snapshot(t, r, year)
	equal(t, "by content", want, got)
	if same(came, got) {
		t.Error("the order of coming and that of content are the same, so this test proves nothing")
	}
}

func snapshotStops(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	period(t, r, year, record.PeriodClosed)
	save(t, r, version(orgA, 1, 1), version(orgA, 2, 1))
	calls := 0
	err := r.Frozen().Snapshot(t.Context(), year, func(release.Counted) error { calls++; return errMine })
	if !errors.Is(err, errMine) || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func sortCounted(list []release.Counted) {
	slices.SortFunc(list, func(a, b release.Counted) int {
		return cmp.Or(cmp.Compare(a.Organisation, b.Organisation), bytes.Compare(a.Answers, b.Answers))
	})
}

func same(a, b []release.Counted) bool {
	return slices.EqualFunc(a, b, func(a, b release.Counted) bool {
		return a.Organisation == b.Organisation && bytes.Equal(a.Answers, b.Answers)
	})
}
