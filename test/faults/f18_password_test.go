package faults

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
)

// served are the logins of a serving process, by the flag that names the file of
// their connection strings.
var served = map[string]string{"intake": "serve", "counter": "count", "publisher": "publish"}

// lock is a PostgreSQL that asks for passwords, and the files that hold them.
type lock struct {
	*cluster
	folder  string
	changes int
}

func newLock(t *testing.T) *lock {
	t.Helper()
	l := &lock{cluster: newCluster(t, filepath.Join(openFolder(t), "postgres"), ""), folder: t.TempDir()}
	l.alter(t)
	l.write(t)
	rules := "local all postgres trust\nlocal all all scram-sha-256\n"
	if err := os.WriteFile(filepath.Join(l.data, "pg_hba.conf"), []byte(rules), 0o600); err != nil { // its owner stays
		t.Fatal(err)
	}
	l.signal(t, syscall.SIGHUP)
	return l
}

func (l *lock) password() string { return fmt.Sprint("only-for-tests-", l.changes) }

// alter has the server ask for the password of now.
func (l *lock) alter(t *testing.T) {
	t.Helper()
	for _, login := range served {
		l.sql(t, "casestat", fmt.Sprintf(`ALTER ROLE test_%s PASSWORD '%s'`, login, l.password()))
	}
}

// write puts the password of now into the files.
func (l *lock) write(t *testing.T) {
	t.Helper()
	for name, login := range served {
		dsn := url.URL{
			Scheme: "postgres", User: url.UserPassword("test_"+login, l.password()), Path: "/" + l.database,
			RawQuery: url.Values{"host": {l.socket}}.Encode(),
		}
		replaceFile(t, filepath.Join(l.folder, name), []byte(dsn.String()))
	}
}

// locked founds a platform on it and starts it.
func (l *lock) locked(t *testing.T) *service {
	t.Helper()
	place := []string{"--data", filepath.Join(t.TempDir(), "data")}
	for name := range served {
		place = append(place, "--"+name+"-dsn-file", filepath.Join(l.folder, name))
	}
	s := newService(t, t.TempDir(), place)
	s.start(t)
	s.refreshToken(t)
	return s
}

// awaitRenewal returns when no connection of the service is older than the
// moment, and one is younger.
func (l *lock) awaitRenewal(t *testing.T, moment string) {
	t.Helper()
	const ours = `SELECT backend_start::text FROM pg_stat_activity WHERE usename IN ('test_serve', 'test_count', 'test_publish') AND backend_start `
	for range 30_000 { // tries, not a duration
		if len(l.ask(t, ours+`<= '`+moment+`'`)) == 0 && len(l.ask(t, ours+`> '`+moment+`'`)) > 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the service keeps connections that were made with the old password")
}

// TestF18_Password replaces the passwords of the serving roles: first in their
// files, then in the server. No request fails, no connection made with the old
// password stays.
func TestF18_Password(t *testing.T) {
	began := time.Now()
	l := newLock(t)
	s := l.locked(t)
	r := rotation{fault: "F18 password replaced", backend: store.Postgres, replace: func(t *testing.T) {
		t.Helper()
		l.changes++
		l.write(t)
		time.Sleep(time.Duration(*seed%5) * 100 * time.Millisecond) // how long the two differ
		l.alter(t)
		l.awaitRenewal(t, l.ask(t, `SELECT clock_timestamp()::text`)[0])
	}}
	a := r.play(t, s, honestDoor{s}, *rotations)
	tell(t, a, began)
	mustServe(t, a)
}

// TestF18_PasswordContrast changes the server's password alone, and ends the
// connections: until the files follow nothing can be taken, which the senders
// are told by 503, and it is found.
func TestF18_PasswordContrast(t *testing.T) {
	began := time.Now()
	l := newLock(t)
	s := l.locked(t)
	tally := newTally()
	load := startStrict(t, honestDoor{s}, tally)
	tally.awaitMore(t, enough)
	l.changes++
	l.alter(t)
	l.sql(t, "casestat", `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'test_serve'`)
	tally.awaitRefused(t, enough)
	l.write(t)
	tally.awaitMore(t, enough)
	a := Account{Fault: "F18 password replaced", Backend: string(store.Postgres), Contrast: "the server's first, and its connections ended", Cycles: 1}
	a.Cases, a.Outage = load.finish(), tally.outage()
	a.Add(tally.compare(s.stored(t)))
	tell(t, a, began)
	mustFail(t, a)
	if n := a.Cases["answered 500"]; n > 0 {
		t.Errorf("a refused login was taken for a defect %d times", n)
	}
}
