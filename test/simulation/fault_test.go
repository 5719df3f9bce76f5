package simulation

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite" // its own errors, and the driver that looks past the product
)

// mishap is a way in which the storage fails.
type mishap string

// The mishaps.
const (
	refuses     mishap = "refuses"     // says it is busy; nothing was done
	noAnswer    mishap = "no answer"   // does it, and answers with an error
	fullFromNow mishap = "full"        // writes nothing more during the operation
	diesBefore  mishap = "dies before" // the process ends, the statement never ran
	diesAfter   mishap = "dies after"  // the process ends, the statement ran
	diesWithin  mishap = "dies within" // the process ends with a part of the bytes written
)

// strike is a mishap at a moment of an operation.
type strike struct {
	mishap mishap
	commit bool    // count commits alone
	nth    int     // which call of the operation to the driver, from 0
	share  float64 // of the bytes of a torn write that are there
}

func (s *strike) String() string {
	if s == nil {
		return ""
	}
	at := "call"
	if s.commit {
		at = "commit"
	}
	return fmt.Sprintf(" [%s at %s %d]", s.mishap, at, s.nth)
}

// drawStrike draws when the storage fails, and how; nil: it does not.
func drawStrike(r *rand.Rand) *strike {
	if r.IntN(3) > 0 {
		return nil
	}
	s := &strike{
		mishap: []mishap{refuses, noAnswer, fullFromNow, diesBefore, diesAfter, diesWithin}[r.IntN(6)],
		commit: r.IntN(2) == 0, share: r.Float64(),
	}
	if s.commit = s.commit || s.mishap == diesWithin; s.commit {
		s.nth = r.IntN(8) / 5 // mostly the first
	} else {
		s.nth = r.IntN(14)
	}
	return s
}

// The errors that SQLite itself makes when it is busy, and when the disk is full.
var errBusy, errFull error

// errDead is what a process that has ended cannot read any more.
var errDead = errors.New("the process has ended")

// learnErrors has SQLite make the errors that the storage answers with.
func learnErrors(folder string) error {
	file := "file:" + filepath.Join(folder, "errors.db")
	one, err := sql.Open("sqlite", file)
	if err != nil {
		return err
	}
	defer one.Close()
	other, err := sql.Open("sqlite", file)
	if err != nil {
		return err
	}
	defer other.Close()
	one.SetMaxOpenConns(1)
	for _, do := range []string{`CREATE TABLE t (b BLOB)`, `PRAGMA max_page_count = 2`} {
		if _, err := one.Exec(do); err != nil {
			return err
		}
	}
	_, errFull = one.Exec(`INSERT INTO t VALUES (zeroblob(100000))`)
	if _, err := one.Exec(`BEGIN EXCLUSIVE`); err != nil {
		return err
	}
	_, errBusy = other.Exec(`BEGIN IMMEDIATE`)
	if errFull == nil || errBusy == nil {
		return errors.New("SQLite is neither full nor busy")
	}
	return nil
}

func TestTheStorageFailsAsSQLiteDoes(t *testing.T) {
	for want, err := range map[string]error{
		"database or disk is full (13)": errFull, "database is locked (5) (SQLITE_BUSY)": errBusy,
	} {
		if err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
}
