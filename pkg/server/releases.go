package server

import (
	"context"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

// Shelf holds the published releases, verified. Everything that is public is
// answered from it alone.
type Shelf interface {
	Releases(ctx context.Context) ([]*shelf.Release, error)
	Release(ctx context.Context, number int) (*shelf.Release, error)
	File(ctx context.Context, number int, name string) ([]byte, plan.File, error)
	Checkpoint(ctx context.Context) ([]byte, error)
	Trust(ctx context.Context) (signed.Trust, error)
	Trend(ctx context.Context, number int, figure plan.Name) (shelf.Trend, error)
}

const mediaText = "text/plain; charset=utf-8"

// releaseLine is api.Release with its texts in both languages.
type releaseLine struct {
	Number    int               `json:"number"`
	Kind      plan.Kind         `json:"kind"`
	Title     codelist.Text     `json:"title"`
	Years     []int             `json:"years"`
	Published string            `json:"published"`
	Status    api.ReleaseStatus `json:"status"`
	Replaces  []int             `json:"replaces"`
	Manifest  signed.Hash       `json:"manifest_sha256"`
}

func lineOf(r *shelf.Release) releaseLine {
	m := r.Manifest
	line := releaseLine{
		Number: m.Number, Kind: m.Kind, Title: m.Content.Title, Years: r.Years(), Published: m.Published,
		Status: api.ReleaseStatusPublished, Replaces: append([]int{}, m.Replaces...), Manifest: r.Hash,
	}
	if r.Withdrawal != nil {
		line.Status = api.ReleaseStatusWithdrawn
	}
	return line
}

// ListReleases gives the published releases.
func (s *Server) ListReleases(c echo.Context) error {
	all, err := s.deps.Shelf.Releases(c.Request().Context())
	if err != nil {
		return err
	}
	told := struct {
		Releases []releaseLine `json:"releases"`
	}{make([]releaseLine, len(all))}
	for i, r := range all {
		told.Releases[i] = lineOf(r)
	}
	return showJSON(c, keepAMinute, told)
}

// releaseSummary is api.ReleaseSummary.
type releaseSummary struct {
	releaseLine
	Software    string          `json:"software"`
	Waivers     int             `json:"waivers"`
	Certificate signed.Hash     `json:"certificate_sha256"`
	Files       []plan.File     `json:"files"`
	Withdrawal  *withdrawalLine `json:"withdrawal,omitempty"`
}

// withdrawalLine is api.Withdrawal.
type withdrawalLine struct {
	Number    int           `json:"number"`
	Manifest  signed.Hash   `json:"manifest_sha256"`
	Withdrawn string        `json:"withdrawn"`
	Reason    codelist.Text `json:"reason"`
}

func withdrawalOf(w plan.Withdrawal) *withdrawalLine {
	return &withdrawalLine{w.Number, w.Manifest, w.Withdrawn, w.Reason}
}

// GetRelease says what a release is and whether it stands.
func (s *Server) GetRelease(c echo.Context, number api.ReleaseNumber) error {
	r, err := s.deps.Shelf.Release(c.Request().Context(), number)
	if err != nil {
		return absent(err)
	}
	m := r.Manifest
	told := releaseSummary{
		releaseLine: lineOf(r), Software: m.Software, Waivers: m.Waivers, Certificate: m.Certificate, Files: append([]plan.File{}, m.Files...),
	}
	if r.Withdrawal != nil {
		told.Withdrawal = withdrawalOf(*r.Withdrawal)
	}
	return showJSON(c, keepAMinute, told)
}

// GetCheckpoint gives the signed checkpoint of the releases' ledger.
func (s *Server) GetCheckpoint(c echo.Context) error {
	note, err := s.deps.Shelf.Checkpoint(c.Request().Context())
	if err != nil {
		return absent(err)
	}
	return show(c, keepAMinute, mediaText, note)
}

// GetReleaseKey gives the line of keys that releases are signed with, for those
// who pin it or follow it from what they pinned.
func (s *Server) GetReleaseKey(c echo.Context) error {
	trust, err := s.deps.Shelf.Trust(c.Request().Context())
	if err != nil {
		return err
	}
	return show(c, keepAMinute, mediaText, []byte(trust.String()))
}

// GetManifest gives the signed manifest, byte for byte.
func (s *Server) GetManifest(c echo.Context, number api.ReleaseNumber) error {
	r, err := s.deps.Shelf.Release(c.Request().Context(), number)
	if err != nil {
		return absent(err)
	}
	return show(c, keepForEver, mediaJSON, r.Raw)
}

// GetWithdrawal gives the signed notice of a release that was taken back.
func (s *Server) GetWithdrawal(c echo.Context, number api.ReleaseNumber) error {
	r, err := s.deps.Shelf.Release(c.Request().Context(), number)
	if err != nil {
		return absent(err)
	}
	if r.Notice == nil {
		return fault.New(fault.NotFound, CodeNotFound)
	}
	return show(c, keepForEver, mediaJSON, r.Notice)
}
