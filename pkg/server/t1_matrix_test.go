package server_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

// The expectation comes from the contract and the clients' permissions, not
// from the table that the gate uses.
func TestT1_Matrix(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	for _, breach := range matrix(t, s) {
		t.Error(breach)
	}
}

func TestT1_Contrast_WithoutPermissionsEverybodyMay(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Authenticator = generous{d.Authenticator}
		return d
	}})
	if len(matrix(t, s)) == 0 {
		t.Error("an authenticator that gives everybody every permission goes unnoticed")
	}
}

// generous ignores what a client may.
type generous struct{ real server.Authenticator }

func (g generous) Authenticate(ctx context.Context, token string) (access.Principal, error) {
	p, err := g.real.Authenticate(ctx, token)
	p.Permissions = []access.Permission{
		access.RecordsWrite, access.RecordsRead, access.PeriodsRead, access.PeriodsManage, access.MembersManage, access.DeskRead,
		access.ReleasesPrepare, access.ReleasesReview, access.TablesRequest,
	}
	return p, err
}

// matrix asks for everything as everybody and tells what was answered otherwise
// than it should be.
func matrix(t *testing.T, s *servertest.Service) (breaches []string) {
	t.Helper()
	good := tokens(t, s)
	for i, op := range server.Table() {
		permissions := contractPermissions(t, op)
		request := sample(t, op, servertest.ID(5000+i))
		for _, who := range everyone(s) {
			request.Token = good[who]
			want := outcome(permissions, may(s.Cast.Everyone()[who], permissions))
			if got := s.Do(t, request); !want(got.Status) {
				breaches = append(breaches, fmt.Sprintf("%s as %s: %d %s", op.ID, who, got.Status, got.Code()))
			}
		}
		for name, token := range badTokens(t, s) {
			request.Token = token
			want := outcome(permissions, false)
			if len(permissions) > 0 {
				want = func(status int) bool { return status == 401 }
			}
			if got := s.Do(t, request); !want(got.Status) {
				breaches = append(breaches, fmt.Sprintf("%s with %s: %d", op.ID, name, got.Status))
			}
		}
	}
	return breaches
}

// outcome says which statuses are right. A public operation never asks who it
// is, but for the token endpoint, which refuses the sample's wrong secret.
func outcome(permissions []access.Permission, allowed bool) func(int) bool {
	switch {
	case len(permissions) == 0:
		return func(status int) bool { return status != 403 }
	case allowed:
		return func(status int) bool { return status != 401 && status != 403 && status < 500 }
	}
	return func(status int) bool { return status == 403 }
}

func badTokens(t *testing.T, s *servertest.Service) map[string]string {
	t.Helper()
	fresh := s.Token(t, s.Cast.A)
	s.Clock.Move(-time.Hour)
	old := s.Token(t, s.Cast.A)
	s.Clock.Move(time.Hour)
	return map[string]string{
		"no token": "", "an expired token": old, "a token for another audience": s.ForeignToken(t, s.Cast.A),
		"half a token": fresh[:len(fresh)/2], "a secret": servertest.Secret(t),
	}
}

// contractPermissions are what openapi.yaml says that the operation asks for:
// one of them is enough.
func contractPermissions(t *testing.T, op server.Entry) (any []access.Permission) {
	t.Helper()
	item := servertest.Contract(t).Paths.Value(op.Path)
	if item == nil || item.GetOperation(op.Method) == nil {
		t.Fatalf("the contract has no %s %s", op.Method, op.Path)
	}
	security := item.GetOperation(op.Method).Security
	if security == nil {
		t.Fatalf("the contract does not say who may %s %s", op.Method, op.Path)
	}
	for _, requirement := range *security {
		any = append(any, access.Permission(requirement["oauth"][0]))
	}
	return any
}

// A 401 says how to authenticate, and a 403 is the same whatever is asked about.
func TestT1_RefusalsSayNothing(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	own := s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(1), Token: s.Token(t, s.Cast.A), Body: []byte(bodies("")["putRecord"])})
	wantStatus(t, own, 201, "")
	for _, op := range server.Table() {
		if len(op.Permissions) == 0 {
			continue
		}
		stranger := s.Do(t, sample(t, op, servertest.ID(1)))
		wantStatus(t, stranger, 401, "token_invalid")
		if stranger.Header.Get("WWW-Authenticate") != `Bearer realm="casestat"` {
			t.Errorf("%s: WWW-Authenticate is %q", op.ID, stranger.Header.Get("WWW-Authenticate"))
		}
	}
	var answers []string
	for n := range 2 {
		answer := s.Do(t, servertest.Request{Method: "GET", Path: recordPath(n), Token: s.Token(t, s.Cast.IntakeOnly)})
		wantStatus(t, answer, 403, "permission_missing")
		answers = append(answers, fmt.Sprint(answer.Header, string(answer.Body)))
	}
	if len(slices.Compact(answers)) != 1 {
		t.Errorf("403 tells what exists:\n%v", answers)
	}
}

// T6: what a client may is asked at every request, not when the token was made.
func TestT6_RevocationCountsAtOnce(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	token, coordinator := s.Token(t, s.Cast.A), s.Token(t, s.Cast.Coordinator)
	ask := servertest.Request{Method: "GET", Path: "/v1/records", Token: token}
	wantStatus(t, s.Do(t, ask), 200, "")
	narrow := fmt.Sprintf(`{"organisation_id":%q,"holder":%q,"role":"submitter","permissions":[]}`, s.Cast.A.Organisation, s.Cast.A.Holder)
	client := "/v1/clients/" + string(s.Cast.A.ID)
	wantStatus(t, s.Do(t, servertest.Request{Method: "PUT", Path: client, Token: coordinator, Body: []byte(narrow)}), 200, "")
	wantStatus(t, s.Do(t, ask), 403, "permission_missing")
	wantStatus(t, s.Do(t, servertest.Request{Method: "DELETE", Path: client, Token: coordinator}), 204, "")
	wantStatus(t, s.Do(t, ask), 401, "token_invalid")
}

func TestT1_OnlyOneAuthorizationHeaderOfTheRightKind(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	token := s.Token(t, s.Cast.A)
	for name, values := range map[string][]string{
		"two": {"Bearer " + token, "Bearer " + token}, "basic": {"Basic " + token}, "bare": {token}, "empty": {"Bearer "},
		"two spaces": {"Bearer  " + token}, "trailing": {"Bearer " + token + " x"}, "comma": {"Bearer " + token + ",Bearer " + token},
	} {
		answer := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records", Header: map[string][]string{"Authorization": values}})
		if answer.Status != 401 {
			t.Errorf("%s: %d", name, answer.Status)
		}
	}
	answer := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records", Header: header("Authorization", "bearer "+token)})
	wantStatus(t, answer, 200, "") // the scheme's name has no case
	answer = s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records?access_token=" + token})
	wantStatus(t, answer, 401, "token_invalid")
}
