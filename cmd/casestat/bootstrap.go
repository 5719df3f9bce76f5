package main

import (
	"context"
	"errors"
	"fmt"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/store"
)

type bootstrapCommand struct {
	place
	Out    string `required:"" placeholder:"FILE" help:"New file for the coordinator's credentials."`
	Name   string `default:"Plattformen" placeholder:"NAME" help:"Name of the platform's own organisation. Default: Plattformen."`
	Holder string `placeholder:"UUID" help:"Opaque id of the person who holds the credentials. Default: a new one."`
}

// Run founds the platform on an empty database.
func (c *bootstrapCommand) Run(ctx context.Context, s *session) error {
	config, err := c.config(s)
	if err != nil {
		return err
	}
	if err := c.mustExist(config); err != nil {
		return err
	}
	founding, err := bootstrap(ctx, s, config, c)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Founded %s. The coordinator's credentials are in %s; nobody can show them again.\n", founding.Organisation.Name, c.Out)
	fmt.Fprintf(s.out, "holder        %s\norganisation  %s\n", founding.Client.Holder, founding.Organisation.ID)
	return nil
}

// bootstrap makes the first coordinator and writes its credentials to a file.
func bootstrap(ctx context.Context, s *session, config store.Config, c *bootstrapCommand) (founding membership.Founding, err error) {
	out, err := newSecretFile(c.Out)
	if err != nil {
		return founding, err
	}
	founding, err = found(ctx, s, config, c)
	if err != nil {
		if fault.CodeOf(err) == membership.CodeAlreadyFounded {
			err = errors.New("the platform is founded already; its coordinator makes further clients with casestat client create")
		}
		return founding, errors.Join(err, out.discard())
	}
	if err := out.keep(credentials{string(founding.Client.ID), founding.Secret}.encode()); err != nil {
		return founding, fmt.Errorf("the platform is founded, but its coordinator's secret could not be kept: "+
			"make room, remove the database, which holds nothing else, and begin with casestat migrate again: %w", err)
	}
	return founding, nil
}

func found(ctx context.Context, s *session, config store.Config, c *bootstrapCommand) (founding membership.Founding, err error) {
	records, err := store.Open(ctx, config)
	if err != nil {
		return founding, err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	if err := records.Migrated(ctx); err != nil {
		return founding, err
	}
	hasher, err := access.NewHasher(access.HasherConfig{Random: s.random})
	if err != nil {
		return founding, err
	}
	members := membership.New(membership.Deps{Store: records.Membership(), Clock: s.now, Random: s.random, Hasher: hasher})
	return members.Bootstrap(ctx, c.Name, access.HolderID(c.Holder))
}
