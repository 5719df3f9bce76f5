package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/jwks"
)

const foreignClient = access.ClientID("0b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3b")

// oneClient is a directory of one.
type oneClient struct{}

func (oneClient) Client(_ context.Context, id access.ClientID) (access.Client, access.Organisation, error) {
	if id != foreignClient {
		return access.Client{}, access.Organisation{}, fault.New(fault.NotFound, access.CodeTokenInvalid)
	}
	return access.Client{ID: id, Role: access.Reviewer, Permissions: []access.Permission{access.ReleasesReview}}, access.Organisation{Active: true}, nil
}

// loginServer serves the public part of its key over TLS and signs tokens.
type loginServer struct {
	*httptest.Server
	private ed25519.PrivateKey
}

func newLoginServer(t *testing.T) *loginServer {
	t.Helper()
	l := &loginServer{private: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
	x := base64.RawURLEncoding.EncodeToString(l.private.Public().(ed25519.PublicKey))
	l.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1","x":%q}]}`, x)
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *loginServer) token(t *testing.T, changes map[string]any) string {
	t.Helper()
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": "https://login.example", "aud": "casestat", "sub": "reviewer@example", "client_id": "web", "jti": "1",
		"iat": now, "exp": now + 300, "amr": []string{"pwd", "otp"},
	}
	for name, value := range changes {
		claims[name] = value
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"EdDSA","typ":"at+jwt","kid":"1"}`)) + "." + base64.RawURLEncoding.EncodeToString(payload)
	return text + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(l.private, []byte(text)))
}

// write puts text into a file of its own.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const entry = `issuers:
  - issuer: https://login.example
    audience: casestat
    algorithm: EdDSA
    amr: [otp]
    keys: {url: %q, private_network: true, ca_file: %q}
    clients: {reviewer@example: 0b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3b}
`

// T12: from the file of issuers, over the network, to who stands behind a token.
func TestT12_TheFileOfIssuersOpensTheDoor(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	login := newLoginServer(t)
	ca := write(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: login.Certificate().Raw})))
	running := &service{}
	deps := access.TokenDeps{Profile: access.Profile{Issuer: "https://casestat.example", Audience: "casestat", Leeway: access.DefaultLeeway}, Clock: time.Now}
	externals, err := running.externals(write(t, "issuers.yaml", fmt.Sprintf(entry, login.URL, ca)), deps)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	tick := make(chan time.Time)
	go func() {
		running.abroad[0].Run(ctx, tick, func(err error) { t.Error(err) })
		close(ended)
	}()
	defer func() { stop(); <-ended; login.CloseClientConnections(); login.Close() }()
	tick <- time.Now()
	door := access.Authenticator{Directory: oneClient{}, Externals: externals}
	who, err := door.Authenticate(t.Context(), login.token(t, nil))
	if err != nil || who.Client != foreignClient || !who.Can(access.ReleasesReview) {
		t.Errorf("%+v, %v", who, err)
	}
	for name, c := range map[string]struct {
		claims map[string]any
		want   fault.Code
	}{
		"one factor": {map[string]any{"amr": []string{"pwd"}}, access.CodeAuthenticationWeak},
		"a stranger": {map[string]any{"sub": "somebody@example"}, access.CodeTokenInvalid},
	} {
		if _, err := door.Authenticate(t.Context(), login.token(t, c.claims)); fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestT20_AFileOfIssuersThatIsNotRightIsRefused(t *testing.T) {
	good := fmt.Sprintf(entry, "https://127.0.0.1:1/keys", "")
	deps := access.TokenDeps{Profile: access.Profile{Issuer: "https://casestat.example", Audience: "casestat"}, Clock: time.Now}
	read := func(text string) error {
		_, err := (&service{}).externals(write(t, "issuers.yaml", text), deps)
		return err
	}
	if err := read(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"an unknown word":     {"audience:", "audiences:"},
		"discovery":           {"keys: {", "keys: {discovery: true, "},
		"http":                {"https://127.0.0.1:1/keys", "http://127.0.0.1:1/keys"},
		"a literal address":   {"private_network: true", "private_network: false"},
		"two places":          {"keys: {", "keys: {file: keys.json, "},
		"no place":            {`url: "https://127.0.0.1:1/keys", `, ""},
		"no certificates":     {`ca_file: ""`, "ca_file: nowhere.pem"},
		"a secret":            {"EdDSA", "HS256"},
		"no factor":           {"amr: [otp]", "amr: []"},
		"our own issuer":      {"https://login.example", "https://casestat.example"},
		"a subject twice":     {"clients: {", "clients: {reviewer@example: 1b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3b, "},
		"a client twice":      {"clients: {", "clients: {other@example: 0b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3b, "},
		"no client":           {"0b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3b", "coordinator"},
		"a lifetime of a day": {"amr:", "longest_lifetime: 24h\n    amr:"},
		"a second document":   {"issuers:\n", "issuers: []\n---\nissuers:\n"},
		"nothing":             {good, ""},
		"no issuer":           {good, "issuers: []\n"},
	} {
		if !strings.Contains(good, change[0]) {
			t.Fatalf("%s: there is nothing to spoil", name)
		}
		if read(strings.Replace(good, change[0], change[1], 1)) == nil {
			t.Errorf("%s is taken", name)
		}
	}
	shared := write(t, "issuers.yaml", good)
	if err := os.Chmod(shared, 0o620); err != nil {
		t.Fatal(err)
	}
	if _, err := readIssuers(shared); err == nil {
		t.Error("a file that others can write is taken")
	}
	if _, err := (keysEntry{URL: "https://login.example", CAFile: write(t, "ca.pem", "no certificate")}).fetch(); err == nil {
		t.Error("a file without certificates is taken")
	}
	if _, err := (keysEntry{File: "keys.json", PrivateNetwork: true}).fetch(); err == nil {
		t.Error("a file in a private network is taken")
	}
	if externals, err := (&service{}).externals("", deps); externals != nil || err != nil {
		t.Errorf("no file: %v, %v", externals, err)
	}
	var _ access.KeySource = (*jwks.Source)(nil)
}
