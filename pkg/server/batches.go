package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
)

// SubmitBatch takes many records, read from the body as they come.
func (s *Server) SubmitBatch(c echo.Context, params api.SubmitBatchParams) error {
	options := s.readOptions()
	options.Legacy = orElse(params.Legacy, false)
	read := s.deps.Reader.ReadNDJSON
	if mediaType(c.Request().Header.Get(echo.HeaderContentType)) == mediaCSV {
		read = s.deps.Reader.ReadCSV
	}
	report, err := s.deps.Records.Batch(c.Request().Context(), principal(c), read(c.Request().Body, options), intake.BatchOptions{
		Mode:     intake.Mode(orElse(params.Mode, api.SubmitBatchParamsModeAllOrNothing)),
		DryRun:   orElse(params.DryRun, false),
		Codebook: s.deps.Book.Version,
	})
	switch {
	case fault.CodeOf(err) == intake.CodeBatchRefused:
		return &refusedBatch{report, err}
	case err != nil:
		return err
	}
	return c.JSON(http.StatusOK, s.report(report, languageOf(c.Request())))
}

func (s *Server) report(r intake.Report, lang codelist.Lang) api.BatchReport {
	return api.BatchReport{
		Mode: api.BatchReportMode(r.Mode), DryRun: r.DryRun, Codebook: int(r.Codebook), Rows: r.Rows,
		Accepted: r.Accepted, Unchanged: r.Unchanged, Corrected: r.Corrected, Refused: r.Refused,
		Refusals: s.refusals(r.Refusals, lang), RefusalsOmitted: r.Omitted,
		Warnings: s.refusals(r.Warnings, lang),
	}
}
