package store

import (
	"context"
	"errors"
	"os"

	"manniskohandel.se/casestat/pkg/fault"
)

// trialSize is how many bytes a disk has to take before it counts as one that
// takes writes again.
const trialSize = 256 << 10

// errStarved: a write failed for the storage, and none has worked since.
var errStarved = errors.New("store: the disk is full or fails")

// ping says whether the database answers, and whether it took the last write.
// It writes nothing itself, however often it is asked.
func (d *database) ping(ctx context.Context) error {
	if d.starved.pending() {
		return fault.Because(errStarved, fault.Unavailable, CodeUnavailable)
	}
	return d.reading(ctx, d.reader, func(tx *transaction) error {
		var one int
		return tx.gorm.Raw(`SELECT 1`).Row().Scan(&one)
	})
}

// noteFailure has the storage tried each second from a write that failed for
// it until a trial or another write works: whoever watches ping sends no more
// requests, so waiting for those would be waiting for ever.
func (d *database) noteFailure(err error) {
	if ofStorage(err) {
		d.starved.begin(func(ctx context.Context) bool { return d.dialect.tryStorage(ctx, d) == nil })
	}
}

// tryStorage writes a file beside the database's and removes it again.
func (sqliteDialect) tryStorage(_ context.Context, d *database) (err error) {
	f, err := os.CreateTemp(d.config.Folder, "trial-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if _, err := f.Write(make([]byte, trialSize)); err != nil {
		return err
	}
	return f.Sync()
}

// tryStorage has the server sort more than it may keep in memory, which puts a
// file on its disk for a moment. No login needs a permission for that, and
// nothing is left of it.
func (postgresDialect) tryStorage(ctx context.Context, d *database) error {
	ctx, cancel := context.WithTimeout(ctx, d.config.Write)
	defer cancel()
	return d.reading(ctx, d.writer, func(tx *transaction) error {
		if err := tx.gorm.Exec(`SET LOCAL work_mem = '64kB'`).Error; err != nil {
			return err
		}
		var n int
		return tx.gorm.Raw(sortOnDisk).Row().Scan(&n)
	})
}

// sortOnDisk sorts some 300 kB.
const sortOnDisk = `SELECT count(*) FROM (SELECT i FROM generate_series(1, 20000) AS i ORDER BY -i OFFSET 0) AS sorted`
