package server_test

import (
	"fmt"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/servertest"
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
