package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/claim"
)

type releaseClaimsCommand struct {
	Server  string `default:"http://127.0.0.1:8080" placeholder:"URL" help:"The running service. Default: http://127.0.0.1:8080."`
	File    string `arg:"" placeholder:"FILE" help:"The text: .txt, .md or .docx."`
	Release int    `required:"" placeholder:"NUMBER" help:"The release that it writes about."`
}

// texts are the media types of texts by the endings of their names.
var texts = map[string]string{
	".txt": "text/plain", ".text": "text/plain", ".md": "text/markdown", ".markdown": "text/markdown",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

// Run checks a text, as anybody can. The answer is no if anything of it may not
// be printed as it stands.
func (c *releaseClaimsCommand) Run(ctx context.Context, s *session) error {
	media, ok := texts[strings.ToLower(filepath.Ext(c.File))]
	if !ok {
		return errors.New("the text must be a file in .txt, .md or .docx")
	}
	report, err := c.ask(ctx, media)
	if err != nil {
		return err
	}
	tellReport(s, report)
	if wrong := report.Wrong + report.Stale + report.Withheld; wrong > 0 {
		return no(counting(int64(wrong), "statement does", "statements do") + fmt.Sprintf(" not agree with release %d", c.Release))
	}
	return nil
}

func (c *releaseClaimsCommand) ask(ctx context.Context, media string) (*api.ClaimReport, error) {
	text, err := os.Open(c.File)
	if err != nil {
		return nil, err
	}
	defer text.Close()
	if info, err := text.Stat(); err != nil || info.Size() > claim.MaxBytes {
		return nil, errors.Join(err, fmt.Errorf("%s is larger than a text may be, %d MiB", c.File, claim.MaxBytes>>20))
	}
	source, err := newRemoteShelf(c.Server)
	if err != nil {
		return nil, err
	}
	client, err := api.NewClientWithResponses(source.base, api.WithHTTPClient(anybody{&caller{base: source.base, http: source.http}}))
	if err != nil {
		return nil, err
	}
	answer, err := client.CheckClaimsWithBodyWithResponse(ctx, c.Release, media, text)
	if refused, ok := errors.AsType[*refusal](err); ok && refused.status == http.StatusNotFound {
		return nil, fmt.Errorf("there is no release %d", c.Release)
	}
	if err != nil {
		return nil, err
	}
	if answer.JSON200 == nil {
		return nil, errNotInContract
	}
	return answer.JSON200, nil
}

// anybody sends requests without a token.
type anybody struct{ caller *caller }

// Do implements api.HttpRequestDoer. An answer that is not a success is an error.
func (a anybody) Do(request *http.Request) (*http.Response, error) {
	request.Header.Set("Accept-Language", "en")
	return a.caller.send(request)
}

// tellReport prints what does not agree first, and what nobody checked last.
func tellReport(s *session, r *api.ClaimReport) {
	if r.Withdrawn {
		fmt.Fprintf(s.out, "Release %d was withdrawn: nothing of it should be printed.\n", r.Release)
	}
	if r.ReplacedBy != nil {
		fmt.Fprintf(s.out, "Release %d stands in its place.\n", *r.ReplacedBy)
	}
	for _, verdict := range []api.ClaimVerdict{api.ClaimVerdictWrong, api.ClaimVerdictStale, api.ClaimVerdictWithheld, api.ClaimVerdictRight} {
		for _, one := range r.Claims {
			if one.Verdict == verdict {
				fmt.Fprintf(s.out, "%-9s %s (%d): %s%s\n", verdict, at(one.Places), one.Year, one.Sentence, by(one.Said))
			}
		}
	}
	for _, one := range r.Unbound {
		fmt.Fprintf(s.out, "unchecked %s: %s\n", at([]api.Place{one.Place}), unbound[one.Reason])
	}
	fmt.Fprintf(s.out, "%d right, %d wrong, %d stale, %d withheld; %s not checked\n",
		r.Right, r.Wrong, r.Stale, r.Withheld, counting(int64(len(r.Unbound)), "number", "numbers"))
}

var unbound = map[api.UnboundNumberReason]string{
	api.UnboundNumberReasonNoStatement: "the words around it are no statement's of the release",
	api.UnboundNumberReasonAmbiguous:   "the words around it are those of several statements",
	api.UnboundNumberReasonYearUnclear: "which year is meant is not clear",
	api.UnboundNumberReasonNotWhole:    "it is a decimal, or an end of a range",
}

// at names where numbers stand, each as an editor counts, from 1.
func at(places []api.Place) string {
	var words []string
	for _, p := range places {
		part := ""
		if p.Part != api.PlacePartBody {
			part = string(p.Part) + ", "
		}
		line := ""
		if p.Line != nil {
			line = fmt.Sprintf(" (line %d)", *p.Line)
		}
		words = append(words, fmt.Sprintf("%sparagraph %d, character %d%s", part, p.Paragraph, p.Offset+1, line))
	}
	return strings.Join(slices.Compact(words), " and ")
}

// by names who said what is stale.
func by(said *api.ClaimSource) string {
	if said == nil {
		return ""
	}
	state := ""
	if said.Withdrawn {
		state = ", withdrawn since"
	}
	return fmt.Sprintf(" (release %d said so of %d%s)", said.Release, said.Year, state)
}
