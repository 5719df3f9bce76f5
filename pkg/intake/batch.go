package intake

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// The sizes of a batch's work.
const (
	chunkRows    = 50     // rows a job when rows are taken one by one
	handedChunks = 20     // jobs of one batch that wait for the writer at once
	deedSubjects = 500    // records a ledger entry
	maxRefusals  = 10_000 // refusals that a report lists; the count goes on
)

// Mode says what a refused row means for the others.
type Mode string

// The modes of a batch.
const (
	AllOrNothing Mode = "all_or_nothing" // one refused row refuses the batch
	RowByRow     Mode = "row_by_row"     // the good rows are taken
)

// BatchOptions is how a batch is to be taken. With DryRun nothing is written.
type BatchOptions struct {
	Mode     Mode
	DryRun   bool
	Codebook codelist.Version // for the report
}

// Report says what became of a batch. In a dry run, and in a batch refused as a
// whole, the counts say what would have become of each row.
type Report struct {
	Mode      Mode
	DryRun    bool
	Codebook  codelist.Version
	Rows      int
	Accepted  int
	Unchanged int
	Corrected int
	Refused   int            // rows
	Refusals  []fault.Detail // in the order of the rows, at most 10,000
	Omitted   int            // refusals beyond those
	Warnings  []fault.Detail // at most 10,000
}

// row is a readable row waiting for the writer.
type row struct {
	number int
	sub    Submission
}

// Batch takes the rows that a reader yields. The stream is read to its end
// before anything is written, so a stream that breaks off, or goes beyond a
// limit, leaves nothing behind; the reader's error is returned as it is.
// In AllOrNothing mode a refused row gives the report and an Invalid error
// CodeBatchRefused. In RowByRow mode an error may leave some rows written;
// sending the batch again is safe.
func (s *Service) Batch(ctx context.Context, p access.Principal, rows iter.Seq2[record.Row, error], opt BatchOptions) (Report, error) {
	if err := p.Require(access.RecordsWrite); err != nil {
		return Report{}, err
	}
	if !s.batches.take(p.Organisation) {
		return Report{}, fault.New(fault.TooMany, CodeBusy)
	}
	defer s.batches.leave(p.Organisation)
	report := Report{Mode: opt.Mode, DryRun: opt.DryRun, Codebook: opt.Codebook}
	spool, err := report.spool(rows)
	if err != nil {
		return Report{}, err
	}
	if err := s.takeAll(ctx, p, spool, &report); err != nil {
		return Report{}, err
	}
	if opt.Mode == AllOrNothing && report.Refused > 0 && !opt.DryRun {
		return report, fault.New(fault.Invalid, CodeBatchRefused)
	}
	return report, nil
}

// spool reads the stream to its end and keeps the rows that can be decided on.
func (r *Report) spool(rows iter.Seq2[record.Row, error]) ([]row, error) {
	var spool []row
	seen := make(map[record.ID]bool)
	for read, err := range rows {
		if err != nil {
			return nil, err
		}
		r.Rows++
		r.warn(read.Number, read.Warnings)
		switch id := read.Record.ID; {
		case len(read.Details) > 0:
			r.refuse(read.Number, read.Details)
		case seen[id]:
			r.refuse(read.Number, []fault.Detail{{Pointer: "/record_id", Code: CodeDuplicateRow}})
		default:
			seen[id] = true
			spool = append(spool, row{read.Number, Submission{Record: read.Record, Replaces: Precondition{Version: read.Version}}})
		}
	}
	if r.Rows == 0 {
		return nil, fault.New(fault.Malformed, record.CodeEmptyBatch)
	}
	return spool, nil
}

// takeAll hands the spooled rows to the writer: in one job, or some chunks at a
// time. What the jobs find is merged into the report only once they were committed.
func (s *Service) takeAll(ctx context.Context, p access.Principal, spool []row, report *Report) error {
	size := max(len(spool), 1)
	if report.Mode == RowByRow {
		size = chunkRows
	}
	for window := range slices.Chunk(spool, size*handedChunks) {
		var jobs []*job
		var found []*Report
		for chunk := range slices.Chunk(window, size) {
			f := &Report{Mode: report.Mode, DryRun: report.DryRun}
			found, jobs = append(found, f), append(jobs, s.chunkJob(p, chunk, f, report.Refused > 0))
		}
		if err := s.writer.submitBatch(ctx, jobs); err != nil {
			return err
		}
		for _, f := range found {
			report.merge(*f)
		}
	}
	return nil
}

// chunkJob decides on a chunk inside the writer's transaction. refused says that
// a row of the batch was refused before.
func (s *Service) chunkJob(p access.Principal, chunk []row, found *Report, refused bool) *job {
	keys := make([]Key, len(chunk))
	for i, r := range chunk {
		keys[i] = Key{p.Organisation, r.sub.Record.ID}
	}
	empty := *found
	return &job{keys: keys, plan: func(heads map[Key]Version, open years) effects {
		*found = empty
		e := s.planRows(p, chunk, heads, open, found)
		if found.DryRun || found.Mode == AllOrNothing && (refused || found.Refused > 0) {
			return effects{}
		}
		return e
	}}
}

func (s *Service) planRows(p access.Principal, chunk []row, heads map[Key]Version, open years, found *Report) (e effects) {
	deeds := map[ledger.Deed][]Key{}
	for _, r := range chunk {
		key := Key{p.Organisation, r.sub.Record.ID}
		v, receipt, refused := s.resolve(key, r.sub, heads, open)
		if refused != nil {
			found.refuse(r.number, detailsOf(refused))
			continue
		}
		found.count(receipt.Outcome)
		if receipt.Outcome != Unchanged {
			e.save = append(e.save, v)
			what := deedOf(receipt.Outcome)
			deeds[what] = append(deeds[what], key)
		}
	}
	for _, what := range []ledger.Deed{DeedAccepted, DeedCorrected} {
		keys := deeds[what]
		for start := 0; start < len(keys); start += deedSubjects {
			e.deeds = append(e.deeds, s.deed(p, what, keys[start:min(start+deedSubjects, len(keys))]...))
		}
	}
	return e
}

// detailsOf gives a refusal of a whole record as details, as a report lists them.
func detailsOf(refused *fault.Error) []fault.Detail {
	if len(refused.Details) > 0 {
		return refused.Details
	}
	return []fault.Detail{{Pointer: about[refused.Code], Code: refused.Code}}
}

// about is the member of a row that such a refusal points at.
var about = map[fault.Code]string{
	CodeWithdrawn: "/record_id", CodePreconditionRequired: "/version", CodeStale: "/version",
}

func (r *Report) count(o Outcome) {
	switch o {
	case Accepted:
		r.Accepted++
	case Corrected:
		r.Corrected++
	case Unchanged:
		r.Unchanged++
	}
}

func (r *Report) refuse(number int, details []fault.Detail) {
	r.Refused++
	for _, d := range details {
		if len(r.Refusals) == maxRefusals {
			r.Omitted++
			continue
		}
		d.Row = number
		r.Refusals = append(r.Refusals, d)
	}
}

func (r *Report) warn(number int, details []fault.Detail) {
	for _, d := range details {
		if len(r.Warnings) < maxRefusals {
			d.Row = number
			r.Warnings = append(r.Warnings, d)
		}
	}
}

// merge adds what was found in a chunk, refusals in the order of the rows.
func (r *Report) merge(found Report) {
	r.Accepted += found.Accepted
	r.Unchanged += found.Unchanged
	r.Corrected += found.Corrected
	r.Refused += found.Refused
	r.Omitted += found.Omitted
	room := maxRefusals - len(r.Refusals)
	if room < len(found.Refusals) {
		r.Omitted += len(found.Refusals) - room
		found.Refusals = found.Refusals[:room]
	}
	r.Refusals = append(r.Refusals, found.Refusals...)
	slices.SortStableFunc(r.Refusals, func(a, b fault.Detail) int { return cmp.Compare(a.Row, b.Row) })
}
