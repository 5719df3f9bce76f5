package server_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/servertest"
)

func TestMembersAreManagedOverHTTP(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	coordinator := s.Token(t, s.Cast.Coordinator)
	do := func(method, path, body string) servertest.Response {
		r := servertest.Request{Method: method, Path: path, Token: coordinator}
		if body != "" {
			r.Body = []byte(body)
		}
		return s.Do(t, r)
	}
	organisation, client := "/v1/organisations/"+servertest.ID(201), "/v1/clients/"+servertest.ID(202)
	terms := func(permissions string) string {
		return fmt.Sprintf(`{"organisation_id":%q,"holder":%q,"role":"submitter","permissions":[%s]}`, servertest.ID(201), servertest.ID(203), permissions)
	}
	wantStatus(t, do("PUT", organisation, `{"name":"Ny","kind":"member","active":true}`), 201, "")
	wantStatus(t, do("PUT", organisation, `{"name":"Nyare","kind":"member","active":true}`), 200, "")
	wantStatus(t, do("PUT", organisation, `{"name":"Nyare","kind":"platform","active":true}`), 409, "organisation_kind_fixed")
	if list := do("GET", "/v1/organisations", ""); !strings.Contains(string(list.Body), "Nyare") {
		t.Errorf("the organisation is not listed: %s", list.Body)
	}

	made := do("PUT", client, terms(`"records:read"`))
	wantStatus(t, made, 201, "")
	secret := secretOf(t, made)
	wantStatus(t, do("PUT", client, terms(`"records:read"`)), 200, "")
	wantStatus(t, do("PUT", client, terms(`"desk:read"`)), 422, "permission_beyond_role")
	wantStatus(t, do("PUT", client, strings.Replace(terms(""), "submitter", "desk", 1)), 409, "client_fixed")
	if list := do("GET", "/v1/clients", ""); !strings.Contains(string(list.Body), servertest.ID(202)) || strings.Contains(string(list.Body), "secret") {
		t.Errorf("the list of clients: %s", list.Body)
	}

	first := granted(t, s, servertest.ID(202), secret)
	wantStatus(t, first, 200, "")
	rotated := do("POST", client+"/secret", "")
	wantStatus(t, rotated, 200, "")
	wantStatus(t, granted(t, s, servertest.ID(202), secret), 401, "")
	wantStatus(t, granted(t, s, servertest.ID(202), secretOf(t, rotated)), 200, "")

	wantStatus(t, do("DELETE", client, ""), 204, "")
	wantStatus(t, do("DELETE", client, ""), 204, "")
	wantStatus(t, do("PUT", client, terms("")), 410, "client_revoked")
	wantStatus(t, do("POST", client+"/secret", ""), 410, "client_revoked")
	wantStatus(t, do("DELETE", "/v1/clients/"+servertest.ID(999), ""), 404, "not_found")
	wantStatus(t, do("DELETE", "/v1/clients/x", ""), 404, "not_found")
	wantStatus(t, do("PUT", "/v1/clients/x", terms("")), 400, "invalid_parameter")
	wantStatus(t, do("DELETE", "/v1/clients/"+string(s.Cast.Coordinator.ID), ""), 409, "last_coordinator")
}

func secretOf(t *testing.T, answer servertest.Response) string {
	t.Helper()
	var told struct {
		Secret string `json:"client_secret"`
	}
	if err := json.Unmarshal(answer.Body, &told); err != nil || told.Secret == "" || answer.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("no secret (%v): %s", err, answer.Body)
	}
	return told.Secret
}

// granted asks for a token as an off-the-shelf OAuth client does.
func granted(t *testing.T, s *servertest.Service, id, secret string) servertest.Response {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}
	return s.Do(t, servertest.Request{Method: "POST", Path: "/v1/token", Type: "application/x-www-form-urlencoded", Body: []byte(form.Encode())})
}

func TestMembersWhatIsMissingOrWrongIsPointedAt(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	coordinator := s.Token(t, s.Cast.Coordinator)
	client := func(body string) servertest.Request {
		return servertest.Request{Method: "PUT", Path: "/v1/clients/" + servertest.ID(202), Body: []byte(body)}
	}
	organisation := func(body string) servertest.Request {
		return servertest.Request{Method: "PUT", Path: "/v1/organisations/" + servertest.ID(202), Body: []byte(body)}
	}
	period := func(body string) servertest.Request {
		return servertest.Request{Method: "PUT", Path: "/v1/periods/2026", Body: []byte(body)}
	}
	const terms = `"holder":"c0ffee00-0000-4000-8000-000000000001","role":"submitter"`
	for name, c := range map[string]struct {
		request servertest.Request
		want    []string
	}{
		"no client terms":        {client(`{}`), []string{"/organisation_id required", "/holder required", "/role required", "/permissions required"}},
		"unknown role":           {client(`{"organisation_id":"x","holder":"X","role":"boss","permissions":["all"]}`), []string{"/organisation_id id_invalid", "/holder id_invalid", "/role unknown_code", "/permissions/0 unknown_code"}},
		"too many permissions":   {client(`{"organisation_id":"c0ffee00-0000-4000-8000-000000000001",` + terms + `,"permissions":[` + strings.TrimSuffix(strings.Repeat(`"records:read",`, 17), ",") + `]}`), []string{"/permissions too_many_entries"}},
		"null in a list":         {client(`{"organisation_id":"c0ffee00-0000-4000-8000-000000000001",` + terms + `,"permissions":[null]}`), []string{"/permissions/0 null_value"}},
		"number in a list":       {client(`{"organisation_id":"c0ffee00-0000-4000-8000-000000000001",` + terms + `,"permissions":[1]}`), []string{"/permissions/0 wrong_type"}},
		"no organisation":        {organisation(`{}`), []string{"/name required", "/kind required", "/active required"}},
		"string for a boolean":   {organisation(`{"name":"x","kind":"member","active":"true"}`), []string{"/active wrong_type"}},
		"NUL in a name":          {organisation(`{"name":"x\u0000","kind":"member","active":true}`), []string{"/name nul_character"}},
		"null":                   {organisation(`{"name":null,"kind":"member","active":true}`), []string{"/name null_value"}},
		"unknown member":         {organisation(`{"name":"x","kind":"member","active":true,"canary":1}`), []string{" unknown_member"}},
		"duplicate member":       {organisation(`{"name":"x","name":"y","kind":"member","active":true}`), []string{" duplicate_member"}},
		"no state":               {period(`{}`), []string{"/state required"}},
		"unknown state":          {period(`{"state":"ajar"}`), []string{"/state unknown_code"}},
		"unknown kind":           {organisation(`{"name":"x","kind":"Member","active":true}`), []string{"/kind unknown_code"}},
		"object for a string":    {organisation(`{"name":{"canary":"x"},"kind":"member","active":true}`), []string{"/name wrong_type"}},
		"array for an object":    {period(`{"state":["open"]}`), []string{"/state wrong_type"}},
		"unknown in a dimension": {servertest.Request{Method: "POST", Path: "/v1/own/periods/2025/tables", Token: s.Token(t, s.Cast.A), Body: []byte(`{"dimensions":[{"field":"gender","canary":1}]}`)}, []string{"/dimensions/0 unknown_member"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.request.Token == "" {
				c.request.Token = coordinator
			}
			answer := s.Do(t, c.request)
			wantStatus(t, answer, 422, "content_refused")
			var told struct {
				Errors []struct{ Pointer, Code string }
			}
			if err := json.Unmarshal(answer.Body, &told); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range told.Errors {
				got = append(got, e.Pointer+" "+e.Code)
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) || strings.Contains(string(answer.Body), "canary") {
				t.Errorf("%v, want %v\n%s", got, c.want, answer.Body)
			}
		})
	}
}

func TestPeriodsOverHTTP(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	put := func(year, state string) servertest.Response {
		return s.Do(t, servertest.Request{
			Method: "PUT", Path: "/v1/periods/" + year, Token: s.Token(t, s.Cast.Coordinator), Body: []byte(`{"state":"` + state + `"}`),
		})
	}
	wantStatus(t, put("2027", "open"), 200, "")
	wantStatus(t, put("2027", "open"), 200, "")
	wantStatus(t, put("2027", "closed"), 200, "")
	wantStatus(t, put("2027", "open"), 409, "period_closed")
	wantStatus(t, put("2019", "closed"), 404, "period_unknown")
	wantStatus(t, put("2099", "open"), 422, "year_out_of_range")
	wantStatus(t, put("1999", "open"), 400, "invalid_parameter")
	list := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/periods", Token: s.Token(t, s.Cast.Researcher)})
	want := `{"periods":[{"state":"closed","year":2024},{"state":"open","year":2025},{"state":"open","year":2026},{"state":"closed","year":2027}]}` + "\n"
	if string(list.Body) != want {
		t.Errorf("%s", list.Body)
	}
}
