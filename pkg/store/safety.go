package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// UnsafeSetting is one reason not to start.
type UnsafeSetting struct {
	Setting string // as the database or the operating system calls it
	Found   string
	Want    string
}

func (u *UnsafeSetting) Error() string {
	return fmt.Sprintf("unsafe database setting: %s is %s; it must be %s", u.Setting, u.Found, u.Want)
}

// CheckSafety says which settings would break a promise of the service: that
// what is acknowledged is on disk, that no value gets into the database's own
// log, that organisations are kept apart, that the ledger is append-only. Call
// it at the start in production and do not serve unless it returns nil; the
// error joins one *UnsafeSetting for each.
func (r *Records) CheckSafety(ctx context.Context) error {
	if r.db.config.Backend == SQLite {
		return r.db.checkSQLite(ctx, r.db.writer, recordsTriggers)
	}
	errs := r.db.checkPostgres(ctx, r.db.reader, recordsExpectations, "casestat_intake")
	if s, ok := r.scanner.(*postgresScanner); ok && s.counter != nil {
		errs = append(errs, s.counter.checkPostgres(ctx, s.counter.reader, recordsExpectations, "casestat_counter")...)
	}
	return once(errs)
}

// once joins errors and says each thing once: two logins see the same server.
func once(errs []error) error {
	said := map[string]bool{}
	return errors.Join(slices.DeleteFunc(errs, func(err error) bool {
		again := said[err.Error()]
		said[err.Error()] = true
		return again
	})...)
}

// CheckSafety is that of Records, for the releases. A store opened to be read
// from is safe to serve releases from, too.
func (r *Releases) CheckSafety(ctx context.Context) error {
	c := r.db.config
	if c.Backend == SQLite {
		with := r.db.writer
		if c.ReadOnly {
			with = r.db.reader
		}
		return r.db.checkSQLite(ctx, with, releasesTriggers)
	}
	var errs []error
	if c.Public != "" {
		errs = r.db.checkPostgres(ctx, r.db.reader, releasesExpectations, "casestat_public")
	}
	if c.Publisher != "" {
		errs = append(errs, r.db.checkPostgres(ctx, r.db.writer, releasesExpectations, "casestat_publisher")...)
	}
	return once(errs)
}

// setting is a database setting and its safe values, the first being advised.
type setting struct {
	name string
	safe []string
}

// checkSettings compares what the database says with what is safe.
func checkSettings(settings []setting, found map[string]string) (errs []error) {
	for _, s := range settings {
		value, known := found[s.name]
		if !known {
			value = "unknown"
		}
		if !slices.Contains(s.safe, value) {
			errs = append(errs, &UnsafeSetting{s.name, value, s.safe[0]})
		}
	}
	return errs
}

// checkPresent names each of wanted that is not among found.
func checkPresent(kind string, wanted, found []string) (errs []error) {
	for _, name := range wanted {
		if !slices.Contains(found, name) {
			errs = append(errs, &UnsafeSetting{kind + " " + name, "missing or off", "there"})
		}
	}
	return errs
}

func scanName(r row) (name string, err error) {
	err = r.Scan(&name)
	return name, err
}
