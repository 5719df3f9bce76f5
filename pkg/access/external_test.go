package access

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
)

// embassy is an external issuer: its key, and an authenticator of ours that
// knows it.
type embassy struct {
	*office
	method  jwt.SigningMethod
	private crypto.Signer
	profile External
	keys    *keyring
}

// keyring is a KeySource by hand.
type keyring struct {
	keys map[string]crypto.PublicKey
	err  error // what it answers instead, if not nil
}

func (k *keyring) Key(_ context.Context, id string) (crypto.PublicKey, error) {
	if k.err != nil {
		return nil, k.err
	}
	if key, ok := k.keys[id]; ok {
		return key, nil
	}
	return nil, fault.New(fault.NotFound, "no_such_key")
}

const abroad = "https://login.example"

func newEmbassy(t testing.TB, method jwt.SigningMethod, private crypto.Signer) *embassy {
	t.Helper()
	e := &embassy{office: newOffice(t), method: method, private: private, keys: &keyring{keys: map[string]crypto.PublicKey{"k1": private.Public()}}}
	e.profile = External{
		Issuer: abroad, Audience: "casestat-api", Algorithm: method.Alg(), AMR: []string{"mfa"}, ACR: []string{"high", "higher"},
		Clients: map[string]ClientID{"person-1": benchClient}, Keys: e.keys,
	}
	return e
}

func newEdEmbassy(t testing.TB) *embassy {
	t.Helper()
	return newEmbassy(t, jwt.SigningMethodEdDSA, ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
}

// authenticator knows the embassy as its profile is now.
func (e *embassy) authenticator(t testing.TB) Authenticator {
	t.Helper()
	externals := need[*Externals](t)(NewExternals(e.bench.profile, e.clock, e.profile))
	return Authenticator{Verifier: e.verifier, Directory: e.register, Externals: externals}
}

func (e *embassy) header() object {
	return object{"alg": quoted(e.method.Alg()), "typ": `"at+jwt"`, "kid": `"k1"`}
}

func (e *embassy) claims() object {
	return object{
		"iss": quoted(abroad), "aud": `"casestat-api"`, "sub": `"person-1"`, "client_id": `"web"`, "jti": `"1"`,
		"iat": unix(e.clock()), "exp": unix(e.clock().Add(5 * time.Minute)), "acr": `"high"`, "amr": `["pwd","mfa"]`,
	}
}

func (e *embassy) signedWith(t testing.TB, method jwt.SigningMethod, private any, header, claims object) string {
	t.Helper()
	text := encoded(header.String()) + "." + encoded(claims.String())
	return text + "." + b64url(need[[]byte](t)(method.Sign(text, private)))
}

func (e *embassy) visa(t testing.TB, header, claims object) string {
	t.Helper()
	return e.signedWith(t, e.method, e.private, e.header().with(header), e.claims().with(claims))
}

// asks gives what the authenticator says of a token.
func (e *embassy) asks(t testing.TB, token string) error {
	t.Helper()
	_, err := e.authenticator(t).Authenticate(t.Context(), token)
	return err
}

func TestAnExternalTokenSaysWhoAndTheClientSaysWhat(t *testing.T) {
	e := newEdEmbassy(t)
	token := e.visa(t, nil, object{"scope": `"members:manage records:read openid"`, "roles": `["coordinator"]`})
	got := need[Principal](t)(e.authenticator(t).Authenticate(t.Context(), token))
	want := Principal{Client: benchClient, Role: Submitter, Permissions: []Permission{PeriodsRead, RecordsWrite}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnExternalTokenOutlivesNeitherClientNorOrganisation(t *testing.T) {
	e := newEdEmbassy(t)
	token := e.visa(t, nil, nil)
	e.register.client.Revoked = true
	wantRefusal(t, e.asks(t, token), fault.Unauthenticated, CodeTokenInvalid)
	e.register.client.Revoked = false
	e.register.organisation.Active = false
	wantRefusal(t, e.asks(t, token), fault.Unauthenticated, CodeTokenInvalid)
	e.register.organisation.Active = true
	if err := e.asks(t, token); err != nil {
		t.Errorf("the same token for a client in good standing: %v", err)
	}
}

func TestT8_every_allowed_algorithm_takes_its_own_keys_alone(t *testing.T) {
	rsaKey := need[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048))
	p256 := need[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	p384 := need[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	ed := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	signers := map[string]crypto.Signer{"RS256": rsaKey, "PS256": rsaKey, "ES256": p256, "ES384": p384, "EdDSA": ed}
	others := map[string]crypto.PublicKey{"P-521": need[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P521(), rand.Reader)).Public(), "a secret": []byte("secret"), "nothing": nil, "no number": &rsa.PublicKey{}, "a short one": ed25519.PublicKey{1}}
	for alg, signer := range signers {
		e := newEmbassy(t, jwt.GetSigningMethod(alg), signer)
		if err := e.asks(t, e.visa(t, nil, nil)); err != nil {
			t.Errorf("%s: an honest token: %v", alg, err)
		}
		for other, stranger := range signers {
			if other == alg {
				continue
			}
			token := e.signedWith(t, jwt.GetSigningMethod(other), stranger, e.header().with(object{"alg": quoted(other)}), e.claims())
			e.keys.keys["k1"] = stranger.Public()
			wantRefusal(t, e.asks(t, token), fault.Unauthenticated, CodeTokenInvalid)
			if suited[alg](stranger.Public()) != suited[other](signer.Public()) {
				t.Errorf("%s takes the key of %s", alg, other)
			}
		}
		for name, key := range others {
			if suited[alg](key) {
				t.Errorf("%s takes %s", alg, name)
			}
		}
	}
	if diff := cmp.Diff(len(signers), len(ExternalAlgorithms())); diff != "" {
		t.Error(diff)
	}
}

// What the library below does not look at: the size of a key, and its curve.
func TestT8_weak_keys_of_external_issuers(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0")
	short := need[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 1024))
	p384 := need[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	for name, c := range map[string]struct {
		method jwt.SigningMethod
		key    crypto.Signer
	}{"RSA of 1,024 bits": {jwt.SigningMethodRS256, short}, "PSS of 1,024 bits": {jwt.SigningMethodPS256, short}} {
		e := newEmbassy(t, c.method, c.key)
		token := e.visa(t, nil, nil)
		wantRefusal(t, e.asks(t, token), fault.Unauthenticated, CodeTokenInvalid)
		if err := e.lenient(token, c.key.Public()); err != nil {
			t.Errorf("%s: a lenient verifier does not take it either: %v", name, err)
		}
	}
	// ES256 as some library might make it on another curve: a signature of the right length.
	e := newEmbassy(t, jwt.SigningMethodES256, p384)
	text := encoded(e.header().String()) + "." + encoded(e.claims().String())
	wantRefusal(t, e.asks(t, text+"."+b64url(make([]byte, 64))), fault.Unauthenticated, CodeTokenInvalid)
}

func TestT8_an_external_public_key_is_no_secret(t *testing.T) {
	e := newEdEmbassy(t)
	public := e.private.Public().(ed25519.PublicKey)
	token := e.signedWith(t, jwt.SigningMethodHS256, []byte(public), e.header().with(object{"alg": `"HS256"`}), e.claims())
	wantRefusal(t, e.asks(t, token), fault.Unauthenticated, CodeTokenInvalid)
	if err := e.lenient(token, []byte(public)); err != nil {
		t.Errorf("the attack does not work on a lenient verifier either: %v", err)
	}
}

// T11: an ID token is for the application that got it. Where the issuer marks
// access tokens with JWT as well, only claims tell them apart.
func TestT11_an_id_token_opens_nothing(t *testing.T) {
	e := newEdEmbassy(t)
	e.profile.Type = "JWT"
	plain := object{"typ": `"JWT"`}
	for name, claims := range map[string]object{
		"nonce": {"nonce": `"n"`}, "nonce null": {"nonce": "null"}, "access hash": {"at_hash": `"x"`}, "code hash": {"c_hash": `"x"`},
		"state hash": {"s_hash": `"x"`}, "kind": {"typ": `"ID"`}, "a refresh token": {"typ": `"Refresh"`},
		"no party": {"client_id": ""}, "made for its party": {"client_id": "", "azp": `"casestat-api"`},
		"made for its client": {"client_id": `"casestat-api"`}, "both": {"azp": `"casestat-api"`},
	} {
		t.Run(name, func(t *testing.T) {
			token := e.visa(t, plain, claims)
			wantRefusal(t, e.asks(t, token), fault.Unauthenticated, CodeTokenInvalid)
			if err := e.lenient(token, e.private.Public()); err != nil {
				t.Errorf("a lenient verifier does not take it either: %v", err)
			}
		})
	}
	for name, claims := range map[string]object{
		"as it is": {}, "azp": {"client_id": "", "azp": `"web"`}, "kind": {"typ": `"Bearer"`}, "no jti": {"jti": ""}, "nbf": {"nbf": unix(e.clock())},
	} {
		if err := e.asks(t, e.visa(t, plain, claims)); err != nil {
			t.Errorf("%s: an access token: %v", name, err)
		}
	}
	wantRefusal(t, e.asks(t, e.visa(t, nil, nil)), fault.Unauthenticated, CodeTokenInvalid) // at+jwt is another type
}

func TestAWeakSignInIsToldSoAndOpensNothing(t *testing.T) {
	e := newEdEmbassy(t)
	for name, claims := range map[string]object{
		"no acr": {"acr": ""}, "another acr": {"acr": `"low"`}, "acr in another case": {"acr": `"HIGH"`}, "acr empty": {"acr": `""`},
		"no amr": {"amr": ""}, "amr without it": {"amr": `["pwd"]`}, "amr empty": {"amr": "[]"}, "amr null": {"amr": "null"},
	} {
		t.Run(name, func(t *testing.T) {
			wantRefusal(t, e.asks(t, e.visa(t, nil, claims)), fault.Unauthenticated, CodeAuthenticationWeak)
			// Not before all else is right.
			wantRefusal(t, e.asks(t, e.visa(t, nil, claims.with(object{"sub": `"person-2"`}))), fault.Unauthenticated, CodeTokenInvalid)
			wantRefusal(t, e.asks(t, e.visa(t, nil, claims.with(object{"aud": `"other"`}))), fault.Unauthenticated, CodeTokenInvalid)
		})
	}
	for name, claims := range map[string]object{"amr text": {"amr": `"mfa"`}, "acr list": {"acr": `["high"]`}} {
		t.Run(name, func(t *testing.T) {
			wantRefusal(t, e.asks(t, e.visa(t, nil, claims)), fault.Unauthenticated, CodeTokenInvalid)
		})
	}
	if err := e.asks(t, e.visa(t, nil, object{"acr": `"higher"`})); err != nil {
		t.Errorf("the other acr: %v", err)
	}
	// The contrast: where one factor is enough, the same tokens are taken.
	e.profile.ACR, e.profile.AMR, e.profile.OneFactor = nil, nil, true
	if err := e.asks(t, e.visa(t, nil, object{"acr": "", "amr": ""})); err != nil {
		t.Errorf("with one factor: %v", err)
	}
}

// A second factor would be worth nothing if the client's secret did as well.
func TestAClientOfAnExternalIssuerHasNoOtherWayIn(t *testing.T) {
	e := newEdEmbassy(t)
	a := e.authenticator(t)
	own := e.token(t)
	_, err := a.Authenticate(t.Context(), own)
	wantRefusal(t, err, fault.Unauthenticated, CodeTokenInvalid)
	asked := TokenRequest{Client: benchClient, Secret: grantSecret}
	grant := need[*ClientCredentials](t)(NewClientCredentials(a.Externals.Others(e.register), e.hasher, e.issuer, newStream(8)))
	_, err = grant.Grant(t.Context(), asked)
	wantRefusal(t, err, fault.Unauthenticated, CodeInvalidClient)
	// The contrast: without the issuer both open the door.
	need[Principal](t)(Authenticator{Verifier: e.verifier, Directory: e.register}.Authenticate(t.Context(), own))
	need[Token](t)(e.grant.Grant(t.Context(), asked))
}

func TestUnknownKeysAreRefusedAndMissingOnesWaitedFor(t *testing.T) {
	e := newEdEmbassy(t)
	wantRefusal(t, e.asks(t, e.visa(t, object{"kid": `"k2"`}, nil)), fault.Unauthenticated, CodeTokenInvalid)
	e.keys.err = fault.New(fault.Unavailable, "keys_unavailable")
	wantRefusal(t, e.asks(t, e.visa(t, nil, nil)), fault.Unavailable, "keys_unavailable")
	e.keys.err = errors.New("something else")
	wantRefusal(t, e.asks(t, e.visa(t, nil, nil)), fault.Unauthenticated, CodeTokenInvalid)
}

func TestT12_two_issuers_with_the_same_kid_do_not_mix(t *testing.T) {
	e := newEdEmbassy(t)
	second := e.profile
	second.Issuer, second.Clients = "https://other.example", map[string]ClientID{"person-1": "1b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3b"}
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = 1
	stranger := ed25519.NewKeyFromSeed(seed)
	second.Keys = &keyring{keys: map[string]crypto.PublicKey{"k1": stranger.Public()}}
	externals := need[*Externals](t)(NewExternals(e.bench.profile, e.clock, e.profile, second))
	a := Authenticator{Verifier: e.verifier, Directory: e.register, Externals: externals}
	// The second issuer signs in the first one's name, and the other way round.
	forged := e.signedWith(t, e.method, stranger, e.header(), e.claims())
	swapped := e.visa(t, nil, object{"iss": `"https://other.example"`})
	for _, token := range []string{forged, swapped} {
		_, err := a.Authenticate(t.Context(), token)
		wantRefusal(t, err, fault.Unauthenticated, CodeTokenInvalid)
	}
	// The contrast: with the keys of both in one pot, the forgery holds.
	pot := jwt.VerificationKeySet{Keys: []jwt.VerificationKey{e.private.Public(), stranger.Public()}}
	if err := e.lenient(forged, pot); err != nil {
		t.Errorf("the attack does not work on one pot of keys either: %v", err)
	}
}

func TestAnExternalIssuerOutOfBoundsIsRefused(t *testing.T) {
	e := newEdEmbassy(t)
	for name, change := range map[string]func(*External){
		"no issuer":        func(x *External) { x.Issuer = "" },
		"our own":          func(x *External) { x.Issuer = e.bench.profile.Issuer },
		"no audience":      func(x *External) { x.Audience = "" },
		"no keys":          func(x *External) { x.Keys = nil },
		"no algorithm":     func(x *External) { x.Algorithm = "" },
		"none":             func(x *External) { x.Algorithm = "none" },
		"a secret":         func(x *External) { x.Algorithm = "HS256" },
		"another case":     func(x *External) { x.Algorithm = "eddsa" },
		"an ID token":      func(x *External) { x.Type = "id+jwt" },
		"beyond an hour":   func(x *External) { x.MaxLifetime = time.Hour + time.Second },
		"negative":         func(x *External) { x.MaxLifetime = -time.Second },
		"leeway":           func(x *External) { x.Leeway = time.Minute + 1 },
		"negative leeway":  func(x *External) { x.Leeway = -1 },
		"no factor":        func(x *External) { x.ACR, x.AMR = nil, nil },
		"factor and none":  func(x *External) { x.OneFactor = true },
		"empty acr":        func(x *External) { x.ACR = []string{""} },
		"empty amr":        func(x *External) { x.AMR = []string{""} },
		"nobody":           func(x *External) { x.Clients = nil },
		"an empty subject": func(x *External) { x.Clients[""] = "2b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3b" },
		"no client's id":   func(x *External) { x.Clients["person-2"] = "admin" },
		"a shared client":  func(x *External) { x.Clients["person-2"] = benchClient },
	} {
		t.Run(name, func(t *testing.T) {
			x := e.profile
			x.Clients = maps.Clone(x.Clients)
			change(&x)
			if _, err := NewExternals(e.bench.profile, e.clock, x); err == nil {
				t.Error("it is taken")
			}
		})
	}
	if _, err := NewExternals(e.bench.profile, e.clock, e.profile, e.profile); err == nil {
		t.Error("an issuer that is there twice is taken")
	}
	other := e.profile
	other.Issuer = "https://other.example"
	if _, err := NewExternals(e.bench.profile, e.clock, e.profile, other); err == nil {
		t.Error("a client that is a subject of two issuers is taken")
	}
	need[*Externals](t)(NewExternals(e.bench.profile, e.clock, e.profile))
}
