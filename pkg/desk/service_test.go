package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/table"
)

const (
	earlierYear = 2023
	closedYear  = 2024
	openYear    = 2025
	unknownYear = 1999
)

var (
	author = access.Principal{Client: "author", Organisation: "platform", Role: access.Desk, Permissions: []access.Permission{access.DeskRead}}
	alma   = access.Principal{Client: "alma", Organisation: "org-a", Role: access.Submitter, Permissions: []access.Permission{access.RecordsRead}}
	bodil  = access.Principal{Client: "bodil", Organisation: "org-b", Role: access.Submitter, Permissions: []access.Permission{access.RecordsRead}}

	byGender = table.Spec{Dimensions: []table.Dimension{{Field: "gender"}}}
	trend    = desk.Query{Year: closedYear, Purpose: desk.TrendReport}
	years    = desk.Pair{Figure: "relation_to_perpetrator", From: earlierYear, To: closedYear, Purpose: desk.TrendReport}
)

// house is a Service over a memory: three records of org-a and one of org-b in
// the closed year, one count-only record beside them, one of org-a in the open year.
func house(t *testing.T) (*desk.Service, *memory) {
	t.Helper()
	m := &memory{periods: []record.Period{{Year: earlierYear, State: record.PeriodClosed}, {Year: closedYear, State: record.PeriodClosed}, {Year: openYear, State: record.PeriodOpen}}}
	schema := record.NewSchema(codelist.Current())
	put := func(org access.OrganisationID, year int, answers map[codelist.FieldName]codelist.Code) {
		a := schema.Blank()
		for field, code := range answers {
			c, _ := schema.Column(field)
			if err := schema.Set(a, c, code); err != nil {
				t.Fatal(err)
			}
		}
		m.records = append(m.records, stored{org, year, schema.Book.Version, a})
	}
	full := func(gender, children codelist.Code) map[codelist.FieldName]codelist.Code {
		return map[codelist.FieldName]codelist.Code{
			"consent_statistics": "yes", "person_role": "directly_exploited", "earlier_member_contacts": "none",
			"gender": gender, "exploitation_types": "sexual", "identification_status": "presumed",
			"perpetrator_relation": "friend_acquaintance", "has_children": children,
		}
	}
	put("org-a", closedYear, full("woman", "no"))
	put("org-a", closedYear, full("woman", codelist.NotAsked))
	put("org-a", closedYear, full("man", codelist.Declined))
	put("org-b", closedYear, full("woman", "no"))
	put("org-b", closedYear, map[codelist.FieldName]codelist.Code{
		"consent_statistics": "minimal", "person_role": "directly_exploited", "earlier_member_contacts": "one",
	})
	put("org-a", openYear, full("woman", "no"))
	return service(t, m), m
}

func service(t *testing.T, store desk.Store) *desk.Service {
	t.Helper()
	set, err := figure.Current(codelist.Current())
	if err != nil {
		t.Fatal(err)
	}
	s, err := desk.New(desk.Deps{Store: store, Figures: set, Now: today})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func today() time.Time { return time.Date(2026, 3, 1, 0, 30, 0, 0, time.FixedZone("CET", 3600)) }

// questions are all ways of asking, each by whoever may.
func questions(s *desk.Service) map[string]func(context.Context) (*desk.Internal, error) {
	return map[string]func(context.Context) (*desk.Internal, error){
		"figures":     func(ctx context.Context) (*desk.Internal, error) { return s.Figures(ctx, author, trend) },
		"table":       func(ctx context.Context) (*desk.Internal, error) { return s.Table(ctx, author, trend, byGender) },
		"comparison":  func(ctx context.Context) (*desk.Internal, error) { return s.Compare(ctx, author, years) },
		"own figures": func(ctx context.Context) (*desk.Internal, error) { return s.OwnFigures(ctx, alma, closedYear) },
		"own table":   func(ctx context.Context) (*desk.Internal, error) { return s.OwnTable(ctx, alma, closedYear, byGender) },
		"own quality": func(ctx context.Context) (*desk.Internal, error) { return s.OwnQuality(ctx, alma, closedYear) },
	}
}

func wantRefusal(t *testing.T, err error, kind fault.Kind, code fault.Code) {
	t.Helper()
	if fault.KindOf(err) != kind || fault.CodeOf(err) != code {
		t.Errorf("answered %v, want kind %d, code %s", err, kind, code)
	}
}

func sentence(t *testing.T, i *desk.Internal, name figure.Name) string {
	t.Helper()
	for _, r := range i.Readings() {
		if r.Figure.Name == name {
			return r.Figure.Sentence(codelist.English, r.Numbers)
		}
	}
	t.Fatalf("no figure %s", name)
	return ""
}

func TestTheDeskReadsTheFiguresOfAClosedYear(t *testing.T) {
	s, _ := house(t)
	got, err := s.Figures(t.Context(), author, trend)
	if err != nil {
		t.Fatal(err)
	}
	if s := sentence(t, got, "relation_to_perpetrator"); s != "3 of 3 have some relation to the perpetrator" {
		t.Error(s)
	}
	if got.Year() != closedYear || got.Purpose() != desk.TrendReport || got.Contacts() != 5 || got.CountOnly() != 1 {
		t.Errorf("year %d for %s: %d contacts, %d count-only", got.Year(), got.Purpose(), got.Contacts(), got.CountOnly())
	}
	if diff := cmp.Diff(table.Persons{AtLeast: 4, AtMost: 5, IfFirstReported: 4, MetByOne: 3, MetByTwo: 1}, got.Persons()); diff != "" {
		t.Errorf("persons (-want +got):\n%s", diff)
	}
	if got.Codebook() != codelist.Current().Version || got.Table() != nil || got.Quality() != nil {
		t.Error("more than was asked for")
	}
}

func TestAMemberReadsItsOwnRecordsAlone(t *testing.T) {
	s, _ := house(t)
	for principal, want := range map[*access.Principal]string{
		&alma:  "2 of 2 have some relation to the perpetrator",
		&bodil: "1 of 1 has some relation to the perpetrator",
	} {
		got, err := s.OwnFigures(t.Context(), *principal, closedYear)
		if err != nil {
			t.Fatal(err)
		}
		if s := sentence(t, got, "relation_to_perpetrator"); s != want {
			t.Errorf("%s: %s, want %s", principal.Client, s, want)
		}
	}
	open, err := s.OwnTable(t.Context(), alma, openYear, byGender)
	if err != nil || open.Table().Records != 1 {
		t.Errorf("an open year of its own: %v", err)
	}
	empty, err := s.OwnTable(t.Context(), bodil, openYear, byGender)
	if err != nil || empty.Table().Records != 0 {
		t.Errorf("a year without records of its own: %v", err)
	}
}

func TestAMemberSeesHowOftenItAsks(t *testing.T) {
	s, _ := house(t)
	got, err := s.OwnQuality(t.Context(), alma, closedYear)
	if err != nil {
		t.Fatal(err)
	}
	if got.Contacts() != 3 || len(got.Quality()) != len(record.NewSchema(codelist.Current()).Columns) {
		t.Errorf("%d contacts, %d fields", got.Contacts(), len(got.Quality()))
	}
	for _, c := range got.Quality() {
		if c.Field != "has_children" {
			continue
		}
		want := table.Coverage{Field: "has_children", Eligible: 3, Asked: 2, Answered: 1, Declined: 1, NotAsked: 1}
		if diff := cmp.Diff(want, c); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestOnlyWhoHasThePermission(t *testing.T) {
	s, m := house(t)
	nobody := access.Principal{Client: "x", Organisation: "org-a"}
	for name, ask := range map[string]func() (*desk.Internal, error){
		"a member at the desk":  func() (*desk.Internal, error) { return s.Figures(t.Context(), alma, trend) },
		"a member's desk table": func() (*desk.Internal, error) { return s.Table(t.Context(), alma, trend, byGender) },
		"the desk as a member":  func() (*desk.Internal, error) { return s.OwnFigures(t.Context(), author, closedYear) },
		"the desk's own table":  func() (*desk.Internal, error) { return s.OwnTable(t.Context(), author, closedYear, byGender) },
		"nobody's quality":      func() (*desk.Internal, error) { return s.OwnQuality(t.Context(), nobody, closedYear) },
		"no table, no leave":    func() (*desk.Internal, error) { return s.Table(t.Context(), nobody, trend, table.Spec{}) },
		"no own table either":   func() (*desk.Internal, error) { return s.OwnTable(t.Context(), nobody, closedYear, table.Spec{}) },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ask()
			wantRefusal(t, err, fault.Forbidden, access.CodePermissionMissing)
		})
	}
	if m.read() {
		t.Error("something was read for somebody who may not")
	}
}

// A scope without an organisation means everybody's records: a principal
// without one must not get there.
func TestAMemberWithoutAnOrganisationReadsNothing(t *testing.T) {
	s, m := house(t)
	stray := alma
	stray.Organisation = ""
	_, err := s.OwnFigures(t.Context(), stray, closedYear)
	wantRefusal(t, err, fault.Forbidden, access.CodePermissionMissing)
	if m.read() {
		t.Error("read everybody's records for a member without an organisation")
	}
	// The contrast: such a scope does yield everybody's records.
	n := 0
	_ = m.Scan(t.Context(), desk.Scope{Year: closedYear}, func(codelist.Version, record.Answers) error { n++; return nil })
	if n != 5 {
		t.Errorf("the contrast yields %d records, want all 5", n)
	}
}

func TestTheDeskCountsClosedYearsOnly(t *testing.T) {
	s, m := house(t)
	var answers []string
	for _, year := range []int{openYear, unknownYear} {
		q := desk.Query{Year: year, Purpose: desk.FigureCheck}
		_, err := s.Figures(t.Context(), author, q)
		wantRefusal(t, err, fault.Conflict, desk.CodePeriodNotClosed)
		answers = append(answers, fmt.Sprint(err))
		_, err = s.Table(t.Context(), author, q, byGender)
		wantRefusal(t, err, fault.Conflict, desk.CodePeriodNotClosed)
	}
	if answers[0] != answers[1] {
		t.Errorf("an open and an unknown year differ: %q", answers)
	}
	if strings.Contains(strings.Join(m.calls, " "), "scan") {
		t.Error("records of a year that is not closed were read")
	}
	_, err := s.OwnFigures(t.Context(), alma, unknownYear)
	wantRefusal(t, err, fault.NotFound, desk.CodePeriodUnknown)
}

func TestADeskTableHasThreeDimensionsAndFiltersAtMost(t *testing.T) {
	s, m := house(t)
	d := func(fields ...codelist.FieldName) (all []table.Dimension) {
		for _, f := range fields {
			all = append(all, table.Dimension{Field: f})
		}
		return all
	}
	women := codelist.Condition{Field: "gender", Codes: []codelist.Code{"woman"}}
	for name, spec := range map[string]table.Spec{
		"four dimensions":       {Dimensions: d("gender", "age_band", "has_children", "police_report")},
		"three and a filter":    {Dimensions: d("age_band", "has_children", "police_report"), Filters: []codelist.Condition{women}},
		"one and three filters": {Dimensions: d("age_band"), Filters: []codelist.Condition{women, women, women}},
	} {
		_, err := s.Table(t.Context(), author, trend, spec)
		if wantRefusal(t, err, fault.Invalid, desk.CodeTableTooDetailed); m.read() {
			t.Errorf("%s: something was read", name)
		}
		if _, err := s.OwnTable(t.Context(), alma, closedYear, spec); err != nil {
			t.Errorf("%s over one's own records: %v", name, err)
		}
		m.calls = nil
	}
	got, err := s.Table(t.Context(), author, trend, table.Spec{Dimensions: d("has_children", "police_report"), Filters: []codelist.Condition{women}})
	if err != nil || got.Table().Records != 3 {
		t.Errorf("two and a filter: %v", err)
	}
	_, err = s.Table(t.Context(), author, trend, table.Spec{Dimensions: d("organisation")})
	wantRefusal(t, err, fault.Invalid, table.CodeUnknownField)
	_, err = s.OwnTable(t.Context(), alma, closedYear, table.Spec{})
	wantRefusal(t, err, fault.Invalid, table.CodeNoDimensions)
}

func TestThePurposeIsOneOfTheList(t *testing.T) {
	s, m := house(t)
	for _, purpose := range []desk.Purpose{"", "curiosity", "TREND_REPORT"} {
		_, err := s.Figures(t.Context(), author, desk.Query{Year: closedYear, Purpose: purpose})
		wantRefusal(t, err, fault.Invalid, desk.CodeUnknownPurpose)
	}
	if len(m.calls) > 0 {
		t.Errorf("the store was used: %v", m.calls)
	}
	for _, purpose := range desk.Purposes() {
		if _, err := s.Figures(t.Context(), author, desk.Query{Year: closedYear, Purpose: purpose}); err != nil {
			t.Errorf("%s: %v", purpose, err)
		}
	}
}

// T39: audit or refuse. The deed stands in the ledger before anything is read,
// and what the ledger cannot take does not happen.
func TestT39_AuditOrRefuse(t *testing.T) {
	s, m := house(t)
	for name, ask := range questions(s) {
		t.Run(name, func(t *testing.T) {
			m.calls, m.entries, m.appendFails = nil, nil, false
			if _, err := ask(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"append", "periods", "scan"}, m.calls); diff != "" {
				t.Errorf("order (-want +got):\n%s", diff)
			}
			m.calls, m.entries, m.appendFails = nil, nil, true
			got, err := ask(t.Context())
			wantRefusal(t, err, fault.Unavailable, desk.CodeLedgerUnavailable)
			if !errors.Is(err, errBroken) {
				t.Error("the operator cannot learn why")
			}
			if got != nil || m.read() {
				t.Errorf("read without an entry: %v", m.calls)
			}
		})
	}
}

// The contrast: a ledger that swallows its failure lets the reader through
// without a trace, so the test above does see the mechanism.
func TestT39_Contrast_AForgetfulLedgerLetsReadersThrough(t *testing.T) {
	_, m := house(t)
	m.appendFails = true
	for name, ask := range questions(service(t, forgetful{m})) {
		if _, err := ask(t.Context()); err != nil || !m.read() || len(m.entries) != 0 {
			t.Errorf("%s: %v, %d entries", name, err, len(m.entries))
		}
	}
}

func TestTheLedgerLearnsWhoAndWhyAndNoMore(t *testing.T) {
	s, m := house(t)
	if _, err := s.Table(t.Context(), author, trend, byGender); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OwnQuality(t.Context(), alma, openYear); err != nil {
		t.Fatal(err)
	}
	want := []ledger.Entry{
		{Day: "2026-02-28", Actor: "author", Deed: desk.DeedDeskTable, Subjects: []string{"2024"}, Reason: "trend_report"},
		{Day: "2026-02-28", Actor: "alma", Deed: desk.DeedOwnQuality, Subjects: []string{"2025"}},
	}
	if diff := cmp.Diff(want, m.entries); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAFailingStoreIsOurFault(t *testing.T) {
	for name, fail := range map[string]func(*memory){
		"periods": func(m *memory) { m.periodsFail = true },
		"scan":    func(m *memory) { m.scanFails = true },
		"a record of an unknown codebook": func(m *memory) {
			m.records[0].version = 99
		},
	} {
		s, m := house(t)
		fail(m)
		for question, ask := range questions(s) {
			if got, err := ask(t.Context()); err == nil || got != nil || fault.KindOf(err) != fault.Internal {
				t.Errorf("%s, %s: %v", name, question, err)
			}
		}
	}
}

func TestNewRefusesCodebooksThatDoNotFit(t *testing.T) {
	set, err := figure.Current(codelist.Current())
	if err != nil {
		t.Fatal(err)
	}
	broken := &codelist.Book{Fields: []codelist.Field{{Name: "gender", Kind: codelist.Coded, Multi: true}}}
	if _, err := desk.New(desk.Deps{Figures: set, Earlier: []*codelist.Book{broken}}); err == nil {
		t.Error("took an older codebook in which gender was multi-valued")
	}
}

// Exact counts do not slip out by being printed, logged or encoded.
func TestInternalDoesNotSpeakByItself(t *testing.T) {
	s, _ := house(t)
	got, err := s.Figures(t.Context(), author, trend)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("figures", "internal", got, "value", *got)
	for _, text := range []string{fmt.Sprint(got), fmt.Sprintf("%v %+v %#v %s", *got, *got, *got, *got), log.String()} {
		if strings.Contains(text, "relation") || !strings.Contains(text, "withheld") {
			t.Errorf("it speaks: %.200s", text)
		}
	}
	if text, err := json.Marshal(got); err == nil {
		t.Errorf("it encodes itself: %.200s", text)
	}
	if text, err := json.Marshal(map[string]any{"x": *got}); err == nil {
		t.Errorf("it encodes itself: %.200s", text)
	}
}
