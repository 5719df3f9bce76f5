package server

import (
	"context"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/claim"
	"manniskohandel.se/casestat/pkg/fault"
)

// formats are the media types of texts.
var formats = map[string]claim.Format{mediaPlain: claim.Plain, mediaMarkdown: claim.Markdown, mediaWord: claim.Word}

// desks bound what the checks of texts take together: memory by how many texts
// there may be, time by how many of them are read at once.
type desks struct {
	texts, checks chan struct{}
}

func newDesks(l Limits) desks {
	return desks{make(chan struct{}, l.Texts), make(chan struct{}, l.Checks)}
}

// enter takes a text in, if there is room.
func (d desks) enter() (leave func(), err error) {
	select {
	case d.texts <- struct{}{}:
		return func() { <-d.texts }, nil
	default:
		return nil, fault.New(fault.Unavailable, CodeUnavailable)
	}
}

// sit waits for a free desk as long as the request has time.
func (d desks) sit(ctx context.Context) (leave func(), err error) {
	select {
	case d.checks <- struct{}{}:
		return func() { <-d.checks }, nil
	case <-ctx.Done():
		return nil, fault.Because(ctx.Err(), fault.Unavailable, CodeUnavailable)
	}
}

// CheckClaims says which numbers of a text are those of a release. The text is
// read, and forgotten with the request.
func (s *Server) CheckClaims(c echo.Context, number api.ReleaseNumber) error {
	ctx := c.Request().Context()
	if _, err := s.deps.Shelf.Release(ctx, number); err != nil {
		return absent(err)
	}
	leave, err := s.texts.enter()
	if err != nil {
		return err
	}
	defer leave()
	text, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	found, err := s.checkText(ctx, number, formats[mediaType(c.Request().Header.Get(echo.HeaderContentType))], text)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, claimReport(found))
}

func (s *Server) checkText(ctx context.Context, number int, format claim.Format, text []byte) (claim.Report, error) {
	leave, err := s.texts.sit(ctx)
	if err != nil {
		return claim.Report{}, err
	}
	defer leave()
	releases, err := s.deps.Shelf.Releases(ctx)
	if err != nil {
		return claim.Report{}, err
	}
	checker, err := claim.New(s.deps.Figures, releases, number)
	if err != nil {
		return claim.Report{}, absent(err)
	}
	document, err := claim.Read(format, text)
	if err != nil {
		return claim.Report{}, err
	}
	return checker.Check(document)
}

func claimReport(r claim.Report) api.ClaimReport {
	told := api.ClaimReport{
		Release: r.Release, Withdrawn: r.Withdrawn, Paragraphs: r.Paragraphs,
		Right: r.Count(claim.Right), Wrong: r.Count(claim.Wrong), Stale: r.Count(claim.Stale), Withheld: r.Count(claim.Withheld),
		Claims: make([]api.Claim, len(r.Claims)), Unbound: make([]api.UnboundNumber, len(r.Loose)),
	}
	if r.ReplacedBy > 0 {
		told.ReplacedBy = &r.ReplacedBy
	}
	for i, one := range r.Claims {
		told.Claims[i] = toldClaim(one)
	}
	for i, one := range r.Loose {
		told.Unbound[i] = api.UnboundNumber{Place: toldPlace(one.Place), Reason: api.UnboundNumberReason(one.Reason)}
	}
	return told
}

func toldClaim(c claim.Claim) api.Claim {
	told := api.Claim{
		Verdict: api.ClaimVerdict(c.Verdict), Kind: api.ClaimKind(c.Kind), Name: string(c.Name), Year: c.Year,
		Language: api.ClaimLanguage(c.Lang), Sentence: c.Sentence, Places: make([]api.Place, len(c.Places)),
	}
	for i, p := range c.Places {
		told.Places[i] = toldPlace(p)
	}
	if c.Verdict == claim.Stale {
		told.Said = &api.ClaimSource{Release: c.Said.Release, Year: c.Said.Year, Withdrawn: c.Said.Withdrawn}
	}
	return told
}

func toldPlace(p claim.Place) api.Place {
	told := api.Place{Part: api.PlacePart(p.Part), Paragraph: p.Paragraph, Offset: p.Offset, Length: p.Length}
	if p.Line > 0 {
		told.Line = &p.Line
	}
	return told
}
