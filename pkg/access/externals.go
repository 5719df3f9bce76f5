package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"manniskohandel.se/casestat/pkg/fault"
)

// Externals are the issuers beside our own. A nil *Externals is none.
type Externals struct {
	issuers map[string]*externalVerifier
	bound   map[ClientID]bool // all clients that a subject of an issuer is
}

// NewExternals refuses an issuer that is out of bounds, one that is there twice
// or is our own, and a client that two subjects would share.
func NewExternals(own Profile, clock func() time.Time, issuers ...External) (*Externals, error) {
	e := &Externals{issuers: map[string]*externalVerifier{}, bound: map[ClientID]bool{}}
	for _, issuer := range issuers {
		verifier, err := newExternalVerifier(issuer, clock)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", issuer.Issuer, err)
		}
		if issuer.Issuer == own.Issuer || e.issuers[issuer.Issuer] != nil {
			return nil, fmt.Errorf("%s: external issuer: it is there twice, or is our own", issuer.Issuer)
		}
		e.issuers[issuer.Issuer] = verifier
		for _, client := range issuer.Clients {
			if e.bound[client] {
				return nil, fmt.Errorf("external issuer: client %s is two subjects", client)
			}
			e.bound[client] = true
		}
	}
	return e, nil
}

// issuerOf gives the external issuer that a token says it is of, nil for any
// other token. Nothing is believed yet: this only chooses whose rules and keys
// the token is held against.
func (e *Externals) issuerOf(token string) *externalVerifier {
	if e == nil || checkForm(token) != nil {
		return nil
	}
	var claims struct {
		Issuer string `json:"iss"`
	}
	if readPart(token, 1, &claims) != nil {
		return nil
	}
	return e.issuers[claims.Issuer]
}

// errElsewhere says that a client signs in with another issuer.
var errElsewhere = errors.New("client signs in with an external issuer")

// Others gives the directory without the clients that sign in with an external
// issuer. Whoever takes secrets, or our own tokens, uses this one: a second
// factor is worth nothing while a secret alone does as well.
func (e *Externals) Others(d Directory) Directory {
	if e == nil {
		return d
	}
	return others{d, e.bound}
}

type others struct {
	Directory
	without map[ClientID]bool
}

// Client implements Directory.
func (o others) Client(ctx context.Context, id ClientID) (Client, Organisation, error) {
	if o.without[id] {
		return Client{}, Organisation{}, fault.Because(errElsewhere, fault.NotFound, CodeTokenInvalid)
	}
	return o.Directory.Client(ctx, id)
}
