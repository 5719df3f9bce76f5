package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/fault"
)

// Released is what came of a release.
type Released struct {
	Draft   string
	Number  int
	Before  bool // an earlier play published it
	Summary api.DraftSummary
	Figures []api.ReleaseFigure // of the slide's year, as everybody reads them
	Slide   Slide
}

// Release lets the desk plan the trend report of the slide's year and compute
// it, the reviewer approve it and the desk publish it, and then reads the slide
// as anybody can. Doing it again finds what was published before. An error
// wrapping ErrMismatch says that the published slide is not the one expected.
func (s Stage) Release(ctx context.Context) (out Released, err error) {
	defer fault.Wrap(&err, "release the slide of %d", s.Script.Year)
	desk, err := s.as(Desk)
	if err != nil {
		return Released{}, err
	}
	out.Draft = s.Script.draft()
	draft, err := s.draft(ctx, desk, out.Draft)
	if err != nil {
		return Released{}, err
	}
	out.Before = draft.Number != nil
	if !out.Before {
		if draft, err = s.carry(ctx, desk, draft); err != nil {
			return Released{}, err
		}
	}
	out.Number, out.Summary = valueOf(draft.Number), valueOf(draft.Summary)
	return out, s.readReleased(ctx, desk, &out)
}

// Certificate gives the sealed proof of a draft, as the desk can fetch it.
func (s Stage) Certificate(ctx context.Context, draft string) ([]byte, error) {
	desk, err := s.as(Desk)
	if err != nil {
		return nil, err
	}
	answer, err := desk.GetDraftCertificateWithResponse(ctx, draft)
	if err != nil {
		return nil, fmt.Errorf("fetch the certificate: %w", err)
	}
	return answer.Body, nil
}

// draft is the id of the script's draft, the same in every play.
func (s *Script) draft() string {
	names := newIDs()
	for range 4 * (len(s.Members) + 2) { // beyond those of the cast
		names.next()
	}
	return names.next()
}

// draft plans the trend report, or finds the draft of an earlier play.
func (s Stage) draft(ctx context.Context, desk *api.ClientWithResponses, id string) (api.Draft, error) {
	known, err := desk.ListDraftsWithResponse(ctx)
	if err != nil {
		return api.Draft{}, err
	}
	if known.JSON200 == nil {
		return api.Draft{}, errUnexpected
	}
	for _, d := range known.JSON200.Drafts {
		if d.DraftID == id {
			return d, nil
		}
	}
	text, err := data.ReadFile("data/plan.yaml")
	if err != nil {
		return api.Draft{}, err
	}
	document := bytes.NewReader(bytes.Replace(text, []byte("\nyears: [2025]\n"), fmt.Appendf(nil, "\nyears: [%d]\n", s.Script.Year), 1))
	answer, err := desk.PutDraftWithBodyWithResponse(ctx, id, &api.PutDraftParams{}, "application/yaml", document)
	if err != nil {
		return api.Draft{}, fmt.Errorf("plan: %w", err)
	}
	if answer.JSON201 == nil {
		return api.Draft{}, errUnexpected
	}
	return *answer.JSON201, nil
}

// carry takes a draft from where it stands to its publication.
func (s Stage) carry(ctx context.Context, desk *api.ClientWithResponses, d api.Draft) (api.Draft, error) {
	steps := []struct {
		from api.DraftState
		step func(context.Context, *api.ClientWithResponses, api.Draft) error
	}{
		{api.DraftStateDraft, compute},
		{api.DraftStateComputed, submit},
		{api.DraftStateSubmitted, s.approve},
		{api.DraftStateApproved, publish},
	}
	for _, one := range steps {
		if d.State != one.from {
			continue
		}
		if err := one.step(ctx, desk, d); err != nil {
			return d, err
		}
		answer, err := desk.GetDraftWithResponse(ctx, d.DraftID)
		if err != nil {
			return d, err
		}
		if answer.JSON200 == nil {
			return d, errUnexpected
		}
		d = *answer.JSON200
	}
	if d.State != api.DraftStatePublished {
		return d, fmt.Errorf("the draft is %s", d.State)
	}
	return d, nil
}

func compute(ctx context.Context, desk *api.ClientWithResponses, d api.Draft) (err error) {
	defer fault.Wrap(&err, "compute")
	_, err = desk.ComputeDraftWithResponse(ctx, d.DraftID)
	return err
}

// submit hands the draft in, with a waiver for every finding that needs one.
func submit(ctx context.Context, desk *api.ClientWithResponses, d api.Draft) (err error) {
	defer fault.Wrap(&err, "submit")
	order := api.SubmissionOrder{Waivers: []api.Waiver{}}
	for _, f := range valueOf(d.Findings) {
		if f.Class == api.FindingClassReview {
			order.Waivers = append(order.Waivers, api.Waiver{
				Finding: f.ID, LegalBasis: "none: invented persons",
				Reason: "The demo's persons never existed; a real reviewer would write here why this may be shown.",
			})
		}
	}
	_, err = desk.SubmitDraftWithResponse(ctx, d.DraftID, order)
	return err
}

// approve is the reviewer's part.
func (s Stage) approve(ctx context.Context, _ *api.ClientWithResponses, d api.Draft) (err error) {
	defer fault.Wrap(&err, "approve")
	reviewer, err := s.as(Reviewer)
	if err != nil {
		return err
	}
	_, err = reviewer.ApproveDraftWithResponse(ctx, d.DraftID, &api.ApproveDraftParams{IfMatch: &d.Etag})
	return err
}

func publish(ctx context.Context, desk *api.ClientWithResponses, d api.Draft) (err error) {
	defer fault.Wrap(&err, "publish")
	_, err = desk.PublishDraftWithResponse(ctx, d.DraftID)
	return err
}

// headlines is how many figures the slide has.
const headlines = 8

// readReleased reads the published figures and holds the headlines against the
// slide.
func (s Stage) readReleased(ctx context.Context, anybody *api.ClientWithResponses, out *Released) error {
	answer, err := anybody.GetReleaseFiguresWithResponse(ctx, out.Number)
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errUnexpected
	}
	var stated []Stated
	for _, y := range answer.JSON200.Years {
		if y.Year != s.Script.Year {
			continue
		}
		for _, f := range y.Figures {
			if !valueOf(f.Headline) {
				continue
			}
			out.Figures = append(out.Figures, f)
			stated = append(stated, statedOf(f))
		}
	}
	if len(stated) != headlines {
		return fmt.Errorf("%w: %d headlines", ErrMismatch, len(stated))
	}
	if out.Slide, err = read(stated); err != nil {
		return errors.Join(ErrMismatch, err)
	}
	if out.Slide != Expected {
		return fmt.Errorf("%w: %+v instead of %+v", ErrMismatch, out.Slide, Expected)
	}
	return nil
}

// statedOf takes a published figure; what is withheld is 0, which no figure of
// the slide is.
func statedOf(f api.ReleaseFigure) Stated {
	stated := Stated{Name: f.Name, N: valueOf(f.Value), Of: valueOf(f.Of)}
	if f.Sum != nil {
		stated.Sum = valueOf(f.Sum.Value)
	}
	return stated
}
