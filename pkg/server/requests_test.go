package server_test

import (
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

func tablePath(n int) string { return "/v1/requests/" + servertest.ID(n) }

func TestRequestsAreAnsweredFromWhatIsPublished(t *testing.T) {
	p := play{t: t, s: servertest.Start(t, servertest.Options{})}
	researcher, desk := p.s.Cast.Researcher, p.s.Cast.Desk
	want := bodies("")["putRequest"]
	unpublished := p.do(researcher, "PUT", tablePath(1), want)
	wantStatus(t, unpublished, 200, "")
	if !strings.Contains(string(unpublished.Body), `"admitted":false,"refusal":"universe_unpublished"`) {
		t.Errorf("before any release: %s", unpublished.Body)
	}
	p.s.Publish(t, shelftest.Slide(2024))
	admitted := p.do(researcher, "PUT", tablePath(2), want)
	wantStatus(t, admitted, 200, "")
	if !strings.Contains(string(admitted.Body), `"admitted":true`) {
		t.Errorf("a small table: %s", admitted.Body)
	}
	again := p.do(researcher, "PUT", tablePath(2), want)
	if string(again.Body) != string(admitted.Body) {
		t.Errorf("the same again: %s", again.Body)
	}
	wantStatus(t, p.do(researcher, "PUT", tablePath(2), strings.Replace(want, "Age", "Ages", 1)), 409, "request_fixed")
	fine := strings.Replace(want, `"rung":"agg_age_majority"},`, `"rung":""},`, 1)
	fine = strings.Replace(fine, `[{"field":"age_band","rung":"agg_age_majority"}]`, `[{"field":"age_band"},{"field":"gender"},{"field":"police_report"}]`, 1)
	refused := p.do(researcher, "PUT", tablePath(3), fine)
	wantStatus(t, refused, 200, "")
	if !strings.Contains(string(refused.Body), `"admitted":false,"refusal":"plan_`) {
		t.Errorf("a large table: %s", refused.Body)
	}
	for _, who := range []string{"researcher", "desk"} {
		reader := map[string]string{"researcher": p.s.Token(t, researcher), "desk": p.s.Token(t, desk)}[who]
		list := p.s.Do(t, servertest.Request{Method: "GET", Path: "/v1/requests", Token: reader})
		if strings.Count(string(list.Body), `"request_id"`) != 3 {
			t.Errorf("%s sees %s", who, list.Body)
		}
		wantStatus(t, p.s.Do(t, servertest.Request{Method: "GET", Path: tablePath(2), Token: reader}), 200, "")
	}
	wantStatus(t, p.do(researcher, "GET", tablePath(2)+"/price", ""), 403, "permission_missing")
	wantStatus(t, p.do(desk, "PUT", tablePath(4), want), 403, "permission_missing")
	wantStatus(t, p.do(desk, "GET", tablePath(9), ""), 404, "not_found")
	wantStatus(t, p.do(desk, "GET", tablePath(9)+"/price", ""), 404, "not_found")
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	p := play{t: t, s: servertest.Start(t, servertest.Options{})}
	want := bodies("")["putRequest"]
	for body, code := range map[string]string{
		`{}`: "content_refused", `{"year":1999,"table":` + smallTable + `}`: "content_refused",
		`{"year":2024}`: "content_refused", strings.Replace(want, "sexual_exploitation_women_girls", "nobody", 1): "plan_unknown_universe",
		strings.Replace(want, `"age_band"`, `"canary"`, 1): "plan_unknown_field", strings.Replace(want, `"name"`, `"nome"`, 1): "content_refused",
	} {
		answer := p.do(p.s.Cast.Researcher, "PUT", tablePath(1), body)
		wantStatus(t, answer, 422, code)
		if strings.Contains(string(answer.Body), "canary") || strings.Contains(string(answer.Body), "nome") {
			t.Errorf("%s", answer.Body)
		}
	}
}

// A price follows from the records, and is told to the desk.
func TestPriceOfARequest(t *testing.T) {
	p := play{t: t, s: servertest.Start(t, servertest.Options{})}
	p.closeTheYear()
	want := strings.Replace(bodies("")["putRequest"], "2024", "2025", 1)
	wantStatus(t, p.do(p.s.Cast.Researcher, "PUT", tablePath(1), want), 200, "")
	price := p.do(p.s.Cast.Desk, "GET", tablePath(1)+"/price", "")
	wantStatus(t, price, 200, "")
	if !strings.HasPrefix(string(price.Body), `{"admitted":true,`) {
		t.Errorf("%s", price.Body)
	}
	remedies := func() servertest.Response { return p.do(p.s.Cast.Desk, "GET", aDraft+"/remedies", "") }
	wantStatus(t, remedies(), 404, "not_found")
	wantStatus(t, p.do(p.s.Cast.Desk, "PUT", aDraft, smallPlan), 201, "")
	priced := remedies()
	wantStatus(t, priced, 200, "")
	if !strings.Contains(string(priced.Body), `"kind":"as_planned"`) || !strings.Contains(string(priced.Body), `"kind":"drop"`) {
		t.Errorf("%s", priced.Body)
	}
}

// T2: another researcher's request is not there.
func TestT2_RequestsOfOthersAreNotThere(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	p := play{t: t, s: s}
	const other = `{"organisation_id":"c0ffee00-0000-4000-8000-000000000001","holder":"c0ffee00-0000-4000-8000-0000000003e7","role":"researcher","permissions":[]}`
	created := p.do(s.Cast.Coordinator, "PUT", "/v1/clients/"+servertest.ID(999), other)
	wantStatus(t, created, 201, "")
	seedRequest(t, s, servertest.ID(1))
	second := s.Cast.Researcher
	second.ID, second.Holder = "c0ffee00-0000-4000-8000-0000000003e7", "c0ffee00-0000-4000-8000-0000000003e7"
	token := s.Token(t, second)
	for _, r := range []servertest.Request{
		{Method: "GET", Path: tablePath(1)}, {Method: "PUT", Path: tablePath(1), Body: []byte(bodies("")["putRequest"])},
	} {
		r.Token = token
		absent := r
		absent.Path = tablePath(2)
		foreign := s.Do(t, r)
		wantStatus(t, foreign, 404, "not_found")
		if r.Method == "GET" && masked(foreign, servertest.ID(1)) != masked(s.Do(t, absent), servertest.ID(2)) {
			t.Error("somebody else's request reads otherwise than none")
		}
	}
	if list := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/requests", Token: token}); string(list.Body) != "{\"requests\":[]}\n" {
		t.Errorf("another's list: %s", list.Body)
	}
}

func TestPeriodsCanBeCorrected(t *testing.T) {
	p := play{t: t, s: servertest.Start(t, servertest.Options{})}
	put := func(year, state string) servertest.Response {
		return p.do(p.s.Cast.Coordinator, "PUT", "/v1/periods/"+year, `{"state":"`+state+`"}`)
	}
	wantStatus(t, put("2025", "correcting"), 409, "period_not_closed")
	wantStatus(t, put("2024", "correcting"), 200, "")
	list := p.do(p.s.Cast.Desk, "GET", "/v1/periods", "")
	if !strings.Contains(string(list.Body), `"state":"correcting"`) {
		t.Errorf("%s", list.Body)
	}
	wantStatus(t, put("2024", "correcting"), 200, "")
	wantStatus(t, put("2024", "open"), 409, "period_closed")
	wantStatus(t, put("2024", "closed"), 200, "")
	wantStatus(t, put("2024", "ajar"), 422, "content_refused")
}
