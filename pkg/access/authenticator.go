package access

import (
	"context"
	"errors"

	"manniskohandel.se/casestat/pkg/fault"
)

// Directory knows clients as they are now.
type Directory interface {
	// Client gives a client and its organisation. Its error is of kind NotFound
	// when there is no such client, and Unavailable when it cannot be known now;
	// it never answers from what it knew too long ago.
	Client(ctx context.Context, id ClientID) (Client, Organisation, error)
}

// Why a client that once was good is not any more. Callers never see these.
var (
	errRevoked  = errors.New("client is revoked")
	errInactive = errors.New("organisation is inactive")
)

// Authenticator turns a token into who stands behind it.
type Authenticator struct {
	Verifier  *Verifier
	Directory Directory
	Externals *Externals // issuers beside our own; nil: none
}

// Authenticate checks the token and then the client as it is now: a token
// outlives neither its client's revocation nor a permission taken away.
func (a Authenticator) Authenticate(ctx context.Context, token string) (Principal, error) {
	if issuer := a.Externals.issuerOf(token); issuer != nil {
		return a.external(ctx, issuer, token)
	}
	claims, err := a.Verifier.Verify(token)
	if err != nil {
		return Principal{}, err
	}
	client, err := admitted(ctx, a.Externals.Others(a.Directory), claims.Client)
	return principalOf(client, narrowed(claims.Scope, client.Permissions)), err
}

// external takes from the token who asks, and from the client what she may: the
// scopes of another issuer are words of its own.
func (a Authenticator) external(ctx context.Context, issuer *externalVerifier, token string) (Principal, error) {
	id, err := issuer.verify(ctx, token)
	if err != nil {
		return Principal{}, err
	}
	client, err := admitted(ctx, a.Directory, id)
	return principalOf(client, client.Permissions), err
}

// admitted gives the client if it may act now; if not, the token is no good.
func admitted(ctx context.Context, d Directory, id ClientID) (Client, error) {
	client, err := standing(ctx, d, id)
	if fault.KindOf(err) == fault.NotFound {
		return Client{}, fault.Because(err, fault.Unauthenticated, CodeTokenInvalid)
	}
	return client, err
}

func principalOf(c Client, permissions []Permission) Principal {
	return Principal{Client: c.ID, Organisation: c.Organisation, Holder: c.Holder, Role: c.Role, Permissions: permissions}
}

// standing gives the client if it may act now, NotFound if not, whatever the
// reason.
func standing(ctx context.Context, d Directory, id ClientID) (Client, error) {
	client, organisation, err := d.Client(ctx, id)
	switch {
	case err != nil:
		return Client{}, err
	case client.Revoked:
		return Client{}, fault.Because(errRevoked, fault.NotFound, CodeTokenInvalid)
	case !organisation.Active:
		return Client{}, fault.Because(errInactive, fault.NotFound, CodeTokenInvalid)
	}
	return client, nil
}
