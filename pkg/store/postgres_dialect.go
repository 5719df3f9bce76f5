package store

import (
	"iter"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// postgresDialect sends the rows of one organisation as arrays, one statement
// for all of them: row security lets a transaction see one organisation at a
// time, and refuses COPY. What it writes waits in the transaction's pipeline,
// so an error of insert, supersede, withdraw or saveLedger comes with the next
// read or the commit.
type postgresDialect struct{}

func (postgresDialect) bind(id uuid.UUID) any { return id.String() }

// enter holds for this transaction alone: a setting that outlived it would
// show one organisation's records to the next user of the connection.
func (postgresDialect) enter(tx *transaction, organisation uuid.UUID) {
	if tx.pipeline.entered != organisation {
		tx.pipeline.entered = organisation
		tx.pipeline.exec(step{doing: "enter an organisation"}, enterOrganisation, organisation.String())
	}
}

// heads fetches the periods along, which every writer asks for next.
func (d postgresDialect) heads(tx *transaction, keys []rowKey) (out []recordRow, _ error) {
	for organisation, some := range byOrganisation(keys, func(k rowKey) uuid.UUID { return k.organisation }) {
		d.enter(tx, organisation)
		ids := columnOf(some, func(k rowKey) [16]byte { return k.id })
		tx.pipeline.batch.Queue(selectHeads, organisation.String(), ids).Query(into(&out, scanRecord))
	}
	periods := []record.Period{}
	tx.pipeline.batch.Queue(selectPeriods).Query(into(&periods, scanPeriod))
	if err := tx.pipeline.send(); err != nil {
		return nil, classify(err)
	}
	tx.known = periods
	return out, nil
}

func (d postgresDialect) insert(tx *transaction, rows []recordRow) error {
	for organisation, some := range recordsByOrganisation(rows) {
		d.enter(tx, organisation)
		tx.pipeline.exec(step{doing: "save records"}, insertRecords, arrays(organisation, some)...)
	}
	return nil
}

func (d postgresDialect) supersede(tx *transaction, rows []recordRow) error {
	for organisation, some := range recordsByOrganisation(rows) {
		d.enter(tx, organisation)
		tx.pipeline.exec(step{"correct records", len(some), errNotCurrent}, supersedeRecords, arrays(organisation, some)...)
	}
	return nil
}

// withdraw waits for the years, and so for everything before them.
func (d postgresDialect) withdraw(tx *transaction, rows []recordRow) (years []int, err error) {
	for organisation, some := range recordsByOrganisation(rows) {
		d.enter(tx, organisation)
		args := arrays(organisation, some)[:5] // a tombstone has no more columns
		tx.pipeline.batch.Queue(selectYears, args[0], args[1]).Query(into(&years, scanYear))
		tx.pipeline.exec(step{"withdraw records", len(some), errNotCurrent}, withdrawRecords, args...)
		tx.pipeline.exec(step{doing: "withdraw former versions"}, withdrawHistory, args[0], args[1])
	}
	return years, classify(tx.pipeline.send())
}

// lockHead stands first in the pipeline, so that whatever is read later is
// read under the lock.
func (postgresDialect) lockHead(tx *transaction) error {
	tx.pipeline.awaited = true // a head may contradict itself
	tx.pipeline.batch.Queue(selectHeadForUpdate).QueryRow(func(row pgx.Row) error { return tx.locked(row) })
	return nil
}

func (postgresDialect) saveLedger(tx *transaction) error {
	h, rows := tx.head, tx.rows
	tx.pipeline.exec(step{doing: "write the ledger"}, insertEntriesAndHead,
		columnOf(rows, func(r ledger.Row) int64 { return r.Index }),
		columnOf(rows, func(r ledger.Row) []byte { return r.Body }),
		columnOf(rows, func(r ledger.Row) []byte { return r.Link[:] }),
		h.Size, h.Root[:], h.Link[:], h.EdgeBytes(), tx.before)
	return nil
}

// arrays gives the arguments of a statement over versions: the organisation,
// then one array a column.
func arrays(organisation uuid.UUID, rows []recordRow) []any {
	return []any{
		organisation.String(),
		columnOf(rows, func(r recordRow) [16]byte { return r.id }),
		columnOf(rows, func(r recordRow) int32 { return int32(r.version) }),
		columnOf(rows, func(r recordRow) string { return r.tag }),
		columnOf(rows, func(r recordRow) string { return r.day }),
		columnOf(rows, func(r recordRow) int32 { return int32(r.year.V) }),
		columnOf(rows, func(r recordRow) int32 { return int32(r.codebook.V) }),
		columnOf(rows, func(r recordRow) []byte { return r.answers }),
	}
}

func columnOf[R, C any](rows []R, get func(R) C) []C {
	out := make([]C, len(rows))
	for i, r := range rows {
		out[i] = get(r)
	}
	return out
}

func recordsByOrganisation(rows []recordRow) iter.Seq2[uuid.UUID, []recordRow] {
	return byOrganisation(rows, func(r recordRow) uuid.UUID { return r.organisation })
}

// byOrganisation cuts sorted rows into those of each organisation.
func byOrganisation[T any](sorted []T, of func(T) uuid.UUID) iter.Seq2[uuid.UUID, []T] {
	return func(yield func(uuid.UUID, []T) bool) {
		for len(sorted) > 0 {
			organisation := of(sorted[0])
			end := slices.IndexFunc(sorted, func(t T) bool { return of(t) != organisation })
			if end < 0 {
				end = len(sorted)
			}
			if !yield(organisation, sorted[:end]) {
				return
			}
			sorted = sorted[end:]
		}
	}
}

var _ dialect = postgresDialect{}
