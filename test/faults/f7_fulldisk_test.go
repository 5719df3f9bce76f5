package faults

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
)

var fills = flag.Int("fills", 3, "F7: how often the disk of each database is filled up")

// refusals is how many answers of "try again" show that the disk is full.
const refusals = 40

// smallDisk is a file system of a few megabytes that can be filled up.
type smallDisk struct{ mount string }

func newSmallDisk(t *testing.T, size string) smallDisk {
	t.Helper()
	if os.Geteuid() != 0 || os.Getenv(own) == "" {
		t.Fatal("no right to mount: " + needs)
	}
	d := smallDisk{openFolder(t)}
	mustRun(t, "mount", "-t", "tmpfs", "-o", "mode=755,size="+size, "casestat", d.mount)
	t.Cleanup(func() { unmount(t, d.mount) })
	return d
}

func (d smallDisk) ballast() string { return filepath.Join(d.mount, "ballast") }

// fill writes until nothing more fits.
func (d smallDisk) fill(t *testing.T) {
	t.Helper()
	f, err := os.Create(d.ballast())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		_, err := f.Write(make([]byte, size))
		switch {
		case errors.Is(err, syscall.ENOSPC):
			size /= 2
		case err != nil:
			t.Fatal(err)
		}
	}
}

func (d smallDisk) makeRoom(t *testing.T) {
	t.Helper()
	if err := os.Remove(d.ballast()); err != nil {
		t.Fatal(err)
	}
}

// TestF7_FullDisk fills the disk while records are taken in. What cannot be
// written is refused with 503 and /readyz says so; when there is room again both
// go on by themselves.
func TestF7_FullDisk(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		began := time.Now()
		a := fullDiskSQLite(t, program, *fills)
		tell(t, a, began)
		mustHold(t, a)
	})
	t.Run("postgres", func(t *testing.T) {
		began := time.Now()
		d := newSmallDisk(t, "160m")
		c := newCluster(t, filepath.Join(d.mount, "postgres"), "max_wal_size = 16MB\nmin_wal_size = 8MB\nshared_buffers = 16MB\n")
		a := fillUp(t, d, newService(t, t.TempDir(), c.place(t, filepath.Join(t.TempDir(), "data"))), *fills, func() {
			for !c.answers(t) { // without room for its log PostgreSQL may end, and somebody has to start it
				if c.hasEnded() {
					c.start(t)
				}
				time.Sleep(breath)
			}
		})
		a.Backend = string(store.Postgres)
		tell(t, a, began)
		mustHold(t, a)
	})
}

// commitIgnored has a commit that failed taken for one.
var commitIgnored = change{
	"pkg/store/sqlite_conn.go", `_ = t.Rollback() // the failed commit is what counts`, `_, err = t.Rollback(), error(nil)`,
}

// TestF7_FullDiskContrast shows that a program that takes no notice of a failed
// commit is found out.
func TestF7_FullDiskContrast(t *testing.T) {
	began := time.Now()
	careless := mutant(t, "commit-ignored", commitIgnored)
	a := fullDiskSQLite(t, careless, 1)
	a.Contrast = "a failed commit is taken for one"
	tell(t, a, began)
	if a.Lost == 0 {
		t.Error("failed commits were acknowledged, and nothing was lost: the check has no teeth")
	}
}

// TestF7_FullDiskReadinessContrast shows that a program that takes no notice of
// why its writes fail is found out: it calls itself ready.
func TestF7_FullDiskReadinessContrast(t *testing.T) {
	s, d := serviceOnSmallDisk(t)
	s.program = mutant(t, "storage-unnoticed", change{"pkg/store/atomic.go", "d.noteFailure(err)", ""})
	s.start(t)
	s.refreshToken(t)
	tally := newTally()
	l := startLoad(t, honestDoor{s}, tally)
	tally.awaitMore(t, enough)
	d.fill(t)
	tally.awaitRefused(t, refusals)
	if s.comesToSay(false, 200) {
		t.Error("nothing was noticed, and /readyz knew of it: the check has no teeth")
	}
	l.end()
}

func serviceOnSmallDisk(t *testing.T) (*service, smallDisk) {
	t.Helper()
	d := newSmallDisk(t, "48m")
	return newService(t, t.TempDir(), []string{"--data", filepath.Join(d.mount, "data")}), d
}

func fullDiskSQLite(t *testing.T, program string, fills int) Account {
	t.Helper()
	s, d := serviceOnSmallDisk(t)
	s.program = program
	a := fillUp(t, d, s, fills, func() {})
	a.Backend = string(store.SQLite)
	return a
}

// fillUp fills the disk under the service several times.
func fillUp(t *testing.T, d smallDisk, s *service, fills int, mend func()) Account {
	t.Helper()
	tally, all := newTally(), Account{Fault: "F7 full disk"}
	s.start(t)
	for range fills {
		s.refreshToken(t)
		l := startLoad(t, honestDoor{s}, tally)
		tally.awaitMore(t, enough)
		d.fill(t)
		before := tally.refusals()
		if s.program == program { // another one might not notice
			tally.awaitRefused(t, refusals)
			s.awaitReadiness(t, false)
		} else {
			tally.awaitMore(t, enough)
		}
		all.Count("requests refused", tally.refusals()-before)
		d.makeRoom(t)
		mend()
		tally.awaitMore(t, enough)
		l.end()
		s.awaitReadiness(t, true)
		all.Add(Account{Cycles: 1, Outage: tally.outage()})
	}
	s.refreshToken(t)
	all.Add(tally.compare(s.stored(t)))
	s.kill(t)
	if s.program == program {
		s.verifyLedger(t)
	}
	return all
}
