package faults

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
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

var flipsPublished = flag.Int("flips-published", 6, "F13: how often bytes of a data folder with a published release are changed behind the program's back")

// mostFlipsUntilWrong is after how many changes the contrast gives up: about one
// in ten hits a file that the program would give out.
const mostFlipsUntilWrong = 200

// published is a data folder with a release, and what everybody could read of it
// before anything was changed.
type published struct {
	*spoilable
	desk   string            // the path of the desk's figures of the year
	paths  []string          // what everybody reads
	saw    map[string][]byte // by path
	places *rand.Rand        // where it is changed
}

// TestF13_PublishedCorruption changes bytes of a folder that has a published
// release besides the records. What is published may be refused, and is never
// wrong: nobody has to verify anything first. Of counts that are not published,
// wrong ones are found by the verification of the ledger at the latest.
func TestF13_PublishedCorruption(t *testing.T) {
	began := time.Now()
	a := publish(t).corrupt(t, *flipsPublished, program)
	tell(t, a, began)
	mustHold(t, a)
}

// TestF13_PublishedCorruptionContrast shows that without the hashes by which a
// release names its files, wrong files are given to the public.
func TestF13_PublishedCorruptionContrast(t *testing.T) {
	trusting := mutant(t, "files-unhashed", change{
		"pkg/shelf/shelf.go",
		"case !s.without.files && (len(content) != files[i].Size || signed.HashOf(content) != files[i].SHA256):", "case len(content) != files[i].Size:",
	})
	began := time.Now()
	p := publish(t)
	a := Account{Fault: "F13 corruption beside a release", Backend: string(store.SQLite)}
	for a.Unexpected == 0 && a.Cycles < mostFlipsUntilWrong {
		a.Add(p.corrupt(t, 1, trusting))
	}
	a.Contrast = "files are not held against their hashes"
	tell(t, a, began)
	if a.Unexpected == 0 {
		t.Error("no file was held against its hash, and none was wrong: the check has no teeth")
	}
}

// publish lets the demo publish its report, and keeps the folder as a kill left
// it, with everything in the logs, and as it is after an orderly end.
func publish(t *testing.T) *published {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "demo")
	playDemo(t, folder)
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	year, err := os.ReadFile(filepath.Join(folder, "slide-year"))
	if err != nil {
		t.Fatal(err)
	}
	s := &service{
		program: program, client: &http.Client{}, log: log, guarded: true,
		place: []string{"--data", filepath.Join(folder, "data"), "--keys", filepath.Join(folder, "keys")},
	}
	t.Cleanup(s.client.CloseIdleConnections)
	s.credentials = s.readCredentials(t, filepath.Join(folder, "credentials", "desk.json"))
	p := &published{spoilable: &spoilable{service: s, bases: map[string]string{}}, saw: map[string][]byte{}, places: rand.New(rand.NewPCG(*seed, 113))}
	p.desk = "/v1/desk/periods/" + strings.TrimSpace(string(year)) + "/figures?purpose=trend_report"
	p.keep(t, "killed")
	p.look(t)
	p.keep(t, "closed")
	return p
}

// playDemo runs the demo until its report is published, and kills it.
func playDemo(t *testing.T, folder string) {
	t.Helper()
	demo := exec.Command(program, "demo", "--data", folder, "--listen", "127.0.0.1:0")
	demo.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := demo.StdoutPipe()
	if err == nil {
		err = demo.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	told := bufio.NewScanner(out)
	serving := false
	for !serving && told.Scan() {
		serving = strings.HasPrefix(told.Text(), "Serving on")
	}
	if err := demo.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = demo.Wait() // it was killed
	if !serving {
		t.Fatal("the demo did not come to serve its report")
	}
}

// look remembers what an honest program answers, and keeps a checkpoint.
func (p *published) look(t *testing.T) {
	t.Helper()
	p.listenAnew(t)
	p.start(t)
	p.refreshToken(t)
	p.paths = []string{"/v1/releases", "/v1/releases/1", "/v1/releases/1/manifest", "/v1/releases/1/figures", "/v1/releases/1/tables"}
	var manifest struct {
		Document struct {
			Files []struct {
				Name string `json:"name"`
			} `json:"files"`
		} `json:"document"`
	}
	p.call(t, http.MethodGet, "/v1/releases/1/manifest", nil, &manifest)
	for _, f := range manifest.Document.Files {
		p.paths = append(p.paths, "/v1/releases/1/files/"+f.Name)
	}
	if len(p.paths) < 50 {
		t.Fatalf("only %d things are published: the test looks in the wrong place", len(p.paths))
	}
	for _, path := range append(p.paths, p.desk) {
		answer, err := p.tryGet(t, path)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		p.saw[path] = answer
	}
	p.signal(t, syscall.SIGTERM)
	p.checkpoint = filepath.Join(t.TempDir(), "checkpoint")
	p.run(t, []string{"verify", "ledger", "--write-checkpoint", p.checkpoint}, p.place[:2])
}

func (p *published) corrupt(t *testing.T, flips int, program string) Account {
	t.Helper()
	all := Account{Fault: "F13 corruption beside a release", Backend: string(store.SQLite), Acknowledged: len(p.paths)}
	for range flips {
		for _, name := range slices.Sorted(maps.Keys(p.bases)) {
			folder := filepath.Join(t.TempDir(), "data")
			mustRun(t, "cp", "-r", p.bases[name], folder)
			where := harm(t, folder, p.places)
			outcome := p.try(t, folder, program)
			all.Add(Account{Cycles: 1, Cases: map[string]int{outcome: 1}})
			if outcome == silent {
				all.Unexpected++
				t.Logf("%s, %.60s: silently wrong", name, where)
			}
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

// try starts the program on a spoilt folder and says what the public and the desk
// come to read.
func (p *published) try(t *testing.T, folder, program string) string {
	t.Helper()
	spoilt := p.over(t, append([]string{"--data", folder}, p.place[2:]...))
	spoilt.program = program
	defer spoilt.kill(t)
	if !spoilt.starts(t) {
		return refusedStart
	}
	outcome := unharmed
	for _, path := range p.paths {
		switch answer, err := spoilt.tryGet(t, path); {
		case err != nil:
			outcome = refusedRead
		case !bytes.Equal(answer, p.saw[path]):
			return silent // whoever reads it verifies nothing
		}
	}
	counts, err := spoilt.tryCounts(t, p.desk)
	switch {
	case err != nil:
		return refusedRead
	case bytes.Equal(counts, p.saw[p.desk]):
		return outcome
	case exec.Command(program, "verify", "ledger", "--data", folder, "--checkpoint", p.checkpoint).Run() != nil:
		return foundLater
	}
	return silent
}

// tryCounts signs in and reads the desk's figures, either of which may fail.
func (s *service) tryCounts(t *testing.T, path string) ([]byte, error) {
	t.Helper()
	res, err := s.client.PostForm(s.url+"/v1/token", s.credentials)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("no token: status %d", res.StatusCode)
	}
	s.token = answer.Token
	return s.tryGet(t, path)
}
