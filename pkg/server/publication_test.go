package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/pkg/signed"
	"manniskohandel.se/casestat/pkg/store"
)

// play asks for things as the members of a cast.
type play struct {
	t *testing.T
	s *servertest.Service
	// between runs before every request, with the request.
	between func(servertest.Request)
}

func (p play) do(who access.Client, method, path, body string, headers ...string) servertest.Response {
	p.t.Helper()
	r := servertest.Request{Method: method, Path: path, Token: p.s.Token(p.t, who), Header: header(headers...)}
	if body != "" {
		r.Body = []byte(body)
	}
	if p.between != nil {
		p.between(r)
	}
	return p.s.Do(p.t, r)
}

// closeTheYear fills 2025 with 60 women, of whom 30 are undocumented and 20
// minors, half of each from either member, and closes it.
func (p play) closeTheYear() {
	p.t.Helper()
	for m, member := range []access.Client{p.s.Cast.A, p.s.Cast.B} {
		var lines [][]byte
		for n := range 30 {
			body := recordtest.Core()
			if n%2 == 0 {
				body = recordtest.With(body, "residence_status", `"asylum_seeker"`)
			}
			if n%3 == 0 {
				body = recordtest.With(recordtest.With(body, "age_band", `"15_17"`), "has_children", `"no"`)
				body = recordtest.Without(body, "children_count")
			}
			lines = append(lines, recordtest.Line(record.ID(servertest.ID(1000*(m+1)+n)), body))
		}
		r := servertest.Request{
			Method: "POST", Path: "/v1/records/batches", Token: p.s.Token(p.t, member), Type: "application/x-ndjson", Body: bytes.Join(lines, []byte("\n")),
		}
		wantStatus(p.t, p.s.Do(p.t, r), 200, "")
	}
	wantStatus(p.t, p.do(p.s.Cast.Coordinator, "PUT", "/v1/periods/2025", `{"state":"closed"}`), 200, "")
}

// wire is what these tests look at in a draft.
type wire struct {
	State    string
	ETag     string
	Findings []struct{ ID, Class string }
	Number   int
}

// waivers are for every finding of class review.
func (d wire) waivers(t *testing.T) string {
	t.Helper()
	var all []string
	for _, f := range d.Findings {
		if f.Class == "fail" {
			t.Fatalf("%s fails", f.ID)
		}
		if f.Class == "review" {
			all = append(all, fmt.Sprintf(`{"finding":%q,"reason":"Both members have agreed to this in writing.","legal_basis":"Agreement, section 4"}`, f.ID))
		}
	}
	return `{"waivers":[` + strings.Join(all, ",") + `]}`
}

const aDraft = "/v1/drafts/c0ffee00-0000-4000-8000-00000000d4af"

// steps are the way of a draft, each as somebody.
func (p play) steps(plan string) []func() servertest.Response {
	desk, reviewer := p.s.Cast.Desk, p.s.Cast.Reviewer
	var computed wire
	var submitted string
	return []func() servertest.Response{
		func() servertest.Response { return p.do(desk, "PUT", aDraft, plan) },
		func() servertest.Response { return p.do(desk, "POST", aDraft+"/computation", "") },
		func() servertest.Response {
			answer := p.do(desk, "GET", aDraft, "")
			decodeIfGood(p.t, answer, &computed)
			return answer
		},
		func() servertest.Response { return p.do(reviewer, "GET", aDraft+"/content", "") },
		func() servertest.Response {
			answer := p.do(desk, "POST", aDraft+"/submission", computed.waivers(p.t))
			submitted = answer.Header.Get("ETag")
			return answer
		},
		func() servertest.Response {
			return p.do(reviewer, "POST", aDraft+"/approval", "", "If-Match", submitted)
		},
		func() servertest.Response { return p.do(desk, "POST", aDraft+"/publication", "") },
	}
}

func decodeIfGood(t *testing.T, answer servertest.Response, into any) {
	t.Helper()
	if answer.Status < 300 {
		decode(t, answer, into)
	}
}

// From records to a figure that everybody reads, over HTTP alone.
func TestPublicationFromPlanToPublic(t *testing.T) {
	p := play{t: t, s: servertest.Start(t, servertest.Options{})}
	p.closeTheYear()
	for i, step := range p.steps(smallPlan) {
		if answer := step(); answer.Status >= 300 {
			t.Fatalf("step %d: %d %s", i, answer.Status, answer.Body)
		}
	}
	again := p.do(p.s.Cast.Desk, "POST", aDraft+"/publication", "")
	wantStatus(t, again, 200, "")
	if string(again.Body) != "{\"number\":1}\n" {
		t.Errorf("published again: %s", again.Body)
	}
	var figure struct {
		Years []struct {
			Status   string
			Value    int
			Sentence struct{ SV, EN string }
		}
	}
	decode(t, get(t, p.s, "/v1/releases/1/figures/undocumented"), &figure)
	if len(figure.Years) != 1 || figure.Years[0].Value != 30 || figure.Years[0].Sentence.EN != "30 are undocumented" {
		t.Errorf("the published figure: %+v", figure)
	}
	certificate := p.do(p.s.Cast.Desk, "GET", aDraft+"/certificate", "").Body
	if summary := string(get(t, p.s, "/v1/releases/1").Body); !strings.Contains(summary, signed.HashOf(certificate).String()) {
		t.Errorf("the certificate is not the release's: %s", summary)
	}
	for _, part := range []string{"/certificate", "/review"} {
		sealed := p.do(p.s.Cast.Reviewer, "GET", aDraft+part, "")
		wantStatus(t, sealed, 200, "")
		if sealed.Header.Get("Content-Type") != "application/octet-stream" || sealed.Header.Get("Cache-Control") != "no-store" || len(sealed.Body) == 0 {
			t.Errorf("%s: %v", part, sealed.Header)
		}
		wantStatus(t, p.do(p.s.Cast.Researcher, "GET", aDraft+part, ""), 403, "permission_missing")
	}
	if table := string(get(t, p.s, "/v1/releases/1/tables/age").Body); !strings.Contains(table, `"value":20`) {
		t.Errorf("the published table: %s", table)
	}
	if note := string(get(t, p.s, "/v1/releases/checkpoint").Body); !strings.HasPrefix(note, "casestat.test/releases\n1\n") {
		t.Errorf("the checkpoint: %s", note)
	}
	withdrawn := p.do(p.s.Cast.Desk, "PUT", "/v1/releases/1/withdrawal", bodies("")["withdrawRelease"])
	wantStatus(t, withdrawn, 200, "")
	if list := string(get(t, p.s, "/v1/releases").Body); !strings.Contains(list, `"status":"withdrawn"`) {
		t.Errorf("the list: %s", list)
	}
	wantStatus(t, p.do(p.s.Cast.Desk, "PUT", "/v1/releases/1/withdrawal", bodies("")["withdrawRelease"]), 200, "")
	other := `{"reason":{"sv":"Ett annat skäl än förut.","en":"Another reason than before."}}`
	wantStatus(t, p.do(p.s.Cast.Desk, "PUT", "/v1/releases/1/withdrawal", other), 409, "release_withdrawn")
}

// Attack 13, P9: what is public does not follow the records. The contrast is the
// desk's exact figure, which does.
func TestPublicAnswersAreTheSameWhenARecordDiffers(t *testing.T) {
	p := play{t: t, s: servertest.Start(t, servertest.Options{})}
	p.closeTheYear()
	for i, step := range p.steps(smallPlan) {
		if answer := step(); answer.Status >= 300 {
			t.Fatalf("step %d: %d %s", i, answer.Status, answer.Body)
		}
	}
	public := func() string {
		var all []string
		for _, path := range []string{
			"/v1/releases", "/v1/releases/1", "/v1/releases/1/manifest", "/v1/releases/1/figures", "/v1/releases/1/tables",
			"/v1/releases/1/tables/age", "/v1/releases/1/trends/undocumented", "/v1/releases/checkpoint",
		} {
			all = append(all, fmt.Sprint(get(t, p.s, path)))
		}
		derived := servertest.Request{Method: "POST", Path: "/v1/releases/1/derived", Body: []byte(`{"year":2025,"table":"age"}`)}
		return strings.Join(append(all, fmt.Sprint(p.s.Do(t, derived))), "\n")
	}
	exact := func() string {
		return string(p.do(p.s.Cast.Desk, "GET", "/v1/desk/periods/2025/figures?purpose=figure_check", "").Body)
	}
	publicBefore, exactBefore := public(), exact()
	wantStatus(t, p.do(p.s.Cast.A, "DELETE", "/v1/records/"+servertest.ID(1001), ""), 204, "")
	if public() != publicBefore {
		t.Error("a record's withdrawal is seen in public")
	}
	if exact() == exactBefore {
		t.Error("the record made no difference to begin with")
	}
}

// T39: at each step of the way, without a ledger nothing happens and nothing is
// read; with one the way goes on from there.
func TestT39_PublicationOrRefuse(t *testing.T) {
	var broken error
	p := play{t: t, s: servertest.Start(t, servertest.Options{Stores: deafLedger(&broken)})}
	p.closeTheYear()
	for i, step := range p.steps(smallPlan) {
		broken = fault.Because(errors.New("disk full"), fault.Unavailable, store.CodeUnavailable)
		if answer := step(); answer.Status != 503 || answer.Header.Get("Retry-After") == "" {
			t.Errorf("step %d without a ledger: %d %s", i, answer.Status, answer.Body)
		}
		if list := string(get(t, p.s, "/v1/releases").Body); list != "{\"releases\":[]}\n" {
			t.Errorf("step %d without a ledger: published %s", i, list)
		}
		broken = nil
		if answer := step(); answer.Status >= 300 {
			t.Fatalf("step %d: %d %s", i, answer.Status, answer.Body)
		}
	}
	if list := string(get(t, p.s, "/v1/releases").Body); !strings.Contains(list, `"number":1`) {
		t.Errorf("in the end: %s", list)
	}
}

// T7: while a draft goes its way, whoever does not prepare or review releases
// sees the same as if there were none, byte for byte.
func TestT7_DraftsAreVisibleToNobodyElse(t *testing.T) {
	p := play{t: t, s: servertest.Start(t, servertest.Options{})}
	p.closeTheYear()
	outside := outsiders(t, p.s)
	before := seen(t, p.s, outside)
	for i, step := range p.steps(smallPlan)[:6] {
		if answer := step(); answer.Status >= 300 {
			t.Fatalf("step %d: %d %s", i, answer.Status, answer.Body)
		}
		if now := seen(t, p.s, outside); now != before {
			t.Fatalf("after step %d something else is seen:\n%.2000s\nbefore:\n%.2000s", i, now, before)
		}
	}
}

// T7, the contrast: what is published is seen.
func TestT7_Contrast_PublicationIsSeen(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	outside := outsiders(t, s)
	before := seen(t, s, outside)
	s.Publish(t, slide2024())
	if seen(t, s, outside) == before {
		t.Error("a release goes unnoticed")
	}
}

// outsiders are all who neither prepare nor review releases.
func outsiders(t *testing.T, s *servertest.Service) map[string]string {
	t.Helper()
	all := map[string]string{"the public": ""}
	for name, c := range s.Cast.Everyone() {
		if !may(c, []access.Permission{access.ReleasesPrepare, access.ReleasesReview}) {
			all[name] = s.Token(t, c)
		}
	}
	if len(all) != 6 {
		t.Fatalf("%d outsiders", len(all))
	}
	return all
}

// seen is everything that outsiders read on all paths around releases, with and
// without the id of the draft.
func seen(t *testing.T, s *servertest.Service, outside map[string]string) string {
	t.Helper()
	var all []string
	for _, who := range sortedNames(outside) {
		for _, path := range []string{
			"/v1/releases", "/v1/releases/1", "/v1/releases/1/figures", "/v1/releases/1/manifest", "/v1/releases/1/trends/undocumented",
			"/v1/releases/checkpoint", "/v1/drafts", aDraft, aDraft + "/content", aDraft + "/remedies", aDraft + "/certificate", aDraft + "/review", "/v1/requests",
			"/v1/plans/default?year=2025", "/v1/drafts/" + servertest.ID(77), "/v1/periods",
		} {
			answer := s.Do(t, servertest.Request{Method: "GET", Path: path, Token: outside[who]})
			all = append(all, fmt.Sprint(who, " ", path, " ", answer.Status, " ", answer.Header, " ", string(answer.Body)))
		}
	}
	return strings.Join(all, "\n")
}
