package faults

import (
	"bytes"
	"flag"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
)

var (
	cuts         = flag.Int("cuts", 8, "F2: power cuts on SQLite")
	cutsPostgres = flag.Int("cuts-postgres", 3, "F2: power cuts on PostgreSQL")
)

const (
	cutsADisk    = 40 // then a fresh one, so that looking through it stays quick
	contrastCuts = 4
)

// powered is a service on a disk whose power can be cut.
type powered struct {
	*service
	disk    *disk
	cluster *cluster     // nil: SQLite
	missed  map[int]bool // what a cut has lost, so that the next cut does not lose it again
}

// powerTrial is a database and what is broken on purpose.
type powerTrial struct {
	backend  store.Backend
	contrast string
	program  func(t *testing.T) string // the one that writes; what recovers is the real one
	unsafe   string                    // a statement for the superuser
}

func realProgram(*testing.T) string { return program }

// unsafeSQLite builds the program with another synchronisation. There is no
// setting for it, and the start-up guard would refuse it.
func unsafeSQLite(mode string) func(t *testing.T) string {
	return func(t *testing.T) string {
		return mutant(t, "sqlite-"+mode, change{"pkg/store/sqlite.go", `"synchronous(FULL)"`, `"synchronous(` + mode + `)"`})
	}
}

// TestF2_PowerCut copies the disk while records are taken in, starts the
// program on the copy, and compares what it holds with what had been
// acknowledged when the copy began.
func TestF2_PowerCut(t *testing.T) {
	for _, tt := range []struct {
		trial powerTrial
		cuts  int
	}{
		{powerTrial{backend: store.SQLite, program: realProgram}, *cuts},
		{powerTrial{backend: store.Postgres, program: realProgram}, *cutsPostgres},
	} {
		t.Run(string(tt.trial.backend), func(t *testing.T) {
			began := time.Now()
			a := powerCuts(t, tt.trial, tt.cuts)
			tell(t, a, began)
			mustHold(t, a)
		})
	}
}

// TestF2_PowerCutContrast shows that a program that does not wait for the disk
// loses something, and that this is found.
func TestF2_PowerCutContrast(t *testing.T) {
	for _, trial := range []powerTrial{
		{backend: store.SQLite, contrast: "synchronous=NORMAL", program: unsafeSQLite("NORMAL")},
		{backend: store.SQLite, contrast: "synchronous=OFF", program: unsafeSQLite("OFF")},
		{backend: store.Postgres, contrast: "synchronous_commit=off", program: realProgram, unsafe: `ALTER ROLE test_serve IN DATABASE casestat SET synchronous_commit = off`},
	} {
		t.Run(trial.contrast, func(t *testing.T) {
			began := time.Now()
			a := powerCuts(t, trial, contrastCuts)
			tell(t, a, began)
			if a.Lost == 0 {
				t.Error("acknowledged before it was on the disk, and nothing was lost: the check has no teeth")
			}
		})
	}
}

func powerCuts(t *testing.T, trial powerTrial, cuts int) Account {
	t.Helper()
	all := Account{Fault: "F2 power cut", Backend: string(trial.backend), Contrast: trial.contrast}
	moments := rand.New(rand.NewPCG(*seed, 2))
	for all.Cycles < cuts {
		more := min(cutsADisk, cuts-all.Cycles)
		t.Run("disk", func(t *testing.T) {
			p := plugIn(t, trial)
			tally := newTally()
			for n := range more {
				all.Add(p.cutPower(t, tally, n, time.Duration(20+moments.IntN(130))*time.Millisecond))
			}
			all.Acknowledged += tally.acknowledged()
			p.kill(t)
			p.verifyLedger(t)
		})
		if t.Failed() {
			break
		}
	}
	return all
}

// plugIn starts a service on a fresh disk.
func plugIn(t *testing.T, trial powerTrial) powered {
	t.Helper()
	p := powered{disk: newDisk(t), missed: map[int]bool{}}
	place := []string{"--data", filepath.Join(p.disk.mount, "data")}
	if trial.backend == store.Postgres {
		p.cluster = newCluster(t, filepath.Join(p.disk.mount, "postgres"), "shared_buffers = 16MB\nmax_wal_size = 64MB\nmin_wal_size = 8MB\n")
		place = p.cluster.place(t, place[1])
	}
	p.service = newService(t, t.TempDir(), place)
	// Broken only now: the member that the records belong to must outlast every cut.
	p.program = trial.program(t)
	if trial.unsafe != "" {
		p.cluster.sql(t, "casestat", trial.unsafe)
	}
	p.start(t)
	p.refreshToken(t)
	return p
}

// cutPower lets the senders work for a while, cuts, and looks at what is left.
// What a sender knew to be acknowledged before the cut began must be there; what
// it had not yet sent when the cut was over must not.
func (p powered) cutPower(t *testing.T, tally *tally, n int, after time.Duration) Account {
	t.Helper()
	p.refreshToken(t)
	l := startLoad(t, honestDoor{p.service}, tally)
	tally.awaitMore(t, 1)
	time.Sleep(after) // the moment of the fault, not a wait for anything
	acked, _ := tally.soFar()
	image := p.disk.cut(t, n)
	_, sent := tally.soFar()
	l.end()
	var a Account
	p.disk.afterwards(t, image, func(at string) {
		present := p.recover(t, at)
		maps.DeleteFunc(acked, func(serial int, _ bool) bool { return p.missed[serial] })
		a = compare(acked, sent, present)
		maps.DeleteFunc(acked, func(serial int, _ bool) bool { return present[serial] > 0 })
		maps.Copy(p.missed, acked)
	})
	a.Cycles, a.Outage, a.Acknowledged = 1, tally.outage(), 0
	if a.Lost > 0 {
		a.Count("cuts that lost", 1)
	}
	return a
}

// recover starts the real program on what a cut left and gives what it holds.
func (p powered) recover(t *testing.T, at string) map[int]int {
	t.Helper()
	place := []string{"--data", filepath.Join(at, "data")}
	if p.cluster != nil {
		c := emptyCluster(t, filepath.Join(at, "postgres"))
		if err := os.Remove(filepath.Join(c.data, "postmaster.pid")); err != nil { // of the one that still runs elsewhere
			t.Fatal(err)
		}
		c.start(t)
		defer c.crash(t)
		place = c.place(t, place[1])
	}
	s := p.over(t, place)
	s.program = program
	s.start(t)
	defer s.kill(t)
	s.refreshToken(t)
	return s.stored(t)
}

// TestF2_KeysOutlastAPowerCut cuts the power as soon as the keys are made: all
// of them must be there, whole.
func TestF2_KeysOutlastAPowerCut(t *testing.T) {
	if n := keysHarmed(t, program); n > 0 {
		t.Errorf("%d key files did not outlast the power cut", n)
	}
	careless := mutant(t, "keys-unsynced", change{"cmd/casestat/secretfile.go", "err = errors.Join(err, f.Sync(), f.Close()); err == nil", "err = f.Close(); err == nil"})
	if keysHarmed(t, careless) == 0 {
		t.Error("contrast: keys that were not synchronised were all there: the check has no teeth")
	}
}

// keysHarmed gives how many files of keys are not what they were.
func keysHarmed(t *testing.T, program string) (harmed int) {
	t.Helper()
	d := newDisk(t)
	mustRun(t, program, "keys", "init", "--data", filepath.Join(d.mount, "data"))
	image := d.cut(t, 0)
	files, err := filepath.Glob(filepath.Join(d.mount, "data", "keys", "*"))
	if err != nil || len(files) < 8 {
		t.Fatalf("%d files of keys, %v", len(files), err)
	}
	d.afterwards(t, image, func(at string) {
		for _, file := range files {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(at, "data", "keys", filepath.Base(file)))
			if err != nil || !bytes.Equal(want, got) {
				harmed++
			}
		}
	})
	return harmed
}
