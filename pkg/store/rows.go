package store

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/record"
)

// errID says that an id is no UUID in canonical form. The services check ids;
// this is the last line.
var errID = errors.New("store: an id is not a canonical UUID")

// rowKey is an intake.Key as stored.
type rowKey struct{ organisation, id uuid.UUID }

// recordRow is one version as stored. Of a tombstone year, codebook and
// answers are NULL.
type recordRow struct {
	rowKey
	version        int
	tag, day       string
	withdrawn      bool
	year, codebook sql.Null[int]
	answers        []byte
}

// parseID takes the canonical form alone, so that two spellings cannot name
// one thing.
func parseID(s string) (uuid.UUID, error) {
	id, err := uuid.Parse(s)
	if err != nil || id.String() != s {
		return uuid.UUID{}, errID
	}
	return id, nil
}

func toKey(k intake.Key) (rowKey, error) {
	organisation, err := parseID(string(k.Organisation))
	if err != nil {
		return rowKey{}, fmt.Errorf("%w (organisation)", err)
	}
	id, err := parseID(string(k.Record))
	if err != nil {
		return rowKey{}, fmt.Errorf("%w (record)", err)
	}
	return rowKey{organisation, id}, nil
}

func fromKey(k rowKey) intake.Key {
	return intake.Key{Organisation: access.OrganisationID(k.organisation.String()), Record: record.ID(k.id.String())}
}

func toRow(v intake.Version) (recordRow, error) {
	key, err := toKey(v.Key)
	if err != nil {
		return recordRow{}, err
	}
	row := recordRow{rowKey: key, version: v.Number, tag: v.Tag, day: v.Day, withdrawn: v.Withdrawn}
	if v.Withdrawn {
		return row, nil
	}
	row.year = sql.Null[int]{V: v.Record.Year, Valid: true}
	row.codebook = sql.Null[int]{V: int(v.Record.Codebook), Valid: true}
	row.answers = summed(v.Record.Year, int(v.Record.Codebook), v.Record.Answers) // never nil: NULL means withdrawn
	return row, nil
}

func fromRow(r recordRow) intake.Version {
	v := intake.Version{Key: fromKey(r.rowKey), Number: r.version, Tag: r.tag, Day: r.day, Withdrawn: r.withdrawn}
	if !r.withdrawn {
		v.Record = record.Record{
			ID: v.Key.Record, Year: r.year.V,
			Codebook: codelist.Version(r.codebook.V), Answers: r.answers,
		}
	}
	return v
}

// row is what a statement gave, of database/sql or of pgx.
type row interface{ Scan(dest ...any) error }

// scanRecord reads the columns of a version in the order every query gives them.
func scanRecord(one row) (r recordRow, err error) {
	err = one.Scan(&r.organisation, &r.id, &r.version, &r.tag, &r.day, &r.withdrawn, &r.year, &r.codebook, &r.answers)
	if err == nil && !r.withdrawn {
		r.answers, err = unsummed(r.year.V, r.codebook.V, r.answers)
	}
	return r, err
}

// collect reads every row. It takes the result of gorm's Rows as it comes.
func collect[T any](scan func(row) (T, error)) func(*sql.Rows, error) ([]T, error) {
	return func(rows *sql.Rows, err error) (out []T, _ error) {
		if err != nil {
			return nil, classify(err)
		}
		defer rows.Close()
		for rows.Next() {
			one, err := scan(rows)
			if err != nil {
				return nil, classify(err)
			}
			out = append(out, one)
		}
		return out, classify(rows.Err())
	}
}
