package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/access"
)

// The names under which credentials are kept. Members' are "member-" and their key.
const (
	Coordinator  = "coordinator"
	Desk         = "desk"
	Reviewer     = "reviewer"
	memberPrefix = "member-"
)

// MemberCredentials is the name under which a member's credentials are kept.
func MemberCredentials(key string) string { return memberPrefix + key }

// Credentials are a client's id and secret.
type Credentials struct{ ID, Secret string }

// Keeper keeps credentials by name, where nobody else can read them.
type Keeper interface {
	// Load gives the credentials; known is false when there are none.
	Load(name string) (c Credentials, known bool, err error)
	Save(name string, c Credentials) error
}

// Dial gives the contract's client, signed in with the credentials. Every
// answer that is a problem must come back from it as an error.
type Dial func(c Credentials) (*api.ClientWithResponses, error)

// errNoCoordinator says what must be there before the demo begins.
var errNoCoordinator = errors.New("there are no coordinator's credentials: found the platform first")

// part is one client of the cast as the coordinator enters it.
type part struct {
	name         string // of its credentials
	id           string
	organisation string
	holder       string
	role         api.Role
}

// ids gives the same identifiers in every year, so that a demo that is played
// again finds its own organisations.
type ids struct{ random *rand.Rand }

func newIDs() ids { return ids{rand.New(rand.NewPCG(seed, 0))} }

func (i ids) next() string { return uuid(i.random) }

// enter makes the five organisations with a client each, and the desk's and the
// reviewer's clients, who are two persons, and keeps their credentials.
func (s Stage) enter(ctx context.Context, coordinator *api.ClientWithResponses) error {
	platform, err := platformOf(ctx, coordinator)
	if err != nil {
		return err
	}
	names := newIDs()
	parts := []part{{name: Desk, id: names.next(), organisation: platform, holder: names.next(), role: api.Role(access.Desk)}}
	for _, m := range s.Script.Members {
		p := part{name: MemberCredentials(m.Key), id: names.next(), organisation: names.next(), holder: names.next(), role: api.Role(access.Submitter)}
		change := api.OrganisationChange{Name: m.Name, Kind: api.OrganisationKind(access.Member), Active: true}
		if _, err := coordinator.PutOrganisationWithResponse(ctx, p.organisation, change); err != nil {
			return fmt.Errorf("enter %s: %w", m.Name, err)
		}
		parts = append(parts, p)
	}
	parts = append(parts, part{name: Reviewer, id: names.next(), organisation: platform, holder: names.next(), role: api.Role(access.Reviewer)})
	for _, p := range parts {
		if err := s.admit(ctx, coordinator, p); err != nil {
			return fmt.Errorf("admit %s: %w", p.name, err)
		}
	}
	return nil
}

// platformOf finds the organisation that the coordinator belongs to.
func platformOf(ctx context.Context, coordinator *api.ClientWithResponses) (string, error) {
	list, err := coordinator.ListOrganisationsWithResponse(ctx)
	if err != nil {
		return "", fmt.Errorf("list organisations: %w", err)
	}
	if list.JSON200 == nil {
		return "", errUnexpected
	}
	all := list.JSON200.Organisations
	i := slices.IndexFunc(all, func(o api.Organisation) bool { return o.Kind == api.OrganisationKind(access.Platform) })
	if i < 0 {
		return "", errors.New("there is no platform organisation")
	}
	return all[i].OrganisationID, nil
}

// admit makes a client, or finds the one of an earlier play. A secret that is
// not kept any more is replaced.
func (s Stage) admit(ctx context.Context, coordinator *api.ClientWithResponses, p part) error {
	change := api.ClientChange{OrganisationID: p.organisation, Holder: p.holder, Role: p.role, Permissions: []api.Permission{}}
	answer, err := coordinator.PutClientWithResponse(ctx, p.id, change)
	if err != nil {
		return err
	}
	if created := answer.JSON201; created != nil {
		return s.Keep.Save(p.name, Credentials{ID: p.id, Secret: created.ClientSecret})
	}
	if _, known, err := s.Keep.Load(p.name); err != nil || known {
		return err
	}
	renewed, err := coordinator.RotateClientSecretWithResponse(ctx, p.id)
	if err != nil {
		return err
	}
	if renewed.JSON200 == nil {
		return errUnexpected
	}
	return s.Keep.Save(p.name, Credentials{ID: p.id, Secret: renewed.JSON200.ClientSecret})
}

// as signs in with credentials that are kept.
func (s Stage) as(name string) (*api.ClientWithResponses, error) {
	c, known, err := s.Keep.Load(name)
	switch {
	case err != nil:
		return nil, err
	case !known && name == Coordinator:
		return nil, errNoCoordinator
	case !known:
		return nil, fmt.Errorf("there are no credentials of %s", name)
	}
	return s.Dial(c)
}
