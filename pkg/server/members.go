package server

import (
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/record"
)

// Members keeps organisations and their clients.
type Members interface {
	Organisations(ctx context.Context, by access.Principal) ([]access.Organisation, error)
	PutOrganisation(ctx context.Context, by access.Principal, o access.Organisation) (created bool, err error)
	Clients(ctx context.Context, by access.Principal) ([]access.Client, error)
	PutClient(ctx context.Context, by access.Principal, terms membership.ClientTerms) (membership.Issued, error)
	RevokeClient(ctx context.Context, by access.Principal, id access.ClientID) error
	RotateSecret(ctx context.Context, by access.Principal, id access.ClientID) (secret string, err error)
}

// maxPermissions bounds the list in a client's terms; the contract says so.
const maxPermissions = 16

// ListOrganisations gives all organisations.
func (s *Server) ListOrganisations(c echo.Context) error {
	list, err := s.deps.Members.Organisations(c.Request().Context(), principal(c))
	if err != nil {
		return err
	}
	told := api.Organisations{Organisations: make([]api.Organisation, len(list))}
	for i, o := range list {
		told.Organisations[i] = organisation(o)
	}
	return c.JSON(http.StatusOK, told)
}

func organisation(o access.Organisation) api.Organisation {
	return api.Organisation{OrganisationID: string(o.ID), Name: o.Name, Kind: api.OrganisationKind(o.Kind), Active: o.Active}
}

type organisationChange struct {
	Name   *string               `json:"name"`
	Kind   *api.OrganisationKind `json:"kind"`
	Active *bool                 `json:"active"`
}

func (o organisationChange) check() error {
	var wrong findings
	wrong.note(o.Name == nil, "/name", record.CodeRequired)
	wrong.note(o.Kind == nil, "/kind", record.CodeRequired)
	wrong.note(o.Kind != nil && !o.Kind.Valid(), "/kind", record.CodeUnknownCode)
	wrong.note(o.Active == nil, "/active", record.CodeRequired)
	return wrong.err()
}

// PutOrganisation creates or changes an organisation.
func (s *Server) PutOrganisation(c echo.Context, id api.UUID) error {
	var want organisationChange
	if err := s.decode(c.Request().Body, &want); err != nil {
		return err
	}
	if err := want.check(); err != nil {
		return err
	}
	o := access.Organisation{
		ID: access.OrganisationID(id), Name: *want.Name, Kind: access.OrganisationKind(*want.Kind), Active: *want.Active,
	}
	created, err := s.deps.Members.PutOrganisation(c.Request().Context(), principal(c), o)
	if err != nil {
		return err
	}
	return c.JSON(createdOr200(created), organisation(o))
}

func createdOr200(created bool) int {
	if created {
		return http.StatusCreated
	}
	return http.StatusOK
}

// ListClients gives all clients, without their secrets.
func (s *Server) ListClients(c echo.Context) error {
	list, err := s.deps.Members.Clients(c.Request().Context(), principal(c))
	if err != nil {
		return err
	}
	told := api.Clients{Clients: make([]api.Client, len(list))}
	for i, client := range list {
		told.Clients[i] = clientOf(client)
	}
	return c.JSON(http.StatusOK, told)
}

func clientOf(c access.Client) api.Client {
	permissions := make([]api.Permission, len(c.Permissions))
	for i, p := range c.Permissions {
		permissions[i] = api.Permission(p)
	}
	return api.Client{
		ClientID: string(c.ID), OrganisationID: string(c.Organisation), Holder: string(c.Holder),
		Role: api.Role(c.Role), Permissions: permissions, Revoked: c.Revoked,
	}
}

type clientChange struct {
	Organisation *string           `json:"organisation_id"`
	Holder       *string           `json:"holder"`
	Role         *api.Role         `json:"role"`
	Permissions  *[]api.Permission `json:"permissions"`
}

func (t clientChange) check() error {
	var wrong findings
	wrong.note(t.Organisation == nil, "/organisation_id", record.CodeRequired)
	wrong.note(t.Organisation != nil && !isUUID(*t.Organisation), "/organisation_id", membership.CodeIDInvalid)
	wrong.note(t.Holder == nil, "/holder", record.CodeRequired)
	wrong.note(t.Holder != nil && !isUUID(*t.Holder), "/holder", membership.CodeIDInvalid)
	wrong.note(t.Role == nil, "/role", record.CodeRequired)
	wrong.note(t.Role != nil && !t.Role.Valid(), "/role", record.CodeUnknownCode)
	wrong.note(t.Permissions == nil, "/permissions", record.CodeRequired)
	if t.Permissions != nil {
		wrong.notePermissions(*t.Permissions)
	}
	return wrong.err()
}

func (f *findings) notePermissions(list []api.Permission) {
	f.note(len(list) > maxPermissions, "/permissions", CodeTooMany)
	for i, p := range list[:min(len(list), maxPermissions)] {
		f.note(!p.Valid(), "/permissions/"+strconv.Itoa(i), record.CodeUnknownCode)
	}
}

// terms may be called once check has found nothing.
func (t clientChange) terms(id access.ClientID) membership.ClientTerms {
	terms := membership.ClientTerms{
		ID: id, Organisation: access.OrganisationID(*t.Organisation), Holder: access.HolderID(*t.Holder), Role: access.Role(*t.Role),
	}
	for _, p := range *t.Permissions {
		terms.Permissions = append(terms.Permissions, access.Permission(p))
	}
	return terms
}

// PutClient creates a client, whose secret the answer then shows this once, or
// changes its permissions.
func (s *Server) PutClient(c echo.Context, id api.ClientID) error {
	var want clientChange
	if err := s.decode(c.Request().Body, &want); err != nil {
		return err
	}
	if err := want.check(); err != nil {
		return err
	}
	issued, err := s.deps.Members.PutClient(c.Request().Context(), principal(c), want.terms(access.ClientID(id)))
	if err != nil {
		return err
	}
	if issued.Created {
		return c.JSON(http.StatusCreated, api.ClientWithSecret{Client: clientOf(issued.Client), ClientSecret: issued.Secret})
	}
	return c.JSON(http.StatusOK, clientOf(issued.Client))
}

// RevokeClient ends a client and its tokens.
func (s *Server) RevokeClient(c echo.Context, id api.ClientID) error {
	if err := s.deps.Members.RevokeClient(c.Request().Context(), principal(c), access.ClientID(id)); err != nil {
		return absent(err)
	}
	return c.NoContent(http.StatusNoContent)
}

// RotateClientSecret gives a client a new secret and shows it this once.
func (s *Server) RotateClientSecret(c echo.Context, id api.ClientID) error {
	secret, err := s.deps.Members.RotateSecret(c.Request().Context(), principal(c), access.ClientID(id))
	if err != nil {
		return absent(err)
	}
	return c.JSON(http.StatusOK, api.ClientSecret{ClientID: id, ClientSecret: secret})
}

// absent makes one answer of everything that is not there: which sort of thing
// is missing is said by the path already, and a malformed id must read the same.
func absent(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return fault.Because(err, fault.NotFound, CodeNotFound)
	}
	return err
}
