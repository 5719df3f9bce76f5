package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/servertest"
)

// withRecords gives A and B some records of 2025 and closes it.
func withRecords(t *testing.T) *servertest.Service {
	t.Helper()
	s := servertest.Start(t, servertest.Options{})
	for n, token := range []string{s.Token(t, s.Cast.A), s.Token(t, s.Cast.A), s.Token(t, s.Cast.B)} {
		wantStatus(t, s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(n), Token: token, Body: recordtest.Core()}), 201, "")
	}
	wantStatus(t, s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(9), Token: s.Token(t, s.Cast.A), Body: recordtest.CountOnly()}), 201, "")
	return s
}

func closeYear(t *testing.T, s *servertest.Service) {
	t.Helper()
	wantStatus(t, s.Do(t, servertest.Request{
		Method: "PUT", Path: "/v1/periods/2025", Token: s.Token(t, s.Cast.Coordinator), Body: []byte(`{"state":"closed"}`),
	}), 200, "")
}

type figures struct {
	Internal  bool
	Contacts  int
	CountOnly int `json:"count_only"`
	Figures   []struct {
		Name     string
		N        int
		Sentence map[string]string
	}
	Recommendations []struct{ Indicators []struct{ Name string } }
}

func figuresOf(t *testing.T, answer servertest.Response) figures {
	t.Helper()
	wantStatus(t, answer, 200, "")
	var f figures
	if err := json.Unmarshal(answer.Body, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestOwnFiguresCountOwnRecordsAlone(t *testing.T) {
	s := withRecords(t)
	for want, token := range map[int]string{3: s.Token(t, s.Cast.A), 1: s.Token(t, s.Cast.B)} {
		answer := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/own/periods/2025/figures", Token: token})
		f := figuresOf(t, answer)
		if f.Contacts != want || !f.Internal || len(f.Figures) != 8 || len(f.Recommendations) != 6 || answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%d contacts, want %d: %s", f.Contacts, want, answer.Body)
		}
	}
	quality := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/own/periods/2025/quality", Token: s.Token(t, s.Cast.A)})
	wantStatus(t, quality, 200, "")
	if !strings.Contains(string(quality.Body), `"field":"has_children"`) {
		t.Errorf("%s", quality.Body)
	}
	unknown := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/own/periods/2019/figures", Token: s.Token(t, s.Cast.A)})
	wantStatus(t, unknown, 404, "period_unknown")
	wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/v1/own/periods/19/figures", Token: s.Token(t, s.Cast.A)}), 404, "not_found")
}

func TestDeskCountsClosedYearsOfAll(t *testing.T) {
	s := withRecords(t)
	desk := s.Token(t, s.Cast.Desk)
	read := servertest.Request{Method: "GET", Path: "/v1/desk/periods/2025/figures?purpose=trend_report", Token: desk}
	count := servertest.Request{
		Method: "POST", Path: "/v1/desk/periods/2025/tables?purpose=figure_check", Token: desk,
		Body: []byte(`{"dimensions":[{"field":"age_band","grouping":"agg_age_majority"}],"sum":"children_count"}`),
	}
	wantStatus(t, s.Do(t, read), 409, "period_not_closed")
	wantStatus(t, s.Do(t, count), 409, "period_not_closed")
	closeYear(t, s)
	f := figuresOf(t, s.Do(t, read))
	if f.Contacts != 4 || f.CountOnly != 1 || f.Figures[0].N != 3 {
		t.Errorf("%+v", f)
	}
	for _, figure := range f.Figures {
		if figure.Sentence["sv"] == "" || figure.Sentence["en"] == "" {
			t.Errorf("%s is not worded", figure.Name)
		}
	}
	table := s.Do(t, count)
	wantStatus(t, table, 200, "")
	var told struct {
		Counted     int
		Cells, Sums []int
		Dimensions  []struct{ Categories []struct{ Code string } }
		Internal    bool
		SumsAtLeast []bool `json:"sums_at_least"`
	}
	if err := json.Unmarshal(table.Body, &told); err != nil {
		t.Fatal(err)
	}
	at := map[string]string{}
	for i, c := range told.Dimensions[0].Categories {
		at[c.Code] = fmt.Sprint(told.Cells[i], told.Sums[i], told.SumsAtLeast[i])
	}
	if told.Counted != 3 || at["adult"] != "3 6 false" || !told.Internal {
		t.Errorf("%s", table.Body)
	}
}

func TestTablesAreRefusedWithPointers(t *testing.T) {
	s := withRecords(t)
	closeYear(t, s)
	own, desk := "/v1/own/periods/2025/tables", "/v1/desk/periods/2025/tables?purpose=figure_check"
	d := func(fields ...string) string {
		return `{"dimensions":[{"field":"` + strings.Join(fields, `"},{"field":"`) + `"}]`
	}
	for _, c := range []struct{ path, body, code string }{
		{own, `{"dimensions":[]}`, "table_without_dimensions"},
		{own, `{}`, "table_without_dimensions"},
		{own, d("organisation") + "}", "table_unknown_field"},
		{own, d("record_id") + "}", "table_unknown_field"},
		{own, d("gender", "gender") + "}", "table_duplicate_dimension"},
		{own, d("gender", "age_band", "has_children", "police_report", "residence_status") + "}", "table_too_many_dimensions"},
		{own, `{"dimensions":[{"field":"gender","grouping":"x"}]}`, "table_unknown_grouping"},
		{own, d("gender") + `,"filters":[{"field":"age_band","codes":["x"]}]}`, "table_unknown_code"},
		{own, d("gender") + `,"filters":[{"field":"age_band","codes":[]}]}`, "table_empty_filter"},
		{own, d("gender") + `,"sum":"age_band"}`, "table_not_summable"},
		{desk, d("gender", "age_band", "has_children", "police_report") + "}", "table_too_detailed"},
		{desk, d("gender", "age_band", "has_children") + `,"filters":[{"field":"police_report","codes":["no"]}]}`, "table_too_detailed"},
	} {
		token := s.Token(t, s.Cast.A)
		if c.path == desk {
			token = s.Token(t, s.Cast.Desk)
		}
		answer := s.Do(t, servertest.Request{Method: "POST", Path: c.path, Token: token, Body: []byte(c.body)})
		if answer.Status != 422 || !strings.Contains(string(answer.Body), c.code) || !strings.Contains(string(answer.Body), `"pointer":"/`) {
			t.Errorf("%s: %d %s, want %s", c.body, answer.Status, answer.Body, c.code)
		}
	}
}

// twoClosedYears gives A three records of 2025 and one of 2026, B one of 2025
// alone, and closes both years.
func twoClosedYears(t *testing.T) *servertest.Service {
	t.Helper()
	s := servertest.Start(t, servertest.Options{})
	year := func(year, state string) {
		wantStatus(t, s.Do(t, servertest.Request{
			Method: "PUT", Path: "/v1/periods/" + year, Token: s.Token(t, s.Cast.Coordinator), Body: []byte(`{"state":"` + state + `"}`),
		}), 200, "")
	}
	put := func(n int, year string, token string) {
		body := recordtest.With(recordtest.Core(), "contact_year", year)
		wantStatus(t, s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(n), Token: token, Body: body}), 201, "")
	}
	a, b := s.Token(t, s.Cast.A), s.Token(t, s.Cast.B)
	year("2026", "open")
	for n := range 3 {
		put(n, "2025", a)
	}
	put(3, "2026", a)
	put(4, "2025", b)
	year("2025", "closed")
	year("2026", "closed")
	return s
}

func TestTheDeskComparesTwoClosedYears(t *testing.T) {
	s := twoClosedYears(t)
	read := servertest.Request{
		Method: "GET", Path: "/v1/desk/comparisons/women_girls_sexual_exploitation?purpose=trend_report&from=2025&to=2026", Token: s.Token(t, s.Cast.Desk),
	}
	answer := s.Do(t, read)
	wantStatus(t, answer, 200, "")
	var told struct {
		Internal     bool
		From, To     struct{ Year, Reporting, N int }
		Both, Change int
		Leavers      struct{ Organisations, N int }
		PanelChange  int `json:"panel_change"`
		Ratio        struct{ Method, Value string }
		Sentences    []map[string]string
		Entrants     struct{ Organisations int }
	}
	if err := json.Unmarshal(answer.Body, &told); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(told.Internal, told.From, told.To, told.Both, told.Change, told.Leavers, told.PanelChange, told.Ratio, told.Entrants); got !=
		"true {2025 2 4} {2026 1 1} 1 -3 {1 1} -2 {mantel_haenszel 0.333} {0}" {
		t.Errorf("%s\n%s", got, answer.Body)
	}
	if len(told.Sentences) != 4 || told.Sentences[3]["sv"] != "Antalet varierar; materialet visar ingen säker förändring." {
		t.Errorf("it says %v", told.Sentences)
	}
	if answer.Header.Get("Cache-Control") != "no-store" || strings.Contains(string(answer.Body), servertest.ID(2)) {
		t.Errorf("it may be kept, or names an organisation: %s", answer.Body)
	}
	for query, want := range map[string]struct {
		status int
		code   string
	}{
		"relation?purpose=trend_report&from=2025&to=2026":                {404, "figure_unknown"},
		"undocumented?purpose=trend_report&from=2026&to=2025":            {422, "years_not_in_order"},
		"undocumented?purpose=trend_report&from=2023&to=2026":            {409, "period_not_closed"},
		"undocumented?purpose=trend_report&from=2025":                    {400, "missing_parameter"},
		"undocumented?purpose=curiosity&from=2025&to=2026":               {400, "invalid_parameter"},
		"undocumented?purpose=trend_report&from=2025&to=26":              {400, "invalid_parameter"},
		"undocumented?purpose=trend_report&from=2025&to=2026&by=members": {400, "unknown_parameter"},
	} {
		read.Path = "/v1/desk/comparisons/" + query
		wantStatus(t, s.Do(t, read), want.status, want.code)
	}
}

func TestIntervalsStandBesideSharesForThoseWhoAsk(t *testing.T) {
	s := withRecords(t)
	closeYear(t, s)
	desk, own := "/v1/desk/periods/2025/figures?purpose=trend_report", "/v1/own/periods/2025/figures"
	for path, want := range map[string]int{
		desk: 0, desk + "&interval=none": 0, desk + "&interval=wilson": 1, own: 0, own + "?interval=clopper_pearson": 1,
	} {
		token := s.Token(t, s.Cast.A)
		if strings.HasPrefix(path, desk) {
			token = s.Token(t, s.Cast.Desk)
		}
		answer := s.Do(t, servertest.Request{Method: "GET", Path: path, Token: token})
		wantStatus(t, answer, 200, "")
		var told struct {
			Figures []struct {
				Of       *int
				Interval *struct {
					Method, Basis, Low string
					Wording            map[string]string
				}
			}
		}
		if err := json.Unmarshal(answer.Body, &told); err != nil {
			t.Fatal(err)
		}
		for _, f := range told.Figures {
			switch {
			case (f.Interval != nil) != (want == 1 && f.Of != nil && *f.Of > 0):
				t.Errorf("%s: %s", path, answer.Body)
			case f.Interval != nil && (f.Interval.Basis != "too_few" || f.Interval.Low != "" || !strings.Contains(path, f.Interval.Method)):
				t.Errorf("%s: %+v", path, f.Interval) // three persons carry no percentage
			}
		}
	}
	wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: own + "?interval=jeffreys", Token: s.Token(t, s.Cast.A)}), 400, "invalid_parameter")
}
