package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

func derive(t *testing.T, s *servertest.Service, body string) servertest.Response {
	t.Helper()
	return s.Do(t, servertest.Request{Method: "POST", Path: "/v1/releases/1/derived", Body: []byte(body)})
}

func TestDerivedTableFollowsFromAPublishedOne(t *testing.T) {
	s := published(t, servertest.Options{})
	answer := derive(t, s, `{"year":2024,"table":"residence_by_age","by":["age_band"]}`)
	wantStatus(t, answer, 200, "")
	var derived, frozen struct {
		Cells []struct{ Value int }
		Total struct{ Value int }
	}
	decode(t, answer, &derived)
	decode(t, get(t, s, "/v1/releases/1/tables/age"), &frozen)
	if fmt.Sprint(derived) != fmt.Sprint(frozen) {
		t.Errorf("summed over residence: %v, published by age: %v", derived, frozen)
	}
	if answer.Header.Get("Cache-Control") != "no-store" || answer.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("headers %v", answer.Header)
	}
	again := derive(t, s, ` { "by" : ["age_band"], "table":"residence_by_age", "year":2024 } `)
	if string(again.Body) != string(answer.Body) {
		t.Error("the order of members has a say")
	}
}

func TestWhatDoesNotFollowIsNotInTheRelease(t *testing.T) {
	s := published(t, servertest.Options{})
	for body, want := range map[string]string{
		`{"year":2024,"table":"nothing"}`:                                       "404 not_in_release",
		`{"year":2023,"table":"age"}`:                                           "404 not_in_release",
		`{"year":2024,"table":"age","by":["gender"]}`:                           "404 not_in_release",
		`{"year":2024,"table":"age","where":[{"field":"age_band","in":["x"]}]}`: "404 not_in_release",
		`{"year":2024,"table":"age","by":["age_band","age_band"]}`:              "422 derived_query_invalid",
		`{"year":2024}`:   "422 content_refused",
		`{"table":"age"}`: "422 content_refused",
		`{"year":2024,"table":"age","where":[{"field":"age_band","in":[]}]}`:                  "422 content_refused",
		`{"year":2024,"table":"age","where":[{"in":["x"]}]}`:                                  "422 content_refused",
		`{"year":2024,"table":"age","by":["a","b","c","d","e"]}`:                              "422 content_refused",
		`{"year":2024,"table":"age","by":null}`:                                               "422 content_refused",
		`{"year":2024,"table":"age","more":1}`:                                                "422 content_refused",
		`{"year":"2024","table":"age"}`:                                                       "422 content_refused",
		`{"year":2024,"table":"age","where":[` + strings.Repeat(`{"field":"a"},`, 8) + `{}]}`: "422 content_refused",
		`{"year":2024,"table":"age"`:                                                          "400 malformed_json",
	} {
		answer := derive(t, s, body)
		if got := fmt.Sprint(answer.Status, " ", answer.Code()); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
	elsewhere := s.Do(t, servertest.Request{Method: "POST", Path: "/v1/releases/9/derived", Body: []byte(`{"year":2024,"table":"age"}`)})
	wantStatus(t, elsewhere, 404, "not_found")
}

// The trend of a release knows the releases before it and none after.
func TestTrendOfARelease(t *testing.T) {
	s := published(t, servertest.Options{})
	years := func(path string) string {
		var trend struct {
			Points []struct{ Year, Release, Value, Of int }
		}
		decode(t, get(t, s, path), &trend)
		return fmt.Sprint(trend.Points)
	}
	if got, want := years("/v1/releases/1/trends/undocumented"), "[{2024 1 7 35}]"; !strings.HasPrefix(got, "[{2024 1 ") || strings.Contains(got, "2023") {
		t.Errorf("the first: %s, such as %s", got, want)
	}
	if got := years("/v1/releases/2/trends/undocumented"); !strings.Contains(got, "{2022 2 ") || !strings.Contains(got, "{2024 1 ") {
		t.Errorf("the second: %s", got)
	}
}

// A trend answers with what may be compared, and figures with how far they
// carry; the harness holds both against the contract.
func TestComparableSeriesAndIntervals(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	s.Publish(t, shelftest.Compared(2023, 21, shelftest.Withheld))
	var trend struct{ Comparable json.RawMessage }
	decode(t, get(t, s, "/v1/releases/1/trends/relation_to_perpetrator"), &trend)
	want := `[{"panel":"stable","release":1,"organisations":21,"points":[` +
		`{"year":2023,"reporting":24,"status":"exact","value":21,"of":30},{"year":2024,"reporting":25,"status":"withheld","range":[0,9],"of":30}],` +
		`"coverage":{"sv":"Organisationer som rapporterade: 24 (2023), 25 (2024); jämförelsen gäller de 21 som rapporterade båda åren.",` +
		`"en":"Organisations that reported: 24 (2023), 25 (2024); the comparison covers the 21 that reported in both years."},` +
		`"change":"not_tested","series_tested":0,` +
		`"verdict":{"sv":"Alla år publiceras inte; om antalet har förändrats prövas därför inte.","en":"Not every year is published; whether numbers have changed is therefore not tested."}}]`
	if diff := cmp.Diff(want, string(trend.Comparable)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	decode(t, get(t, s, "/v1/releases/1/trends/undocumented"), &trend)
	if string(trend.Comparable) != "[]" {
		t.Errorf("a figure without a panel: %s", trend.Comparable)
	}
	get(t, s, "/v1/releases/1/figures")
	var one struct {
		Years []struct{ Interval struct{ Low, High string } }
	}
	decode(t, get(t, s, "/v1/releases/1/figures/relation_to_perpetrator"), &one)
	if len(one.Years) != 2 || one.Years[0].Interval.Low != "0.579" || one.Years[0].Interval.High != "0.858" {
		t.Errorf("%v", one)
	}
}
