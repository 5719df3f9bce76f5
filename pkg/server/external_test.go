package server_test

import (
	"context"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

// halfway is an authenticator that finds the sign-in too weak.
type halfway struct{}

func (halfway) Authenticate(context.Context, string) (access.Principal, error) {
	return access.Principal{}, fault.New(fault.Unauthenticated, access.CodeAuthenticationWeak)
}

// RFC 9470: a client learns that it is to send its user back to sign in.
func TestAWeakSignInIsChallenged(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Authenticator = halfway{}
		return d
	}})
	answer := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/periods", Token: "x"})
	wantStatus(t, answer, 401, "authentication_weak")
	if got, want := answer.Header.Get("WWW-Authenticate"), `Bearer realm="casestat", error="insufficient_user_authentication"`; got != want {
		t.Errorf("%s", got)
	}
}
