package desk_test

import (
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
)

// TestT35_AnErasedYearIsNotCountedAsNothing, by the desk or by a member of its own.
func TestT35_AnErasedYearIsNotCountedAsNothing(t *testing.T) {
	s, m := house(t)
	m.periods[1].State = record.PeriodErased // closedYear
	_, counted := s.Figures(t.Context(), author, trend)
	_, own := s.OwnFigures(t.Context(), alma, closedYear)
	_, compared := s.Compare(t.Context(), author, years)
	for _, err := range []error{counted, own, compared} {
		wantRefusal(t, err, fault.Conflict, desk.CodePeriodErased)
	}
	if slices.Contains(m.calls, "scan") {
		t.Error("records of an erased year were read")
	}
}
