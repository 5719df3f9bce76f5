package store

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestT32_NoPasswordOnACommandLine: whatever the form of the connection string,
// the tool gets its password by the environment, and means the same server.
func TestT32_NoPasswordOnACommandLine(t *testing.T) {
	const secret = `s3 'cr\et`
	for _, dsn := range []string{
		`postgres://me:s3%20%27cr%5Cet@db.example:5433/casestat?sslmode=require`,
		`postgresql://me@db.example:5433/casestat?sslmode=require&password=s3+%27cr%5Cet`,
		`host=db.example port=5433 user=me dbname=casestat sslmode=require password='s3 \'cr\\et'`,
		`password = s3\ \'cr\\et host = db.example  port=5433 user='me' dbname=casestat sslmode=require`,
	} {
		run, err := Programs{Folder: "/nowhere"}.command("pg_dump", dsn)
		if err != nil {
			t.Fatalf("%s: %v", dsn, err)
		}
		line := strings.Join(run.Args, " ")
		for _, part := range []string{"s3", "cret", `cr\et`} {
			if strings.Contains(line, part) {
				t.Errorf("the command line says %s", line)
			}
		}
		if !slices.Contains(run.Env, "PGPASSWORD="+secret) {
			t.Errorf("%s: the password is not in the environment", dsn)
		}
		open, _ := strings.CutPrefix(run.Args[len(run.Args)-1], "--dbname=")
		got, err := pgx.ParseConfig(open)
		if err != nil || got.Host != "db.example" || got.Port != 5433 || got.User != "me" || got.Database != "casestat" {
			t.Errorf("%s became %s; %v", dsn, open, err)
		}
	}
}

func TestConnectionStringsThatToolsCannotHave(t *testing.T) {
	for dsn, want := range map[string]error{
		``: errDSN, `host=a password='open`: errDSN, `postgres://a:%zz@b/c`: errDSN, `nonsense`: errDSN,
		`host=a sslpassword=x`: errSecretInDSN, `postgres://a@b/c?sslpassword=x`: errSecretInDSN,
	} {
		if _, err := (Programs{Folder: "/nowhere"}).command("pg_dump", dsn); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", dsn, err, want)
		}
	}
}
