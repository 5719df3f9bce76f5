// Package store keeps everything in PostgreSQL or SQLite.
//
// What came in and what went out are two stores, opened apart, each with its
// own ledger: two files under SQLite, two schemas with their own roles under
// PostgreSQL. No error of this package repeats a value that was stored.
package store

import (
	"database/sql/driver"
	"errors"
	"time"
)

// Backend names a kind of database.
type Backend string

// The backends.
const (
	SQLite   Backend = "sqlite"
	Postgres Backend = "postgres"
)

// Config says where the stores are. Of the connection strings, give each
// process only those it needs: the owner's belongs to migrations alone.
type Config struct {
	Backend Backend

	Folder   string // SQLite: the data folder; made if it is missing
	ReadOnly bool   // SQLite: do not write, and let another process do so
	Pages    int64  // SQLite: bytes of a file that its writer keeps in memory, outside of Go's; 0 means 64 MiB

	// Connector, on SQLite, stands between this package and the driver, so that
	// a test can cut a transaction at any statement. Nil: nothing does.
	Connector func(driver.Connector) driver.Connector

	Intake    string // PostgreSQL: a login in the role casestat_intake
	Counter   string // PostgreSQL: a login in the role casestat_counter
	Public    string // PostgreSQL: a login in the role casestat_public
	Publisher string // PostgreSQL: a login in the role casestat_publisher
	Owner     string // PostgreSQL: a login in the role casestat_owner
	Backup    string // PostgreSQL: a login in the role casestat_backup, which row security does not bind

	// StorageChecksums says that what lies below PostgreSQL checks what it reads,
	// as ZFS and some managed services do; the guard then does without
	// data_checksums. It is the operator's word: nothing can look it up.
	StorageChecksums bool

	// Renewed gives what has taken the place of a connection string since the
	// start; nil: none is ever replaced. It is asked for every new connection and
	// by RenewPasswords, and may be used by several goroutines.
	Renewed func(dsn string) (string, error)

	Connections int           // PostgreSQL: most connections of each role, at most 10,000; 0 means 8
	Acquire     time.Duration // longest wait for a connection; 0 means 2 s
	Write       time.Duration // longest duration of a write; 0 means 10 s
}

// mostConnections is beyond what any server takes, and within what pgx counts.
const mostConnections = 10_000

// withDefaults fills in the zero values and refuses what cannot work.
func (c Config) withDefaults() (Config, error) {
	if c.Connections == 0 {
		c.Connections = 8
	}
	if c.Acquire == 0 {
		c.Acquire = 2 * time.Second
	}
	if c.Write == 0 {
		c.Write = 10 * time.Second
	}
	if c.Pages == 0 {
		c.Pages = 64 << 20
	}
	switch {
	case c.Backend != SQLite && c.Backend != Postgres:
		return c, errors.New("store: the backend must be sqlite or postgres")
	case c.Backend == SQLite && c.Folder == "":
		return c, errors.New("store: SQLite needs a data folder")
	case c.Connections > mostConnections:
		return c, errors.New("store: no server takes that many connections")
	case c.Connections < 0 || c.Pages < 0 || c.Acquire < 0 || c.Write < 0:
		return c, errors.New("store: a limit is negative")
	}
	return c, nil
}
