package access

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

func TestT8_no_spelling_of_none_is_an_algorithm(t *testing.T) {
	b := newBench(t)
	spellings := []string{
		`"none"`, `"None"`, `"NONE"`, `"nOnE"`, `"NonE"`, `"noNE"`, `"none "`, `" none"`, `"\tnone"`, `"none\n"`,
		`"none\u0000"`, `"n\u006fne"`, `"nоne"`, `"ｎｏｎｅ"`, `""`, `null`, `false`, `0`, `["none"]`, `{"none":1}`,
		"", `"none,EdDSA"`, `"eddsa"`, `"EDDSA"`, `"EdDSA "`, `"Ed25519"`,
	}
	for _, spelling := range spellings {
		header := b.header(t).with(object{"alg": spelling}).String()
		real := b.signed(t, header, b.claims().String())
		unsigned := real[:strings.LastIndexByte(real, '.')+1]
		for _, token := range []string{unsigned, strings.TrimSuffix(unsigned, "."), unsigned + "AA", real} {
			t.Run(spelling, func(t *testing.T) { b.refuses(t, token) })
		}
	}
	// The contrast: a verifier that lets the token choose takes it unsigned.
	header := b.header(t).with(object{"alg": `"none"`}).String()
	unsigned := encoded(header) + "." + encoded(b.claims().String()) + "."
	if err := b.lenient(unsigned, jwt.UnsafeAllowNoneSignatureType); err != nil {
		t.Errorf("the attack does not work on a lenient verifier either: %v", err)
	}
}

func TestT8_the_public_key_is_no_secret(t *testing.T) {
	b := newBench(t)
	public := b.key(t).public()
	der := need[[]byte](t)(x509.MarshalPKIXPublicKey(public))
	jwks := need[[]byte](t)(b.ring.JWKS())
	secrets := map[string][]byte{
		"raw": public, "der": der, "pem": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
		"jwks": jwks, "jwk": bytes.TrimSuffix(bytes.TrimPrefix(jwks, []byte(`{"keys":[`)), []byte(`]}`)),
		"x": []byte(b64url(public)), "empty": {},
	}
	for name, secret := range secrets {
		for _, method := range []jwt.SigningMethod{jwt.SigningMethodHS256, jwt.SigningMethodHS384, jwt.SigningMethodHS512} {
			t.Run(name+" "+method.Alg(), func(t *testing.T) {
				token := b.otherwise(t, method, secret)
				b.refuses(t, token)
				if err := b.lenient(token, secret); err != nil {
					t.Errorf("the attack does not work on a lenient verifier either: %v", err)
				}
			})
		}
	}
}

func TestT8_no_other_family_is_taken(t *testing.T) {
	b := newBench(t)
	rsaKey := need[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048))
	p256 := need[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	p521 := need[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))
	for _, c := range []struct {
		method jwt.SigningMethod
		key    crypto.Signer
	}{
		{jwt.SigningMethodRS256, rsaKey},
		{jwt.SigningMethodPS256, rsaKey},
		{jwt.SigningMethodES256, p256},
		{jwt.SigningMethodES512, p521},
	} {
		t.Run(c.method.Alg(), func(t *testing.T) {
			token := b.otherwise(t, c.method, c.key)
			b.refuses(t, token)
			if err := b.lenient(token, c.key.Public()); err != nil {
				t.Errorf("the token is not even good by its own key: %v", err)
			}
			// The same signature under the right name is as worthless.
			parts := strings.Split(token, ".")
			b.refuses(t, encoded(b.header(t).String())+"."+parts[1]+"."+parts[2])
		})
	}
}

func TestT8_no_degenerate_signature_holds(t *testing.T) {
	b := newBench(t)
	honest := b.token(t)
	cut := strings.LastIndexByte(honest, '.') + 1
	signature := need[[]byte](t)(jwt.NewParser().DecodeSegment(honest[cut:]))
	identity := append([]byte{1}, make([]byte, 63)...) // R = the neutral point, S = 0
	for name, forged := range map[string][]byte{
		"zero": make([]byte, 64), "neutral": identity, "ones": bytes.Repeat([]byte{0xff}, 64),
		"short": signature[:63], "long": append(slices.Clone(signature), 0), "halves swapped": append(slices.Clone(signature[32:]), signature[:32]...),
		"S plus the group order": plusOrder(signature),
	} {
		t.Run(name, func(t *testing.T) { b.refuses(t, honest[:cut]+b64url(forged)) })
	}
	b.refuses(t, honest[:cut])
}

// plusOrder adds the order of the group to S: the same signature for a
// verifier that does not insist on the least S.
func plusOrder(signature []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := slices.Clone(signature[32:])
	slices.Reverse(s)
	sum := new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(make([]byte, 32))
	slices.Reverse(sum)
	return append(slices.Clone(signature[:32]), sum...)
}

func TestT8_another_key_does_not_sign_in_this_ones_name(t *testing.T) {
	b := newBench(t)
	stranger := need[tokenKey](t)(newTokenKey(newStream(9), b.clock()))
	token := b.otherwise(t, jwt.SigningMethodEdDSA, stranger.private)
	b.refuses(t, token)
	if err := b.lenient(token, stranger.public()); err != nil {
		t.Errorf("the token is not even good by its own key: %v", err)
	}
	// Two keys of the same ring: each signs in its own name only.
	old := b.key(t)
	need[KeyInfo](t)(b.file.Rotate())
	if err := b.ring.Reload(); err != nil {
		t.Fatal(err)
	}
	swapped := b.otherwise(t, jwt.SigningMethodEdDSA, old.private)
	b.refuses(t, swapped)
	either := jwt.VerificationKeySet{Keys: []jwt.VerificationKey{b.key(t).public(), old.public()}}
	if err := b.lenient(swapped, either); err != nil {
		t.Errorf("the attack does not work on a lenient verifier either: %v", err)
	}
}

func TestT8_contrast_the_honest_token_is_taken(t *testing.T) {
	b := newBench(t)
	for i, token := range []string{b.token(t), b.signed(t, b.header(t).String(), b.claims().String())} {
		claims, err := b.verifier.Verify(token)
		if err != nil || claims.Client != benchClient {
			t.Errorf("token %d: %+v, %v", i, claims, err)
		}
		if client, err := b.outside.verify(t.Context(), token); err != nil || client != benchClient {
			t.Errorf("token %d as one of an external issuer: %q, %v", i, client, err)
		}
	}
}

// otherwise signs honest claims with another method or key, in the name of the
// key that signs now.
func (b *bench) otherwise(t testing.TB, method jwt.SigningMethod, key any) string {
	t.Helper()
	header := b.header(t).with(object{"alg": quoted(method.Alg())}).String()
	text := encoded(header) + "." + encoded(b.claims().String())
	signature, err := method.Sign(text, key)
	if err != nil {
		t.Fatal(fmt.Errorf("sign with %s: %w", method.Alg(), err))
	}
	return text + "." + b64url(signature)
}
