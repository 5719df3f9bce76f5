package membership

import (
	"context"
	"errors"
	"slices"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
)

// ClientTerms is what a coordinator says of a client. Permissions are those
// asked for besides the role's own; of a client that exists, they are all that
// can change.
type ClientTerms struct {
	ID           access.ClientID
	Organisation access.OrganisationID
	Holder       access.HolderID
	Role         access.Role
	Permissions  []access.Permission
}

// Issued is a client, without the hash of its secret, and, when it is new, the
// secret: this is the only time it is shown.
type Issued struct {
	Client  access.Client
	Secret  string // "" when the client was there already
	Created bool
}

// PutClient makes the client and gives its secret, or brings the permissions of
// the one of that id to these terms and gives no secret; with nothing to change
// it does nothing. If the answer with the secret got lost, rotate it.
func (s *Service) PutClient(ctx context.Context, by access.Principal, terms ClientTerms) (issued Issued, err error) {
	defer fault.Wrap(&err, "put client")
	if err := by.Require(access.MembersManage); err != nil {
		return Issued{}, err
	}
	want, err := terms.client(by.Client)
	if err != nil {
		return Issued{}, err
	}
	secret, hash, err := s.secretIfNew(ctx, want.ID)
	if err != nil {
		return Issued{}, err
	}
	err = s.transact(ctx, by, access.MembersManage, func(tx Tx, state State) (deeds []deed, err error) {
		issued, deeds, err = putClient(ctx, tx, state, sealed{want, secret, hash})
		return deeds, err
	})
	if err != nil {
		return Issued{}, err
	}
	return issued, nil
}

// client checks what can be checked without knowing the others.
func (t ClientTerms) client(by access.ClientID) (access.Client, error) {
	if !t.ID.Valid() || !t.Organisation.Valid() || !t.Holder.Valid() {
		return access.Client{}, invalid(CodeIDInvalid)
	}
	permissions, err := t.Role.Grant(t.Permissions...)
	return access.Client{
		ID: t.ID, Organisation: t.Organisation, Holder: t.Holder, Role: t.Role,
		Permissions: permissions, CreatedBy: by,
	}, err
}

// secretIfNew makes a secret unless the client is known. Clients are never
// removed, so one that is known now is known in the transaction as well.
func (s *Service) secretIfNew(ctx context.Context, id access.ClientID) (secret, hash string, err error) {
	state, err := s.deps.Store.Load(ctx)
	if err != nil {
		return "", "", err
	}
	if _, found := state.client(id); found {
		return "", "", nil
	}
	return s.newSecret(ctx)
}

// sealed is a client as wanted, and the secret it gets if it is new.
type sealed struct {
	client       access.Client
	secret, hash string
}

func putClient(ctx context.Context, tx Tx, state State, want sealed) (Issued, []deed, error) {
	old, found := state.client(want.client.ID)
	if found {
		return changeClient(ctx, tx, old, want.client)
	}
	c := want.client
	if err := state.checkDuties(c); err != nil {
		return Issued{}, nil, err
	}
	if c.Secret = want.hash; c.Secret == "" {
		return Issued{}, nil, errors.New("a client that was there has gone")
	}
	created := deed{DeedClientCreated, []string{string(c.ID), string(c.Organisation)}}
	return Issued{shown(c), want.secret, true}, []deed{created}, tx.SaveClient(ctx, c)
}

func changeClient(ctx context.Context, tx Tx, old, want access.Client) (Issued, []deed, error) {
	switch {
	case old.Revoked:
		return Issued{}, nil, fault.New(fault.Gone, CodeClientRevoked)
	case old.Role != want.Role || old.Organisation != want.Organisation || old.Holder != want.Holder:
		return Issued{}, nil, conflict(CodeClientFixed)
	case slices.Equal(old.Permissions, want.Permissions):
		return Issued{Client: shown(old)}, nil, nil
	}
	old.Permissions = want.Permissions
	changed := deed{DeedClientChanged, []string{string(old.ID)}}
	return Issued{Client: shown(old)}, []deed{changed}, tx.SaveClient(ctx, old)
}

// shown is the client as it may leave this package.
func shown(c access.Client) access.Client {
	c.Secret = ""
	return c
}

// RevokeClient ends a client for good, its tokens with it; a revoked one stays
// as it is.
func (s *Service) RevokeClient(ctx context.Context, by access.Principal, id access.ClientID) (err error) {
	defer fault.Wrap(&err, "revoke client")
	return s.transact(ctx, by, access.MembersManage, func(tx Tx, state State) ([]deed, error) {
		c, found := state.client(id)
		switch {
		case !found:
			return nil, notFound(CodeClientUnknown)
		case c.Revoked:
			return nil, nil
		case c.Role == access.Coordinator && state.coordinatorsBut(id) == 0:
			return nil, conflict(CodeLastCoordinator)
		}
		c.Revoked = true
		return []deed{{DeedClientRevoked, []string{string(id)}}}, tx.SaveClient(ctx, c)
	})
}

// RotateSecret gives the client a new secret; the old one ends at once. Tokens
// got with the old one live out their minutes: if it was stolen, revoke.
func (s *Service) RotateSecret(ctx context.Context, by access.Principal, id access.ClientID) (secret string, err error) {
	defer fault.Wrap(&err, "rotate secret")
	if err := by.Require(access.MembersManage); err != nil {
		return "", err
	}
	secret, hash, err := s.newSecret(ctx)
	if err != nil {
		return "", err
	}
	err = s.transact(ctx, by, access.MembersManage, func(tx Tx, state State) ([]deed, error) {
		c, found := state.client(id)
		if !found {
			return nil, notFound(CodeClientUnknown)
		}
		if c.Revoked {
			return nil, fault.New(fault.Gone, CodeClientRevoked)
		}
		c.Secret = hash
		return []deed{{DeedSecretRotated, []string{string(id)}}}, tx.SaveClient(ctx, c)
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// Clients lists all clients without the hashes of their secrets, once the
// ledger says so.
func (s *Service) Clients(ctx context.Context, by access.Principal) (list []access.Client, err error) {
	defer fault.Wrap(&err, "list clients")
	err = s.transact(ctx, by, access.MembersManage, func(_ Tx, state State) ([]deed, error) {
		list = make([]access.Client, len(state.Clients))
		for i, c := range state.Clients {
			list[i] = shown(c)
		}
		return []deed{{name: DeedClientsListed}}, nil
	})
	if err != nil {
		return nil, err // audit or refuse: what was read stays here
	}
	return list, nil
}
