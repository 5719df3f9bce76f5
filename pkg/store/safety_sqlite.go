package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"gorm.io/gorm"
)

// sqliteSettings are pragmas of the connection that writes. SQLite gives
// synchronous as a number: 2 is FULL, 3 EXTRA.
var sqliteSettings = []setting{
	{"synchronous", []string{"2", "3"}},
	{"journal_mode", []string{"wal"}},
	{"secure_delete", []string{"1"}},
	{"foreign_keys", []string{"1"}},
	{"trusted_schema", []string{"0"}},
}

var sqliteLedgerTriggers = []string{
	"ledger_entries_no_update", "ledger_entries_no_delete", "ledger_head_no_delete",
	"ledger_head_no_replace", "ledger_head_no_shrink",
}

var (
	recordsTriggers = slices.Concat(sqliteLedgerTriggers, []string{
		"draft_published_no_update", "draft_published_no_delete", "draft_published_no_replace",
		"draft_artefact_published_no_insert", "draft_artefact_published_no_update", "draft_artefact_published_no_delete",
		"draft_year_published_no_insert", "draft_year_published_no_update", "draft_year_published_no_delete",
	})
	releasesTriggers = slices.Concat(sqliteLedgerTriggers, []string{
		"release_no_update", "release_no_delete", "release_no_replace", "release_numbered",
		"release_file_no_update", "release_file_no_delete", "release_file_no_late",
		"withdrawal_no_update", "withdrawal_no_delete", "withdrawal_no_replace",
		"checkpoint_no_update", "checkpoint_no_delete", "checkpoint_no_replace",
		"ledger_entries_no_replace", // the records' ledger is written too often for it, and leaves it to verification
	})
)

// checkSQLite looks with the connection that will serve.
func (d *database) checkSQLite(ctx context.Context, with leaser, wanted []string) (err error) {
	if with == nil {
		return errClosed
	}
	l, err := d.leaseFrom(ctx, with)
	if err != nil {
		return classify(err)
	}
	defer l.release()
	g := d.session(ctx, l)
	found, err := pragmasOf(g)
	if err != nil {
		return err
	}
	triggers, err := collect(scanName)(g.Raw(`SELECT name FROM sqlite_master WHERE type = 'trigger'`).Rows())
	if err != nil {
		return err
	}
	var file string
	if err := g.Raw(`SELECT file FROM pragma_database_list WHERE name = 'main'`).Row().Scan(&file); err != nil {
		return classify(err)
	}
	if err := checkWhole(g); err != nil {
		return err
	}
	errs := checkSettings(sqliteSettings, found)
	errs = append(errs, checkPresent("trigger", wanted, triggers)...)
	return errors.Join(append(errs, checkModes(file)...)...)
}

// errDamaged says that rows or indexes are not what they were: something would
// be missing from every count. Unlike a setting it cannot be mended.
var errDamaged = errors.New("the data file is damaged: put back the backup")

// checkWhole reads the whole file: its structure, and every row against every index.
func checkWhole(g *gorm.DB) error {
	var found string
	if err := g.Raw(`PRAGMA integrity_check(1)`).Row().Scan(&found); err != nil {
		return classify(err)
	}
	if found != "ok" { // the text says where, in SQLite's own terms
		return errDamaged
	}
	return nil
}

// pragmasOf asks the connection itself, not the file: synchronous is the
// connection's own.
func pragmasOf(g *gorm.DB) (map[string]string, error) {
	var synchronous, mode, erase, keys, trusted string
	for _, one := range []struct {
		query *gorm.DB
		value *string
	}{
		{g.Raw(`PRAGMA synchronous`), &synchronous},
		{g.Raw(`PRAGMA journal_mode`), &mode},
		{g.Raw(`PRAGMA secure_delete`), &erase},
		{g.Raw(`PRAGMA foreign_keys`), &keys},
		{g.Raw(`PRAGMA trusted_schema`), &trusted},
	} {
		if err := one.query.Row().Scan(one.value); err != nil {
			return nil, classify(err)
		}
	}
	return map[string]string{
		"synchronous": synchronous, "journal_mode": mode, "secure_delete": erase,
		"foreign_keys": keys, "trusted_schema": trusted,
	}, nil
}

// checkModes refuses files that other users of the machine may open.
func checkModes(file string) (errs []error) {
	for _, name := range []string{filepath.Dir(file), file, file + "-wal", file + "-shm"} {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the log files come and go
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("look at the data files: %w", err))
			continue
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			want := mode &^ 0o077
			errs = append(errs, &UnsafeSetting{"the mode of " + filepath.Base(name), fmt.Sprintf("%#o", mode), fmt.Sprintf("%#o", want)})
		}
	}
	return errs
}
