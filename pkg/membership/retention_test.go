package membership

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// TestT35_AnErasedYearIsForGood: marked on its day and not a second before, in
// the ledger once, and neither opened, closed nor corrected again.
func TestT35_AnErasedYearIsForGood(t *testing.T) {
	h := newHouse(t)
	for _, year := range []int{2023, 2024, 2025} {
		need[bool](t)(true, h.OpenPeriod(t.Context(), h.boss, year))
	}
	need[bool](t)(true, h.ClosePeriod(t.Context(), h.boss, 2023))
	need[bool](t)(true, h.ClosePeriod(t.Context(), h.boss, 2024))
	h.watch.now = time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC)
	before := len(h.store.ledger())
	erased := func() []int { return need[[]int](t)(h.EraseExpired(t.Context(), 3)) }
	if got := erased(); len(got) > 0 {
		t.Fatalf("a second too early: %v", got)
	}
	h.watch.pass(time.Second)
	for range 2 { // it is given again, so that what was interrupted goes on
		if diff := gocmp.Diff([]int{2023}, erased()); diff != "" {
			t.Error(diff)
		}
	}
	want := []ledger.Entry{{Day: "2027-01-01", Actor: "retention", Deed: DeedPeriodErased, Subjects: []string{"2023"}}}
	if diff := gocmp.Diff(want, h.store.ledger()[before:], cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	wantRefusal(t, h.OpenPeriod(t.Context(), h.boss, 2023), fault.Conflict, CodePeriodErased)
	wantRefusal(t, h.ClosePeriod(t.Context(), h.boss, 2023), fault.Conflict, CodePeriodErased)
	wantRefusal(t, h.CorrectPeriod(t.Context(), h.boss, 2023), fault.Conflict, CodePeriodErased)
	list := need[[]record.Period](t)(h.Periods(t.Context(), h.boss))
	if list[0].State != record.PeriodErased || list[1].State != record.PeriodClosed {
		t.Error(list)
	}
	for _, keep := range []int{0, -1, MaxRetention + 1} {
		_, err := h.EraseExpired(t.Context(), keep)
		wantRefusal(t, err, fault.Invalid, CodeYearOutOfRange)
	}
	h.watch.pass(100 * 365 * 24 * time.Hour)
	if diff := gocmp.Diff([]int{2023, 2024}, erased()); diff != "" {
		t.Errorf("an open year, however old, is kept: %s", diff)
	}
}
