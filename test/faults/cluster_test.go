package faults

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"manniskohandel.se/casestat/pkg/storetest"
)

// The logins of a cluster, one in each role.
var logins = map[string]string{
	"migrate": "casestat_owner", "serve": "casestat_intake", "count": "casestat_counter", "publish": "casestat_publisher",
}

// clusterSettings are those a production server has; further ones of a test come after them.
const clusterSettings = `
listen_addresses = ''
fsync = on
full_page_writes = on
synchronous_commit = on
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_statement = none
log_error_verbosity = terse
`

// cluster is a PostgreSQL of a test's own, to be broken.
type cluster struct {
	bin        string // the folder of PostgreSQL's programs
	data       string
	socket     string // the folder of its socket
	database   string // that the program works in
	via        string // the address by which the program reaches it; "": the socket
	credential *syscall.Credential
	log        *os.File

	running *exec.Cmd
	ended   chan struct{} // closed when running has ended
}

// newCluster makes a cluster in folder, migrated and with a login in each role,
// and starts it.
func newCluster(t *testing.T, folder, settings string) *cluster {
	t.Helper()
	return newClusterWith(t, folder, settings, "--data-checksums")
}

// newClusterWith is newCluster with further arguments to initdb.
func newClusterWith(t *testing.T, folder, settings string, arguments ...string) *cluster {
	t.Helper()
	c := emptyCluster(t, folder)
	c.program(t, "initdb", append([]string{
		"--pgdata=" + c.data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--wal-segsize=4",
	}, arguments...)...)
	c.configure(t, clusterSettings+settings)
	c.start(t)
	c.sql(t, "postgres", `CREATE DATABASE casestat`)
	roles, err := os.ReadFile(filepath.Join("..", "..", "deploy", "postgres", "roles.sql"))
	if err != nil {
		t.Fatal(err)
	}
	c.sql(t, "casestat", string(roles))
	for login, role := range logins {
		c.sql(t, "casestat", fmt.Sprintf(`CREATE ROLE test_%s LOGIN IN ROLE %s`, login, role))
	}
	migrate := exec.Command(program, append([]string{"migrate"}, dsnFlags(t, t.TempDir(), map[string]string{"owner": c.dsn("migrate")})...)...)
	if out, err := migrate.CombinedOutput(); err != nil {
		t.Fatalf("migrate: %v\n%s", err, out)
	}
	return c
}

// emptyCluster is one whose data is still to come.
func emptyCluster(t *testing.T, folder string) *cluster {
	t.Helper()
	bin, err := storetest.Programs()
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{bin: bin, database: "casestat", data: filepath.Join(folder, "data")}
	if c.socket, err = os.MkdirTemp("", "casestat-pg-"); err != nil { // short: a socket's name may have 107 bytes
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(c.socket) })
	if c.log, err = os.Create(filepath.Join(c.socket, "log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.log.Close() })
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, its := range []string{folder, c.socket} {
		if c.credential, err = storetest.Unprivileged(its); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { c.crash(t) })
	return c
}

// program runs one of PostgreSQL's programs to its end.
func (c *cluster) program(t *testing.T, name string, arguments ...string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(c.bin, name), arguments...)
	cmd.Dir, cmd.SysProcAttr = c.socket, &syscall.SysProcAttr{Credential: c.credential}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func (c *cluster) configure(t *testing.T, settings string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(c.data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(settings); err != nil {
		t.Fatal(err)
	}
}

// launch starts the server without waiting for anything.
func (c *cluster) launch(t *testing.T) {
	t.Helper()
	run := exec.Command(filepath.Join(c.bin, "postgres"), "-D", c.data, "-k", c.socket)
	run.Dir, run.Stdout, run.Stderr = c.socket, c.log, c.log
	run.SysProcAttr = &syscall.SysProcAttr{Credential: c.credential, Pdeathsig: syscall.SIGQUIT}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	c.running, c.ended = run, ended
	go func() {
		_ = run.Wait() // it says how the test ended it
		close(ended)
	}()
}

// start starts the server and returns when it answers. A server whose
// predecessor was killed refuses to start until that one's last process is gone.
func (c *cluster) start(t *testing.T) {
	t.Helper()
	c.launch(t)
	for launches := 1; launches < 200; { // tries, not a duration
		if c.answers(t) {
			return
		}
		if c.hasEnded() {
			c.launch(t)
			launches++
		}
		time.Sleep(10 * time.Millisecond)
	}
	log, _ := os.ReadFile(c.log.Name())
	t.Fatalf("PostgreSQL does not start:\n%s", log[max(0, len(log)-4000):])
}

func (c *cluster) hasEnded() bool {
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}

func (c *cluster) answers(t *testing.T) bool {
	conn, err := pgx.Connect(t.Context(), c.admin("postgres"))
	if err != nil {
		return false
	}
	return conn.Close(t.Context()) == nil
}

// signal sends a signal to the postmaster: SIGQUIT stops at once, as "pg_ctl
// stop -m immediate" does, SIGINT in order.
func (c *cluster) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := c.running.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// stop ends the server by a signal and waits for its end.
func (c *cluster) stop(t *testing.T, s os.Signal) {
	t.Helper()
	if c.running == nil {
		return
	}
	if !c.hasEnded() {
		_ = c.running.Process.Signal(s) // it may just have ended
	}
	<-c.ended
	c.running = nil
}

// crash stops the server as a power cut would, for what it has in memory.
func (c *cluster) crash(t *testing.T) { c.stop(t, syscall.SIGQUIT) }

// sql runs statements as the superuser.
func (c *cluster) sql(t *testing.T, database string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.admin(database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, one := range statements {
		if _, err := conn.PgConn().Exec(t.Context(), one).ReadAll(); err != nil {
			t.Fatalf("%.60s: %v", one, err)
		}
	}
}

// ask gives the first column of a query, put as the superuser.
func (c *cluster) ask(t *testing.T, query string) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.admin("casestat"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// admin is the superuser's connection string.
func (c *cluster) admin(database string) string {
	return "host=" + c.socket + " user=postgres dbname=" + database
}

// dsn is a login's connection string. More clusters are tried in their order,
// until one can be written to.
func (c *cluster) dsn(login string, more ...*cluster) string {
	hosts := []string{c.socket}
	for _, other := range more {
		hosts = append(hosts, other.socket)
	}
	query := url.Values{"host": {strings.Join(hosts, ",")}}
	if len(more) > 0 {
		query.Set("target_session_attrs", "read-write")
	}
	if c.via != "" {
		query.Del("host")
	}
	return (&url.URL{Scheme: "postgres", User: url.User("test_" + login), Host: c.via, Path: "/" + c.database, RawQuery: query.Encode()}).String()
}

// place names a cluster, or several that stand in for each other, and a folder
// of keys to the program.
func (c *cluster) place(t *testing.T, keys string, more ...*cluster) []string {
	t.Helper()
	return append([]string{"--data", keys}, dsnFlags(t, t.TempDir(), map[string]string{
		"intake": c.dsn("serve", more...), "counter": c.dsn("count", more...), "publisher": c.dsn("publish", more...),
	})...)
}
