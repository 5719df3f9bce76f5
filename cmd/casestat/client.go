package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"manniskohandel.se/casestat/api"
)

type clientCreateCommand struct {
	remote
	Organisation string   `required:"" placeholder:"UUID" help:"The organisation it belongs to."`
	Role         string   `required:"" placeholder:"ROLE" help:"coordinator, submitter, desk, reviewer or researcher."`
	Holder       string   `placeholder:"UUID" help:"Opaque id of the person who holds it; who has one already keeps it. Default: a new one."`
	Permissions  []string `placeholder:"PERMISSION,..." help:"Beyond the role's own, for example records:read of a submitter."`
	ID           string   `name:"id" placeholder:"UUID" help:"Its id. Default: a new one."`
	Out          string   `required:"" placeholder:"FILE" help:"New file for its credentials."`
}

// Run makes a client and writes its credentials to a file.
func (c *clientCreateCommand) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	if c.ID, err = orNewID(c.ID, s); err != nil {
		return err
	}
	if c.Holder, err = orNewID(c.Holder, s); err != nil {
		return err
	}
	err = keepCredentials(s, c.Out, func() (credentials, error) {
		answer, err := client.PutClientWithResponse(ctx, c.ID, c.terms())
		switch {
		case err != nil:
			return credentials{}, err
		case answer.JSON200 != nil:
			return credentials{}, errors.New("the client is there already: give it a new secret with casestat client rotate")
		case answer.JSON201 == nil:
			return credentials{}, errNotInContract
		}
		return credentials{answer.JSON201.Client.ClientID, answer.JSON201.ClientSecret}, nil
	})
	if err == nil {
		fmt.Fprintf(s.out, "Its holder is %s.\n", c.Holder)
	}
	return err
}

func (c *clientCreateCommand) terms() api.ClientChange {
	change := api.ClientChange{OrganisationID: c.Organisation, Holder: c.Holder, Role: api.Role(c.Role), Permissions: []api.Permission{}}
	for _, p := range c.Permissions {
		change.Permissions = append(change.Permissions, api.Permission(p))
	}
	return change
}

// keepCredentials writes what issue gives to a new file. The file is made
// first, so that a secret is not issued without a place to keep it.
func keepCredentials(s *session, name string, issue func() (credentials, error)) error {
	out, err := newSecretFile(name)
	if err != nil {
		return err
	}
	issued, err := issue()
	if err != nil {
		return errors.Join(err, out.discard())
	}
	if err := out.keep(issued.encode()); err != nil {
		return fmt.Errorf("client %s is there, but its secret could not be kept: make room and run casestat client rotate %s --out FILE: %w",
			issued.ClientID, issued.ClientID, err)
	}
	fmt.Fprintf(s.out, "%s\nIts credentials are in %s; nobody can show them again.\n", issued.ClientID, name)
	return nil
}

type clientListCommand struct{ remote }

// Run lists the clients.
func (c *clientListCommand) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	answer, err := client.ListClientsWithResponse(ctx)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errNotInContract
	}
	table := newColumns(s.out, "CLIENT", "ORGANISATION", "HOLDER", "ROLE", "STATE", "PERMISSIONS")
	for _, one := range answer.JSON200.Clients {
		state := "stands"
		if one.Revoked {
			state = "revoked"
		}
		table.row(one.ClientID, one.OrganisationID, one.Holder, string(one.Role), state, joinPermissions(one.Permissions))
	}
	return table.flush()
}

func joinPermissions(permissions []api.Permission) string {
	words := make([]string, len(permissions))
	for i, p := range permissions {
		words[i] = string(p)
	}
	return strings.Join(words, " ")
}

type clientRevokeCommand struct {
	remote
	Client string `arg:"" help:"The client's id."`
}

// Run ends a client for good.
func (c *clientRevokeCommand) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	if _, err := client.RevokeClientWithResponse(ctx, c.Client); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s is revoked\n", c.Client)
	return nil
}

type clientRotateCommand struct {
	remote
	Client string `arg:"" help:"The client's id."`
	Out    string `required:"" placeholder:"FILE" help:"New file for its credentials."`
}

// Run gives a client a new secret and writes its credentials to a file.
func (c *clientRotateCommand) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	return keepCredentials(s, c.Out, func() (credentials, error) {
		answer, err := client.RotateClientSecretWithResponse(ctx, c.Client)
		switch {
		case err != nil:
			return credentials{}, err
		case answer.JSON200 == nil:
			return credentials{}, errNotInContract
		}
		return credentials{c.Client, answer.JSON200.ClientSecret}, nil
	})
}
