package store

import (
	"iter"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"manniskohandel.se/casestat/pkg/ledger"
)

// postgresDialect sends the rows of one organisation as arrays, one statement
// for all of them: row security lets a transaction see one organisation at a
// time, and refuses COPY.
type postgresDialect struct{}

func (postgresDialect) bind(id uuid.UUID) any { return id.String() }

// enter holds for this transaction alone: a setting that outlived it would
// show one organisation's records to the next user of the connection.
func (postgresDialect) enter(tx *transaction, organisation uuid.UUID) error {
	if tx.entered == organisation {
		return nil
	}
	tx.entered = organisation
	return classify(tx.gorm.Exec(enterOrganisation, organisation.String()).Error)
}

func (d postgresDialect) heads(tx *transaction, keys []rowKey) ([]recordRow, error) {
	var out []recordRow
	for organisation, some := range byOrganisation(keys, func(k rowKey) uuid.UUID { return k.organisation }) {
		if err := d.enter(tx, organisation); err != nil {
			return nil, err
		}
		ids := columnOf(some, func(k rowKey) [16]byte { return k.id })
		rows, err := collect(scanRecord)(tx.gorm.Raw(selectHeads, organisation.String(), ids).Rows())
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

func (d postgresDialect) insert(tx *transaction, rows []recordRow) error {
	for organisation, some := range recordsByOrganisation(rows) {
		if err := d.enter(tx, organisation); err != nil {
			return err
		}
		if err := tx.gorm.Exec(insertRecords, arrays(organisation, some)...).Error; err != nil {
			return classify(err)
		}
	}
	return nil
}

func (d postgresDialect) supersede(tx *transaction, rows []recordRow) error {
	for organisation, some := range recordsByOrganisation(rows) {
		if err := d.enter(tx, organisation); err != nil {
			return err
		}
		if err := all(tx.gorm.Exec(supersedeRecords, arrays(organisation, some)...), len(some)); err != nil {
			return err
		}
	}
	return nil
}

func (d postgresDialect) withdraw(tx *transaction, rows []recordRow) error {
	for organisation, some := range recordsByOrganisation(rows) {
		if err := d.enter(tx, organisation); err != nil {
			return err
		}
		args := arrays(organisation, some)[:5] // a tombstone has no more columns
		if err := all(tx.gorm.Exec(withdrawRecords, args...), len(some)); err != nil {
			return err
		}
		if err := tx.gorm.Exec(withdrawHistory, args[0], args[1]).Error; err != nil {
			return classify(err)
		}
	}
	return nil
}

func (postgresDialect) lockHead(tx *transaction) (ledger.Head, error) {
	return scanHead(tx.gorm.Raw(selectHeadForUpdate).Row())
}

func (postgresDialect) insertEntries(tx *transaction, rows []ledger.Row) error {
	return tx.gorm.Exec(insertEntries,
		columnOf(rows, func(r ledger.Row) int64 { return r.Index }),
		columnOf(rows, func(r ledger.Row) []byte { return r.Body }),
		columnOf(rows, func(r ledger.Row) []byte { return r.Link[:] }),
	).Error
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

// all turns an update that did not hit every row into an error.
func all(done *gorm.DB, rows int) error {
	if done.Error != nil {
		return classify(done.Error)
	}
	if done.RowsAffected != int64(rows) {
		return errNotCurrent
	}
	return nil
}

var _ dialect = postgresDialect{}
