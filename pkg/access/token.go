package access

import (
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/golang-jwt/jwt/v5"
)

// What every token says of itself.
const (
	tokenType = "at+jwt" // RFC 9068
	algorithm = "EdDSA"  // the only one there is
)

// Claims is what a token says, once the Verifier has found it good.
type Claims struct {
	Client  ClientID
	Scope   []Permission
	TokenID string // jti; the only name a token has, never its own text
	Issued  time.Time
	Expires time.Time
}

// wireClaims is the payload of an access token (RFC 9068 section 2.2). Times
// are whole seconds since 1970; none of the members may be missing.
type wireClaims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	ClientID  string `json:"client_id"`
	Audience  string `json:"aud"`
	Expires   int64  `json:"exp"`
	NotBefore int64  `json:"nbf"`
	Issued    int64  `json:"iat"`
	TokenID   string `json:"jti"`
	Scope     string `json:"scope"`
}

// UnmarshalJSON refuses duplicate members, invalid UTF-8, an audience that is a
// list and times that are not whole numbers, all of which the token library
// lets through.
func (c *wireClaims) UnmarshalJSON(b []byte) error {
	type plain wireClaims
	return json.Unmarshal(b, (*plain)(c))
}

// The rest lets the token library check the claims it knows. A zero time
// counts as missing.

func (c *wireClaims) GetExpirationTime() (*jwt.NumericDate, error) { return numericDate(c.Expires) }
func (c *wireClaims) GetIssuedAt() (*jwt.NumericDate, error)       { return numericDate(c.Issued) }
func (c *wireClaims) GetNotBefore() (*jwt.NumericDate, error)      { return numericDate(c.NotBefore) }
func (c *wireClaims) GetIssuer() (string, error)                   { return c.Issuer, nil }
func (c *wireClaims) GetSubject() (string, error)                  { return c.Subject, nil }
func (c *wireClaims) GetAudience() (jwt.ClaimStrings, error) {
	return jwt.ClaimStrings{c.Audience}, nil
}

// lastSecond is the end of the year 9999: beyond it dates cannot be written.
const lastSecond = 253402300799

func numericDate(seconds int64) (*jwt.NumericDate, error) {
	switch {
	case seconds == 0:
		return nil, nil //nolint:nilnil // the library's way to say that the claim is missing
	case seconds < 0 || seconds > lastSecond:
		return nil, jwt.ErrInvalidType
	}
	return jwt.NewNumericDate(time.Unix(seconds, 0)), nil
}

func joinScope(permissions []Permission) string {
	words := make([]string, len(permissions))
	for i, p := range permissions {
		words[i] = string(p)
	}
	return strings.Join(words, " ")
}

// splitScope reads a scope as RFC 6749 section 3.3 writes it: words with one
// space between them. It does not ask whether the words mean anything.
func splitScope(scope string) []Permission {
	words := strings.Split(scope, " ")
	permissions := make([]Permission, len(words))
	for i, w := range words {
		permissions[i] = Permission(w)
	}
	return permissions
}
