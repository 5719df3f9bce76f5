package main

import (
	"context"
	"fmt"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/access"
)

type organisationCreateCommand struct {
	remote
	Name string `required:"" placeholder:"NAME" help:"The organisation's name."`
	ID   string `name:"id" placeholder:"UUID" help:"Its id. Default: a new one; give it to be able to repeat the command."`
}

// Run makes a member organisation and prints its id.
func (c *organisationCreateCommand) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	if c.ID, err = orNewID(c.ID, s); err != nil {
		return err
	}
	change := api.OrganisationChange{Name: c.Name, Kind: api.OrganisationKind(access.Member), Active: true}
	if _, err := client.PutOrganisationWithResponse(ctx, c.ID, change); err != nil {
		return err
	}
	fmt.Fprintln(s.out, c.ID)
	return nil
}

func orNewID(id string, s *session) (string, error) {
	if id != "" {
		return id, nil
	}
	return access.NewID(s.random)
}

type organisationListCommand struct{ remote }

// Run lists the organisations.
func (c *organisationListCommand) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	answer, err := client.ListOrganisationsWithResponse(ctx)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errNotInContract
	}
	table := newColumns(s.out, "ORGANISATION", "KIND", "STATE", "NAME")
	for _, o := range answer.JSON200.Organisations {
		state := "active"
		if !o.Active {
			state = "inactive"
		}
		table.row(o.OrganisationID, string(o.Kind), state, o.Name)
	}
	return table.flush()
}
