package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"manniskohandel.se/casestat/pkg/fault"
)

// The pages of a file as a transaction sees them, those that still stand in the
// log alone among them. Nothing lies on the disk in clear on the way.
const selectPages = `SELECT data FROM sqlite_dbpage ORDER BY pgno`

func copySQLite(ctx context.Context, c Config, f func(Copy) error) error {
	records, err := openSQLite(ctx, c, recordsName)
	if err != nil {
		return err
	}
	defer records.close()
	releases, err := openSQLite(ctx, c, releasesName)
	if err != nil {
		return err
	}
	defer releases.close()
	return records.reading(ctx, records.reader, func(first *transaction) error {
		in, err := first.survey(recordsName) // its first statement is the moment of the copy
		if err != nil {
			return err
		}
		return releases.reading(ctx, releases.reader, func(second *transaction) error {
			out, err := second.survey(releasesName)
			if err != nil {
				return err
			}
			return f(Copy{SQLite, []Copied{in, out}, []Part{first.pages(recordsName), second.pages(releasesName)}})
		})
	})
}

// pages is the part that holds a store's file.
func (tx *transaction) pages(name string) Part {
	return Part{name + ".db", func(ctx context.Context, to io.Writer) error {
		rows, err := tx.gorm.WithContext(ctx).Raw(selectPages).Rows()
		if err != nil {
			return fmt.Errorf("read the pages: %w", classify(err))
		}
		defer rows.Close()
		var page sql.RawBytes
		for rows.Next() {
			if err := rows.Scan(&page); err != nil {
				return fmt.Errorf("read the pages: %w", classify(err))
			}
			if _, err := to.Write(page); err != nil {
				return err
			}
		}
		return classify(rows.Err())
	}}
}

// staging is where a restoration grows within the data folder.
const staging = "restoring"

// restoreSQLite puts the parts into files of a folder beside their place, proves
// them there, and moves them only then. The records come last: without them
// nobody takes the folder for a database.
func restoreSQLite(ctx context.Context, c Config, copied []Copied, parts Parts) (err error) {
	if err := mustBeEmpty(c.Folder); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Folder, 0o700); err != nil {
		return err
	}
	within := filepath.Join(c.Folder, staging)
	if err := os.Mkdir(within, 0o700); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(within)) }()
	if err := unpack(within, parts); err != nil {
		return err
	}
	if err := provePages(ctx, Config{Backend: SQLite, Folder: within}, copied); err != nil {
		return err
	}
	for _, name := range []string{releasesName, recordsName} {
		if err := os.Rename(filepath.Join(within, name+".db"), filepath.Join(c.Folder, name+".db")); err != nil {
			return errors.Join(err, os.RemoveAll(filepath.Join(c.Folder, releasesName+".db")))
		}
	}
	return syncFolder(c.Folder)
}

// mustBeEmpty refuses a folder that holds any file of a database. Keys may be there.
func mustBeEmpty(folder string) error {
	for _, name := range []string{recordsName, releasesName} {
		found, err := filepath.Glob(filepath.Join(folder, name+".db*"))
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return fault.Because(fmt.Errorf("%s is there already: restore into another folder", found[0]), fault.Conflict, CodeNotEmpty)
		}
	}
	if _, err := os.Lstat(filepath.Join(folder, staging)); err == nil {
		return fault.Because(fmt.Errorf("%s is left from a restoration that was interrupted, or one is under way: remove it if none is",
			filepath.Join(folder, staging)), fault.Conflict, CodeNotEmpty)
	}
	return nil
}

// unpack writes the parts to files, which are on the disk when it returns.
func unpack(folder string, parts Parts) error {
	return parts(func(name string, content io.Reader) error {
		if name != recordsName+".db" && name != releasesName+".db" {
			return fault.Because(errors.New("a part of the copy is of no store"), fault.Conflict, CodeCopyDiffers)
		}
		file, err := os.OpenFile(filepath.Join(folder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, content)
		return errors.Join(err, file.Sync(), file.Close())
	})
}

// provePages holds restored files against what was copied.
func provePages(ctx context.Context, c Config, copied []Copied) error {
	c, err := c.withDefaults()
	if err != nil {
		return err
	}
	var found []Copied
	for _, name := range []string{recordsName, releasesName} {
		if _, err := os.Stat(filepath.Join(c.Folder, name+".db")); err != nil {
			return fault.Because(fmt.Errorf("the %s store is not in the copy", name), fault.Conflict, CodeCopyDiffers)
		}
		one, err := proveFile(ctx, c, name)
		if err != nil {
			return err
		}
		found = append(found, one)
	}
	return compare(copied, found)
}

// proveFile opens a file for writing too, so that closing it leaves no log.
func proveFile(ctx context.Context, c Config, name string) (found Copied, err error) {
	d, err := openSQLite(ctx, c, name)
	if err != nil {
		return Copied{}, err
	}
	defer func() {
		err = errors.Join(err, d.close(), os.Remove(filepath.Join(c.Folder, name+".db.lock")))
	}()
	err = d.reading(ctx, d.reader, func(tx *transaction) error {
		if err := tx.integrity(); err != nil {
			return err
		}
		found, err = tx.survey(name)
		return err
	})
	return found, err
}

// integrity has SQLite look at every page, every index and every reference.
func (tx *transaction) integrity() error {
	said, err := collect(scanName)(tx.gorm.Raw(`SELECT integrity_check FROM pragma_integrity_check`).Rows())
	if err != nil {
		return err
	}
	var dangling int
	if err := tx.gorm.Raw(`SELECT COUNT(*) FROM pragma_foreign_key_check`).Row().Scan(&dangling); err != nil {
		return classify(err)
	}
	if len(said) != 1 || said[0] != "ok" || dangling > 0 {
		return fault.Because(fmt.Errorf("SQLite finds %d faults in the file and %d dangling references", len(said), dangling),
			fault.Conflict, CodeCopyDiffers)
	}
	return nil
}

func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
