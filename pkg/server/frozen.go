package server

import (
	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
)

// notSaid answers what a release does not say. That there is no such release
// reads as everywhere.
func notSaid(err error) error {
	if fault.KindOf(err) != fault.NotFound || fault.CodeOf(err) == shelf.CodeNotPublished {
		return absent(err)
	}
	return fault.Because(err, fault.NotFound, shelf.CodeNotInRelease)
}

// frozen answers with a file of a release as it was rendered.
func (s *Server) frozen(c echo.Context, number int, name string) error {
	content, file, err := s.deps.Shelf.File(c.Request().Context(), number, name)
	if err != nil {
		return err
	}
	return showHashed(c, keepForEver, file.Media, content, file.SHA256)
}

// GetReleaseFile gives a rendered file.
func (s *Server) GetReleaseFile(c echo.Context, number api.ReleaseNumber, name api.FileName) error {
	return absent(s.frozen(c, number, name))
}

// GetReleaseFigures gives the figures of a release.
func (s *Server) GetReleaseFigures(c echo.Context, number api.ReleaseNumber) error {
	return absent(s.frozen(c, number, export.FiguresFile))
}

// GetReleaseTables says which tables a release has.
func (s *Server) GetReleaseTables(c echo.Context, number api.ReleaseNumber) error {
	return absent(s.frozen(c, number, export.TablesFile))
}

// GetReleaseTable gives one table. The year may be left out where there is one.
func (s *Server) GetReleaseTable(c echo.Context, number api.ReleaseNumber, name api.TableName, params api.GetReleaseTableParams) error {
	r, err := s.deps.Shelf.Release(c.Request().Context(), number)
	if err != nil {
		return absent(err)
	}
	year := orElse(params.Year, 0)
	if years := r.Years(); year == 0 && len(years) == 1 {
		year = years[0]
	}
	if year == 0 {
		return parameterFault(CodeMissingParameter, "year")
	}
	return notSaid(s.frozen(c, number, export.TableFile(year, plan.Name(name))))
}

// GetReleaseFigure gives one figure, in every year of the release.
func (s *Server) GetReleaseFigure(c echo.Context, number api.ReleaseNumber, name api.FigureName) error {
	content, file, err := s.deps.Shelf.File(c.Request().Context(), number, export.FiguresFile)
	if err != nil {
		return notSaid(err)
	}
	all, err := s.told.of(file.SHA256, content)
	if err != nil {
		return err
	}
	answer, there := all[name]
	if !there {
		return fault.New(fault.NotFound, shelf.CodeNotInRelease)
	}
	return showHashed(c, keepForEver, mediaJSON, answer.body, answer.hash)
}
