package access

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"math/rand/v2"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"manniskohandel.se/casestat/pkg/fault"
)

// light is a cost at which tests need not wait.
var light = cost{memory: 8, time: 1, lanes: 1}

// stream is a reproducible source of randomness, safe for concurrent use.
type stream struct {
	mu  sync.Mutex
	src *rand.ChaCha8
}

func newStream(seed byte) *stream { return &stream{src: rand.NewChaCha8([32]byte{seed})} }

func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.src.Read(p)
}

// bench is an issuer and a verifier around one key file, with a clock by hand.
type bench struct {
	mu       sync.Mutex
	now      time.Time
	file     KeyFile
	ring     *Ring
	profile  Profile
	issuer   *Issuer
	verifier *Verifier
	outside  *externalVerifier // the same issuer and keys, seen from another service
}

const benchClient = ClientID("0b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3b")

func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}
	b.file = KeyFile{Path: filepath.Join(t.TempDir(), "keys.json"), Clock: b.clock, Random: newStream(1)}
	need[KeyInfo](t)(b.file.Init())
	b.profile = Profile{Issuer: "https://stat.example", Audience: "casestat", Leeway: 5 * time.Second}
	b.ring = need[*Ring](t)(OpenRing(b.file))
	deps := TokenDeps{Profile: b.profile, Ring: b.ring, Clock: b.clock, Random: newStream(2)}
	b.issuer = need[*Issuer](t)(NewIssuer(deps))
	b.verifier = need[*Verifier](t)(NewVerifier(deps))
	b.outside = need[*externalVerifier](t)(newExternalVerifier(External{
		Issuer: b.profile.Issuer, Audience: b.profile.Audience, Algorithm: algorithm, Leeway: b.profile.Leeway,
		OneFactor: true, Clients: map[string]ClientID{string(benchClient): benchClient}, Keys: ringKeys{b.ring},
	}, b.clock))
	return b
}

// ringKeys gives our own keys as those of an external issuer.
type ringKeys struct{ ring *Ring }

func (r ringKeys) Key(_ context.Context, id string) (crypto.PublicKey, error) {
	k, err := r.ring.verifying(id)
	if err != nil {
		return nil, fault.Because(err, fault.NotFound, "no_such_key")
	}
	return k.public(), nil
}

// need stops the test when there is an error.
func need[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *bench) client() Client {
	return Client{ID: benchClient, Role: Submitter, Permissions: []Permission{PeriodsRead, RecordsWrite}}
}

// token is an honest one.
func (b *bench) token(t testing.TB) string {
	t.Helper()
	return need[Token](t)(b.issuer.Issue(b.client(), nil)).Access
}

func (b *bench) key(t testing.TB) tokenKey {
	t.Helper()
	return need[tokenKey](t)(b.ring.signing())
}

// object is a JSON object with raw member values, written in the order of the
// names. A value of "" leaves a member out.
type object map[string]string

func (o object) with(changes object) object {
	all := object{}
	for k, v := range o {
		all[k] = v
	}
	for k, v := range changes {
		all[k] = v
	}
	return all
}

func (o object) String() string {
	var members []string
	for k, v := range o {
		if v != "" {
			members = append(members, `"`+k+`":`+v)
		}
	}
	sort.Strings(members)
	return "{" + strings.Join(members, ",") + "}"
}

func quoted(s string) string { return `"` + s + `"` }

func (b *bench) header(t testing.TB) object {
	return object{"alg": `"EdDSA"`, "typ": `"at+jwt"`, "kid": quoted(b.key(t).id)}
}

func (b *bench) claims() object {
	return object{
		"iss": quoted(b.profile.Issuer), "aud": quoted(b.profile.Audience),
		"sub": quoted(string(benchClient)), "client_id": quoted(string(benchClient)),
		"iat": unix(b.clock()), "nbf": unix(b.clock()), "exp": unix(b.clock().Add(10 * time.Minute)),
		"jti": `"j-1"`, "scope": `"records:write"`,
	}
}

// signed puts the parts together and signs them with the real key, as an
// issuer gone wrong would.
func (b *bench) signed(t testing.TB, header, claims string) string {
	t.Helper()
	text := encoded(header) + "." + encoded(claims)
	return text + "." + b64url(ed25519.Sign(b.key(t).private, []byte(text)))
}

func encoded(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func unix(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// lenient is the contrast to the Verifier: the token library with its defaults
// and with a key function that believes whatever comes.
func (b *bench) lenient(token string, key any) error {
	_, err := jwt.Parse(token, func(*jwt.Token) (any, error) { return key, nil }, jwt.WithTimeFunc(b.clock))
	return err
}

// refuses fails the test unless token is refused with token_invalid, as one of
// our own and as one of an external issuer.
func (b *bench) refuses(t *testing.T, token string) {
	t.Helper()
	b.refusesOwn(t, token)
	_, err := b.outside.verify(t.Context(), token)
	wantRefusal(t, err, fault.Unauthenticated, CodeTokenInvalid)
}

func (b *bench) refusesOwn(t *testing.T, token string) {
	t.Helper()
	wantRefusal(t, verifyErr(b.verifier.Verify(token)), fault.Unauthenticated, CodeTokenInvalid)
}

// judged is refuses, but for what external issuers are free in: that is taken
// from them.
func (b *bench) judged(t *testing.T, token string, free bool) {
	t.Helper()
	if !free {
		b.refuses(t, token)
		return
	}
	b.refusesOwn(t, token)
	if client, err := b.outside.verify(t.Context(), token); err != nil || client != benchClient {
		t.Errorf("from an external issuer: %q, %v; want it taken", client, err)
	}
}

func verifyErr(_ Claims, err error) error { return err }

func wantRefusal(t *testing.T, err error, kind fault.Kind, code fault.Code) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || fault.CodeOf(err) != code {
		t.Fatalf("got %v (kind %d), want kind %d, code %s", err, fault.KindOf(err), kind, code)
	}
}
