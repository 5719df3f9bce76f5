package faults

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

var flipsPostgres = flag.Int("flips-postgres", 8, "F13: how often bytes of PostgreSQL's files are changed behind its back")

const contrastFlipsPostgres = 10

// storageChecksums is how an operator vouches for what lies below PostgreSQL.
const storageChecksums = "CASESTAT_STORAGE_CHECKSUMS"

// TestF13_PostgresCorruption changes bytes of the files that hold records, of a
// server with data_checksums, and starts both. The service may refuse, or answer
// correctly, or answer wrongly and have it found; nothing else.
func TestF13_PostgresCorruption(t *testing.T) {
	began := time.Now()
	s := spoilCluster(t, newCluster(t, filepath.Join(openFolder(t), "postgres"), ""))
	a := s.corrupt(t, *flipsPostgres)
	tell(t, a, began)
	mustHold(t, a)
}

// TestF13_PostgresCorruptionContrast shows why the start-up guard asks for
// data_checksums: where they are missing, and an operator vouches all the same,
// records vanish from the counts although every record has its own checksum.
func TestF13_PostgresCorruptionContrast(t *testing.T) {
	t.Setenv(storageChecksums, "true")
	began := time.Now()
	s := spoilCluster(t, newClusterWith(t, filepath.Join(openFolder(t), "postgres"), "", withoutChecksums(t)...))
	a := s.corrupt(t, contrastFlipsPostgres)
	a.Contrast = "no data_checksums"
	tell(t, a, began)
	if a.Unexpected == 0 {
		t.Error("pages had no checksums, and no answer was wrong: the check has no teeth")
	}
}

// TestF13_PostgresWithoutChecksumsIsRefused: in production, unless the operator
// vouches for the storage.
func TestF13_PostgresWithoutChecksumsIsRefused(t *testing.T) {
	c := newClusterWith(t, filepath.Join(openFolder(t), "postgres"), "", withoutChecksums(t)...)
	folder := t.TempDir()
	s := newService(t, folder, c.place(t, filepath.Join(folder, "keys")))
	s.guarded = true
	if s.starts(t) {
		t.Error("served in production from a server without data_checksums")
	}
	s.running = nil
	log, err := os.ReadFile(s.log.Name())
	if want := "unsafe database setting: data_checksums is off; it must be on"; err != nil || !bytes.Contains(log, []byte(want)) {
		t.Errorf("the refusal does not say %q (%v):\n%s", want, err, log)
	}
	t.Setenv(storageChecksums, "true")
	if !s.starts(t) {
		t.Error("refused although the operator vouches for the storage")
	}
	s.kill(t)
}

// withoutChecksums are initdb's arguments for a cluster without: the default up
// to PostgreSQL 17, and a flag from 18 on.
func withoutChecksums(t *testing.T) []string {
	t.Helper()
	bin, err := storetest.Programs()
	if err != nil {
		t.Fatal(err)
	}
	help, err := exec.Command(filepath.Join(bin, "initdb"), "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(help), "--no-data-checksums") {
		return []string{"--no-data-checksums"}
	}
	return nil
}

// spoilableCluster is a stopped server, what it holds, and which of its files
// the counts come from.
type spoilableCluster struct {
	*spoilable
	cluster *cluster
	files   []string // below the data folder
}

// spoilCluster stores records and stops the server in order.
func spoilCluster(t *testing.T, c *cluster) *spoilableCluster {
	t.Helper()
	folder := t.TempDir()
	s := &spoilable{service: newService(t, folder, c.place(t, filepath.Join(folder, "keys")))}
	s.start(t)
	s.refreshToken(t)
	tally := newTally()
	for range spoiltRecords {
		sendOne(t, honestDoor{s.service}, tally)
	}
	s.present, s.figures = s.stored(t), s.ownFigures(t)
	s.checkpoint = filepath.Join(t.TempDir(), "checkpoint")
	s.run(t, []string{"verify", "ledger", "--write-checkpoint", s.checkpoint}, s.place)
	s.kill(t)
	files := c.ask(t, `SELECT pg_relation_filepath(c.oid) FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
		WHERE coalesce(i.indrelid, c.oid) = 'records.record'::regclass AND pg_relation_size(c.oid) > 0`)
	c.stop(t, syscall.SIGINT)
	if len(files) < 2 {
		t.Fatalf("the records stand in %v: a table and an index were expected", files)
	}
	return &spoilableCluster{s, c, files}
}

func (s *spoilableCluster) corrupt(t *testing.T, flips int) Account {
	t.Helper()
	all := Account{Fault: "F13 corruption", Backend: string(store.Postgres), Acknowledged: len(s.present)}
	places := rand.New(rand.NewPCG(*seed, 13))
	for range flips {
		c := *s.cluster
		c.data = filepath.Join(openFolder(t), "data")
		mustRun(t, "cp", "-a", s.cluster.data, c.data)
		where := s.harm(t, c.data, places)
		outcome := s.try(t, &c)
		all.Add(Account{Cycles: 1, Cases: map[string]int{outcome: 1}})
		if outcome == silent {
			all.Unexpected++
			t.Logf("%s: silently wrong", where)
		}
		c.crash(t)
		if err := os.RemoveAll(c.data); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// harm changes a few bytes of one of the files, and says where.
func (s *spoilableCluster) harm(t *testing.T, data string, places *rand.Rand) string {
	t.Helper()
	name := filepath.Join(data, s.files[places.IntN(len(s.files))])
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	where := filepath.Base(name) + flipSome(content, places)
	if err := os.WriteFile(name, content, 0o600); err != nil { // it keeps its owner
		t.Fatal(err)
	}
	return where
}

// try starts the server and the service on spoilt files and says what becomes of it.
func (s *spoilableCluster) try(t *testing.T, c *cluster) string {
	t.Helper()
	c.start(t)
	spoilt := s.over(t, s.place)
	spoilt.guarded = true
	defer spoilt.kill(t)
	if !spoilt.starts(t) {
		return refusedStart
	}
	switch outcome := spoilt.readBack(t, s.present, s.figures); {
	case outcome != silent:
		return outcome
	case exec.Command(program, append([]string{"verify", "ledger", "--checkpoint", s.checkpoint}, s.place...)...).Run() != nil:
		return foundLater
	}
	return silent
}
