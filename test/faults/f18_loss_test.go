package faults

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
)

// loss is a way in which a key gets lost.
type loss struct {
	name string
	do   func(t *testing.T, file string)
}

var losses = []loss{
	{"missing", func(t *testing.T, file string) {
		t.Helper()
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}},
	{"empty", func(t *testing.T, file string) { t.Helper(); overwrite(t, file, nil) }},
	{"cut short", func(t *testing.T, file string) {
		t.Helper()
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		overwrite(t, file, whole[:len(whole)/2])
	}},
	{"another kind", func(t *testing.T, file string) { t.Helper(); overwrite(t, file, []byte("{\"use\":\"something\"}\n")) }},
}

func overwrite(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.WriteFile(file, content, 0o600); err != nil { // its mode stays
		t.Fatal(err)
	}
}

// TestF18_LostKey starts the service with each of its keys missing or damaged.
// It refuses and names the file, makes no other key in the place of the lost
// one, and takes records again when the copy is put back.
func TestF18_LostKey(t *testing.T) {
	began := time.Now()
	s := prepare(t, store.SQLite)
	folder, tally := filepath.Join(s.place[1], "keys"), newTally()
	all := Account{Fault: "F18 key lost", Backend: string(store.SQLite)}
	for _, name := range []string{
		"token-keys.json", "ledger-subject.key", "release-signing.key", "history.key", "release-secret.key", "certificates.pub",
	} {
		file := filepath.Join(folder, name)
		keep, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range losses {
			t.Run(name+" "+h.name, func(t *testing.T) {
				h.do(t, file)
				damaged, _ := os.ReadFile(file) // nil if it is missing
				s.mustRefuse(t, name)
				if now, _ := os.ReadFile(file); string(now) != string(damaged) {
					t.Error("the file was replaced")
				}
				overwrite(t, file, keep)
			})
			all.Cycles++
		}
		s.start(t)
		s.refreshToken(t)
		l := startStrict(t, honestDoor{s}, tally)
		tally.awaitMore(t, enough)
		all.Add(Account{Cases: l.finish()})
		s.kill(t)
	}
	s.start(t)
	s.refreshToken(t)
	all.Add(tally.compare(s.stored(t)))
	tell(t, all, began)
	mustServe(t, all)
}

// mustRefuse fails the test unless the program ends by itself with exit code 2
// and says something about a file.
func (s *service) mustRefuse(t *testing.T, about string) {
	t.Helper()
	before, err := os.ReadFile(s.log.Name())
	if err != nil {
		t.Fatal(err)
	}
	if s.starts(t) {
		s.kill(t)
		t.Error("it starts")
		return
	}
	if code := s.running.ProcessState.ExitCode(); code != 2 {
		t.Errorf("exit code %d", code)
	}
	s.running = nil
	after, err := os.ReadFile(s.log.Name())
	if err != nil {
		t.Fatal(err)
	}
	if said := string(after[len(before):]); !strings.Contains(said, about) || strings.Contains(said, "goroutine") {
		t.Errorf("it does not say what is wrong: %s", said)
	} else {
		t.Log(strings.TrimSpace(said))
	}
}
