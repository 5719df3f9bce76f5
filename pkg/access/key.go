package access

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json"
)

// retiredKeyStays is how long a rotated key is still accepted: the longest any
// token may live, and a minute for processes that notice the rotation late.
const retiredKeyStays = LongestLifetime + LongestLeeway + time.Minute

// tokenKey signs tokens. A zero notAfter marks the one key that signs; the
// others only verify, until then.
type tokenKey struct {
	id       string // RFC 7638 thumbprint of the public key
	private  ed25519.PrivateKey
	created  time.Time
	notAfter time.Time
}

// KeyInfo is a token key without its private part.
type KeyInfo struct {
	ID       string // the kid in token headers
	Public   ed25519.PublicKey
	Created  time.Time
	NotAfter time.Time // zero for the key that signs now
}

func newTokenKey(random io.Reader, now time.Time) (tokenKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return tokenKey{}, err
	}
	k := tokenKey{private: ed25519.NewKeyFromSeed(seed), created: now.UTC().Truncate(time.Second)}
	k.id = thumbprint(k.public())
	return k, nil
}

func (k tokenKey) public() ed25519.PublicKey { return k.private.Public().(ed25519.PublicKey) }

func (k tokenKey) signs() bool { return k.notAfter.IsZero() }

func (k tokenKey) goodAt(now time.Time) bool { return k.signs() || now.Before(k.notAfter) }

func (k tokenKey) info() KeyInfo {
	return KeyInfo{ID: k.id, Public: k.public(), Created: k.created, NotAfter: k.notAfter}
}

// thumbprint is RFC 7638 over the members that RFC 8037 requires of an OKP key.
func thumbprint(public ed25519.PublicKey) string {
	canonical := `{"crv":"Ed25519","kty":"OKP","x":"` + b64url(public) + `"}`
	sum := sha256.Sum256([]byte(canonical))
	return b64url(sum[:])
}

func b64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// keyDocument is the key file: private JSON Web Keys (RFC 8037) with two
// members of our own.
type keyDocument struct {
	Keys []privateJWK `json:"keys"`
}

type privateJWK struct {
	Type     string    `json:"kty"`
	Curve    string    `json:"crv"`
	ID       string    `json:"kid"`
	Public   string    `json:"x"`
	Seed     string    `json:"d"`
	Created  time.Time `json:"created"`
	NotAfter time.Time `json:"not_after,omitzero"`
}

func encodeKeys(keys []tokenKey) ([]byte, error) {
	var doc keyDocument
	for _, k := range keys {
		doc.Keys = append(doc.Keys, privateJWK{
			Type: "OKP", Curve: "Ed25519", ID: k.id,
			Public: b64url(k.public()), Seed: b64url(k.private.Seed()),
			Created: k.created, NotAfter: k.notAfter,
		})
	}
	return json.Marshal(doc)
}

// decodeKeys reads a key file and checks that it hangs together: each public
// part and id follows from the private part, and exactly one key signs.
func decodeKeys(b []byte) ([]tokenKey, error) {
	var doc keyDocument
	if err := json.Unmarshal(b, &doc, json.RejectUnknownMembers(true)); err != nil {
		return nil, errors.New("not a set of token keys") // the cause could quote a key
	}
	keys, seen, signing := make([]tokenKey, 0, len(doc.Keys)), map[string]bool{}, 0
	for i, jwk := range doc.Keys {
		k, err := jwk.key()
		if err != nil || seen[k.id] {
			return nil, fmt.Errorf("token key %d does not hang together or is there twice", i+1)
		}
		seen[k.id] = true
		if k.signs() {
			signing++
		}
		keys = append(keys, k)
	}
	if signing != 1 {
		return nil, fmt.Errorf("%d token keys are marked as signing, want one", signing)
	}
	return keys, nil
}

func (j privateJWK) key() (tokenKey, error) {
	seed, err := base64.RawURLEncoding.Strict().DecodeString(j.Seed)
	if err != nil || len(seed) != ed25519.SeedSize {
		return tokenKey{}, errors.New("private part")
	}
	k := tokenKey{id: j.ID, private: ed25519.NewKeyFromSeed(seed), created: j.Created, notAfter: j.NotAfter}
	if j.Type != "OKP" || j.Curve != "Ed25519" || j.Public != b64url(k.public()) || j.ID != thumbprint(k.public()) {
		return tokenKey{}, errors.New("public part")
	}
	return k, nil
}

// encodeJWKS writes the public parts as a JSON Web Key Set (RFC 7517). It is
// by hand because the library for it brings an HTTP client along, and this
// package is to have no way to a network.
func encodeJWKS(keys []tokenKey) ([]byte, error) {
	type publicJWK struct {
		Type      string `json:"kty"`
		Curve     string `json:"crv"`
		Algorithm string `json:"alg"`
		Use       string `json:"use"`
		ID        string `json:"kid"`
		Public    string `json:"x"`
	}
	set := struct {
		Keys []publicJWK `json:"keys"`
	}{Keys: []publicJWK{}}
	for _, k := range keys {
		set.Keys = append(set.Keys, publicJWK{"OKP", "Ed25519", algorithm, "sig", k.id, b64url(k.public())})
	}
	return json.Marshal(set)
}
