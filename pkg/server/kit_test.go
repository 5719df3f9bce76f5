package server_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/servertest"
)

// A kit comes under a name to keep it by, and a withdrawn release's under
// another, with another tag.
func TestAKitIsReadByAnybody(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	s.Publish(t, slide2024())
	standing := get(t, s, "/v1/releases/1/kit.zip")
	s.Withdraw(t, 1)
	withdrawn := get(t, s, "/v1/releases/1/kit.zip")
	for name, answer := range map[string]servertest.Response{"casestat-release-1": standing, "casestat-release-1-withdrawn": withdrawn} {
		wantStatus(t, answer, 200, "")
		if got := answer.Header.Get("Content-Disposition"); got != `attachment; filename="`+name+`.zip"` || answer.Header.Get("Content-Type") != "application/zip" {
			t.Errorf("%s: %v", name, answer.Header)
		}
		z, err := zip.NewReader(bytes.NewReader(answer.Body), int64(len(answer.Body)))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(z.File[0].Name, name+"/README.") {
			t.Errorf("it begins with %s", z.File[0].Name)
		}
	}
	tag := standing.Header.Get("Etag")
	again := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/releases/1/kit.zip", Header: header("If-None-Match", tag)})
	if wantStatus(t, again, 200, ""); tag == withdrawn.Header.Get("Etag") {
		t.Error("whoever holds the kit does not learn that the release was taken back")
	}
}
