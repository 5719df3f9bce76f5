package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

const (
	selectStored = `SELECT r.number, r.manifest, w.notice
FROM release r LEFT JOIN withdrawal w ON w.number = r.number ORDER BY r.number`

	selectFile = `SELECT content FROM release_file WHERE number = ? AND name = ?`

	selectCheckpoint = `SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1`

	selectVersionOfShelf = `SELECT size FROM ledger_head WHERE id = 1`

	selectByManifest = `SELECT number FROM release WHERE sha256 = ?`

	selectNextNumber = `SELECT COALESCE(MAX(number), 0) + 1 FROM release`

	// One row if there is such a release; its notice is NULL while it stands.
	selectNotice = `SELECT w.notice FROM release r LEFT JOIN withdrawal w ON w.number = r.number WHERE r.number = ?`

	insertRelease    = `INSERT INTO release (number, sha256, manifest) VALUES (?, ?, ?)`
	insertFile       = `INSERT INTO release_file (number, name, media, content) VALUES (?, ?, ?, ?)`
	insertWithdrawal = `INSERT INTO withdrawal (number, notice) VALUES (?, ?)`
	insertCheckpoint = `INSERT INTO checkpoint (size, note) VALUES (?, ?)`
)

// errDeed says that an addition would leave no trace in the ledger.
var errDeed = errors.New("store: what is published needs a ledger entry and a checkpoint")

// archive is the release.Archive. What is in it is only ever added to; the
// tables refuse anything else.
type archive struct{ db *database }

var _ release.Archive = archive{}

// Version is the size of the ledger: nothing is added without an entry. It is
// asked all the time, so it is one statement without a transaction around it.
func (a archive) Version(ctx context.Context) (size int64, err error) {
	defer func() { err = classify(err) }()
	l, err := a.db.leaseFrom(ctx, a.db.reader)
	if err != nil {
		return 0, err
	}
	defer l.release()
	err = a.db.session(ctx, l).Raw(selectVersionOfShelf).Row().Scan(&size)
	return size, err
}

func (a archive) Stored(ctx context.Context) (out []shelf.Stored, err error) {
	defer fault.Wrap(&err, "read the releases")
	err = a.db.reading(ctx, a.db.reader, func(tx *transaction) error {
		out, err = collect(scanStored)(tx.gorm.Raw(selectStored).Rows())
		return err
	})
	return out, err
}

func scanStored(r row) (s shelf.Stored, err error) {
	err = r.Scan(&s.Number, &s.Manifest, &s.Withdrawal)
	return s, err
}

func (a archive) File(ctx context.Context, number int, name string) (content []byte, err error) {
	err = a.db.reading(ctx, a.db.reader, func(tx *transaction) error {
		content, err = tx.bytes(selectFile, number, name)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, shelf.CodeFileNotPublished)
	}
	return content, err
}

func (a archive) Checkpoint(ctx context.Context) (note []byte, err error) {
	err = a.db.reading(ctx, a.db.reader, func(tx *transaction) error {
		note, err = tx.bytes(selectCheckpoint)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return note, err
}

func (a archive) Publish(ctx context.Context, p release.Publication) (err error) {
	defer fault.Wrap(&err, "publish a release")
	return a.db.atomically(ctx, func(tx *transaction) error {
		there, err := tx.published(p)
		if there || err != nil {
			return err
		}
		if err := tx.insertPublication(p); err != nil {
			return err
		}
		return tx.appendDeed(p.Deed)
	})
}

// published says whether this very release is there. Another one of its number
// is refused, and so is a number that is not the next.
func (tx *transaction) published(p release.Publication) (bool, error) {
	hash := signed.HashOf(p.Manifest)
	var number int
	err := tx.gorm.Raw(selectByManifest, hash[:]).Row().Scan(&number)
	if err == nil && number == p.Number {
		return true, nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = tx.gorm.Raw(selectNextNumber).Row().Scan(&number)
	} else if err == nil {
		return false, fault.New(fault.Conflict, release.CodeNumberTaken) // the same bytes under another number
	}
	if err != nil {
		return false, fmt.Errorf("look up a release: %w", classify(err))
	}
	if number != p.Number {
		return false, fault.New(fault.Conflict, release.CodeNumberTaken)
	}
	return false, nil
}

// insertPublication writes the files first: the database takes none for a
// release that is there already.
func (tx *transaction) insertPublication(p release.Publication) error {
	for _, f := range p.Files {
		if err := tx.gorm.Exec(insertFile, p.Number, f.Name, f.Media, present(f.Content)).Error; err != nil {
			return saved(err, "a file of a release")
		}
	}
	hash := signed.HashOf(p.Manifest)
	return saved(tx.gorm.Exec(insertRelease, p.Number, hash[:], present(p.Manifest)).Error, "a release")
}

// appendDeed writes the deed and the checkpoint that goes with it.
func (tx *transaction) appendDeed(d release.Deed) error {
	if len(d.Entries) == 0 || d.Checkpoint == nil {
		return errDeed
	}
	if err := tx.append(d.Entries); err != nil {
		return err
	}
	note, err := d.Checkpoint(tx.head)
	if err != nil {
		return fmt.Errorf("sign a checkpoint: %w", err)
	}
	return saved(tx.gorm.Exec(insertCheckpoint, tx.head.Size, present(note)).Error, "a checkpoint")
}

func (a archive) Withdraw(ctx context.Context, w release.Notice) (err error) {
	defer fault.Wrap(&err, "withdraw a release")
	return a.db.atomically(ctx, func(tx *transaction) error {
		notice, err := tx.bytes(selectNotice, w.Number)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return fault.New(fault.NotFound, release.CodeReleaseUnknown)
		case err != nil:
			return err
		case notice != nil && bytes.Equal(notice, w.Withdrawal):
			return nil
		case notice != nil:
			return fault.New(fault.Conflict, release.CodeWithdrawn)
		}
		if err := saved(tx.gorm.Exec(insertWithdrawal, w.Number, present(w.Withdrawal)).Error, "a withdrawal"); err != nil {
			return err
		}
		return tx.appendDeed(w.Deed)
	})
}

// bytes reads one value, nil if it is NULL; no row is sql.ErrNoRows.
func (tx *transaction) bytes(query statement, args ...any) (value []byte, err error) {
	if err = tx.gorm.Raw(string(query), args...).Row().Scan(&value); err != nil && !errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("read a value: %w", classify(err))
	}
	return value, err
}

// present gives bytes that are not NULL, none at all included.
func present(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
