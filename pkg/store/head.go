package store

import (
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
func scanHead(r row) (ledger.Head, error) {
	var size int64
	var root, link, edge []byte
	if err := r.Scan(&size, &root, &link, &edge); err != nil {
		return ledger.Head{}, err
	}
	return ledger.ParseHead(size, root, link, edge)
}

// errHeadMoved says that somebody wrote past the lock.
var errHeadMoved = errors.New("store: the ledger's head moved under a lock")

// saveHead writes the head.
func (tx *transaction) saveHead() error {
	h := tx.head
	done := tx.gorm.Exec(updateHead, h.Size, h.Root[:], h.Link[:], h.EdgeBytes(), tx.before)
	if done.Error != nil {
		return fmt.Errorf("write the ledger's head: %w", classify(done.Error))
	}
	if done.RowsAffected != 1 {
		return errHeadMoved
	}
	return nil
}
