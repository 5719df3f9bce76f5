package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

const yamlPlan = `
title: {sv: Liten rapport, en: Small report}
years: [2025]
universes: [sexual_exploitation_women_girls]
figures: [{name: undocumented}]
`

func TestDraftsNameTheVersionThatTheyReplace(t *testing.T) {
	p := play{t: t, s: servertest.Start(t, servertest.Options{})}
	desk := p.s.Cast.Desk
	first := p.do(desk, "PUT", aDraft, smallPlan)
	wantStatus(t, first, 201, "")
	if first.Header.Get("ETag") != `"v1"` {
		t.Errorf("ETag %s", first.Header.Get("ETag"))
	}
	wantStatus(t, p.do(desk, "PUT", aDraft, smallPlan), 201, "") // the same again changes nothing
	other := strings.Replace(smallPlan, "Small report", "Another report", 1)
	wantStatus(t, p.do(desk, "PUT", aDraft, other), 428, "draft_changed")
	wantStatus(t, p.do(desk, "PUT", aDraft, other, "If-Match", `"v2"`), 412, "draft_changed")
	second := p.do(desk, "PUT", aDraft, other, "If-Match", `"v1"`)
	wantStatus(t, second, 200, "")
	wantStatus(t, p.do(desk, "PUT", aDraft, smallPlan, "If-Match", `"v1"`), 412, "draft_changed")
	for _, tag := range []string{"v1", `"v0"`, `"v01"`, `W/"v1"`, "*", `"v1", "v2"`, `"v1-ab"`, `"v9999999999"`} {
		wantStatus(t, p.do(desk, "PUT", aDraft, other, "If-Match", tag), 400, "if_match_malformed")
	}
	read := p.do(p.s.Cast.Reviewer, "GET", aDraft, "")
	if read.Header.Get("ETag") != `"v2"` || !strings.Contains(string(read.Body), "Another report") {
		t.Errorf("%v %s", read.Header, read.Body)
	}
	if list := string(p.do(desk, "GET", "/v1/drafts", "").Body); !strings.Contains(list, `"state":"draft"`) {
		t.Errorf("the list: %s", list)
	}
}

func TestPlansAreTakenAsYAMLToo(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	r := servertest.Request{Method: "PUT", Path: aDraft, Token: s.Token(t, s.Cast.Desk), Type: "application/yaml", Body: []byte(yamlPlan)}
	wantStatus(t, s.Do(t, r), 201, "")
	r.Type = "application/json"
	wantStatus(t, s.Do(t, r), 400, "not_an_object")
	r.Type = "application/yaml; charset=utf-16"
	wantStatus(t, s.Do(t, r), 415, "media_type_unsupported")
	r.Type, r.Body = "application/yaml", []byte("a: b\n---\nc: d\n")
	wantStatus(t, s.Do(t, r), 400, "plan_malformed")
	r.Body = append([]byte(yamlPlan+"# "), make([]byte, plan.MaxBytes)...)
	wantStatus(t, s.Do(t, r), 413, "plan_too_large")
}

// A refusal of a plan points to the place, and repeats no name that the caller
// made up.
func TestT32_RefusedPlansAreNotRepeated(t *testing.T) {
	p := play{t: t, s: servertest.Start(t, servertest.Options{})}
	for change, want := range map[string]string{
		`"canary":1,"title":`:                               `"pointer":"","code":"plan_unknown_key"`,
		`"canary":null,"title":`:                            `"pointer":"","code":"plan_wrong_type"`,
		`"canary":{"tables":1,"tables":1},"title":`:         `"pointer":"","code":"plan_duplicate_key"`,
		`"policy":{"canary":1},"title":`:                    `"pointer":"/policy","code":"plan_unknown_key"`,
		`"policy":{"t":"canary"},"title":`:                  `"pointer":"/policy/t","code":"plan_wrong_type"`,
		`"sums":[{"name":"canary","x~1canary":2}],"title":`: `"pointer":"/sums/0","code":"plan_unknown_key"`,
		`"prose":[{"where":[{"field":"canary"}]}],"title":`: `/prose/0/where/0`,
		`"policy":{"t":1},"title":`:                         `"pointer":"/policy/t","code":"plan_policy"`,
		`"figures":[],"title":`:                             `"pointer":"/figures","code":"plan_duplicate_key"`,
	} {
		body := strings.Replace(smallPlan, `"title":`, change, 1)
		answer := p.do(p.s.Cast.Desk, "PUT", aDraft, body)
		if answer.Status != 422 || !strings.Contains(errorsOf(t, answer), want) || strings.Contains(string(answer.Body), "canary") {
			t.Errorf("%s: %d %s", change, answer.Status, answer.Body)
		}
	}
}

// The contrast: the reader of plans points with whatever stood there.
func TestT32_Contrast_PointersIntoPlans(t *testing.T) {
	_, err := plan.ReadJSON([]byte(`{"canary":1}`), codelist.Current())
	refused, ok := errors.AsType[*fault.Error](err)
	if !ok || refused.Details[0].Pointer != "/canary" {
		t.Errorf("there is nothing to keep from the answer: %v", err)
	}
}

// errorsOf writes the errors of a problem, one a line.
func errorsOf(t *testing.T, answer servertest.Response) string {
	t.Helper()
	var problem struct {
		Errors []struct{ Pointer, Code string }
	}
	if answer.Status >= 400 {
		decodeProblem(t, answer, &problem)
	}
	var all []string
	for _, e := range problem.Errors {
		all = append(all, fmt.Sprintf(`"pointer":%q,"code":%q`, e.Pointer, e.Code))
	}
	return strings.Join(all, "\n")
}

func TestTheWayOfADraftHasOneDirection(t *testing.T) {
	p := play{t: t, s: servertest.Start(t, servertest.Options{})}
	desk, reviewer := p.s.Cast.Desk, p.s.Cast.Reviewer
	draft := func(n int) string { return "/v1/drafts/" + servertest.ID(n) }
	seedDraft(t, p.s, draftOf(servertest.ID(1), release.Planned), draftOf(servertest.ID(2), release.Submitted), draftOf(servertest.ID(3), release.Submitted))
	wantStatus(t, p.do(desk, "POST", draft(1)+"/submission", `{"waivers":[]}`), 409, "draft_state")
	wantStatus(t, p.do(desk, "GET", draft(1)+"/content", ""), 409, "draft_state")
	wantStatus(t, p.do(desk, "POST", draft(1)+"/publication", ""), 409, "draft_state")
	wantStatus(t, p.do(reviewer, "POST", draft(1)+"/approval", "", "If-Match", `"v1"`), 409, "draft_state")
	wantStatus(t, p.do(desk, "PUT", draft(2), smallPlan, "If-Match", `"v1"`), 409, "draft_state")
	wantStatus(t, p.do(desk, "POST", draft(2)+"/approval", "", "If-Match", `"v1"`), 403, "permission_missing")
	wantStatus(t, p.do(reviewer, "POST", draft(2)+"/rejection", `{}`, "If-Match", `"v1"`), 422, "content_refused")
	wantStatus(t, p.do(reviewer, "POST", draft(2)+"/rejection", `{"reason":"no"}`, "If-Match", `"v1"`), 422, "reason_invalid")
	rejected := p.do(reviewer, "POST", draft(2)+"/rejection", `{"reason":"One table too many."}`, "If-Match", `"v1"`)
	wantStatus(t, rejected, 200, "")
	if !strings.Contains(string(rejected.Body), `"approved":false,"reason":"One table too many."`) {
		t.Errorf("%s", rejected.Body)
	}
	other := strings.Replace(smallPlan, "Small", "Smaller", 1)
	wantStatus(t, p.do(desk, "PUT", draft(2), other, "If-Match", rejected.Header.Get("ETag")), 200, "")
	approved := p.do(reviewer, "POST", draft(3)+"/approval", "", "If-Match", `"v1"`)
	wantStatus(t, approved, 200, "")
	wantStatus(t, p.do(desk, "POST", draft(3)+"/submission", `{}`), 422, "content_refused")
	for _, path := range []string{"/certificate", "/review"} {
		wantStatus(t, p.do(desk, "GET", draft(1)+path, ""), 409, "draft_state")
	}
	for _, path := range []string{"", "/content", "/certificate", "/review"} {
		wantStatus(t, p.do(desk, "GET", draft(9)+path, ""), 404, "not_found")
	}
	for _, path := range []string{"/computation", "/publication"} {
		wantStatus(t, p.do(desk, "POST", draft(9)+path, ""), 404, "not_found")
	}
	wantStatus(t, p.do(desk, "PUT", "/v1/drafts/mine", smallPlan), 400, "invalid_parameter")
	wantStatus(t, p.do(desk, "PUT", "/v1/releases/1/withdrawal", `{"reason":{"sv":"Ett fel i underlaget."}}`), 422, "content_refused")
	wantStatus(t, p.do(desk, "PUT", "/v1/releases/1/withdrawal", `{}`), 422, "content_refused")
	wantStatus(t, p.do(desk, "PUT", "/v1/releases/1/withdrawal", bodies("")["withdrawRelease"]), 404, "not_found")
}

// Nobody approves or rejects a draft without saying which version was read.
func TestDecisionsNameTheVersionThatTheyAreAbout(t *testing.T) {
	p := play{t: t, s: servertest.Start(t, servertest.Options{})}
	path := "/v1/drafts/" + servertest.ID(1)
	seedDraft(t, p.s, draftOf(servertest.ID(1), release.Submitted))
	for _, decision := range []struct{ path, body string }{{"/approval", ""}, {"/rejection", bodies("")["rejectDraft"]}} {
		decide := func(headers ...string) servertest.Response {
			return p.do(p.s.Cast.Reviewer, "POST", path+decision.path, decision.body, headers...)
		}
		wantStatus(t, decide(), 428, "draft_changed")
		wantStatus(t, decide("If-Match", `"v2"`), 412, "draft_changed")
		wantStatus(t, decide("If-Match", "*"), 400, "if_match_malformed")
		wantStatus(t, decide("If-None-Match", `"v1"`), 400, "condition_unsupported")
	}
	var read wire
	decode(t, p.do(p.s.Cast.Reviewer, "GET", path, ""), &read)
	if read.State != "submitted" {
		t.Fatalf("it is %s", read.State)
	}
	wantStatus(t, p.do(p.s.Cast.Reviewer, "POST", path+"/approval", "", "If-Match", read.ETag), 200, "")
	wantStatus(t, p.do(p.s.Cast.Reviewer, "POST", path+"/approval", "", "If-Match", read.ETag), 412, "draft_changed")
}

// Nobody approves what is their own, with whatever client.
func TestNobodyApprovesTheirOwn(t *testing.T) {
	p := play{t: t, s: servertest.Start(t, servertest.Options{})}
	own := draftOf(servertest.ID(1), release.Submitted)
	own.Submission.By.Holder = theReviewer.Holder
	seedDraft(t, p.s, own)
	wantStatus(t, p.do(p.s.Cast.Reviewer, "POST", "/v1/drafts/"+servertest.ID(1)+"/approval", "", "If-Match", `"v1"`), 403, "own_submission")
}

func TestDefaultPlanCanBeSentBack(t *testing.T) {
	p := play{t: t, s: servertest.Start(t, servertest.Options{})}
	answer := p.do(p.s.Cast.Reviewer, "GET", "/v1/plans/default?year=2025", "")
	wantStatus(t, answer, 200, "")
	wantStatus(t, p.do(p.s.Cast.Desk, "PUT", aDraft, string(answer.Body)), 201, "")
	wantStatus(t, p.do(p.s.Cast.Desk, "GET", "/v1/plans/default", ""), 400, "missing_parameter")
}

// slow drafts take longer than anything but a long operation may.
type slow struct {
	server.Drafts
	takes time.Duration
}

func (s slow) Compute(ctx context.Context, _ access.Principal, id release.DraftID) (release.Draft, error) {
	return s.work(ctx, id)
}

func (s slow) Read(ctx context.Context, _ access.Principal, id release.DraftID) (release.Draft, error) {
	return s.work(ctx, id)
}

func (s slow) work(ctx context.Context, id release.DraftID) (release.Draft, error) {
	select {
	case <-time.After(s.takes):
		return draftOf(string(id), release.Computed), nil
	case <-ctx.Done():
		return release.Draft{}, ctx.Err()
	}
}

func request(s *servertest.Service, t *testing.T, method, path string) string {
	t.Helper()
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", method, path, s.Token(t, s.Cast.Desk))
}

// A computation outlasts the server's usual timeouts, on the connection and in
// the work; the contrast is an operation that is not long.
func TestComputationsMayTakeTheirTime(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Drafts = slow{d.Drafts, time.Second}
		d.Limits = server.Limits{Body: 200 * time.Millisecond, Answer: 200 * time.Millisecond}
		return d
	}})
	address, _ := listen(t, s)
	compute := servertest.Request{Method: "POST", Path: aDraft + "/computation"}
	wantStatus(t, answerOn(t, dial(t, address, request(s, t, "POST", compute.Path)), compute), 200, "")
	read := dial(t, address, request(s, t, "GET", aDraft))
	if answer, err := http.ReadResponse(bufio.NewReader(read), nil); err == nil {
		defer answer.Body.Close()
		if answer.StatusCode != 503 {
			t.Errorf("reading took as long and was answered %d", answer.StatusCode)
		}
	}
}

// leaving drafts tell when their caller has left.
type leaving struct {
	server.Drafts
	entered chan struct{}
	left    chan error
}

func (l leaving) Compute(ctx context.Context, _ access.Principal, _ release.DraftID) (release.Draft, error) {
	close(l.entered)
	<-ctx.Done()
	l.left <- context.Cause(ctx)
	return release.Draft{}, ctx.Err()
}

// Who hangs up ends the computation; without that this test would not end.
func TestHangingUpEndsTheComputation(t *testing.T) {
	l := leaving{entered: make(chan struct{}), left: make(chan error, 1)}
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		l.Drafts = d.Drafts
		d.Drafts = l
		return d
	}})
	address, _ := listen(t, s)
	conn := dial(t, address, request(s, t, "POST", aDraft+"/computation"))
	<-l.entered
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-l.left; err != context.Canceled {
		t.Errorf("the computation ended with %v", err)
	}
}

// computing drafts are computing already.
type computing struct{ server.Drafts }

func (computing) Compute(context.Context, access.Principal, release.DraftID) (release.Draft, error) {
	return release.Draft{}, fault.New(fault.Unavailable, release.CodeBusy)
}

func TestOneComputationAtATime(t *testing.T) {
	p := play{t: t, s: servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Drafts = computing{d.Drafts}
		return d
	}})}
	answer := p.do(p.s.Cast.Desk, "POST", aDraft+"/computation", "")
	wantStatus(t, answer, 503, "release_busy")
	if answer.Header.Get("Retry-After") == "" {
		t.Error("nobody says when to ask again")
	}
}
