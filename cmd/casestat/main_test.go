package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"casestat": func() { os.Exit(program()) }})
}

// needed are programs of the machine that the scripts use.
func needed(t *testing.T) {
	t.Helper()
	for _, program := range []string{"curl", "sh", "cp"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("the scripts need %s: install it, as root for example with apt-get install %s", program, program)
		}
	}
}

// TestCommandLine shows the command line as its users see it.
func TestCommandLine(t *testing.T) {
	needed(t)
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: scriptCommands, Setup: func(env *testscript.Env) error {
		env.Setenv("REPO", repo) // whose files of published cases the scripts read
		return nil
	}})
}

// TestCommandLineOnPostgres runs the scripts that need a PostgreSQL.
func TestCommandLineOnPostgres(t *testing.T) {
	needed(t)
	programs, err := storetest.Programs()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/postgres", Cmds: scriptCommands, Setup: func(env *testscript.Env) error {
		env.Setenv("PROGRAMS", programs)
		config, empty := storetest.Config(t, store.Postgres), storetest.Empty(t, store.Postgres)
		for name, dsn := range map[string]string{
			"owner": config.Owner, "intake": config.Intake, "counter": config.Counter, "publisher": config.Publisher, "public": config.Public,
			"backup": config.Backup, "empty-owner": empty.Owner, "empty-backup": empty.Backup, "empty-intake": empty.Intake,
		} {
			if err := os.WriteFile(env.WorkDir+"/"+name+".dsn", []byte(dsn+"\n"), 0o600); err != nil {
				return err
			}
		}
		return nil
	}})
}
