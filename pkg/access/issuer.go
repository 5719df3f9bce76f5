package access

import (
	"io"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"manniskohandel.se/casestat/pkg/fault"
)

// TokenDeps is what issuing tokens takes.
type TokenDeps struct {
	Profile Profile
	Ring    *Ring
	Clock   func() time.Time
	Random  io.Reader // token ids; an Issuer needs it, a Verifier does not
}

// Token is an access token as it goes to the client.
type Token struct {
	Access  string
	Expires time.Duration // from now
	Scope   []Permission
}

// Issuer makes access tokens as RFC 9068 describes them.
type Issuer struct{ deps TokenDeps }

// NewIssuer refuses a profile that is out of bounds.
func NewIssuer(deps TokenDeps) (*Issuer, error) {
	var err error
	deps.Profile, err = deps.Profile.settled()
	return &Issuer{deps}, err
}

// Issue makes a token for client. An empty scope means all of the client's
// permissions; one that asks for more is refused with invalid_scope.
func (i *Issuer) Issue(client Client, scope []Permission) (Token, error) {
	if len(scope) == 0 {
		scope = client.Permissions
	}
	if len(narrowed(scope, client.Permissions)) != len(scope) {
		return Token{}, fault.New(fault.Invalid, CodeInvalidScope)
	}
	claims, err := i.claims(client.ID, scope)
	if err != nil {
		return Token{}, err
	}
	access, err := i.sign(claims)
	return Token{Access: access, Expires: i.deps.Profile.Lifetime, Scope: scope}, err
}

func (i *Issuer) claims(client ClientID, scope []Permission) (*wireClaims, error) {
	id, err := NewID(i.deps.Random)
	if err != nil {
		return nil, err
	}
	now, p := i.deps.Clock(), i.deps.Profile
	return &wireClaims{
		Issuer: p.Issuer, Audience: p.Audience,
		Subject: string(client), ClientID: string(client), TokenID: id, Scope: joinScope(scope),
		Issued: now.Unix(), NotBefore: now.Unix(), Expires: now.Add(p.Lifetime).Unix(),
	}, nil
}

func (i *Issuer) sign(claims jwt.Claims) (string, error) {
	key, err := i.deps.Ring.signing()
	if err != nil {
		return "", err
	}
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
	token.Header["typ"] = tokenType
	token.Header["kid"] = key.id
	return token.SignedString(key.private)
}
