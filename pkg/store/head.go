package store

import (
	"database/sql"
	"errors"
	"fmt"

	"manniskohandel.se/casestat/pkg/ledger"
)

// The head is one row, so that locking it puts all writers in a queue.
const (
	selectHead = `SELECT size, root, link, edge FROM ledger_head WHERE id = 1`
	updateHead = `UPDATE ledger_head SET size = ?, root = ?, link = ?, edge = ? WHERE id = 1 AND size = ?`
)

// scanHead reads the ledger's head. Of a head that contradicts itself it gives
// what is there, with ledger.ErrHead.
func scanHead(row *sql.Row) (ledger.Head, error) {
	var size int64
	var root, link, edge []byte
	if err := row.Scan(&size, &root, &link, &edge); err != nil {
		return ledger.Head{}, err
	}
	return ledger.ParseHead(size, root, link, edge)
}

// saveHead writes the head once, at the commit.
func (tx *transaction) saveHead() error {
	h := tx.head
	done := tx.gorm.Exec(updateHead, h.Size, h.Root[:], h.Link[:], h.EdgeBytes(), tx.before)
	if done.Error != nil {
		return fmt.Errorf("write the ledger's head: %w", classify(done.Error))
	}
	if done.RowsAffected != 1 {
		return errors.New("store: the ledger's head moved under a lock")
	}
	return nil
}
