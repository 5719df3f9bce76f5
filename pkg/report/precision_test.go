package report_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

// related is a year in which n of 35 have some relation to the perpetrator, with
// the release's table of that relation: unknown of them, as two kinds of missing.
type related struct {
	n, of             int
	declined, unknown plan.PublishedCell
	includes          []codelist.Code // of the category with the unknown
	spoil             func(*plan.PublishedTable)
}

func exactly(n int) plan.PublishedCell { return plan.PublishedCell{Shown: true, Value: n} }

func (r related) content(t testing.TB, intervals plan.Interval) (plan.Content, plan.PublishedFigure) {
	t.Helper()
	set := figures(t)
	own, ok := set.Figure("relation_to_perpetrator")
	if !ok {
		t.Fatal("the figure is gone")
	}
	f := published(set, own, 0, 1, plan.NoCell)
	if r.includes == nil {
		r.includes = []codelist.Code{codelist.Unknown, codelist.NotAsked}
	}
	table := plan.PublishedTable{
		Name: "relation", Universe: plan.Name(own.Universe.Name), Total: 1, Cells: []int{0, 4, 2, 3},
		Dimensions: []plan.PublishedDimension{{Field: own.Concerns, Categories: []plan.PublishedCategory{
			{Code: "known", Includes: own.Where[0].Codes},
			{Code: "stranger", Includes: []codelist.Code{"stranger"}},
			{Code: "declined", Includes: []codelist.Code{codelist.Declined}},
			{Code: "other_or_unknown", Includes: r.includes},
		}}},
	}
	if r.spoil != nil {
		r.spoil(&table)
	}
	y := plan.Publication{Year: 2024, Tables: []plan.PublishedTable{table}, Figures: []plan.PublishedFigure{f}, Cells: []plan.PublishedCell{
		exactly(r.n), exactly(r.of), r.declined, r.unknown, exactly(5),
	}}
	return plan.Content{Intervals: intervals, Years: []plan.Publication{y}}, f
}

func said(t testing.TB, content plan.Content, f plan.PublishedFigure) report.Statement {
	t.Helper()
	return report.FigureIn(figures(t), content, content.Years[0], f)
}

// The example of the platform's slide: 26 yes, 5 no, 4 whose answer is missing.
func TestTheMissingAreCountedWhereTheyAreExact(t *testing.T) {
	content, f := related{n: 26, of: 35, declined: exactly(1), unknown: exactly(3)}.content(t, plan.Wilson)
	got := said(t, content, f)
	wantBounds := &report.Bounds{From: 26, To: 30, Unknown: 4, Wording: codelist.Text{
		SV: "26 av 35 (mellan 26 och 30 om de 4 okända räknas med)",
		EN: "26 of 35 (between 26 and 30 if the 4 unknown are counted)",
	}}
	if diff := cmp.Diff(wantBounds, got.Bounds); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// The lower end of Wilson's interval of 26 of 35, and the upper one of 30 of 35.
	wantInterval := &report.Interval{Method: plan.Wilson, Low: 579, High: 937, Wording: codelist.Text{
		SV: "osäkerhetsintervall 58–94 procent", EN: "uncertainty interval 58–94 per cent",
	}}
	if diff := cmp.Diff(wantInterval, got.Interval); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Sentence.EN != "26 of 35 have some relation to the perpetrator" {
		t.Errorf("the sentence changed: %s", got.Sentence.EN)
	}
}

func TestTheMissingAreNotGuessed(t *testing.T) {
	four := related{n: 26, of: 35, declined: exactly(1), unknown: exactly(3)}
	for name, change := range map[string]func(*related){
		"one of them is withheld": func(r *related) { r.unknown = plan.PublishedCell{Range: &plan.Range{To: 9}} },
		"nobody is missing":       func(r *related) { r.declined, r.unknown = exactly(0), exactly(0) },
		"mixed with others":       func(r *related) { r.includes = []codelist.Code{codelist.Unknown, "other"} },
		"mixed with those whom the question does not concern": func(r *related) {
			r.includes = []codelist.Code{codelist.Unknown, codelist.NotApplicable}
		},
		"more than there can be":        func(r *related) { r.unknown = exactly(9) },
		"the table is withheld":         func(r *related) { r.spoil = func(t *plan.PublishedTable) { t.Dropped, t.Cells = true, nil } },
		"the table is of a part":        func(r *related) { r.spoil = func(t *plan.PublishedTable) { t.Filters = []plan.Condition{{}} } },
		"the table is of other persons": func(r *related) { r.spoil = func(t *plan.PublishedTable) { t.Universe = "others" } },
		"the table is of another field": func(r *related) { r.spoil = func(t *plan.PublishedTable) { t.Dimensions[0].Field = "gender" } },
	} {
		r := four
		change(&r)
		content, f := r.content(t, plan.Wilson)
		got := said(t, content, f)
		if got.Bounds != nil {
			t.Errorf("%s: %v", name, got.Bounds)
		}
		if want := "osäkerhetsintervall 58–86 procent"; got.Interval == nil || got.Interval.Wording.SV != want {
			t.Errorf("%s: %v", name, got.Interval)
		}
	}
}

func TestAnIntervalIsStatedWhereThePlanSaysSo(t *testing.T) {
	for name, c := range map[string]struct {
		n, of     int
		missing   int
		intervals plan.Interval
		want      string
	}{
		"wilson":                      {26, 35, 0, plan.Wilson, "0.579 0.858 uncertainty interval 58–86 per cent"},
		"nobody":                      {0, 20, 0, plan.Wilson, "0.000 0.161 uncertainty interval 0–16 per cent"},
		"everybody":                   {35, 35, 0, plan.Wilson, "0.901 1.000 uncertainty interval 90–100 per cent"},
		"hardly anybody":              {1, 100_000, 0, plan.Wilson, "0.000 0.001 uncertainty interval 0–1 per cent"},
		"nearly everybody":            {99_999, 100_000, 0, plan.Wilson, "0.999 1.000 uncertainty interval 99–100 per cent"},
		"none":                        {26, 35, 0, plan.NoInterval, ""},
		"not said":                    {26, 35, 0, "", ""},
		"fewer than twenty":           {7, 19, 0, plan.Wilson, ""},
		"twenty":                      {7, 20, 0, plan.Wilson, "0.181 0.567 uncertainty interval 18–57 per cent"},
		"half of the answers missing": {5, 40, 20, plan.Wilson, "0.055 0.758 uncertainty interval 5–76 per cent"},
		"more than half of them":      {5, 40, 21, plan.Wilson, ""},
		"a share that cannot be":      {36, 35, 0, plan.Wilson, ""},
	} {
		content, f := related{n: c.n, of: c.of, declined: exactly(0), unknown: exactly(c.missing)}.content(t, c.intervals)
		got := ""
		if i := said(t, content, f).Interval; i != nil {
			got = decimals(i.Low) + " " + decimals(i.High) + " " + i.Wording.EN
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func decimals(n int) string {
	digits := "000" + codelist.English.Number(n%1000)
	return codelist.English.Number(n/1000) + "." + digits[len(digits)-3:]
}

// A count has no interval, nor has a share of which a number is withheld.
func TestWhatIsNoExactShareHasNoInterval(t *testing.T) {
	set := figures(t)
	content := plan.Content{Intervals: plan.Wilson, Years: []plan.Publication{year}}
	for _, f := range set.All() {
		for _, c := range cases {
			p := published(set, f, c.n, c.of, c.sum)
			s := report.FigureIn(set, content, year, p)
			if plain := report.Figure(set, year, p); plain.Sentence != s.Sentence {
				t.Errorf("%s: %v", f.Name, s.Sentence)
			}
			exact := s.Of != nil && s.Status == report.Exact && s.Of.Status == report.Exact && s.Of.Value >= report.MinPercentBase
			if (s.Interval != nil) != exact || s.Bounds != nil {
				t.Errorf("%s, %s: %v %v", f.Name, c.name, s.Interval, s.Bounds)
			}
		}
	}
}

// The interval holds the share, and bounds never make it narrower.
func TestAnIntervalHoldsTheShare(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		of := rapid.IntRange(report.MinPercentBase, 2000).Draw(r, "of")
		n := rapid.IntRange(0, of).Draw(r, "n")
		unknown := rapid.IntRange(0, (of-n)/2).Draw(r, "unknown")
		content, f := related{n: n, of: of, declined: exactly(0), unknown: exactly(unknown)}.content(t, plan.Wilson)
		without, g := related{n: n, of: of, declined: exactly(0), unknown: exactly(0)}.content(t, plan.Wilson)
		wide, narrow := said(t, content, f).Interval, said(t, without, g).Interval
		if wide == nil || narrow == nil {
			r.Fatal("no interval")
		}
		if wide.Low > narrow.Low || wide.High < narrow.High || narrow.Low*of > 1000*n || narrow.High*of < 1000*n {
			r.Fatalf("%d of %d: %v, with %d unknown %v", n, of, narrow, unknown, wide)
		}
	})
}
