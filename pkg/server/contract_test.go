package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// Whoever copies an example out of the contract gets what it promises.
func TestContractExamplesWork(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	s.Publish(t, shelftest.Slide(2024))
	tried := 0
	for _, op := range server.Table() {
		body := servertest.Contract(t).Paths.Value(op.Path).GetOperation(op.Method).RequestBody
		if body == nil || op.ID == "createToken" {
			continue
		}
		for media, content := range body.Value.Content {
			id := servertest.ID(70_000 + tried)
			if state, ok := before[op.ID]; ok {
				seedDraft(t, s, draftOf(id, state))
			}
			r := sample(t, op, id)
			r.Type, r.Token = media, s.Token(t, someoneWith(s, op.Permissions...))
			r.Body = []byte(asText(t, content.Example))
			if strings.Contains(media, "wordprocessingml") { // which no example can show
				r.Body = wordDocument(t, "26 av 35 har någon relation till förövaren.")
			}
			r.Body = []byte(strings.NewReplacer(
				"0c0f6a52-8f3c-4a43-8b3a-6a7c6c1f6a02", servertest.ID(2), // an organisation that exists here
			).Replace(string(r.Body)))
			if op.ID == "putPeriod" {
				r.Path = "/v1/periods/2025"
			}
			if answer := s.Do(t, r); answer.Status >= 300 {
				t.Errorf("%s (%s): %d %s", op.ID, media, answer.Status, answer.Body)
			}
			tried++
		}
	}
	if tried < 15 {
		t.Errorf("%d examples only", tried)
	}
}

// before is in which state a draft must be for an operation.
var before = map[string]release.State{
	"computeDraft": release.Planned, "getDraftContent": release.Computed, "submitDraft": release.Computed,
	"getDraftCertificate": release.Computed, "getDraftReview": release.Published,
	"approveDraft": release.Submitted, "rejectDraft": release.Submitted, "publishDraft": release.Approved,
}

func asText(t *testing.T, example any) string {
	t.Helper()
	if text, ok := example.(string); ok {
		return text
	}
	text, err := json.Marshal(example)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// T5: the check that every exchange goes through sees an answer that the
// contract does not have.
func TestT5_Contrast_TheContractIsChecked(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	r := servertest.Request{Method: "GET", Path: "/v1/periods", Token: s.Token(t, s.Cast.A)}
	good := s.Do(t, r)
	for name, spoil := range map[string]func(*servertest.Response){
		"a member too many": func(a *servertest.Response) { a.Body = []byte(`{"periods":[],"more":1}`) },
		"a member too few":  func(a *servertest.Response) { a.Body = []byte(`{}`) },
		"a wrong type":      func(a *servertest.Response) { a.Body = []byte(`{"periods":[{"year":"2025","state":"open"}]}`) },
		"another word":      func(a *servertest.Response) { a.Body = []byte(`{"periods":[{"year":2025,"state":"ajar"}]}`) },
		"another status":    func(a *servertest.Response) { a.Status = 404 },
		"another media type": func(a *servertest.Response) {
			a.Header = http.Header{"Content-Type": {"text/plain"}}
		},
	} {
		spoilt := good
		spoil(&spoilt)
		if servertest.Check(r, spoilt) == nil {
			t.Errorf("%s goes unnoticed", name)
		}
	}
	taken := servertest.Request{Method: "PUT", Path: "/v1/periods/2025", Body: []byte(`{"state":"ajar"}`)}
	answer := servertest.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{"year":2025,"state":"open"}`)}
	if servertest.Check(taken, answer) == nil {
		t.Error("a server that takes what the contract forbids goes unnoticed")
	}
}
