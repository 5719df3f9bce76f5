package jwks

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Bounds on a set and its keys.
const (
	MaxBytes  = 256 << 10 // of a set as text
	maxKeys   = 100       // of a set
	maxKeyID  = 64        // bytes; a token's kid is no longer
	minRSA    = 2048      // bits
	maxRSA    = 8192      // bits; a larger one costs more to check with than it is worth
	maxPublic = 1<<31 - 1 // public exponent
)

// keys are the usable keys of a set, by their ids.
type keys map[string]crypto.PublicKey

// jwk is what is read of a JSON Web Key (RFC 7517, 7518 section 6, 8037).
type jwk struct {
	Type      string   `json:"kty"`
	Use       string   `json:"use"`
	Uses      []string `json:"key_ops"`
	Algorithm string   `json:"alg"`
	ID        string   `json:"kid"`
	Curve     string   `json:"crv"`
	X         string   `json:"x"`
	Y         string   `json:"y"`
	N         string   `json:"n"`
	E         string   `json:"e"`

	// A key that was published with these is no secret any more.
	Private jsontext.Value `json:"d"`
	Secret  jsontext.Value `json:"k"`
	Factors jsontext.Value `json:"p"`
	Other   jsontext.Value `json:"q"`
}

// parse reads a JSON Web Key Set and keeps the keys that verify with the
// algorithm. Others are passed over, as RFC 7517 section 5 wants it; a set
// without any such key, or with two of one id, is an error.
func parse(text []byte, algorithm string) (keys, error) {
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if len(text) > MaxBytes {
		return nil, errors.New("the key set is too large")
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, errors.New("not a JSON Web Key Set") // the cause would quote what was sent
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("the key set has more than %d keys", maxKeys)
	}
	found := keys{}
	for _, k := range set.Keys {
		public := k.public(algorithm)
		if public == nil {
			continue
		}
		if _, twice := found[k.ID]; twice {
			return nil, errors.New("the key set has two keys of one id")
		}
		found[k.ID] = public
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("the key set has no usable key for %s", algorithm)
	}
	return found, nil
}

// public gives the key if it verifies with the algorithm, nil if not.
func (k jwk) public(algorithm string) crypto.PublicKey {
	switch {
	case k.Private != nil || k.Secret != nil || k.Factors != nil || k.Other != nil,
		k.ID == "" || len(k.ID) > maxKeyID,
		k.Use != "" && k.Use != "sig",
		len(k.Uses) > 0 && !slices.Contains(k.Uses, "verify"),
		k.Algorithm != "" && k.Algorithm != algorithm:
		return nil
	}
	switch algorithm {
	case "RS256", "PS256":
		return k.rsa()
	case "ES256":
		return k.ecdsa("P-256", elliptic.P256())
	case "ES384":
		return k.ecdsa("P-384", elliptic.P384())
	case "EdDSA":
		return k.ed25519()
	}
	return nil
}

func (k jwk) rsa() crypto.PublicKey {
	n, e := new(big.Int).SetBytes(decoded(k.N)), new(big.Int).SetBytes(decoded(k.E))
	bits := n.BitLen()
	if k.Type != "RSA" || bits < minRSA || bits > maxRSA || n.Bit(0) == 0 {
		return nil
	}
	if !e.IsInt64() || e.Int64() < 3 || e.Int64() > maxPublic || e.Bit(0) == 0 {
		return nil
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}
}

// ecdsa refuses a point that is not on the curve.
func (k jwk) ecdsa(name string, curve elliptic.Curve) crypto.PublicKey {
	x, y := decoded(k.X), decoded(k.Y)
	size := (curve.Params().BitSize + 7) / 8
	if k.Type != "EC" || k.Curve != name || len(x) != size || len(y) != size {
		return nil
	}
	point, err := ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, x, y))
	if err != nil {
		return nil
	}
	return point
}

func (k jwk) ed25519() crypto.PublicKey {
	x := decoded(k.X)
	if k.Type != "OKP" || k.Curve != "Ed25519" || len(x) != ed25519.PublicKeySize {
		return nil
	}
	return ed25519.PublicKey(x)
}

// decoded reads base64url without padding; nil if it is none.
func decoded(s string) []byte {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}
