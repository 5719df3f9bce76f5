package server_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/servertest"
)

// report is what the tests look at in a batch's report.
type report struct {
	Rows, Accepted, Unchanged, Corrected, Refused int
	DryRun                                        bool `json:"dry_run"`
	Refusals                                      []struct {
		Row                    int
		Pointer, Code, Message string
	}
}

func (r report) counts() [5]int {
	return [5]int{r.Rows, r.Accepted, r.Unchanged, r.Corrected, r.Refused}
}

func reportOf(t *testing.T, answer servertest.Response) report {
	t.Helper()
	var whole struct {
		report
		Report *report
	}
	if err := json.Unmarshal(answer.Body, &whole); err != nil {
		t.Fatal(err)
	}
	if whole.Report != nil {
		return *whole.Report
	}
	return whole.report
}

func batch(s *servertest.Service, t *testing.T, query, media, body string) servertest.Response {
	t.Helper()
	return s.Do(t, servertest.Request{
		Method: "POST", Path: "/v1/records/batches" + query, Token: s.Token(t, s.Cast.A), Type: media, Body: []byte(body),
	})
}

const ndjson = "application/x-ndjson"

func line(n int, body []byte) string { return string(recordtest.Line(recordtest.ID(n), body)) }

func TestBatchModes(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	good, bad := line(1, recordtest.Full()), line(2, recordtest.Without(recordtest.Core(), "gender"))
	other := line(3, recordtest.CountOnly())

	dry := batch(s, t, "?dry_run=true", ndjson, good+other)
	wantStatus(t, dry, 200, "")
	if r := reportOf(t, dry); r.counts() != [5]int{2, 2, 0, 0, 0} || !r.DryRun {
		t.Errorf("dry run: %+v", r)
	}
	wantNothingStored(t, s)

	refused := batch(s, t, "", ndjson, good+bad+other)
	wantStatus(t, refused, 422, "batch_refused")
	r := reportOf(t, refused)
	if r.Refused != 1 || len(r.Refusals) != 1 || r.Refusals[0].Row != 2 || r.Refusals[0].Pointer != "/gender" || r.Refusals[0].Code != "required" {
		t.Errorf("all or nothing: %+v", r)
	}
	wantNothingStored(t, s)

	taken := batch(s, t, "?mode=row_by_row", ndjson, good+bad+other)
	wantStatus(t, taken, 200, "")
	if r := reportOf(t, taken); r.counts() != [5]int{3, 2, 0, 0, 1} {
		t.Errorf("row by row: %+v", r)
	}
	again := batch(s, t, "", ndjson, good+string(recordtest.With([]byte(line(3, recordtest.CountOnly())), "version", "1")))
	if r := reportOf(t, again); r.counts() != [5]int{2, 0, 2, 0, 0} {
		t.Errorf("the same again: %+v", r)
	}
	correction := batch(s, t, "", ndjson, string(recordtest.With([]byte(strings.TrimSpace(line(1, recordtest.Core()))), "version", "1")))
	if r := reportOf(t, correction); r.counts() != [5]int{1, 0, 0, 1, 0} {
		t.Errorf("a correction: %+v", r)
	}
}

func TestBatchSpeaksTheCallersLanguage(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	for language, want := range map[string]string{
		"sv": "Fältet måste skickas.", "sv-SE,sv;q=0.9,en;q=0.8": "Fältet måste skickas.", "en": "The field must be sent.", "": "The field must be sent.",
		"fi": "The field must be sent.", "*": "The field must be sent.", "sv;q=0, en": "The field must be sent.", "???": "The field must be sent.",
		strings.Repeat("sv,", 200): "The field must be sent.",
	} {
		answer := s.Do(t, servertest.Request{
			Method: "POST", Path: "/v1/records/batches", Token: s.Token(t, s.Cast.A), Type: ndjson, Header: header("Accept-Language", language),
			Body: []byte(line(1, recordtest.Without(recordtest.Core(), "gender"))),
		})
		if got := reportOf(t, answer).Refusals[0].Message; got != want {
			t.Errorf("%.20q: %q", language, got)
		}
	}
	rule := s.Do(t, servertest.Request{
		Method: "PUT", Path: recordPath(1), Token: s.Token(t, s.Cast.A), Header: header("Accept-Language", "sv"),
		Body: recordtest.With(recordtest.Core(), "police_report", `"yes_self"`),
	})
	wantStatus(t, rule, 422, "record_refused")
	sv, _ := s.Server.Words("R5")
	if sv == "" || !strings.Contains(string(rule.Body), sv) || rule.Header.Get("Content-Language") != "sv" {
		t.Errorf("rule R5 in Swedish: %s", rule.Body)
	}
}

func TestBatchAsCSV(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	const header = "record_id;contact_year;person_role;consent_statistics;earlier_member_contacts;gender;age_band;residence_status;has_children;" +
		"children_count;identification_status;exploitation_types;entry_means;perpetrator_relation;first_contact;police_report;police_report_barriers"
	row := func(n int, rest string) string { return fmt.Sprintf("%s;%s\n", recordtest.ID(n), rest) }
	const good = `2025;directly_exploited;yes;none;woman;21_23;undocumented;yes;2;presumed;sexual;debt;stranger;police;no;shame_or_stigma`
	const several = `2025;directly_exploited;yes;none;man;21_23;visitor;no;;presumed;"sexual;forced_labour";"debt;threats";unknown;police;unknown;`
	const countOnly = `2025;directly_exploited;minimal;none;;;;;;;;;;;;`
	for name, c := range map[string]struct {
		text   string
		status int
		code   string
		counts [5]int
	}{
		"semicolons":      {header + "\n" + row(1, good) + row(7, several) + row(8, countOnly), 200, "", [5]int{3, 3, 0, 0, 0}},
		"byte order mark": {"\ufeff" + header + "\r\n" + row(2, good), 200, "", [5]int{1, 1, 0, 0, 0}},
		"commas":          {strings.ReplaceAll(header+"\n"+row(3, good), ";", ","), 200, "", [5]int{1, 1, 0, 0, 0}},
		"ragged row":      {header + "\n" + row(4, good) + row(5, good+";x"), 422, "batch_refused", [5]int{2, 1, 0, 0, 1}},
		"unknown column":  {header + ";name\n" + row(6, good+";x"), 400, "csv_header_refused", [5]int{}},
		"column twice":    {header + ";contact_year\n" + row(6, good+";2025"), 400, "csv_header_refused", [5]int{}},
		"missing column":  {"record_id\n" + string(recordtest.ID(6)) + "\n", 400, "csv_header_refused", [5]int{}},
		"header alone":    {header + "\n", 400, "empty_batch", [5]int{}},
		"nothing":         {"", 400, "empty_batch", [5]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			answer := batch(s, t, "", "text/csv; charset=utf-8", c.text)
			wantStatus(t, answer, c.status, c.code)
			if got := reportOf(t, answer).counts(); got != c.counts {
				t.Errorf("counts %v, want %v", got, c.counts)
			}
		})
	}
}

func TestBatchLegacyMayLeaveCoreFieldsNotRecorded(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	old := line(1, recordtest.With(recordtest.Core(), "gender", `"not_recorded"`))
	now := batch(s, t, "", ndjson, old)
	wantStatus(t, now, 422, "batch_refused")
	if code := reportOf(t, now).Refusals[0].Code; code != "R11" {
		t.Errorf("code %s, want R11", code)
	}
	wantStatus(t, batch(s, t, "?legacy=true", ndjson, old), 200, "")
}

// The identifier shield answers with the place and never with the value, here or in the log.
func TestBatchNeverEchoesWhatIdentifies(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	for _, secret := range []string{"19640823-3234", "+46 70 123 45 67", "anna@example.org", "59.3293, 18.0686", "Anna bor hos sin moster"} {
		value, err := json.Marshal(secret)
		if err != nil {
			t.Fatal(err)
		}
		body := recordtest.With(recordtest.Core(), "gender", string(value))
		one := s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(1), Token: s.Token(t, s.Cast.A), Body: body})
		many := batch(s, t, "?mode=row_by_row", ndjson, line(1, body))
		name := s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(1), Token: s.Token(t, s.Cast.A), Body: recordtest.With(recordtest.Core(), secret, "1")})
		for _, answer := range []servertest.Response{one, many, name} {
			if strings.Contains(string(answer.Body), secret) {
				t.Errorf("%q is echoed: %s", secret, answer.Body)
			}
		}
		if strings.Contains(s.Log.String(), secret) {
			t.Errorf("%q is logged", secret)
		}
		if one.Status != 422 || reportOf(t, many).Refused != 1 || name.Status != 422 {
			t.Errorf("%q is taken: %d %s %d", secret, one.Status, many.Body, name.Status)
		}
	}
	wantNothingStored(t, s)
}

func TestBatchRowsTwice(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	answer := batch(s, t, "", ndjson, line(1, recordtest.Core())+line(1, recordtest.Full()))
	wantStatus(t, answer, 422, "batch_refused")
	codes := []string{}
	for _, r := range reportOf(t, answer).Refusals {
		codes = append(codes, r.Code)
	}
	if !slices.Equal(codes, []string{"duplicate_row"}) {
		t.Errorf("%v", codes)
	}
}
