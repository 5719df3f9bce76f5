package access

import (
	"cmp"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"maps"
	"slices"
	"time"
)

// KeySource gives the public keys of one other issuer, and of no second one.
type KeySource interface {
	// Key gives the key of that id as it counts now. Its error is of kind NotFound
	// when the issuer has no such key, and Unavailable when that cannot be known
	// now; it never answers from what it knew too long ago.
	Key(ctx context.Context, id string) (crypto.PublicKey, error)
}

// External is an issuer of OpenID Connect beside our own: what its access
// tokens are held against, and who its subjects are here. A token says who
// asks; what she may do is said by our client alone.
type External struct {
	Issuer      string        // iss, compared byte for byte
	Audience    string        // aud, the one and only, compared byte for byte
	Algorithm   string        // alg: one of ExternalAlgorithms
	Type        string        // typ: at+jwt, or JWT for issuers that know no better; "" means at+jwt
	MaxLifetime time.Duration // from iat to exp; zero means DefaultLifetime
	Leeway      time.Duration // clock difference; zero means none

	// How its subjects must have signed in. With both empty, OneFactor must say
	// that this is meant.
	ACR       []string // acr must be one of them; empty: anything
	AMR       []string // amr must have all of them
	OneFactor bool

	// Clients says which client each subject (sub) is. A client stands here once
	// at most, in all issuers together: it has one holder.
	Clients map[string]ClientID
	Keys    KeySource
}

// plainType is the typ of issuers that do not follow RFC 9068. An ID token has
// it too, so that claims must tell the two apart.
const plainType = "JWT"

// maxSubject is the longest sub that OpenID Connect allows.
const maxSubject = 255

// ExternalAlgorithms are those that an external issuer may sign with.
func ExternalAlgorithms() []string { return slices.Sorted(maps.Keys(suited)) }

// minRSA is the least size of an RSA key, in bits.
const minRSA = 2048

// suited says for each algorithm whether a key is one of its own. The token
// library does not ask which curve a key is on, nor how large it is.
var suited = map[string]func(crypto.PublicKey) bool{
	"RS256": isRSA, "PS256": isRSA,
	"ES256": isOn(elliptic.P256()), "ES384": isOn(elliptic.P384()),
	"EdDSA": func(key crypto.PublicKey) bool {
		k, ok := key.(ed25519.PublicKey)
		return ok && len(k) == ed25519.PublicKeySize
	},
}

func isRSA(key crypto.PublicKey) bool {
	k, ok := key.(*rsa.PublicKey)
	return ok && k.N != nil && k.N.BitLen() >= minRSA
}

func isOn(curve elliptic.Curve) func(crypto.PublicKey) bool {
	return func(key crypto.PublicKey) bool {
		k, ok := key.(*ecdsa.PublicKey)
		return ok && k.Curve == curve
	}
}

// settled fills in the defaults and refuses what is out of bounds.
func (e External) settled() (External, error) {
	e.Type = cmp.Or(e.Type, tokenType)
	e.MaxLifetime = cmp.Or(e.MaxLifetime, DefaultLifetime)
	switch {
	case e.Issuer == "" || e.Audience == "" || e.Keys == nil:
		return e, errors.New("external issuer: issuer, audience and keys must be given")
	case suited[e.Algorithm] == nil:
		return e, errors.New("external issuer: the algorithm is not one of those allowed")
	case e.Type != tokenType && e.Type != plainType:
		return e, errors.New("external issuer: the type must be at+jwt or JWT")
	case e.MaxLifetime < time.Second || e.MaxLifetime > LongestLifetime:
		return e, errors.New("external issuer: the longest accepted lifetime must be between a second and an hour")
	case e.Leeway < 0 || e.Leeway > LongestLeeway:
		return e, errors.New("external issuer: leeway must be between zero and one minute")
	case e.OneFactor == (len(e.ACR)+len(e.AMR) > 0):
		return e, errors.New("external issuer: either acr or amr must be demanded, or it must be said that one factor is enough")
	case slices.Contains(e.ACR, "") || slices.Contains(e.AMR, ""):
		return e, errors.New("external issuer: an acr or amr is empty")
	}
	return e, e.checkClients()
}

func (e External) checkClients() error {
	if len(e.Clients) == 0 {
		return errors.New("external issuer: nobody is named who could sign in")
	}
	for subject, client := range e.Clients {
		if subject == "" || len(subject) > maxSubject || !client.Valid() {
			return errors.New("external issuer: a subject is empty or too long, or its client is no UUIDv4")
		}
	}
	return nil
}
