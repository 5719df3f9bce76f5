package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"gorm.io/gorm"
	"modernc.org/sqlite"

	"manniskohandel.se/casestat/pkg/fault"
)

// readers is how many connections read a SQLite file at a time.
const readers = 4

// Pragmas of each connection. FULL is what makes an acknowledged record
// survive a power cut; secure_delete overwrites what is erased.
var (
	commonPragmas = []string{
		"busy_timeout(5000)", "foreign_keys(1)", "trusted_schema(0)", "cell_size_check(1)",
		"secure_delete(1)", "synchronous(FULL)", "temp_store(MEMORY)",
	}
	writePragmas = []string{"journal_mode(WAL)", "wal_autocheckpoint(4000)", "journal_size_limit(67108864)"}
	readPragmas  = []string{"query_only(1)"}
)

// openSQLite opens name.db in the data folder. The file need not be migrated.
func openSQLite(ctx context.Context, c Config, name string) (d *database, err error) {
	defer fault.Wrap(&err, "open the %s store", name)
	file := filepath.Join(c.Folder, name+".db")
	d = &database{config: c, dialect: sqliteDialect{}}
	if !c.ReadOnly {
		if d.writer, err = openWriter(ctx, c, file); err != nil {
			return nil, err
		}
	}
	reader, err := openReader(ctx, c, file)
	if err == nil {
		d.reader = poolLeaser{reader}
		d.gorm, err = gorm.Open(sqliteDialector{reader}, gormConfig())
	}
	if err != nil {
		return nil, errors.Join(classify(err), d.close())
	}
	return d, d.forgetAtStart(ctx)
}

func openWriter(ctx context.Context, c Config, file string) (_ leaser, err error) {
	if err := os.MkdirAll(c.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := lockFile(file + ".lock")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			lock.release()
		}
	}()
	// SQLite gives its log files the mode of the data file.
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the data file: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("make the data file: %w", err)
	}
	db, err := c.connect(file, "rw", slices.Concat(commonPragmas, writePragmas, []string{keepPages(c.Pages)}))
	if err != nil {
		return nil, err
	}
	db.SetMaxIdleConns(-1) // what migrations open goes again; the one connection below is never idle
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(classify(err), db.Close())
	}
	s := &soleLeaser{free: make(chan *sqliteConn, 1), db: db, lock: lock}
	s.free <- &sqliteConn{conn: conn, known: map[string]*sql.Stmt{}}
	return s, nil
}

// keepPages is the pragma that bounds what a connection keeps of its file. In
// negative numbers it counts KiB.
func keepPages(bytes int64) string { return fmt.Sprintf("cache_size(%d)", -max(bytes>>10, 1)) }

func openReader(ctx context.Context, c Config, file string) (*sql.DB, error) {
	mode := "rw" // a reader of a file in use writes to its shared memory
	if c.ReadOnly {
		mode = "ro"
	}
	db, err := c.connect(file, mode, append(commonPragmas[:len(commonPragmas):len(commonPragmas)], readPragmas...))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(readers)
	db.SetMaxIdleConns(readers)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(classify(err), db.Close())
	}
	return db, nil
}

// connect makes a pool whose every connection is hardened alike. mode is
// SQLite's: ro, rw.
func (c Config) connect(file, mode string, pragmas []string) (*sql.DB, error) {
	q := url.Values{"mode": {mode}, "_defensive": {"1"}, "_dqs": {"0"}, "_txlock": {"deferred"}, "_pragma": pragmas}
	absolute, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("find the data file: %w", err)
	}
	u := url.URL{Scheme: "file", Path: absolute, RawQuery: q.Encode()}
	connector, err := sqlite.NewConnector(u.String())
	if err != nil {
		return nil, fmt.Errorf("open the data file: %w", err)
	}
	if c.Connector != nil {
		return sql.OpenDB(c.Connector(connector)), nil
	}
	return sql.OpenDB(connector), nil
}

// close ends both ways in; it can be called on a half-opened store.
func (d *database) close() error {
	d.rest.end()
	d.starved.end()
	var errs []error
	if d.reader != nil { // first: readers would hold the log back
		errs = append(errs, d.reader.close())
	}
	if d.writer != nil && d.writer != d.reader {
		errs = append(errs, d.writer.close())
	}
	return errors.Join(errs...)
}
