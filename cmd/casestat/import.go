package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"manniskohandel.se/casestat/api"
)

// importBatch is how many rows go in one request when rows are taken one by
// one. All or nothing is always one request.
const importBatch = 1000

type importCommand struct {
	remote
	File   string `arg:"" help:"The file, or - for the standard input."`
	Format string `placeholder:"FORMAT" help:"ndjson or csv. Default: by the file's extension."`
	Mode   string `default:"all_or_nothing" enum:"all_or_nothing,row_by_row" placeholder:"MODE" help:"all_or_nothing (default): one refused row refuses the file. row_by_row: the good rows are taken."`
	DryRun bool   `help:"Report what would happen; store nothing."`
	Legacy bool   `help:"The rows come from an older register; core fields may say not_recorded."`
}

// Run submits the file and says what became of its rows.
func (c *importCommand) Run(ctx context.Context, s *session) (err error) {
	mediaType, err := c.mediaType()
	if err != nil {
		return err
	}
	client, err := c.dial(s)
	if err != nil {
		return err
	}
	file, size, err := c.open(s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	bar := newProgress(s.err, size)
	i := &importing{client: client, mediaType: mediaType, params: c.params(), out: s.out, progress: bar}
	if c.Mode == string(api.SubmitBatchParamsModeRowByRow) {
		err = i.rowByRow(ctx, bar.reading(file))
	} else {
		err = i.send(ctx, bar.reading(file), 0)
	}
	bar.end()
	return i.conclude(err)
}

// mediaType is what the service is told the file is.
func (c *importCommand) mediaType() (string, error) {
	format := c.Format
	if format == "" {
		format = strings.TrimPrefix(strings.ToLower(filepath.Ext(c.File)), ".")
	}
	switch format {
	case "ndjson", "jsonl":
		return "application/x-ndjson", nil
	case "csv":
		return "text/csv", nil
	}
	return "", errors.New("the file's extension does not say what it is: give --format ndjson or --format csv")
}

func (c *importCommand) params() api.SubmitBatchParams {
	mode := api.SubmitBatchParamsMode(c.Mode)
	return api.SubmitBatchParams{Mode: &mode, DryRun: &c.DryRun, Legacy: &c.Legacy}
}

// open gives the file and its size, 0 if it is not known.
func (c *importCommand) open(s *session) (io.ReadCloser, int64, error) {
	if c.File == "-" {
		return io.NopCloser(s.in), 0, nil
	}
	file, err := os.Open(c.File)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder", c.File)
	}
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, info.Size(), nil
}

// importing is an import under way.
type importing struct {
	client    *api.ClientWithResponses
	mediaType string
	params    api.SubmitBatchParams
	out       io.Writer
	progress  *progress
	total     api.BatchReport // of all requests so far
}

// send submits one batch. Its first row is row before+1 of the file.
func (i *importing) send(ctx context.Context, body io.Reader, before int) error {
	answer, err := i.client.SubmitBatchWithBodyWithResponse(ctx, &i.params, i.mediaType, body)
	if r, ok := errors.AsType[*refusal](err); ok && r.problem.Report != nil {
		i.take(*r.problem.Report, before)
		return nil // the report says it all
	}
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errNotInContract
	}
	i.take(*answer.JSON200, before)
	return nil
}

// take adds a report to the total and prints its refused rows.
func (i *importing) take(r api.BatchReport, before int) {
	i.total.Mode, i.total.DryRun = r.Mode, r.DryRun
	i.total.Rows += r.Rows
	i.total.Accepted += r.Accepted
	i.total.Unchanged += r.Unchanged
	i.total.Corrected += r.Corrected
	i.total.Refused += r.Refused
	i.total.RefusalsOmitted += r.RefusalsOmitted
	i.progress.clear()
	i.list("refused", r.Refusals, before)
	i.list("warning", r.Warnings, before)
}

func (i *importing) list(what string, details []api.Refusal, before int) {
	for _, d := range details {
		row := before
		if d.Row != nil {
			row += *d.Row
		}
		fmt.Fprintf(i.out, "row %d  %s  %s  %s: %s\n", row, what, orWhole(d.Pointer), d.Code, d.Message)
	}
}

// orWhole names the whole row, for which the pointer is empty.
func orWhole(pointer string) string {
	if pointer == "" {
		return "(row)"
	}
	return pointer
}

// conclude prints the summary. Refused rows are an answer, not a failure.
func (i *importing) conclude(err error) error {
	t := i.total
	if t.Rows > 0 {
		if t.RefusalsOmitted > 0 {
			fmt.Fprintf(i.out, "and %d refusals more\n", t.RefusalsOmitted)
		}
		nothing := t.Mode == api.BatchReportModeAllOrNothing && t.Refused > 0
		verb := map[bool]string{true: "would be", false: "were"}[t.DryRun || nothing]
		fmt.Fprintf(i.out, "%d rows: %d %s accepted, %d corrected, %d unchanged, %d refused\n", t.Rows, t.Accepted, verb, t.Corrected, t.Unchanged, t.Refused)
	}
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(i.out, "The import broke off. Sending the whole file again is safe: what was taken already stays as it is.")
		return err
	case err != nil && t.Rows > 0:
		return fmt.Errorf("the import broke off; the rows above were answered, and sending the whole file again is safe: %w", err)
	case err != nil:
		return err
	case t.Refused > 0 && t.Mode == api.BatchReportModeAllOrNothing && !t.DryRun:
		return no("nothing was stored, because rows were refused; mend them, or take the good ones with --mode row_by_row")
	case t.Refused > 0:
		return no("some rows were refused")
	}
	return nil
}
