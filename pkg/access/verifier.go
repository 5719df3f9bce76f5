package access

import (
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/golang-jwt/jwt/v5"

	"manniskohandel.se/casestat/pkg/fault"
)

// Limits on a token, checked before anything of it is decoded.
const (
	maxToken = 8 << 10
	maxKeyID = 64
)

// errProfile says that a token breaks the profile. What exactly is for tests
// and the operator, never for the caller.
func errProfile(what string) error { return errors.New("token: " + what) }

// Verifier holds tokens against one strict profile: one algorithm, one issuer,
// one audience, one type, every claim there and in bounds. It reads keys from
// its Ring alone and has no way to a network.
type Verifier struct {
	profile Profile
	ring    *Ring
	clock   func() time.Time
	parser  *jwt.Parser
	known   knownTokens
}

// NewVerifier refuses a profile that is out of bounds.
func NewVerifier(deps TokenDeps) (*Verifier, error) {
	profile, err := deps.Profile.settled()
	if err != nil {
		return nil, err
	}
	return &Verifier{profile: profile, ring: deps.Ring, clock: deps.Clock, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{algorithm}),
		jwt.WithIssuer(profile.Issuer),
		jwt.WithAudience(profile.Audience),
		jwt.WithExpirationRequired(),
		jwt.WithNotBeforeRequired(),
		jwt.WithIssuedAt(),
		jwt.WithStrictDecoding(),
		jwt.WithLeeway(profile.Leeway),
		jwt.WithTimeFunc(deps.Clock),
	)}, nil
}

// Verify gives the claims of a good token. Any other is Unauthenticated: with
// token_expired when its time being up is all that is wrong, with
// token_invalid otherwise.
func (v *Verifier) Verify(token string) (Claims, error) {
	if claims, ok := v.known.recall(token, v.ring, v.clock()); ok {
		return claims, nil
	}
	wire, key, err := v.open(token)
	expired := onlyExpired(err)
	if err == nil || expired {
		err = v.check(wire)
	}
	switch {
	case err != nil:
		return Claims{}, fault.Because(err, fault.Unauthenticated, CodeTokenInvalid)
	case expired:
		return Claims{}, fault.New(fault.Unauthenticated, CodeTokenExpired)
	}
	claims := Claims{
		Client: ClientID(wire.ClientID), Scope: splitScope(wire.Scope), TokenID: wire.TokenID,
		Issued: time.Unix(wire.Issued, 0).UTC(), Expires: time.Unix(wire.Expires, 0).UTC(),
	}
	v.known.remember(token, knownToken{key: key, notBefore: time.Unix(wire.NotBefore, 0), claims: claims})
	return claims, nil
}

// open checks form, header, signature and the claims the library knows, and
// says which key it was signed with.
func (v *Verifier) open(token string) (claims *wireClaims, keyUsed string, err error) {
	if err := checkForm(token); err != nil {
		return nil, "", err
	}
	var header tokenHeader
	if err := readPart(token, 0, &header, json.RejectUnknownMembers(true)); err != nil {
		return nil, "", err
	}
	id := header.KeyID
	if err := header.check(algorithm, tokenType); err != nil {
		return nil, "", err
	}
	key, err := v.ring.verifying(id)
	if err != nil {
		return nil, "", err
	}
	claims = new(wireClaims)
	_, err = v.parser.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return key.public(), nil })
	return claims, id, err
}

// checkForm takes three non-empty base64url parts and nothing around them. The
// library's decoder skips line breaks, strict or not.
func checkForm(token string) error {
	if len(token) > maxToken {
		return errProfile("too long")
	}
	dots := 0
	for i := range len(token) {
		switch c := token[i]; {
		case c == '.':
			dots++
		case !base64urlByte(c):
			return errProfile("characters")
		}
	}
	if dots != 2 || strings.HasPrefix(token, ".") || strings.HasSuffix(token, ".") || strings.Contains(token, "..") {
		return errProfile("parts")
	}
	return nil
}

func base64urlByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// tokenHeader is the header of a token. Read with unknown members rejected, it
// refuses every other one: crit, b64, jku, jwk, x5u, x5c ...
type tokenHeader struct {
	Algorithm string `json:"alg"`
	Type      string `json:"typ"`
	KeyID     string `json:"kid"`
}

func (h tokenHeader) check(algorithm, typ string) error {
	switch {
	case h.Algorithm != algorithm:
		return errProfile("alg")
	case h.Type != typ:
		return errProfile("typ")
	case h.KeyID == "" || len(h.KeyID) > maxKeyID:
		return errProfile("kid")
	}
	return nil
}

// readPart reads the n-th part of a token that checkForm has let through. A
// member that is there twice is an error.
func readPart(token string, n int, into any, how ...json.Options) error {
	b, err := base64.RawURLEncoding.Strict().DecodeString(strings.Split(token, ".")[n])
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into, how...)
}

// check looks at what the library does not: a bounded lifetime, times in
// order, a subject that is the client, an id, a scope.
func (v *Verifier) check(c *wireClaims) error {
	lifetime := c.Expires - c.Issued // in seconds: as a Duration a forged one could wrap around
	switch {
	case c.Issued == 0:
		return errProfile("iat")
	case lifetime <= 0 || lifetime > int64(v.profile.MaxLifetime/time.Second):
		return errProfile("lifetime")
	case c.NotBefore < c.Issued || c.NotBefore >= c.Expires:
		return errProfile("nbf")
	case c.Subject != c.ClientID || !ClientID(c.ClientID).Valid():
		return errProfile("sub")
	case c.TokenID == "" || c.Scope == "":
		return errProfile("jti or scope")
	}
	return nil
}

// onlyExpired says whether the library found nothing wrong but the time. It
// looks at the claims after the signature, so an expired token was a real one.
func onlyExpired(err error) bool {
	if !errors.Is(err, jwt.ErrTokenExpired) {
		return false
	}
	for _, other := range []error{
		jwt.ErrTokenMalformed, jwt.ErrTokenUnverifiable, jwt.ErrTokenSignatureInvalid,
		jwt.ErrTokenRequiredClaimMissing, jwt.ErrTokenInvalidAudience, jwt.ErrTokenInvalidIssuer,
		jwt.ErrTokenUsedBeforeIssued, jwt.ErrTokenNotValidYet, jwt.ErrInvalidType,
	} {
		if errors.Is(err, other) {
			return false
		}
	}
	return true
}
