package main

import (
	"context"
	"fmt"
	"net/http"

	"manniskohandel.se/casestat/api"
)

// sealedArgument is a sealed part of a draft and where it goes.
type sealedArgument struct {
	draftArgument
	Out string `required:"" placeholder:"FILE" help:"New file for the sealed bytes."`
}

type releaseCertificateCommand struct{ sealedArgument }

// Run fetches the proof; whoever holds the key to it proves the release again.
func (c *releaseCertificateCommand) Run(ctx context.Context, s *session) error {
	return c.fetch(s, func(client *api.ClientWithResponses) ([]byte, int, error) {
		answer, err := client.GetDraftCertificateWithResponse(ctx, c.Draft)
		if err != nil {
			return nil, 0, err
		}
		return answer.Body, answer.StatusCode(), nil
	})
}

type releaseReviewCommand struct{ sealedArgument }

// Run fetches who decided and what was waived.
func (c *releaseReviewCommand) Run(ctx context.Context, s *session) error {
	return c.fetch(s, func(client *api.ClientWithResponses) ([]byte, int, error) {
		answer, err := client.GetDraftReviewWithResponse(ctx, c.Draft)
		if err != nil {
			return nil, 0, err
		}
		return answer.Body, answer.StatusCode(), nil
	})
}

// fetch writes what a service gives to the file. Without the key to it nobody
// can read it; all the same it is for its owner alone.
func (c sealedArgument) fetch(s *session, ask func(*api.ClientWithResponses) (part []byte, status int, err error)) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	part, status, err := ask(client)
	switch {
	case err != nil:
		return err
	case status != http.StatusOK || len(part) == 0:
		return errNotInContract
	}
	out, err := newSecretFile(c.Out)
	if err != nil {
		return err
	}
	if err := out.keep(part); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s holds %s, sealed\n", c.Out, counting(int64(len(part)), "byte", "bytes"))
	return nil
}
