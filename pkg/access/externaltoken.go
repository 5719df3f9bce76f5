package access

import (
	"context"
	"crypto"
	"errors"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/golang-jwt/jwt/v5"

	"manniskohandel.se/casestat/pkg/fault"
)

// externalVerifier holds the tokens of one external issuer against the same
// profile as our own, but for what issuers are free in.
type externalVerifier struct {
	External
	parser *jwt.Parser
}

func newExternalVerifier(e External, clock func() time.Time) (*externalVerifier, error) {
	e, err := e.settled()
	if err != nil {
		return nil, err
	}
	return &externalVerifier{e, jwt.NewParser(
		jwt.WithValidMethods([]string{e.Algorithm}),
		jwt.WithIssuer(e.Issuer),
		jwt.WithAudience(e.Audience),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithStrictDecoding(),
		jwt.WithLeeway(e.Leeway),
		jwt.WithTimeFunc(clock),
	)}, nil
}

// verify gives the client that the subject of a good token is. Any other token
// is Unauthenticated; the error is Unavailable while the keys are.
func (v *externalVerifier) verify(ctx context.Context, token string) (ClientID, error) {
	claims, err := v.open(ctx, token)
	if fault.KindOf(err) == fault.Unavailable {
		return "", err
	}
	expired := onlyExpired(err)
	if err == nil || expired {
		err = v.check(claims)
	}
	client, known := ClientID(""), false
	if err == nil {
		client, known = v.Clients[claims.Subject]
	}
	switch {
	case err != nil:
		return "", fault.Because(err, fault.Unauthenticated, CodeTokenInvalid)
	case !known:
		return "", fault.Because(errProfile("sub"), fault.Unauthenticated, CodeTokenInvalid)
	case expired:
		return "", fault.New(fault.Unauthenticated, CodeTokenExpired)
	case !v.signedInWell(claims):
		return "", fault.New(fault.Unauthenticated, CodeAuthenticationWeak)
	}
	return client, nil
}

// open checks form, header, signature and the claims the library knows.
func (v *externalVerifier) open(ctx context.Context, token string) (*externalClaims, error) {
	if err := checkForm(token); err != nil {
		return nil, err
	}
	var header struct {
		tokenHeader
		Thumbprint string `json:"x5t"` // which certificate the key is in: some send it, nobody needs it
	}
	if err := readPart(token, 0, &header, json.RejectUnknownMembers(true)); err != nil {
		return nil, err
	}
	if err := header.check(v.Algorithm, v.Type); err != nil {
		return nil, err
	}
	key, err := v.key(ctx, header.KeyID)
	if err != nil {
		return nil, err
	}
	claims := new(externalClaims)
	_, err = v.parser.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return key, nil })
	return claims, err
}

func (v *externalVerifier) key(ctx context.Context, id string) (crypto.PublicKey, error) {
	key, err := v.Keys.Key(ctx, id)
	if err != nil {
		return nil, err
	}
	if !suited[v.Algorithm](key) {
		return nil, errors.New("the key is not one of the algorithm's")
	}
	return key, nil
}

// check looks at what the library does not.
func (v *externalVerifier) check(c *externalClaims) error {
	lifetime := c.Expires - c.Issued // in seconds: as a Duration a forged one could wrap around
	switch {
	case c.Issued == 0:
		return errProfile("iat")
	case lifetime <= 0 || lifetime > int64(v.MaxLifetime/time.Second):
		return errProfile("lifetime")
	case c.NotBefore != 0 && (c.NotBefore < c.Issued || c.NotBefore >= c.Expires):
		return errProfile("nbf")
	case c.Subject == "":
		return errProfile("sub")
	case v.Type == tokenType && (c.TokenID == "" || c.ClientID == ""):
		return errProfile("jti or client_id") // RFC 9068 section 2.2
	case c.forItsReader():
		return errProfile("an ID token")
	}
	return nil
}

// signedInWell says whether the subject signed in as the issuer's tokens must say.
func (v *externalVerifier) signedInWell(c *externalClaims) bool {
	if len(v.ACR) > 0 && !slices.Contains(v.ACR, c.ACR) {
		return false
	}
	return !slices.ContainsFunc(v.AMR, func(method string) bool { return !slices.Contains(c.AMR, method) })
}

// externalClaims is the payload of another issuer's access token. Who got it
// stands in client_id (RFC 9068) or in azp; times are whole seconds since 1970.
type externalClaims struct {
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	Audience  string   `json:"aud"`
	Expires   int64    `json:"exp"`
	NotBefore int64    `json:"nbf"` // zero: from iat on
	Issued    int64    `json:"iat"`
	TokenID   string   `json:"jti"`
	ClientID  string   `json:"client_id"`
	Party     string   `json:"azp"`
	ACR       string   `json:"acr"`
	AMR       []string `json:"amr"`

	// Of ID tokens alone (OpenID Connect Core, sections 2 and 3.3.2.11).
	Nonce      jsontext.Value `json:"nonce"`
	AccessHash jsontext.Value `json:"at_hash"`
	CodeHash   jsontext.Value `json:"c_hash"`
	StateHash  jsontext.Value `json:"s_hash"`
	Kind       string         `json:"typ"` // Keycloak's: "ID", "Bearer", "Refresh" ...
}

// forItsReader says whether the token may be an ID token, which tells an
// application who signed in and opens nothing. It is made for the very
// application that got it, and an access token never is.
func (c *externalClaims) forItsReader() bool {
	if c.Nonce != nil || c.AccessHash != nil || c.CodeHash != nil || c.StateHash != nil {
		return true
	}
	return c.Kind != "" && c.Kind != "Bearer" || c.ClientID == "" && c.Party == "" || c.ClientID == c.Audience || c.Party == c.Audience
}

// UnmarshalJSON is as strict as that of our own claims.
func (c *externalClaims) UnmarshalJSON(b []byte) error {
	type plain externalClaims
	return json.Unmarshal(b, (*plain)(c))
}

// The rest lets the token library check the claims it knows.

func (c *externalClaims) GetExpirationTime() (*jwt.NumericDate, error) { return numericDate(c.Expires) }

func (c *externalClaims) GetIssuedAt() (*jwt.NumericDate, error) { return numericDate(c.Issued) }

func (c *externalClaims) GetNotBefore() (*jwt.NumericDate, error) { return numericDate(c.NotBefore) }
func (c *externalClaims) GetIssuer() (string, error)              { return c.Issuer, nil }
func (c *externalClaims) GetSubject() (string, error)             { return c.Subject, nil }
func (c *externalClaims) GetAudience() (jwt.ClaimStrings, error) {
	return jwt.ClaimStrings{c.Audience}, nil
}
