package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
)

// Drafts prepares releases. Who may see and do what is checked there once more.
type Drafts interface {
	List(ctx context.Context, p access.Principal) ([]release.Draft, error)
	Read(ctx context.Context, p access.Principal, id release.DraftID) (release.Draft, error)
	Plan(ctx context.Context, p access.Principal, id release.DraftID, document []byte, replaces int) (release.Draft, error)
	Compute(ctx context.Context, p access.Principal, id release.DraftID) (release.Draft, error)
	Content(ctx context.Context, p access.Principal, id release.DraftID) (*disclosure.Protected, error)
	Remedies(ctx context.Context, p access.Principal, id release.DraftID) ([]disclosure.Remedy, error)
}

// Publishing takes drafts past a reviewer to the public.
type Publishing interface {
	Submit(ctx context.Context, p access.Principal, id release.DraftID, waivers []release.Waiver) (release.Draft, error)
	Approve(ctx context.Context, p access.Principal, id release.DraftID, version int) (release.Draft, error)
	Reject(ctx context.Context, p access.Principal, id release.DraftID, version int, reason string) (release.Draft, error)
	Publish(ctx context.Context, p access.Principal, id release.DraftID) (release.Draft, error)
	Withdraw(ctx context.Context, p access.Principal, number int, reason codelist.Text) (plan.Withdrawal, error)
}

// Sealed gives what a draft is proved and was decided by, in the form in which
// it is kept: nobody here can open it.
type Sealed interface {
	Certificate(ctx context.Context, p access.Principal, id release.DraftID) ([]byte, error)
	Review(ctx context.Context, p access.Principal, id release.DraftID) ([]byte, error)
}

// ListDrafts gives all drafts.
func (s *Server) ListDrafts(c echo.Context) error {
	list, err := s.deps.Drafts.List(c.Request().Context(), principal(c))
	if err != nil {
		return err
	}
	told := struct {
		Drafts []draft `json:"drafts"`
	}{make([]draft, len(list))}
	for i, d := range list {
		told.Drafts[i] = draftOf(d)
	}
	return c.JSON(http.StatusOK, told)
}

// GetDraft gives a draft and its findings.
func (s *Server) GetDraft(c echo.Context, id api.DraftID) error {
	return s.draft(c, http.StatusOK, func(ctx context.Context, p access.Principal) (release.Draft, error) {
		return s.deps.Drafts.Read(ctx, p, release.DraftID(id))
	})
}

// draft answers with what a draft is after something was done with it.
func (*Server) draft(c echo.Context, status int, done func(context.Context, access.Principal) (release.Draft, error)) error {
	d, err := done(c.Request().Context(), principal(c))
	if err != nil {
		return absent(err)
	}
	told := draftOf(d)
	c.Response().Header().Set("ETag", told.ETag)
	return c.JSON(status, told)
}

// PutDraft begins a draft, or gives it another plan.
func (s *Server) PutDraft(c echo.Context, id api.DraftID, params api.PutDraftParams) error {
	replaces, err := draftVersion(params.IfMatch)
	if err != nil {
		return err
	}
	document, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	isJSON := mediaType(c.Request().Header.Get(echo.HeaderContentType)) == mediaJSON
	if isJSON && !bytes.HasPrefix(bytes.TrimLeft(document, " \t\r\n"), []byte("{")) {
		return fault.New(fault.Malformed, record.CodeNotAnObject)
	}
	d, err := s.deps.Drafts.Plan(c.Request().Context(), principal(c), release.DraftID(id), document, replaces)
	if err != nil {
		return withoutForeignNames(versionRequired(err, params.IfMatch))
	}
	told := draftOf(d)
	c.Response().Header().Set("ETag", told.ETag)
	return c.JSON(createdOr200(replaces == 0 && d.Version == 1), told)
}

// ComputeDraft protects and audits what the plan wants. It takes its time; who
// hangs up ends it.
func (s *Server) ComputeDraft(c echo.Context, id api.DraftID) error {
	return s.draft(c, http.StatusOK, func(ctx context.Context, p access.Principal) (release.Draft, error) {
		return s.deps.Drafts.Compute(ctx, p, release.DraftID(id))
	})
}

// draftContent is api.DraftContent with the files as they would be frozen.
type draftContent struct {
	Draft   bool              `json:"draft"`
	Figures json.RawMessage   `json:"figures"`
	Tables  []json.RawMessage `json:"tables"`
}

// GetDraftContent gives what would be published.
func (s *Server) GetDraftContent(c echo.Context, id api.DraftID) error {
	protected, err := s.deps.Drafts.Content(c.Request().Context(), principal(c), release.DraftID(id))
	if err != nil {
		return absent(err)
	}
	files, err := export.Preview(protected, s.deps.Figures)
	if err != nil {
		return err
	}
	told := draftContent{Draft: true, Tables: []json.RawMessage{}}
	for _, f := range files {
		switch f.Name {
		case export.FiguresFile:
			told.Figures = f.Content
		case export.TablesFile: // says nothing that the tables do not
		default:
			told.Tables = append(told.Tables, f.Content)
		}
	}
	return c.JSON(http.StatusOK, told)
}

// GetDraftCertificate gives the sealed proof of a draft.
func (s *Server) GetDraftCertificate(c echo.Context, id api.DraftID) error {
	return sealed(c, id, s.deps.Sealed.Certificate)
}

// GetDraftReview gives the sealed review of a published draft.
func (s *Server) GetDraftReview(c echo.Context, id api.DraftID) error {
	return sealed(c, id, s.deps.Sealed.Review)
}

func sealed(c echo.Context, id api.DraftID, read func(context.Context, access.Principal, release.DraftID) ([]byte, error)) error {
	part, err := read(c.Request().Context(), principal(c), release.DraftID(id))
	if err != nil {
		return absent(err)
	}
	return c.Blob(http.StatusOK, echo.MIMEOctetStream, part)
}

// GetDraftRemedies says what could be changed in the plan and what it would cost.
func (s *Server) GetDraftRemedies(c echo.Context, id api.DraftID) error {
	list, err := s.deps.Drafts.Remedies(c.Request().Context(), principal(c), release.DraftID(id))
	if err != nil {
		return absent(err)
	}
	told := api.Remedies{Remedies: make([]api.Remedy, len(list))}
	for i, r := range list {
		told.Remedies[i] = api.Remedy{Kind: string(r.Kind), Scope: r.Scope, Withheld: r.Withheld, Shown: r.Shown}
		if r.Refused != "" {
			refused := string(r.Refused)
			told.Remedies[i].Refused = &refused
		}
	}
	return c.JSON(http.StatusOK, told)
}
