package faults

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
)

var flips = flag.Int("flips", 24, "F13: how often bytes of a SQLite database are changed behind the program's back")

const (
	contrastFlips = 30
	spoiltRecords = 150 // in the database that is spoilt
	spoiltMany    = 16  // bytes, at most, in one go
)

// spoilable is a data folder, what it holds, and a checkpoint of its ledger that
// was kept elsewhere.
type spoilable struct {
	*service
	checkpoint string
	bases      map[string]string // folders to make copies of
	present    map[int]int
	figures    []byte
}

// What becomes of a database that was spoilt.
const (
	refusedStart = "refused at the start"
	refusedRead  = "refused when read"
	foundLater   = "found by verification"
	unharmed     = "read correctly"
	silent       = "silently wrong"
)

// TestF13_Corruption changes bytes of the database's files, or cuts them off,
// and starts the program. It may refuse, or answer correctly, or answer wrongly
// and have it found by the verification of the ledger; nothing else.
func TestF13_Corruption(t *testing.T) {
	began := time.Now()
	a := corrupt(t, *flips, program, true)
	tell(t, a, began)
	mustHold(t, a)
}

// TestF13_CorruptionContrast shows that without checksums, and with nobody who
// verifies, wrong answers are given, and that this is found.
func TestF13_CorruptionContrast(t *testing.T) {
	trusting := mutant(t, "sums-unchecked",
		change{"pkg/store/rowsum.go", "if sum != 0 && sum != rowSum(year, codebook, answers) {", "if false && sum != 0 {"},
		change{"pkg/store/safety_sqlite.go", `if found != "ok" {`, `if found == "" {`})
	began := time.Now()
	a := corrupt(t, contrastFlips, trusting, false)
	a.Contrast = "nothing is checked"
	tell(t, a, began)
	if a.Unexpected == 0 {
		t.Error("nothing was checked, and no answer was wrong: the check has no teeth")
	}
}

func corrupt(t *testing.T, flips int, program string, verified bool) Account {
	t.Helper()
	s := spoil(t)
	s.program = program
	all := Account{Fault: "F13 corruption", Backend: string(store.SQLite), Acknowledged: len(s.present)}
	places := rand.New(rand.NewPCG(*seed, 13))
	for range flips {
		for _, name := range slices.Sorted(maps.Keys(s.bases)) {
			folder := filepath.Join(t.TempDir(), "data")
			mustRun(t, "cp", "-r", s.bases[name], folder)
			where := harm(t, folder, places)
			outcome := s.try(t, folder, verified)
			all.Add(Account{Cycles: 1, Cases: map[string]int{outcome: 1}})
			if outcome == silent {
				all.Unexpected++
				t.Logf("%s, %s: silently wrong", name, where)
			}
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

// spoil makes the databases: one that was closed in order, and one that was
// killed, whose last records stand in the log alone.
func spoil(t *testing.T) *spoilable {
	t.Helper()
	s := &spoilable{service: prepare(t, store.SQLite), bases: map[string]string{}}
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
	s.keep(t, "killed")
	s.start(t)
	s.signal(t, syscall.SIGTERM)
	s.keep(t, "closed")
	return s
}

// keep copies the data folder as it is.
func (s *spoilable) keep(t *testing.T, name string) {
	t.Helper()
	s.bases[name] = filepath.Join(t.TempDir(), name)
	mustRun(t, "cp", "-r", s.place[1], s.bases[name])
}

// harm changes a few bytes of one file, or cuts it off, and says where.
func harm(t *testing.T, folder string, places *rand.Rand) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.db*"))
	if err != nil {
		t.Fatal(err)
	}
	for {
		name := files[places.IntN(len(files))]
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(content) == 0 || strings.HasSuffix(name, ".lock") {
			continue
		}
		where := filepath.Base(name)
		if places.IntN(8) == 0 {
			content = content[:places.IntN(len(content))]
			where += fmt.Sprintf(" cut off after %d bytes", len(content))
		} else {
			where += flipSome(content, places)
		}
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return where
	}
}

// flipSome changes some bytes of content and says which.
func flipSome(content []byte, places *rand.Rand) (where string) {
	for range 1 + places.IntN(spoiltMany) {
		at := places.IntN(len(content))
		content[at] ^= byte(1 + places.IntN(255))
		where += fmt.Sprintf(" %d", at)
	}
	return where
}

// readBack reads every record and the figures, and says whether they were
// refused, unharmed, or wrong without a word.
func (s *service) readBack(t *testing.T, present map[int]int, figures []byte) string {
	t.Helper()
	records, err := s.tryStored(t)
	if err != nil {
		return refusedRead
	}
	counted, err := s.tryGet(t, ownFigures)
	switch {
	case err != nil:
		return refusedRead
	case maps.Equal(records, present) && bytes.Equal(counted, figures):
		return unharmed
	}
	return silent
}

// try starts the program on a spoilt database and says what becomes of it.
func (s *spoilable) try(t *testing.T, folder string, verified bool) string {
	t.Helper()
	spoilt := s.over(t, []string{"--data", folder})
	spoilt.guarded = true
	defer spoilt.kill(t)
	if !spoilt.starts(t) {
		return refusedStart
	}
	switch outcome := spoilt.readBack(t, s.present, s.figures); {
	case outcome != silent:
		return outcome
	case verified && exec.Command(program, "verify", "ledger", "--data", folder, "--checkpoint", s.checkpoint).Run() != nil:
		return foundLater
	}
	return silent
}

const ownFigures = "/v1/own/periods/2026/figures"

func (s *service) ownFigures(t *testing.T) []byte {
	t.Helper()
	answer, err := s.tryGet(t, ownFigures)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// tryGet makes one exchange that may fail.
func (s *service) tryGet(t *testing.T, path string) ([]byte, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", res.StatusCode)
	}
	return text, err
}

// tryStored is stored where reading may fail.
func (s *service) tryStored(t *testing.T) (map[int]int, error) {
	t.Helper()
	text, err := s.tryGet(t, "/v1/records?limit=500")
	if err != nil {
		return nil, err
	}
	var page recordPage
	if err := json.Unmarshal(text, &page); err != nil {
		return nil, err
	}
	present := map[int]int{}
	page.count(present)
	return present, nil
}
