package main

import (
	"context"
	"fmt"
	"strings"

	"manniskohandel.se/casestat/api"
)

type releaseApproveCommand struct{ draftArgument }

// Run approves the draft as it was read, and says what that is.
func (c *releaseApproveCommand) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	d, err := c.read(ctx, client)
	if err != nil {
		return err
	}
	tellReviewed(s, d)
	if _, err := client.ApproveDraftWithResponse(ctx, c.Draft, &api.ApproveDraftParams{IfMatch: &d.Etag}); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s may be published\n", c.Draft)
	return nil
}

type releaseRejectCommand struct {
	draftArgument
	Reason string `required:"" placeholder:"TEXT" help:"Why, for the author."`
}

// Run rejects the draft as it was read, and says what that is.
func (c *releaseRejectCommand) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	d, err := c.read(ctx, client)
	if err != nil {
		return err
	}
	tellReviewed(s, d)
	params := &api.RejectDraftParams{IfMatch: &d.Etag}
	if _, err := client.RejectDraftWithResponse(ctx, c.Draft, params, api.RejectionOrder{Reason: c.Reason}); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s is sent back\n", c.Draft)
	return nil
}

// read gives the draft as it is now; a decision names this version of it.
func (c draftArgument) read(ctx context.Context, client *api.ClientWithResponses) (api.Draft, error) {
	answer, err := client.GetDraftWithResponse(ctx, c.Draft)
	if err != nil {
		return api.Draft{}, err
	}
	if answer.JSON200 == nil {
		return api.Draft{}, errNotInContract
	}
	return *answer.JSON200, nil
}

// tellReviewed prints what a decision is about.
func tellReviewed(s *session, d api.Draft) {
	fmt.Fprintf(s.out, "Version %d of %q (%s), about %s\n", d.Version, d.Plan.Title.En, d.Plan.Title.Sv, yearsOf(d.Plan.Years))
	if d.Summary != nil {
		fmt.Fprintf(s.out, "%d of %s are shown\n", d.Summary.Shown, counting(int64(d.Summary.Cells), "cell", "cells"))
	}
	if d.Submission == nil {
		return
	}
	fmt.Fprintln(s.out, counting(int64(len(d.Submission.Waivers)), "waiver", "waivers"))
	for _, w := range d.Submission.Waivers {
		fmt.Fprintf(s.out, "  %s\n    %s\n    Legal basis: %s\n", w.Finding, indented(w.Reason), indented(w.LegalBasis))
	}
}

// indented keeps the lines of a text under their heading.
func indented(text string) string { return strings.ReplaceAll(text, "\n", "\n    ") }
