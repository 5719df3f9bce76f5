package access

import (
	"context"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
)

const grantSecret = "casestat_secret_right"

// register is a Directory by hand.
type register struct {
	client       Client
	organisation Organisation
	err          error
}

func (r *register) Client(_ context.Context, id ClientID) (Client, Organisation, error) {
	switch {
	case r.err != nil:
		return Client{}, Organisation{}, r.err
	case id != r.client.ID:
		return Client{}, Organisation{}, fault.New(fault.NotFound, "client_unknown")
	}
	return r.client, r.organisation, nil
}

// office is a bench with a grant on top.
type office struct {
	*bench
	register *register
	hasher   *Hasher
	grant    *ClientCredentials
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{bench: newBench(t), hasher: lightHasher(t, HasherConfig{Concurrent: 1, Waiting: 1})}
	o.register = &register{client: o.client(), organisation: Organisation{Active: true}}
	o.register.client.Secret = need[string](t)(o.hasher.Hash(t.Context(), grantSecret))
	o.grant = need[*ClientCredentials](t)(NewClientCredentials(o.register, o.hasher, o.issuer, newStream(7)))
	return o
}

func form(pairs ...string) url.Values {
	v := url.Values{"grant_type": {"client_credentials"}}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func basicAuth(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

func TestParseTokenRequest_takes_what_the_RFC_allows(t *testing.T) {
	withScope := TokenRequest{Client: "a b", Secret: "s:%+é", Scope: []Permission{"x", "y"}, Basic: true}
	plain := TokenRequest{Client: "id", Secret: "s"}
	for _, c := range []struct {
		name, authorization string
		body                url.Values
		want                TokenRequest
	}{
		{"body", "", form("client_id", "id", "client_secret", "s"), plain},
		{"empty scope", "", form("client_id", "id", "client_secret", "s", "scope", ""), plain},
		{"unknown parameter", "", form("client_id", "id", "client_secret", "s", "resource", "x"), plain},
		{"basic, encoded halves", basicAuth("a+b", "s%3A%25%2B%C3%A9"), form("scope", "x y"), withScope},
		{"basic, lower case", "basic " + base64.StdEncoding.EncodeToString([]byte("id:s")), form(), TokenRequest{Client: "id", Secret: "s", Basic: true}},
		{"basic, id repeated in the body", basicAuth("id", "s"), form("client_id", "id"), TokenRequest{Client: "id", Secret: "s", Basic: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseTokenRequest(c.authorization, c.body)
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Errorf("error %v, difference %s", err, diff)
			}
		})
	}
}

func TestParseTokenRequest_refuses_by_the_RFC(t *testing.T) {
	good := []string{"client_id", "id", "client_secret", "s"}
	many := form(good...)
	for _, name := range strings.Split("a b c d e f g h i j k l m n", " ") {
		many.Add(name, "1")
	}
	long := strings.Repeat("x", maxParameter+1)
	for _, c := range []struct {
		name, authorization string
		body                url.Values
		want                fault.Code
	}{
		{"nothing", "", url.Values{}, CodeInvalidClient},
		{"no grant type", "", url.Values{"client_id": {"id"}, "client_secret": {"s"}}, CodeInvalidRequest},
		{"another grant type", "", url.Values{"client_id": {"id"}, "client_secret": {"s"}, "grant_type": {"password"}}, CodeUnsupportedGrantType},
		{"no secret", "", form("client_id", "id"), CodeInvalidClient},
		{"no id", "", form("client_secret", "s"), CodeInvalidClient},
		{"two ways at once", basicAuth("id", "s"), form(good...), CodeInvalidRequest},
		{"another id in the body", basicAuth("id", "s"), form("client_id", "other"), CodeInvalidRequest},
		{"repeated", "", form(append(good, "client_id", "id")...), CodeInvalidRequest},
		{"unknown and repeated", "", form(append(good, "x", "1", "x", "2")...), CodeInvalidRequest},
		{"too many", "", many, CodeInvalidRequest},
		{"long value", "", form("client_id", "id", "client_secret", long), CodeInvalidRequest},
		{"long name", "", form(append(good, long, "1")...), CodeInvalidRequest},
		{"long header", basicAuth("id", strings.Repeat("x", 4*maxParameter)), form(), CodeInvalidRequest},
		{"long half", basicAuth("id", long), form(), CodeInvalidRequest},
		{"another scheme", "Bearer x", form(), CodeInvalidClient},
		{"no base64", "Basic !", form(), CodeInvalidRequest},
		{"line break in base64", "Basic aWQ\n6cw==", form(), CodeInvalidRequest},
		{"no colon", "Basic " + base64.StdEncoding.EncodeToString([]byte("id")), form(), CodeInvalidRequest},
		{"bad escape in id", basicAuth("%zz", "s"), form(), CodeInvalidRequest},
		{"bad escape in secret", basicAuth("id", "%z"), form(), CodeInvalidRequest},
		{"empty secret", basicAuth("id", ""), form(), CodeInvalidClient},
		{"scope with two spaces", "", form(append(good, "scope", "a  b")...), CodeInvalidScope},
		{"scope with a quote", "", form(append(good, "scope", `a"b`)...), CodeInvalidScope},
		{"scope with a line break", "", form(append(good, "scope", "a\nb")...), CodeInvalidScope},
		{"scope repeated", "", form(append(good, "scope", "a a")...), CodeInvalidScope},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseTokenRequest(c.authorization, c.body)
			wantGrantError(t, err, c.want, c.authorization != "")
		})
	}
}

func wantGrantError(t *testing.T, err error, code fault.Code, basic bool) {
	t.Helper()
	refusal, ok := errors.AsType[*GrantError](err)
	if !ok || refusal.Code != code || refusal.Basic != basic || fault.CodeOf(err) != code {
		t.Fatalf("got %v, want %s (basic %v)", err, code, basic)
	}
	if fault.KindOf(err) == fault.Internal {
		t.Errorf("%v counts as our own fault", err)
	}
}

func TestClientCredentials_give_what_was_asked_and_no_more(t *testing.T) {
	o := newOffice(t)
	for _, c := range []struct {
		scope, want []Permission
	}{
		{nil, []Permission{PeriodsRead, RecordsWrite}},
		{[]Permission{RecordsWrite}, []Permission{RecordsWrite}},
	} {
		token, err := o.grant.Grant(t.Context(), TokenRequest{Client: benchClient, Secret: grantSecret, Scope: c.scope})
		if err != nil {
			t.Fatal(err)
		}
		principal := need[Principal](t)(Authenticator{Verifier: o.verifier, Directory: o.register}.Authenticate(t.Context(), token.Access))
		want := Principal{Client: benchClient, Role: Submitter, Permissions: c.want}
		if diff := cmp.Diff(want, principal); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(Token{token.Access, 10 * time.Minute, c.want}, token); diff != "" {
			t.Error(diff)
		}
	}
}

func TestClientCredentials_refuse_by_the_RFC(t *testing.T) {
	right := TokenRequest{Client: benchClient, Secret: grantSecret}
	for _, c := range []struct {
		name    string
		change  func(*register)
		request TokenRequest
		want    fault.Code
	}{
		{"wrong secret", func(*register) {}, TokenRequest{Client: benchClient, Secret: "a-guess"}, CodeInvalidClient},
		{"unknown client", func(*register) {}, TokenRequest{Client: "other", Secret: grantSecret, Basic: true}, CodeInvalidClient},
		{"revoked", func(r *register) { r.client.Revoked = true }, right, CodeInvalidClient},
		{"inactive", func(r *register) { r.organisation.Active = false }, right, CodeInvalidClient},
		{"nothing to grant", func(r *register) { r.client.Permissions = nil }, right, CodeUnauthorizedClient},
		{"too much", func(*register) {}, TokenRequest{Client: benchClient, Secret: grantSecret, Scope: []Permission{RecordsWrite, MembersManage}}, CodeInvalidScope},
		{"unknown scope", func(*register) {}, TokenRequest{Client: benchClient, Secret: grantSecret, Scope: []Permission{"root"}}, CodeInvalidScope},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t)
			c.change(o.register)
			token, err := o.grant.Grant(t.Context(), c.request)
			wantGrantError(t, err, c.want, c.request.Basic)
			if token.Access != "" || strings.Contains(err.Error(), c.request.Secret) {
				t.Error("a token came along, or the error tells the secret")
			}
		})
	}
}

func TestClientCredentials_faults_of_ours_are_not_blamed_on_the_client(t *testing.T) {
	o := newOffice(t)
	right := TokenRequest{Client: benchClient, Secret: grantSecret}
	o.register.client.Secret = "tampered"
	if _, err := o.grant.Grant(t.Context(), right); fault.KindOf(err) != fault.Internal || !errors.Is(err, errHash) {
		t.Errorf("a tampered hash gives %v", err)
	}
	o.register.err = fault.New(fault.Unavailable, "directory_unavailable")
	_, err := o.grant.Grant(t.Context(), right)
	wantRefusal(t, err, fault.Unavailable, "directory_unavailable")
	_, err = Authenticator{Verifier: o.verifier, Directory: o.register}.Authenticate(t.Context(), o.token(t))
	wantRefusal(t, err, fault.Unavailable, "directory_unavailable")
}

func TestT14_unknown_client_and_wrong_secret_take_the_same_way(t *testing.T) {
	o := newOffice(t)
	unknown := TokenRequest{Client: "6d0f0c52-93f5-4c9e-8b64-0d8a5b8f0c11", Secret: grantSecret}
	wrong := TokenRequest{Client: benchClient, Secret: "a-guess"}
	_, unknownErr := o.grant.Grant(t.Context(), unknown)
	_, wrongErr := o.grant.Grant(t.Context(), wrong)
	wantGrantError(t, unknownErr, CodeInvalidClient, false)
	wantGrantError(t, wrongErr, CodeInvalidClient, false)
	// Both need the hasher: with no turn to be had, both are told to wait.
	release := held(o.hasher)
	defer release()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range []TokenRequest{unknown, wrong} {
		_, err := o.grant.Grant(ended, r)
		wantRefusal(t, err, fault.Unavailable, CodeBusy)
	}
}

func TestT14_a_flood_of_guesses_does_not_lock_a_client_out(t *testing.T) {
	o := newOffice(t)
	right := TokenRequest{Client: benchClient, Secret: grantSecret}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	release := held(o.hasher)
	// The contrast: a secret not yet proven here has to wait like all others.
	_, err := o.grant.Grant(ended, right)
	wantRefusal(t, err, fault.Unavailable, CodeBusy)
	release()
	need[Token](t)(o.grant.Grant(t.Context(), right))

	release = held(o.hasher)
	need[Token](t)(o.grant.Grant(ended, right))
	_, err = o.grant.Grant(ended, TokenRequest{Client: benchClient, Secret: "a-guess"})
	wantRefusal(t, err, fault.Unavailable, CodeBusy)
	release()

	// A new secret ends the old one, proven or not; so does revocation.
	before := o.register.client.Secret
	o.register.client.Secret = need[string](t)(o.hasher.Hash(t.Context(), "casestat_secret_new"))
	_, err = o.grant.Grant(t.Context(), right)
	wantGrantError(t, err, CodeInvalidClient, false)
	o.register.client.Secret, o.register.client.Revoked = before, true
	_, err = o.grant.Grant(t.Context(), right)
	wantGrantError(t, err, CodeInvalidClient, false)
}

func TestT6_a_token_counts_only_while_its_client_stands(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*register)
		holds  bool
	}{
		"stands":   {func(*register) {}, true},
		"revoked":  {func(r *register) { r.client.Revoked = true }, false},
		"inactive": {func(r *register) { r.organisation.Active = false }, false},
		"unknown":  {func(r *register) { r.client.ID = "another" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			token := o.token(t)
			c.change(o.register)
			_, err := Authenticator{Verifier: o.verifier, Directory: o.register}.Authenticate(t.Context(), token)
			if c.holds {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantRefusal(t, err, fault.Unauthenticated, CodeTokenInvalid)
			// Teeth: by itself the token is good.
			if _, err := o.verifier.Verify(token); err != nil {
				t.Errorf("the token alone: %v", err)
			}
		})
	}
}

func TestT6_a_permission_taken_away_is_gone_from_old_tokens(t *testing.T) {
	o := newOffice(t)
	token := o.token(t)
	o.register.client.Permissions = []Permission{PeriodsRead, RecordsRead}
	principal := need[Principal](t)(Authenticator{Verifier: o.verifier, Directory: o.register}.Authenticate(t.Context(), token))
	if diff := cmp.Diff([]Permission{PeriodsRead}, principal.Permissions); diff != "" {
		t.Error(diff)
	}
	wantRefusal(t, principal.Require(RecordsWrite), fault.Forbidden, CodePermissionMissing)
	if err := principal.Require(PeriodsRead); err != nil {
		t.Error(err)
	}
	_, err := Authenticator{Verifier: o.verifier, Directory: o.register}.Authenticate(t.Context(), token+"A")
	wantRefusal(t, err, fault.Unauthenticated, CodeTokenInvalid)
}
