package server

import (
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
)

// maxWaivers bounds the list in a submission; the contract says so.
const maxWaivers = 256

type submissionOrder struct {
	Waivers *[]struct {
		Finding    *string `json:"finding"`
		Reason     *string `json:"reason"`
		LegalBasis *string `json:"legal_basis"`
	} `json:"waivers"`
}

func (o submissionOrder) check() error {
	var wrong findings
	wrong.note(o.Waivers == nil, "/waivers", record.CodeRequired)
	list := orElse(o.Waivers, nil)
	wrong.note(len(list) > maxWaivers, "/waivers", CodeTooMany)
	for i, w := range list[:min(len(list), maxWaivers)] {
		at := "/waivers/" + strconv.Itoa(i)
		wrong.note(w.Finding == nil, at+"/finding", record.CodeRequired)
		wrong.note(w.Reason == nil, at+"/reason", record.CodeRequired)
		wrong.note(w.LegalBasis == nil, at+"/legal_basis", record.CodeRequired)
	}
	return wrong.err()
}

// waivers may be called once check has found nothing.
func (o submissionOrder) waivers() (all []release.Waiver) {
	for _, w := range *o.Waivers {
		all = append(all, release.Waiver{Finding: *w.Finding, Reason: *w.Reason, LegalBasis: *w.LegalBasis})
	}
	return all
}

// SubmitDraft hands a draft to the reviewers.
func (s *Server) SubmitDraft(c echo.Context, id api.DraftID) error {
	var order submissionOrder
	if err := s.decode(c.Request().Body, &order); err != nil {
		return err
	}
	if err := order.check(); err != nil {
		return err
	}
	return s.draft(c, http.StatusOK, func(ctx context.Context, p access.Principal) (release.Draft, error) {
		return s.deps.Publishing.Submit(ctx, p, release.DraftID(id), order.waivers())
	})
}

// ApproveDraft allows a draft to be published.
func (s *Server) ApproveDraft(c echo.Context, id api.DraftID, params api.ApproveDraftParams) error {
	return s.decide(c, params.IfMatch, func(ctx context.Context, p access.Principal, version int) (release.Draft, error) {
		return s.deps.Publishing.Approve(ctx, p, release.DraftID(id), version)
	})
}

// decide answers with what a draft is after a reviewer decided on the version
// that was read. Without one nothing is decided: nobody knows what was read.
func (s *Server) decide(
	c echo.Context, ifMatch *string, word func(ctx context.Context, p access.Principal, version int) (release.Draft, error),
) error {
	version, err := draftVersion(ifMatch)
	if err != nil {
		return err
	}
	return s.draft(c, http.StatusOK, func(ctx context.Context, p access.Principal) (release.Draft, error) {
		d, err := word(ctx, p, version)
		return d, versionRequired(err, ifMatch)
	})
}

// RejectDraft refuses a draft.
func (s *Server) RejectDraft(c echo.Context, id api.DraftID, params api.RejectDraftParams) error {
	var order struct {
		Reason *string `json:"reason"`
	}
	if err := s.decode(c.Request().Body, &order); err != nil {
		return err
	}
	if order.Reason == nil {
		return refused("/reason", record.CodeRequired)
	}
	return s.decide(c, params.IfMatch, func(ctx context.Context, p access.Principal, version int) (release.Draft, error) {
		return s.deps.Publishing.Reject(ctx, p, release.DraftID(id), version, *order.Reason)
	})
}

// PublishDraft publishes a draft and says under which number.
func (s *Server) PublishDraft(c echo.Context, id api.DraftID) error {
	d, err := s.deps.Publishing.Publish(c.Request().Context(), principal(c), release.DraftID(id))
	if err != nil {
		return absent(err)
	}
	return c.JSON(http.StatusOK, api.PublishedDraft{Number: d.Number})
}

// WithdrawRelease takes a release back.
func (s *Server) WithdrawRelease(c echo.Context, number api.ReleaseNumber) error {
	var order struct {
		Reason *struct {
			SV *string `json:"sv"`
			EN *string `json:"en"`
		} `json:"reason"`
	}
	if err := s.decode(c.Request().Body, &order); err != nil {
		return err
	}
	var wrong findings
	wrong.note(order.Reason == nil, "/reason", record.CodeRequired)
	wrong.note(order.Reason != nil && order.Reason.SV == nil, "/reason/sv", record.CodeRequired)
	wrong.note(order.Reason != nil && order.Reason.EN == nil, "/reason/en", record.CodeRequired)
	if err := wrong.err(); err != nil {
		return err
	}
	reason := codelist.Text{SV: *order.Reason.SV, EN: *order.Reason.EN}
	w, err := s.deps.Publishing.Withdraw(c.Request().Context(), principal(c), number, reason)
	if err != nil {
		return absent(err)
	}
	return c.JSON(http.StatusOK, withdrawalOf(w))
}

// GetDefaultPlan gives the plan of the trend report.
func (*Server) GetDefaultPlan(c echo.Context, params api.GetDefaultPlanParams) error {
	p, err := plan.Default(params.Year)
	if err != nil {
		return err
	}
	text, err := p.JSON()
	if err != nil {
		return err
	}
	return c.JSONBlob(http.StatusOK, text)
}
