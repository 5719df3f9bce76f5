package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
)

// releaseCommands are the way of a release, in its order.
type releaseCommands struct {
	Plan        releasePlanCommand        `cmd:"" help:"Make a draft from a plan, or print the default plan to edit."`
	Compute     releaseComputeCommand     `cmd:"" help:"Protect and audit a draft."`
	Findings    releaseFindingsCommand    `cmd:"" help:"Show what protecting and auditing a draft found, or what remedies would cost."`
	Submit      releaseSubmitCommand      `cmd:"" help:"Hand a draft to the reviewer."`
	Approve     releaseApproveCommand     `cmd:"" help:"Approve a draft that somebody else submitted."`
	Reject      releaseRejectCommand      `cmd:"" help:"Send a draft back."`
	Publish     releasePublishCommand     `cmd:"" help:"Publish an approved draft."`
	Certificate releaseCertificateCommand `cmd:"" help:"Fetch the sealed proof of a draft, for casestat verify release."`
	Review      releaseReviewCommand      `cmd:"" help:"Fetch the sealed review of a published draft: who approved it, and what was waived."`
	Withdraw    releaseWithdrawCommand    `cmd:"" help:"Take a release back; it stays readable, with the notice."`
	List        releaseListCommand        `cmd:"" help:"List the releases, or the drafts."`
	Show        releaseShowCommand        `cmd:"" help:"Show a release: its figures as they are published."`
	Claims      releaseClaimsCommand      `cmd:"" help:"Check the numbers of a text against a release."`
	Kit         releaseKitCommand         `cmd:"" help:"Fetch a release packed for those who write about it: sentences, pictures, tables."`
}

// draftArgument is a draft at a service.
type draftArgument struct {
	remote
	Draft string `arg:"" placeholder:"DRAFT" help:"The draft's id."`
}

type releasePlanCommand struct {
	Server      string `default:"http://127.0.0.1:8080" placeholder:"URL" help:"The running service. Default: http://127.0.0.1:8080."`
	Credentials string `placeholder:"FILE" help:"File with client_id and client_secret of the desk in JSON."`
	File        string `arg:"" optional:"" placeholder:"FILE" help:"The plan, as YAML or JSON."`
	Default     int    `placeholder:"YEAR" help:"Print the default plan of a year and do nothing else."`
	Draft       string `placeholder:"UUID" help:"The draft's id. Default: a new one; name one to give it a new plan."`
}

// Run sends a plan and prints the draft's id.
func (c *releasePlanCommand) Run(ctx context.Context, s *session) error {
	if c.Default != 0 {
		if _, err := plan.Default(c.Default); err != nil {
			return fmt.Errorf("%d is no year that can be reported on", c.Default)
		}
		_, err := s.out.Write(plan.DefaultYAML(c.Default))
		return err
	}
	if c.File == "" || c.Credentials == "" {
		return errors.New("name the file of the plan, and the desk's credentials with --credentials; or ask for the default plan with --default YEAR")
	}
	document, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	client, err := remote{c.Server, c.Credentials}.dial(s)
	if err != nil {
		return err
	}
	return c.put(ctx, s, client, document)
}

func (c *releasePlanCommand) put(ctx context.Context, s *session, client *api.ClientWithResponses, document []byte) (err error) {
	params := api.PutDraftParams{}
	if c.Draft == "" {
		if c.Draft, err = orNewID("", s); err != nil {
			return err
		}
	} else if params.IfMatch, err = versionOf(ctx, client, c.Draft); err != nil {
		return err
	}
	media := "application/yaml"
	if bytes.HasPrefix(bytes.TrimSpace(document), []byte("{")) {
		media = "application/json"
	}
	if _, err := client.PutDraftWithBodyWithResponse(ctx, c.Draft, &params, media, bytes.NewReader(document)); err != nil {
		return err
	}
	fmt.Fprintln(s.out, c.Draft)
	return nil
}

// versionOf names the version of a draft that a new plan replaces; nil for a
// draft that is not there yet.
func versionOf(ctx context.Context, client *api.ClientWithResponses, id string) (*api.IfMatch, error) {
	answer, err := client.GetDraftWithResponse(ctx, id)
	if r, ok := errors.AsType[*refusal](err); ok && r.problem.Code == string(release.CodeDraftUnknown) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if answer.JSON200 == nil {
		return nil, errNotInContract
	}
	return &answer.JSON200.Etag, nil
}

// findingsSayWhy are the refusals of a computation after which the draft holds
// the findings that failed.
var findingsSayWhy = map[fault.Code]bool{
	disclosure.CodeRequiredCell: true, disclosure.CodeNotDeniable: true, disclosure.CodeHistory: true,
	release.CodeNotProved: true, release.CodeTooFewChanges: true,
}

type releaseComputeCommand struct{ draftArgument }

// Run computes a draft; that may take minutes.
func (c *releaseComputeCommand) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	answer, err := client.ComputeDraftWithResponse(ctx, c.Draft)
	if r, ok := errors.AsType[*refusal](err); ok && findingsSayWhy[fault.Code(r.problem.Code)] {
		return fmt.Errorf("%w\nThe draft keeps what was found: casestat release findings %s", err, c.Draft)
	}
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errNotInContract
	}
	return tellDraft(s, *answer.JSON200)
}

// tellDraft prints how far a draft has come.
func tellDraft(s *session, d api.Draft) error {
	fmt.Fprintf(s.out, "%s is %s\n", d.DraftID, d.State)
	if d.Summary != nil {
		fmt.Fprintf(s.out, "%d of %s are shown; %s prove that the others are deniable; %s for the reviewer\n",
			d.Summary.Shown, counting(int64(d.Summary.Cells), "cell", "cells"), counting(int64(d.Summary.Witnesses), "witness", "witnesses"),
			counting(int64(d.Summary.Waivable), "finding", "findings"))
	}
	if d.Number != nil {
		fmt.Fprintf(s.out, "It is release %d.\n", *d.Number)
	}
	return nil
}

type releaseFindingsCommand struct {
	draftArgument
	All      bool `help:"With notes, which say why each withheld cell is."`
	Remedies bool `help:"What coarser or fewer tables would cost. It computes every one, so it takes its time."`
}

// Run prints findings; they are for the desk and the reviewer alone.
func (c *releaseFindingsCommand) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	if c.Remedies {
		return c.remedies(ctx, s, client)
	}
	d, err := c.read(ctx, client)
	if err != nil {
		return err
	}
	return c.tell(s, d)
}

func (c *releaseFindingsCommand) tell(s *session, d api.Draft) error {
	if err := tellDraft(s, d); err != nil {
		return err
	}
	fmt.Fprintln(s.out, "For the desk and the reviewer alone:")
	table := newColumns(s.out, "CLASS", "FINDING", "SEEN BY", "LEFT", "OF")
	notes := 0
	for _, f := range valueOf(d.Findings) {
		if f.Class == api.FindingClassNote && !c.All {
			notes++
			continue
		}
		table.row(string(f.Class), f.ID, valueOf(f.View), numberOr(f.Value), numberOr(f.Threshold))
	}
	if err := table.flush(); err != nil {
		return err
	}
	if notes > 0 {
		fmt.Fprintf(s.out, "and %s on what is withheld and why: --all\n", counting(int64(notes), "note", "notes"))
	}
	return nil
}

func numberOr(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func valueOf[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func (c *releaseFindingsCommand) remedies(ctx context.Context, s *session, client *api.ClientWithResponses) error {
	answer, err := client.GetDraftRemediesWithResponse(ctx, c.Draft)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errNotInContract
	}
	table := newColumns(s.out, "REMEDY", "OF", "SHOWN", "WITHHELD")
	for _, r := range answer.JSON200.Remedies {
		table.row(r.Kind, r.Scope, strconv.Itoa(r.Shown), strconv.Itoa(r.Withheld))
	}
	return table.flush()
}

type releaseSubmitCommand struct {
	draftArgument
	Waivers string `placeholder:"FILE" help:"JSON: [{\"finding\", \"reason\", \"legal_basis\"}], one for every finding of class review."`
}

// Run hands a draft in.
func (c *releaseSubmitCommand) Run(ctx context.Context, s *session) error {
	order := api.SubmissionOrder{Waivers: []api.Waiver{}}
	if c.Waivers != "" {
		text, err := os.ReadFile(c.Waivers)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(text, &order.Waivers); err != nil {
			return fmt.Errorf("%s is not a list of waivers in JSON", c.Waivers)
		}
	}
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	if _, err = client.SubmitDraftWithResponse(ctx, c.Draft, order); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s waits for a reviewer\n", c.Draft)
	return nil
}

type releasePublishCommand struct{ draftArgument }

// Run publishes. Doing it again does nothing more.
func (c *releasePublishCommand) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	answer, err := client.PublishDraftWithResponse(ctx, c.Draft)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errNotInContract
	}
	fmt.Fprintf(s.out, "release %d\n", answer.JSON200.Number)
	return nil
}

type releaseWithdrawCommand struct {
	remote
	Number   int    `arg:"" help:"The release."`
	ReasonSV string `name:"reason-sv" required:"" placeholder:"TEXT" help:"Why, in Swedish; everybody reads it."`
	ReasonEN string `name:"reason-en" required:"" placeholder:"TEXT" help:"Why, in English; everybody reads it."`
}

// Run takes a release back.
func (c *releaseWithdrawCommand) Run(ctx context.Context, s *session) error {
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	order := api.WithdrawalOrder{Reason: api.Wording{Sv: c.ReasonSV, En: c.ReasonEN}}
	if _, err := client.WithdrawReleaseWithResponse(ctx, c.Number, order); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "release %d is withdrawn; it stays readable, with the notice\n", c.Number)
	return nil
}

// unknownRelease says whether an answer was that there is no such release.
func unknownRelease(err error) bool { return fault.KindOf(err) == fault.NotFound }
