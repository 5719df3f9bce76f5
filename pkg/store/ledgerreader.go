package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"golang.org/x/mod/sumdb/tlog"

	"manniskohandel.se/casestat/pkg/ledger"
)

// LedgerReader reads one store's ledger.
type LedgerReader struct{ db *database }

// pageOfEntries is how many ledger rows are read at a time.
const pageOfEntries = 1000

const selectEntries = `SELECT idx, body, link FROM ledger_entries WHERE idx > ? ORDER BY idx LIMIT ?`

// Head gives the ledger's head, for a checkpoint.
func (l *LedgerReader) Head(ctx context.Context) (head ledger.Head, err error) {
	err = l.db.reading(ctx, l.db.reader, func(tx *transaction) error {
		head, err = scanHead(tx.gorm.Raw(selectHead).Row())
		return err
	})
	return head, err
}

// Verify checks the whole ledger as it stands at one moment; checkpoint may be
// nil. Findings are in the report, the error says that it could not be read.
func (l *LedgerReader) Verify(ctx context.Context, checkpoint *ledger.Checkpoint) (report ledger.Report, err error) {
	err = l.db.reading(ctx, l.db.reader, func(tx *transaction) error {
		if l.db.config.Backend == SQLite { // what is missing from an index is missing from here, too
			if err := checkWhole(tx.gorm); err != nil {
				return err
			}
		}
		head, err := scanHead(tx.gorm.Raw(selectHead).Row())
		if err != nil && !errors.Is(err, ledger.ErrHead) && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("read the ledger's head: %w", err)
		}
		report, err = ledger.Verify(tx.entries(), head, checkpoint) // a broken head is a finding, not an error
		return err
	})
	return report, err
}

// entries gives every ledger row in order, read in pages.
func (tx *transaction) entries() iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for last := int64(-1); ; {
			page, err := collect(scanEntry)(tx.gorm.Raw(selectEntries, last, pageOfEntries).Rows())
			if err != nil {
				yield(ledger.Row{}, err)
				return
			}
			for _, row := range page {
				if !yield(row, nil) {
					return
				}
				last = row.Index
			}
			if len(page) < pageOfEntries {
				return
			}
		}
	}
}

func scanEntry(r row) (entry ledger.Row, err error) {
	var link []byte
	if err = r.Scan(&entry.Index, &entry.Body, &link); err == nil && len(link) == tlog.HashSize {
		entry.Link = tlog.Hash(link) // of another length it stays zero, and its link is found broken
	}
	return entry, err
}
