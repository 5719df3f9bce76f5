package ground

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestComposeDatabaseIsSafe starts PostgreSQL with the settings, the roles and
// the logins of deploy/, and the real program on it with the environment of
// deploy/compose.yaml. The start-up guard must be content, and notice when one
// setting is not what it should be.
func TestComposeDatabaseIsSafe(t *testing.T) {
	c := readCompose(t)
	db := startPostgres(t, c.Services["database"].Command)
	db.exec(t, "postgres", "CREATE DATABASE casestat")
	db.exec(t, "casestat", read(t, "deploy/postgres/roles.sql"))
	db.runLogins(t)
	env := db.environment(t, c, "casestat", "migrate")

	succeed(t, env, "migrate")
	succeed(t, env, "keys", "init")
	succeed(t, env, "client", "bootstrap", "--name", "Plattformen", "--out", filepath.Join(db.folder, "coordinator.json"))
	ready(t, env)

	public := db.environment(t, c, "reading")
	public = append(public, "CASESTAT_KEY="+filepath.Join(db.folder, "keys", "release-signing.pub"))
	ready(t, public)
	db.exec(t, "casestat", "GRANT casestat_counter TO casestat_site")
	if out, err := casestatCommand(t, public, "serve").CombinedOutput(); err == nil || !strings.Contains(string(out), "casestat_counter") {
		t.Errorf("a public process that can read records ended with %v:\n%s", err, out)
	}

	for _, one := range []struct{ statement, setting string }{
		{"ALTER ROLE casestat_serve SET synchronous_commit = off", "synchronous_commit"},
		{"ALTER ROLE casestat_serve RESET synchronous_commit; ALTER ROLE casestat_count BYPASSRLS", "row security"},
	} {
		db.exec(t, "casestat", one.statement)
		out, err := casestatCommand(t, env, "serve").CombinedOutput()
		if err == nil || !strings.Contains(string(out), one.setting) {
			t.Errorf("after %q the service ended with %v and did not name %s:\n%s", one.statement, err, one.setting, out)
		}
	}
}

var logins = []string{"migrate", "serve", "count", "publish", "site"}

// runLogins runs the script that makes the logins, with a psql that only notes
// what it is given: not every server comes with one.
func (d database) runLogins(t *testing.T) {
	t.Helper()
	for _, login := range logins {
		write(t, filepath.Join(d.folder, login+".password"), "secret-of-"+login+"\n")
	}
	noted := filepath.Join(d.folder, "noted")
	write(t, filepath.Join(d.folder, "psql"), "#!/bin/sh\ncat >>"+noted+"\n")
	if err := os.Chmod(filepath.Join(d.folder, "psql"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "deploy/compose-logins.sh")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "PATH="+d.folder+":"+os.Getenv("PATH"), "SECRETS="+d.folder, "POSTGRES_USER=postgres", "POSTGRES_DB=casestat")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(noted)
	if err != nil {
		t.Fatal(err)
	}
	made := regexp.MustCompile(`\\set password (\S+)\n(CREATE ROLE .*):'password'(.*;)\n`).FindAllStringSubmatch(string(text), -1)
	if len(made) != len(logins) {
		t.Fatalf("%d logins made:\n%s", len(made), text)
	}
	for _, m := range made {
		d.exec(t, "casestat", m[2]+"'"+m[1]+"'"+m[3])
	}
}

// environment is that of services of compose, with this machine's places.
func (d database) environment(t *testing.T, c compose, services ...string) []string {
	t.Helper()
	for dsn, login := range map[string]string{"owner": "migrate", "intake": "serve", "counter": "count", "publisher": "publish", "public": "site"} {
		write(t, filepath.Join(d.folder, dsn+".dsn"), d.dsn("casestat_"+login, "secret-of-"+login, "casestat"))
	}
	env := []string{"PATH=" + os.Getenv("PATH")}
	for _, service := range services {
		for name, value := range c.Services[service].Environment {
			value = strings.Replace(value, "/run/secrets/", d.folder+"/", 1)
			value = strings.Replace(value, "/data/", d.folder+"/", 1)
			value = regexp.MustCompile(`^0\.0\.0\.0:\d+$`).ReplaceAllString(value, "127.0.0.1:0")
			// The owner's login is for the migration alone; it is added there.
			if name != "CASESTAT_OWNER_DSN_FILE" {
				env = append(env, name+"="+value)
			}
		}
	}
	return env
}

func casestatCommand(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), casestatProgram(t), args...)
	cmd.Env, cmd.Dir = env, t.TempDir()
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	if args[0] == "migrate" {
		i := slices.IndexFunc(env, func(v string) bool { return strings.HasPrefix(v, "CASESTAT_INTAKE_DSN_FILE=") })
		cmd.Env = append(slices.Clone(env), "CASESTAT_OWNER_DSN_FILE="+strings.Replace(strings.TrimPrefix(env[i], "CASESTAT_INTAKE_DSN_FILE="), "intake", "owner", 1))
	}
	return cmd
}

func succeed(t *testing.T, env []string, args ...string) {
	t.Helper()
	if out, err := casestatCommand(t, env, args...).CombinedOutput(); err != nil {
		t.Fatalf("casestat %v: %v\n%s", args, err, out)
	}
}

// ready serves until /readyz says yes, and ends the service in an orderly way.
func ready(t *testing.T, env []string) {
	t.Helper()
	cmd := casestatCommand(t, env, "serve")
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	lines := bufio.NewScanner(io.TeeReader(log, &said))
	address := ""
	for address == "" && lines.Scan() {
		var line struct{ Msg, Address string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			address = line.Address
		}
	}
	if address == "" {
		t.Fatalf("the service did not start: %s (%v)", said.String(), cmd.Wait())
	}
	answer, err := http.Get(address + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("/readyz answers %s", answer.Status)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		continue // to the end of the log
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the service did not end well: %v\n%s", err, said.String())
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
