package faults

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

var drills = flag.Int("drills", 1, "F16: how often a backup is made under load and restored, on each database")

// withdrawnBefore is how many records are withdrawn before each backup.
const withdrawnBefore = 5

// TestF16_RestoreDrill makes a backup while records are taken in and restores it
// elsewhere. Everything that was acknowledged before the backup began is there,
// nothing that was withdrawn before it is, and the ledger holds.
func TestF16_RestoreDrill(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			began := time.Now()
			all := Account{Fault: "F16 backup and restore", Backend: string(backend)}
			for n := range *drills {
				all.Add(drill(t, backend, uint64(n), sealedBackup))
			}
			tell(t, all, began)
			mustHold(t, all)
		})
	}
}

// TestF16_RestoreDrillContrast copies the file of a running service without its
// log, as somebody might who knows nothing of logs, and the drill finds out.
func TestF16_RestoreDrillContrast(t *testing.T) {
	began := time.Now()
	a := drill(t, store.SQLite, 0, fileAlone)
	a.Contrast = "the file copied without its log"
	tell(t, a, began)
	if a.Lost == 0 {
		t.Error("a copy without the log, and nothing was lost: the check has no teeth")
	}
}

// copier copies a running service, or restores it, and gives the place of the copy.
type copier func(t *testing.T, p drillPlace) (restore func() (place []string))

// drillPlace is where a drill plays.
type drillPlace struct {
	s      *service
	folder string
	config store.Config // PostgreSQL's logins
}

// drill counts as lost what was acknowledged before the copy began and is not in
// it, and as unexpected a withdrawn record that came back.
func drill(t *testing.T, backend store.Backend, n uint64, with copier) Account {
	t.Helper()
	p := newDrillPlace(t, backend)
	p.s.start(t)
	p.s.refreshToken(t)
	tally := newTally()
	withdrawn := withdrawSome(t, p.s, tally)
	senders := startLoad(t, honestDoor{p.s}, tally)
	moments := rand.New(rand.NewPCG(*seed, 1600+n))
	time.Sleep(time.Duration(200+moments.IntN(300)) * time.Millisecond) // the moment of the copy
	before, _ := tally.soFar()
	began := time.Now()
	restore := with(t, p)
	copied := time.Since(began)
	senders.end()
	p.s.kill(t)

	began = time.Now()
	restored := p.s.over(t, restore())
	took := time.Since(began)
	restored.start(t)
	restored.refreshToken(t)
	present := restored.stored(t)
	_, sent := tally.soFar()
	for serial := range withdrawn {
		delete(before, serial)
		delete(sent, serial)
	}
	a := compare(before, sent, present)
	a.Fault, a.Backend, a.Cycles, a.Outage = "F16 backup and restore", string(backend), 1, took
	acked, _ := tally.soFar()
	a.Count("acknowledged while and after it was copied, and not there", len(acked)-len(withdrawn)-len(present))
	a.Count("withdrawn before and still gone", len(withdrawn)-a.Unexpected)
	t.Logf("copied in %s, restored and proved in %s", copied.Round(time.Millisecond), took.Round(time.Millisecond))
	restored.kill(t)
	restored.verifyLedger(t)
	return a
}

func newDrillPlace(t *testing.T, backend store.Backend) drillPlace {
	t.Helper()
	p := drillPlace{folder: t.TempDir(), config: storetest.Config(t, backend)}
	place := []string{"--data", filepath.Join(p.folder, "data")}
	if backend == store.Postgres {
		place = append(place, dsnFlags(t, p.folder, map[string]string{
			"intake": p.config.Intake, "counter": p.config.Counter, "publisher": p.config.Publisher,
		})...)
	}
	p.s = newService(t, p.folder, place)
	return p
}

// withdrawSome submits records and withdraws them, and gives their serial numbers.
func withdrawSome(t *testing.T, s *service, tally *tally) map[int]bool {
	t.Helper()
	withdrawn := map[int]bool{}
	for range withdrawnBefore {
		a := tally.take(newRecordID)
		if status, err := (honestDoor{s}).put(t.Context(), a); status != acknowledged || err != nil {
			t.Fatal(status, err)
		}
		s.call(t, http.MethodDelete, "/v1/records/"+a.id, nil, nil)
		tally.acknowledge(a)
		withdrawn[a.serial] = true
	}
	return withdrawn
}

// sealedBackup is casestat backup and casestat restore.
func sealedBackup(t *testing.T, p drillPlace) func() []string {
	t.Helper()
	to, keys := filepath.Join(p.folder, "backups"), filepath.Join(p.folder, "backup-keys")
	flags := []string{"--to", to, "--backup-keys", keys}
	p.s.run(t, []string{"backup"}, slices.Concat(flags, p.copying(t, "", p.config)))
	return func() []string {
		files, err := filepath.Glob(filepath.Join(to, "*.backup"))
		if err != nil || len(files) != 1 {
			t.Fatalf("%d backups, %v", len(files), err)
		}
		flags := []string{"--from", files[0], "--backup-keys", keys}
		empty := storetest.Empty(t, p.config.Backend)
		p.s.run(t, []string{"restore"}, slices.Concat(flags, p.copying(t, "empty-", empty)))
		if p.config.Backend == store.SQLite {
			return []string{"--data", empty.Folder, "--keys", filepath.Join(p.folder, "data", "keys")}
		}
		folder := t.TempDir()
		return append(slices.Clone(p.s.place[:2]), dsnFlags(t, folder, map[string]string{
			"intake": empty.Intake, "counter": empty.Counter, "publisher": empty.Publisher,
		})...)
	}
}

// copying gives the flags of a place that is copied from or restored to.
func (p drillPlace) copying(t *testing.T, prefix string, c store.Config) []string {
	t.Helper()
	if c.Backend == store.SQLite {
		if prefix == "" {
			return p.s.place
		}
		return []string{"--data", c.Folder}
	}
	programs, err := storetest.Programs()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(p.folder, prefix+"dsns")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	return append(dsnFlags(t, folder, map[string]string{"backup": c.Backup, "owner": c.Owner}), "--postgres-programs", programs)
}

// fileAlone is what not to do.
func fileAlone(t *testing.T, p drillPlace) func() []string {
	t.Helper()
	to := filepath.Join(p.folder, "copied")
	if err := os.MkdirAll(to, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"records", "releases"} {
		content, err := os.ReadFile(filepath.Join(p.s.place[1], name+".db"))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name+".db"), content, 0o600)
		}
		if err != nil {
			t.Fatal(fmt.Errorf("copy a file: %w", err))
		}
	}
	return func() []string { return []string{"--data", to, "--keys", filepath.Join(p.folder, "data", "keys")} }
}
