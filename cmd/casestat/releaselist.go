package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/shelf"
)

// public is a running service that needs no credentials to be read.
type public struct {
	Server string `default:"http://127.0.0.1:8080" placeholder:"URL" help:"The running service. Default: http://127.0.0.1:8080."`
	Export string `placeholder:"DIR" help:"Folder to copy releases into, with everything that a public process needs."`
}

type releaseListCommand struct {
	public
	Drafts      bool   `help:"The drafts instead; needs credentials."`
	Credentials string `placeholder:"FILE" help:"File with client_id and client_secret of the desk or a reviewer in JSON; for --drafts alone."`
}

// Run lists the releases, as anybody can, or the drafts.
func (c *releaseListCommand) Run(ctx context.Context, s *session) error {
	if c.Drafts {
		return c.drafts(ctx, s)
	}
	source, err := newRemoteShelf(c.Server)
	if err != nil {
		return err
	}
	list, err := source.list(ctx)
	if err != nil {
		return err
	}
	table := newColumns(s.out, "RELEASE", "YEARS", "KIND", "PUBLISHED", "STATE", "TITLE")
	for _, r := range list.Releases {
		table.row(strconv.Itoa(r.Number), yearsOf(r.Years), string(r.Kind), r.Published, string(r.Status), r.Title.En)
	}
	if err := table.flush(); err != nil {
		return err
	}
	return c.public.copy(ctx, s, source)
}

func yearsOf(years []int) string {
	text := make([]string, 0, len(years))
	for _, y := range years {
		text = append(text, strconv.Itoa(y))
	}
	return strings.Join(text, ", ")
}

// copy exports releases, if that was asked for: all of them, or those named.
func (c public) copy(ctx context.Context, s *session, source shelf.Source, only ...int) error {
	if c.Export == "" {
		return nil
	}
	if err := shelf.Export(ctx, source, c.Export, only...); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Copied to %s. Nothing of it was verified yet: casestat verify release %s\n", c.Export, c.Export)
	return nil
}

func (c *releaseListCommand) drafts(ctx context.Context, s *session) error {
	client, err := remote{c.Server, c.Credentials}.dial(s)
	if err != nil {
		return err
	}
	answer, err := client.ListDraftsWithResponse(ctx)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errNotInContract
	}
	table := newColumns(s.out, "DRAFT", "STATE", "YEARS", "RELEASE", "TITLE")
	for _, d := range answer.JSON200.Drafts {
		number := ""
		if d.Number != nil {
			number = strconv.Itoa(*d.Number)
		}
		table.row(d.DraftID, string(d.State), yearsOf(d.Plan.Years), number, d.Plan.Title.En)
	}
	return table.flush()
}

type releaseShowCommand struct {
	public
	Number int    `arg:"" help:"The release."`
	Lang   string `default:"en" enum:"sv,en" help:"Language of the sentences: sv or en. Default: en."`
}

// Run prints the figures of a release, as anybody can read them.
func (c *releaseShowCommand) Run(ctx context.Context, s *session) error {
	source, err := newRemoteShelf(c.Server)
	if err != nil {
		return err
	}
	text, err := source.get(ctx, "/v1/releases/"+strconv.Itoa(c.Number)+"/figures")
	if unknownRelease(err) {
		return fmt.Errorf("there is no release %d", c.Number)
	}
	if err != nil {
		return err
	}
	var figures api.ReleaseFigures
	if json.Unmarshal(text, &figures) != nil {
		return errNotInContract
	}
	for _, y := range figures.Years {
		fmt.Fprintf(s.out, "%d\n", y.Year)
		for _, f := range y.Figures {
			fmt.Fprintf(s.out, "  %-8s  %s\n", f.Status, inLanguage(f.Sentence, codelist.Lang(c.Lang)))
		}
	}
	return c.public.copy(ctx, s, source, c.Number)
}

func inLanguage(w api.Wording, lang codelist.Lang) string {
	return codelist.Text{SV: w.Sv, EN: w.En}.In(lang)
}
