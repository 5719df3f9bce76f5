package server

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/record"
)

// Records takes records in and gives them back to those who sent them. Whose a
// record is, is decided there, by the principal.
type Records interface {
	Put(ctx context.Context, p access.Principal, sub intake.Submission) (intake.Receipt, error)
	Batch(ctx context.Context, p access.Principal, rows iter.Seq2[record.Row, error], opt intake.BatchOptions) (intake.Report, error)
	Withdraw(ctx context.Context, p access.Principal, id record.ID) error
	Get(ctx context.Context, p access.Principal, id record.ID) (intake.Version, error)
	List(ctx context.Context, p access.Principal, page intake.Page) ([]intake.Version, error)
	History(ctx context.Context, p access.Principal, id record.ID) ([]intake.Version, error)
}

// defaultPage is how many records a page has unless the caller says otherwise.
const defaultPage = 100

func (s *Server) readOptions() record.Options {
	return record.Options{Limits: record.Limits{
		RecordBytes: int(s.limits.RecordBody), BatchBytes: s.limits.BatchBody,
	}}
}

// recordReceipt is api.Receipt with the day as the store keeps it.
type recordReceipt struct {
	ID       record.ID      `json:"record_id"`
	Version  int            `json:"version"`
	Day      string         `json:"day"`
	Outcome  intake.Outcome `json:"outcome"`
	Warnings []api.Refusal  `json:"warnings"`
}

// PutRecord submits or corrects one record.
func (s *Server) PutRecord(c echo.Context, id api.RecordID, params api.PutRecordParams) error {
	replaces, err := ifMatch(params.IfMatch)
	if err != nil {
		return err
	}
	name, err := recordName(id)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return err
	}
	row := s.deps.Reader.Decode(body, s.readOptions())
	if err := row.Refusal(); err != nil {
		return err
	}
	row.Record.ID = name
	receipt, err := s.deps.Records.Put(c.Request().Context(), principal(c), intake.Submission{Record: row.Record, Replaces: replaces})
	if err != nil {
		return err
	}
	c.Response().Header().Set("ETag", etag(receipt.Version, receipt.Tag))
	return c.JSON(createdOr200(receipt.Outcome == intake.Accepted), recordReceipt{
		ID: receipt.Record, Version: receipt.Version, Day: receipt.Day, Outcome: receipt.Outcome,
		Warnings: s.refusals(row.Warnings, languageOf(c.Request())),
	})
}

// recordName takes the id under which a record is to be kept. Like the id of a
// row in a batch it must not be made from a personal number; reading and
// withdrawing do not ask, since they store nothing.
func recordName(id string) (record.ID, error) {
	name, err := record.ParseID(id)
	if err != nil {
		return "", fault.New(fault.Invalid, record.CodeRecordRefused, fault.Detail{Pointer: "/record_id", Code: fault.CodeOf(err)})
	}
	return name, nil
}

// WithdrawRecord erases a record.
func (s *Server) WithdrawRecord(c echo.Context, id api.RecordID) error {
	if err := s.deps.Records.Withdraw(c.Request().Context(), principal(c), record.ID(id)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// storedRecord is api.StoredRecord with the record as its schema writes it.
type storedRecord struct {
	ID       record.ID        `json:"record_id"`
	Version  int              `json:"version"`
	Day      string           `json:"day"`
	ETag     string           `json:"etag"`
	Codebook codelist.Version `json:"codebook"`
	Record   json.RawMessage  `json:"record"`
}

type recordPage struct {
	Records []storedRecord `json:"records"`
	Next    *record.ID     `json:"next"`
}

// GetRecord reads back one own record.
func (s *Server) GetRecord(c echo.Context, id api.RecordID) error {
	v, err := s.deps.Records.Get(c.Request().Context(), principal(c), record.ID(id))
	if err != nil {
		return err
	}
	told, err := s.stored(v)
	if err != nil {
		return err
	}
	c.Response().Header().Set("ETag", told.ETag)
	return c.JSON(http.StatusOK, told)
}

func (s *Server) stored(v intake.Version) (storedRecord, error) {
	text, err := s.codebooks.encode(v.Record)
	return storedRecord{v.Key.Record, v.Number, v.Day, etag(v.Number, v.Tag), v.Record.Codebook, text}, err
}

// ListRecords gives a page of the organisation's own records. After a full page
// the caller asks again; the last page may turn out to be empty.
func (s *Server) ListRecords(c echo.Context, params api.ListRecordsParams) error {
	limit := orElse(params.Limit, defaultPage)
	versions, err := s.deps.Records.List(c.Request().Context(), principal(c), intake.Page{
		Year: orElse(params.Year, 0), After: record.ID(orElse(params.After, "")), Limit: limit,
	})
	if err != nil {
		return err
	}
	page := recordPage{Records: make([]storedRecord, len(versions))}
	for i, v := range versions {
		if page.Records[i], err = s.stored(v); err != nil {
			return err
		}
	}
	if len(versions) == limit {
		page.Next = &versions[limit-1].Key.Record
	}
	return c.JSON(http.StatusOK, page)
}

func orElse[T any](given *T, otherwise T) T {
	if given == nil {
		return otherwise
	}
	return *given
}

// recordVersion is api.RecordVersion with the record as its schema writes it.
type recordVersion struct {
	ID        record.ID        `json:"record_id"`
	Version   int              `json:"version"`
	Day       string           `json:"day"`
	Withdrawn bool             `json:"withdrawn"`
	Codebook  codelist.Version `json:"codebook,omitempty"`
	Record    json.RawMessage  `json:"record,omitempty"`
}

type recordHistory struct {
	Versions []recordVersion `json:"versions"`
}

// GetRecordHistory reads back every version of one own record.
func (s *Server) GetRecordHistory(c echo.Context, id api.RecordID) error {
	versions, err := s.deps.Records.History(c.Request().Context(), principal(c), record.ID(id))
	if err != nil {
		return err
	}
	told := recordHistory{Versions: make([]recordVersion, len(versions))}
	for i, v := range versions {
		told.Versions[i] = recordVersion{ID: v.Key.Record, Version: v.Number, Day: v.Day, Withdrawn: v.Withdrawn}
		if v.Withdrawn {
			continue
		}
		told.Versions[i].Codebook = v.Record.Codebook
		if told.Versions[i].Record, err = s.codebooks.encode(v.Record); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, told)
}
