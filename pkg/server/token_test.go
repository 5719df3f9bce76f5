package server_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

const form = "application/x-www-form-urlencoded"

func ask(t *testing.T, s *servertest.Service, headers http.Header, body string) servertest.Response {
	t.Helper()
	return s.Do(t, servertest.Request{Method: "POST", Path: "/v1/token", Type: form, Header: headers, Body: []byte(body)})
}

func basic(id, secret string) http.Header {
	return header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+secret)))
}

func TestTokenGivesAccess(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	id, secret := string(s.Cast.A.ID), servertest.Secret(t)
	for name, answer := range map[string]servertest.Response{
		"in the body":   granted(t, s, id, secret),
		"in the header": ask(t, s, basic(id, secret), "grant_type=client_credentials&scope=records%3Aread"),
	} {
		wantStatus(t, answer, 200, "")
		var told api
		if err := json.Unmarshal(answer.Body, &told); err != nil {
			t.Fatal(err)
		}
		if told.TokenType != "Bearer" || told.ExpiresIn != 600 || answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %s", name, answer.Body)
		}
		wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records", Token: told.AccessToken}), 200, "")
		write := s.Do(t, servertest.Request{Method: "DELETE", Path: recordPath(1), Token: told.AccessToken})
		if narrow := told.Scope == "records:read"; narrow != (write.Status == 403) {
			t.Errorf("%s: scope %q may write: %d", name, told.Scope, write.Status)
		}
	}
}

type api struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
	Scope       string
}

func TestTokenRefusalsFollowOAuth(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	id, secret := string(s.Cast.A.ID), servertest.Secret(t)
	good := "grant_type=client_credentials&client_id=" + id + "&client_secret=" + secret
	for name, c := range map[string]struct {
		headers http.Header
		body    string
		status  int
		code    string
	}{
		"unknown client":   {nil, strings.Replace(good, id, servertest.ID(999), 1), 401, "invalid_client"},
		"wrong secret":     {nil, good + "x", 401, "invalid_client"},
		"no credentials":   {nil, "grant_type=client_credentials", 401, "invalid_client"},
		"both ways":        {basic(id, secret), good, 400, "invalid_request"},
		"no grant":         {basic(id, secret), "", 400, "invalid_request"},
		"another grant":    {basic(id, secret), "grant_type=password", 400, "unsupported_grant_type"},
		"too wide a scope": {basic(id, secret), "grant_type=client_credentials&scope=desk:read", 400, "invalid_scope"},
		"unknown scope":    {basic(id, secret), "grant_type=client_credentials&scope=everything", 400, "invalid_scope"},
		"twice":            {nil, good + "&grant_type=client_credentials", 400, "invalid_request"},
		"bad escape":       {nil, good + "&x=%zz", 400, "invalid_request"},
		"semicolon":        {nil, good + ";x=1", 400, "invalid_request"},
		"two headers":      {http.Header{"Authorization": {"Basic x", "Basic y"}}, good, 400, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			answer := ask(t, s, c.headers, c.body)
			if want := `{"error":"` + c.code + `"}`; answer.Status != c.status || strings.TrimSpace(string(answer.Body)) != want {
				t.Errorf("%d %s, want %d %s", answer.Status, answer.Body, c.status, want)
			}
			if c.status == 401 && answer.Header.Get("WWW-Authenticate") != `Basic realm="casestat"` {
				t.Errorf("WWW-Authenticate %q", answer.Header.Get("WWW-Authenticate"))
			}
		})
	}
	unknown := ask(t, s, nil, strings.Replace(good, id, servertest.ID(999), 1))
	wrong := ask(t, s, nil, good+"x")
	if masked(unknown, "-") != masked(wrong, "-") {
		t.Errorf("an unknown client and a wrong secret differ:\n%s\n%s", masked(unknown, "-"), masked(wrong, "-"))
	}
	wantStatus(t, ask(t, s, nil, strings.Repeat("x", 70<<10)), 413, "body_too_large")
	if strings.Contains(s.Log.String(), secret) {
		t.Error("a secret is in the log")
	}
}

// busy is a granter with a full queue.
type busy struct{}

func (busy) Grant(context.Context, access.TokenRequest) (access.Token, error) {
	return access.Token{}, fault.New(fault.Unavailable, access.CodeBusy)
}

func TestTokenUnderLoadSaysWhenToRetry(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Granter = busy{}
		return d
	}})
	answer := granted(t, s, string(s.Cast.A.ID), "x")
	wantStatus(t, answer, 503, "credentials_busy")
	if answer.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}
