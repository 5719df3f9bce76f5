package faults

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/store"
)

const (
	issuerName = "https://login.test"
	issuerLife = 10 * time.Minute // of its tokens
)

// issuer is an OpenID Connect provider whose keys are a file.
type issuer struct {
	file    string
	subject string
	keys    []ed25519.PrivateKey // the last signs
	first   int                  // number of the first of keys
}

func (i *issuer) newKey(t *testing.T) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	i.keys = append(i.keys, key)
}

func (i *issuer) name(n int) string { return "key-" + strconv.Itoa(i.first+n) }

// publish writes the public halves of its keys, as a whole.
func (i *issuer) publish(t *testing.T) {
	t.Helper()
	set := []map[string]string{}
	for n, k := range i.keys {
		public, _ := k.Public().(ed25519.PublicKey)
		set = append(set, map[string]string{
			"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": i.name(n), "x": base64.RawURLEncoding.EncodeToString(public),
		})
	}
	text, err := json.Marshal(map[string]any{"keys": set})
	if err != nil {
		t.Fatal(err)
	}
	replaceFile(t, i.file, text)
}

// replaceFile puts another file in the place of one, so that whoever reads it
// sees either of them whole.
func replaceFile(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name+".new", content, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		t.Fatal(err)
	}
}

// token signs one with the newest key.
func (i *issuer) token(t *testing.T) string {
	t.Helper()
	now := time.Now()
	var signed bytes.Buffer
	for n, part := range []map[string]any{
		{"alg": "EdDSA", "typ": "at+jwt", "kid": i.name(len(i.keys) - 1)},
		{
			"iss": issuerName, "aud": "casestat", "sub": i.subject, "client_id": "staff", "jti": uuid.NewString(),
			"iat": now.Unix(), "exp": now.Add(issuerLife).Unix(),
		},
	} {
		text, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			signed.WriteByte('.')
		}
		signed.WriteString(base64.RawURLEncoding.EncodeToString(text))
	}
	signature := ed25519.Sign(i.keys[len(i.keys)-1], signed.Bytes())
	return signed.String() + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// hasten builds the program with the minutes of pkg/jwks as seconds; it is the
// same in all else.
func hasten(t *testing.T) string {
	t.Helper()
	return mutant(t, "hastened-issuers",
		change{
			"pkg/jwks/source.go",
			"= 5 * time.Minute // after which a set is fetched again\n\tKept     = time.Hour       // for which the last good set counts while no new one can be had\n\tPause    = time.Minute ",
			"= 2 * time.Second\n\tKept     = time.Hour\n\tPause    = time.Second ",
		},
	)
}

// newIssuer founds a platform one of whose submitters signs in elsewhere, and
// starts it.
func newIssuer(t *testing.T) (*service, *issuer) {
	t.Helper()
	s := prepare(t, store.SQLite)
	s.program = hasten(t)
	s.start(t)
	client := s.join(t).Get("client_id")
	s.kill(t)
	folder := t.TempDir()
	i := &issuer{file: filepath.Join(folder, "jwks.json"), subject: uuid.NewString()}
	i.newKey(t)
	i.publish(t)
	issuers := filepath.Join(folder, "issuers.yaml")
	replaceFile(t, issuers, fmt.Appendf(nil, `issuers:
  - issuer: %s
    audience: casestat
    algorithm: EdDSA
    type: at+jwt
    longest_lifetime: %s
    one_factor: true
    keys: {file: %s}
    clients: {%s: %s}
`, issuerName, issuerLife, i.file, i.subject, client))
	s.further = []string{"--issuers-file", issuers}
	s.start(t)
	s.token, s.tokenSince = i.token(t), time.Now()
	return s, i
}

// unheard is what a record without a proper id is answered with, once its token
// has been taken.
const unheard = 400

// awaitStatus returns when a token is answered so.
func awaitStatus(t *testing.T, d honestDoor, token string, want int) {
	t.Helper()
	for range 30_000 { // tries, not a duration
		if status, err := d.with(t.Context(), token, attempt{id: "none"}); err == nil && status == want {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("a token is never answered with %d", want)
}

// TestF18_IssuerKeys replaces the keys of an issuer of OpenID Connect as its
// provider should: the new one is published before it signs, the old one goes
// when its tokens have. No request fails, and the old key then counts no more.
func TestF18_IssuerKeys(t *testing.T) {
	began := time.Now()
	s, i := newIssuer(t)
	p := &purse{honest: honestDoor{s}, tokens: []string{s.token}}
	r := rotation{fault: "F18 issuer's key rotated", backend: store.SQLite, replace: func(t *testing.T) {
		t.Helper()
		old := p.tokens[0]
		i.newKey(t)
		i.publish(t)
		fresh := i.token(t)
		awaitStatus(t, p.honest, fresh, unheard)
		p.add(fresh)
		p.spend()
		i.keys, i.first = i.keys[1:], i.first+1
		i.publish(t)
		awaitStatus(t, p.honest, old, 401)
		s.token = fresh
	}}
	a := r.play(t, s, p, *rotations)
	tell(t, a, began)
	mustServe(t, a)
}

// TestF18_IssuerKeysContrast lets the provider take the old key away while its
// tokens are in use.
func TestF18_IssuerKeysContrast(t *testing.T) {
	began := time.Now()
	s, i := newIssuer(t)
	p := &purse{honest: honestDoor{s}, tokens: []string{s.token}}
	r := rotation{fault: "F18 issuer's key rotated", backend: store.SQLite, contrast: "the old key is dropped at once", replace: func(t *testing.T) {
		t.Helper()
		i.newKey(t)
		i.keys, i.first = i.keys[1:], i.first+1
		i.publish(t)
		s.token = i.token(t)
		awaitStatus(t, p.honest, s.token, unheard)
		p.add(s.token)
	}}
	a := r.play(t, s, p, 2)
	tell(t, a, began)
	mustFail(t, a)
}
