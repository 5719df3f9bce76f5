package demo

import (
	"bytes"
	"context"
	"fmt"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/fault"
)

// singles is how many of its records each member sends one by one, as from a
// form; the others go in one batch.
const singles = 3

// submit lets every member send its records.
func (s Stage) submit(ctx context.Context) (tally Tally, err error) {
	for _, m := range s.Script.Members {
		if err := s.submitFor(ctx, m, &tally); err != nil {
			return Tally{}, fmt.Errorf("submit the records of %s: %w", m.Name, err)
		}
	}
	return tally, nil
}

func (s Stage) submitFor(ctx context.Context, m Member, tally *Tally) error {
	member, err := s.as(MemberCredentials(m.Key))
	if err != nil {
		return err
	}
	records := s.Script.Of(m.Key)
	one, many := records[:singles], records[singles:]
	for _, r := range one {
		if err := s.put(ctx, member, r, tally); err != nil {
			return err
		}
	}
	return s.batch(ctx, member, m.Format, many, tally)
}

func (s Stage) put(ctx context.Context, member *api.ClientWithResponses, r Record, tally *Tally) (err error) {
	defer fault.Wrap(&err, "record %s", r.ID)
	answer, err := member.PutRecordWithBodyWithResponse(ctx, r.ID, nil, "application/json", bytes.NewReader(r.JSON(s.Book)))
	if err != nil {
		return err
	}
	tally.Singles++
	switch {
	case answer.JSON201 != nil:
		tally.Accepted++
	case answer.JSON200 != nil && answer.JSON200.Outcome == api.ReceiptOutcomeUnchanged:
		tally.Unchanged++
	default:
		return errUnexpected
	}
	return nil
}

func (s Stage) batch(ctx context.Context, member *api.ClientWithResponses, f Format, records []Record, tally *Tally) (err error) {
	defer fault.Wrap(&err, "batch of %d", len(records))
	var body bytes.Buffer
	mediaType, err := f.Encode(&body, s.Book, records)
	if err != nil {
		return err
	}
	answer, err := member.SubmitBatchWithBodyWithResponse(ctx, &api.SubmitBatchParams{}, mediaType, &body)
	if err != nil {
		return err
	}
	report := answer.JSON200
	if report == nil || report.Accepted+report.Unchanged != len(records) {
		return errUnexpected
	}
	tally.Batches++
	tally.Accepted += report.Accepted
	tally.Unchanged += report.Unchanged
	return nil
}
