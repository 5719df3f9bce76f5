package faults

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

const tokenAge = 5 * time.Minute // half of its lifetime

// service is the real program over one database, and a submitter's way into it.
type service struct {
	program string          // its path
	place   []string        // the flags that say where its data is, the folder first
	guarded bool            // start as in production
	how     func(*exec.Cmd) // changes the way in which the program is run; nil: as it is
	address string
	url     string
	client  *http.Client
	log     *os.File

	running *exec.Cmd     // nil: it does not run
	ended   chan struct{} // closed when it has ended

	coordinator url.Values // what the coordinator signs in with
	credentials url.Values
	token       string
	tokenSince  time.Time

	further []string // arguments to serve
}

// prepare founds a platform with one member and an open year on a fresh
// database, all of it through the program itself. The service does not run yet.
func prepare(t *testing.T, backend store.Backend) *service {
	t.Helper()
	folder := t.TempDir()
	return newService(t, folder, placeFlags(t, backend, folder))
}

// newService founds a platform in the database that place names. On PostgreSQL
// that is migrated already.
func newService(t *testing.T, folder string, place []string) *service {
	t.Helper()
	s := &service{program: program, place: place}
	s.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: rivals}}
	t.Cleanup(s.client.CloseIdleConnections)
	var err error
	if s.log, err = os.Create(filepath.Join(t.TempDir(), "log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.log.Close() })
	s.listenAnew(t)
	s.run(t, []string{"keys", "init"}, s.place[:2])
	if len(place) == 2 {
		s.run(t, []string{"migrate"}, s.place)
	}
	coordinator := filepath.Join(folder, "coordinator.json")
	s.run(t, []string{"client", "bootstrap", "--out", coordinator}, s.place)
	s.start(t)
	t.Cleanup(func() { s.kill(t) })
	s.found(t, coordinator)
	return s
}

// over gives the same service over another copy of its database.
func (s *service) over(t *testing.T, place []string) *service {
	t.Helper()
	other := *s
	other.place, other.running = place, nil
	other.listenAnew(t)
	t.Cleanup(func() { other.kill(t) })
	return &other
}

func (s *service) listenAnew(t *testing.T) {
	t.Helper()
	s.address = freeAddress(t)
	s.url = "http://" + s.address
}

// placeFlags gives a fresh database and says where it is.
func placeFlags(t *testing.T, backend store.Backend, folder string) []string {
	t.Helper()
	flags := []string{"--data", filepath.Join(folder, "data")}
	if backend == store.SQLite {
		return flags
	}
	config := storetest.Config(t, backend)
	return append(flags, dsnFlags(t, folder, map[string]string{
		"intake": config.Intake, "counter": config.Counter, "publisher": config.Publisher,
	})...)
}

// dsnFlags writes connection strings into files and names those.
func dsnFlags(t *testing.T, folder string, dsns map[string]string) (flags []string) {
	t.Helper()
	for name, dsn := range dsns {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(dsn), 0o600); err != nil {
			t.Fatal(err)
		}
		flags = append(flags, "--"+name+"-dsn-file", file)
	}
	return flags
}

// found opens the year and makes a member with a submitter.
func (s *service) found(t *testing.T, coordinator string) {
	t.Helper()
	s.coordinator = s.readCredentials(t, coordinator)
	s.as(t, s.coordinator).call(t, http.MethodPut, "/v1/periods/2026", map[string]any{"state": "open"}, nil)
	s.credentials = s.join(t)
	s.kill(t)
}

// join makes a member with a submitter and gives what that signs in with. The
// service must be running.
func (s *service) join(t *testing.T) url.Values {
	t.Helper()
	c, member, submitter := s.as(t, s.coordinator), uuid.NewString(), uuid.NewString()
	c.call(t, http.MethodPut, "/v1/organisations/"+member, map[string]any{"name": "Medlem " + member, "kind": "member", "active": true}, nil)
	var made struct {
		Secret string `json:"client_secret"`
	}
	c.call(t, http.MethodPut, "/v1/clients/"+submitter, map[string]any{
		"organisation_id": member, "holder": uuid.NewString(), "role": "submitter",
		"permissions": []string{"records:write", "records:read", "periods:read"},
	}, &made)
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {submitter}, "client_secret": {made.Secret}}
}

// as gives the running service as another client sees it.
func (s *service) as(t *testing.T, credentials url.Values) *service {
	t.Helper()
	other := *s
	other.credentials, other.tokenSince = credentials, time.Time{}
	other.refreshToken(t)
	return &other
}

func (s *service) readCredentials(t *testing.T, file string) url.Values {
	t.Helper()
	var c struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &c); err != nil {
		t.Fatal(err)
	}
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {c.ID}, "client_secret": {c.Secret}}
}

// run runs a command of the program to its end.
func (s *service) run(t *testing.T, command, flags []string) {
	t.Helper()
	if out, err := exec.Command(s.program, slices.Concat(command, flags)...).CombinedOutput(); err != nil {
		t.Fatalf("casestat %s: %v\n%s", strings.Join(command, " "), err, out)
	}
}

func (s *service) verifyLedger(t *testing.T) {
	t.Helper()
	s.run(t, []string{"verify", "ledger"}, s.place)
}

// startTries is how often a start that finds no database is tried again, as
// deploy/casestat.service has it: a busy machine may let a login wait for too long.
const startTries = 5

// start starts the service and gives the time until it was ready.
func (s *service) start(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	for try := 0; ; try++ {
		s.launch(t)
		if s.ready() {
			return time.Since(began)
		}
		log, _ := os.ReadFile(s.log.Name())
		log = log[max(0, len(log)-4000):]
		if try == startTries || !bytes.Contains(log[bytes.LastIndexByte(bytes.TrimSpace(log), '\n')+1:], []byte("store_unavailable")) {
			t.Fatalf("the service does not start:\n%s", log)
		}
		t.Log("there was no database to start with: once more")
	}
}

// ready waits until the service says that it is ready, and says whether it did.
func (s *service) ready() bool {
	for range 10_000 { // tries, not a duration: a slow machine only waits longer
		if res, err := s.client.Get(s.url + "/readyz"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return true
			}
		}
		if s.gone() {
			return false
		}
		time.Sleep(2 * time.Millisecond)
	}
	return false
}

// launch starts the program without waiting for anything. It goes when the
// test does.
func (s *service) launch(t *testing.T) {
	t.Helper()
	serve := []string{"serve", "--listen", s.address, "--issuer", "https://casestat.test"}
	if s.guarded {
		serve = append(serve, "--production")
	}
	s.running = exec.Command(s.program, slices.Concat(serve, s.further, s.place)...)
	s.running.Stderr = s.log
	s.running.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if s.how != nil {
		s.how(s.running)
	}
	if err := s.running.Start(); err != nil {
		t.Fatal(err)
	}
	s.ended = make(chan struct{})
	go func(run *exec.Cmd, ended chan struct{}) {
		_ = run.Wait() // its exit code stands in ProcessState
		close(ended)
	}(s.running, s.ended)
}

// gone says whether the program has ended.
func (s *service) gone() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// kill sends SIGKILL: nothing in the program can react to it.
func (s *service) kill(t *testing.T) {
	t.Helper()
	if s.running == nil {
		return
	}
	s.signal(t, syscall.SIGKILL)
	s.client.CloseIdleConnections()
}

// signal sends a signal to the program and waits for its end.
func (s *service) signal(t *testing.T, what os.Signal) {
	t.Helper()
	if err := s.running.Process.Signal(what); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	<-s.ended
	s.running = nil
}

// refreshToken gets a new token before the old one expires.
func (s *service) refreshToken(t *testing.T) {
	t.Helper()
	if time.Since(s.tokenSince) < tokenAge {
		return
	}
	res, err := s.client.PostForm(s.url+"/v1/token", s.credentials)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || answer.Token == "" {
		t.Fatalf("no token: status %d, %v", res.StatusCode, err)
	}
	s.token, s.tokenSince = answer.Token, time.Now()
}

// recordPage is what a listing of records gives.
type recordPage struct {
	Records []struct {
		Record map[string]any `json:"record"`
	} `json:"records"`
	Next *string `json:"next"`
}

// count counts the records of a page into present, by serial number.
func (p recordPage) count(present map[int]int) {
	for _, r := range p.Records {
		present[serialOf(r.Record)]++
	}
}

// stored counts the records that the service holds, by serial number.
func (s *service) stored(t *testing.T) map[int]int {
	t.Helper()
	present := map[int]int{}
	after := ""
	for {
		var page recordPage
		s.call(t, http.MethodGet, "/v1/records?limit=500"+after, nil, &page)
		page.count(present)
		if page.Next == nil {
			return present
		}
		after = "&after=" + *page.Next
	}
}

// call makes one exchange that must succeed.
func (s *service) call(t *testing.T, method, path string, content, answer any) {
	t.Helper()
	var body io.Reader
	if content != nil {
		b, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	if content != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode/100 != 2 {
		t.Fatalf("%s %s: %d %s %v", method, path, res.StatusCode, text, err)
	}
	if answer != nil {
		if err := json.Unmarshal(text, answer); err != nil {
			t.Fatal(err)
		}
	}
}

// freeAddress gives a loopback address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// starts says whether the program comes to answer.
func (s *service) starts(t *testing.T) bool {
	t.Helper()
	s.launch(t)
	for !s.gone() {
		if res, err := s.client.Get(s.url + "/healthz"); err == nil {
			res.Body.Close()
			return true
		}
		time.Sleep(2 * time.Millisecond)
	}
	return false
}
