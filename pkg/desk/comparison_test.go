package desk_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// reports are how many persons with a relation to the perpetrator an
// organisation reported in each of the two years; below 0 it did not report.
// For every one there is another person without.
type reports struct{ from, to int }

func twoYears(t *testing.T, organisations ...reports) (*desk.Service, *memory) {
	t.Helper()
	m := &memory{periods: []record.Period{{Year: earlierYear, State: record.PeriodClosed}, {Year: closedYear, State: record.PeriodClosed}}}
	schema := record.NewSchema(codelist.Current())
	put := func(organisation, year, n int) {
		id := access.OrganisationID(fmt.Sprintf("organisation-%d", organisation))
		for i := range 2*n + 1 {
			a := schema.Blank()
			for field, code := range map[codelist.FieldName]codelist.Code{
				"consent_statistics": "yes", "person_role": "directly_exploited", "earlier_member_contacts": "none",
				"gender": "woman", "exploitation_types": "sexual", "identification_status": "presumed",
				"perpetrator_relation": []codelist.Code{"stranger", "friend_acquaintance"}[i%2],
			} {
				c, _ := schema.Column(field)
				if err := schema.Set(a, c, code); err != nil {
					t.Fatal(err)
				}
			}
			m.records = append(m.records, stored{id, year, schema.Book.Version, a})
		}
	}
	for i, o := range organisations {
		if o.to >= 0 {
			put(i, closedYear, o.to)
		}
		if o.from >= 0 {
			put(i, earlierYear, o.from)
		}
	}
	return service(t, m), m
}

func compared(t *testing.T, organisations ...reports) *desk.Comparison {
	t.Helper()
	s, _ := twoYears(t, organisations...)
	got, err := s.Compare(t.Context(), author, years)
	if err != nil {
		t.Fatal(err)
	}
	if got.Comparison() == nil || got.Year() != closedYear || got.Readings() != nil || got.Table() != nil {
		t.Fatalf("it is the answer to another question")
	}
	return got.Comparison()
}

// The panel is compared within each organisation; its reference is R's Poisson
// model with organisation effects.
func TestComparingTwoYears(t *testing.T) {
	c := compared(t, reports{9, 12}, reports{25, 30}, reports{7, 5}, reports{4, 8}, reports{-1, 6}, reports{3, -1}, reports{2, -1})
	if got := c.Figure.Name; got != "relation_to_perpetrator" {
		t.Errorf("it is of %s", got)
	}
	want := desk.Comparison{
		From: desk.ComparedYear{
			Year: earlierYear, Reporting: 6, Contacts: 106, N: 50, Of: 106, Panel: desk.Group{Organisations: 4, Contacts: 94, N: 45, Of: 94},
		},
		To: desk.ComparedYear{
			Year: closedYear, Reporting: 5, Contacts: 127, N: 61, Of: 127, Panel: desk.Group{Organisations: 4, Contacts: 114, N: 55, Of: 114},
		},
		Both:     4,
		Entrants: desk.Group{Organisations: 1, Contacts: 13, N: 6, Of: 13},
		Leavers:  desk.Group{Organisations: 2, Contacts: 12, N: 5, Of: 12},
	}
	if diff := cmp.Diff(want, *c, cmpopts.IgnoreFields(desk.Comparison{}, "Figure", "Ratio", "P")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c.Change() != 11 || c.PanelChange() != 10 || c.Change() != c.PanelChange()+c.Entrants.N-c.Leavers.N {
		t.Errorf("changes by %d, of which %d in the panel", c.Change(), c.PanelChange())
	}
	for name, pair := range map[string][2]float64{
		"ratio": {c.Ratio.Value, 1.222222}, "low": {c.Ratio.Low, .824237}, "high": {c.Ratio.High, 1.812375},
		"exact p": {*c.P, .3682}, // R: poisson.test(c(55, 45), c(48, 48))
	} {
		if math.Abs(pair[0]-pair[1]) > 6e-5 {
			t.Errorf("%s is %f, want %f", name, pair[0], pair[1])
		}
	}
	wantSentences(t, c,
		"6 organisations reported in 2023 and 5 organisations in 2024; the comparison covers the 4 that reported in both years.",
		"The number was 50 in 2023 and 61 in 2024: +10 among those that reported in both years, +6 from those that reported in 2024 alone, −5 from those that reported in 2023 alone.",
		"Compared within each organisation the number was 1.22 times as large in 2024 as in 2023 (uncertainty interval 0.82–1.81).",
		"Numbers vary; the data show no reliable change.")
	if sv := c.Sentences()[2].SV; sv != "Jämfört inom varje organisation var antalet 1,22 gånger så stort 2024 som 2023 (osäkerhetsintervall 0,82–1,81)." {
		t.Error(sv)
	}
}

func wantSentences(t *testing.T, c *desk.Comparison, want ...string) {
	t.Helper()
	var got []string
	for _, s := range c.Sentences() {
		got = append(got, s.EN)
		if s.SV == "" || strings.ContainsAny(s.SV+s.EN, "{}") {
			t.Errorf("not worded: %+v", s)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// More or fewer organisations are no change: the panel alone is compared.
func TestCoverageIsNoChange(t *testing.T) {
	c := compared(t, reports{10, 10}, reports{-1, 60}, reports{-1, 40})
	if c.Change() != 100 || c.PanelChange() != 0 || c.Ratio.Value != 1 || *c.P != 1 {
		t.Errorf("changes by %d, the panel by %d, ratio %v", c.Change(), c.PanelChange(), c.Ratio)
	}
	last := c.Sentences()[len(c.Sentences())-1].EN
	if last != "Numbers vary; the data show no reliable change." {
		t.Error(last)
	}
}

// The contrast: the same numbers from organisations that were there all the time.
func TestCoverageIsNoChange_Contrast(t *testing.T) {
	c := compared(t, reports{10, 10}, reports{0, 60}, reports{0, 40})
	if c.Ratio.Low <= 1 {
		t.Errorf("ratio %v", c.Ratio)
	}
}

// However far apart two years lie, no sentence claims a trend.
func TestTwoYearsShowNoTrend(t *testing.T) {
	for name, c := range map[string]*desk.Comparison{
		"more": compared(t, reports{4, 40}, reports{3, 30}), "fewer": compared(t, reports{40, 4}, reports{30, 3}),
		"from nothing": compared(t, reports{0, 30}), "to nothing": compared(t, reports{30, 0}),
	} {
		last := c.Sentences()[len(c.Sentences())-1]
		if !strings.Contains(last.EN, "two years show no trend") || !strings.Contains(last.SV, "två år visar ingen trend") {
			t.Errorf("%s: %s", name, last.EN)
		}
		for _, s := range c.Sentences() {
			for _, claim := range []string{"increas", "decreas", "rising", "falling", "ökat", "ökar", "ökning", "minsk"} {
				if strings.Contains(strings.ToLower(s.SV+s.EN), claim) {
					t.Errorf("%s claims: %s", name, s.EN)
				}
			}
		}
	}
}

func TestYearsThatCannotBeCompared(t *testing.T) {
	c := compared(t, reports{5, -1}, reports{-1, 7})
	if c.Both != 0 || c.Ratio != nil || c.P != nil || c.Entrants.N != 7 || c.Leavers.N != 5 {
		t.Errorf("%+v", c)
	}
	wantSentences(t, c, "No organisation reported in both 2023 and 2024: the years cannot be compared.")
	if empty := compared(t); empty.Both != 0 || empty.From.Reporting != 0 {
		t.Errorf("%+v", empty)
	}
	alone := compared(t, reports{0, 0})
	if alone.Ratio != nil || alone.P != nil {
		t.Errorf("nobody is counted, but %+v", alone)
	}
	wantSentences(t, alone,
		"1 organisation reported in 2023 and 1 organisation in 2024; the comparison covers the only one that reported in both years.",
		"The number was 0 in 2023 and 0 in 2024: ±0 among those that reported in both years, ±0 from those that reported in 2024 alone, ±0 from those that reported in 2023 alone.",
		"Numbers vary; the data show no reliable change.")
}

// Whoever may not, a figure that there is not and years that are not closed are
// refused before anything is read; only the last goes into the ledger.
func TestComparisonsAreRefused(t *testing.T) {
	s, m := house(t)
	pair := func(change func(*desk.Pair)) desk.Pair {
		p := years
		change(&p)
		return p
	}
	for name, c := range map[string]struct {
		who     access.Principal
		of      desk.Pair
		kind    fault.Kind
		code    fault.Code
		entered bool
	}{
		"a member":       {alma, years, fault.Forbidden, access.CodePermissionMissing, false},
		"no figure":      {author, pair(func(p *desk.Pair) { p.Figure = "x" }), fault.NotFound, desk.CodeFigureUnknown, false},
		"no purpose":     {author, pair(func(p *desk.Pair) { p.Purpose = "" }), fault.Invalid, desk.CodeUnknownPurpose, false},
		"backwards":      {author, pair(func(p *desk.Pair) { p.From, p.To = p.To, p.From }), fault.Invalid, desk.CodeYearsNotInOrder, false},
		"one year":       {author, pair(func(p *desk.Pair) { p.To = p.From }), fault.Invalid, desk.CodeYearsNotInOrder, false},
		"an open year":   {author, pair(func(p *desk.Pair) { p.To = openYear }), fault.Conflict, desk.CodePeriodNotClosed, true},
		"an unknown one": {author, pair(func(p *desk.Pair) { p.From = unknownYear }), fault.Conflict, desk.CodePeriodNotClosed, true},
	} {
		m.calls, m.entries = nil, nil
		_, err := s.Compare(t.Context(), c.who, c.of)
		wantRefusal(t, err, c.kind, c.code)
		if strings.Contains(strings.Join(m.calls, " "), "scan") || len(m.entries) == 1 != c.entered {
			t.Errorf("%s: the store was used: %v", name, m.calls)
		}
	}
}

func TestTheLedgerLearnsBothYears(t *testing.T) {
	s, m := house(t)
	if _, err := s.Compare(t.Context(), author, years); err != nil {
		t.Fatal(err)
	}
	want := []ledger.Entry{
		{Day: "2026-02-28", Actor: "author", Deed: desk.DeedDeskComparison, Subjects: []string{"2023", "2024"}, Reason: "trend_report"},
	}
	if diff := cmp.Diff(want, m.entries); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
