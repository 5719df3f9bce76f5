package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"manniskohandel.se/casestat/pkg/backup"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

// canary is what the answers of sample look like, wherever they stand.
var canary = []byte(sample(mine, 1).Record.Answers)

// correctAndWithdraw takes one record through its life. between runs before the
// withdrawal.
func correctAndWithdraw(t *testing.T, r *store.Records, between func()) {
	t.Helper()
	saveAll(t, r, sample(mine, 1))
	saveAll(t, r, sample(mine, 2))
	between()
	withdrawAll(t, r, intake.Version{Key: sample(mine, 1).Key, Number: 3, Tag: "gone", Day: "2026-11-23", Withdrawn: true})
}

// TestT35_AReaderDoesNotKeepWithdrawnAnswersInTheLog: while somebody reads, a
// counting desk or a copy, the log cannot be overwritten. It is as soon as they
// have ended, without another write.
func TestT35_AReaderDoesNotKeepWithdrawnAnswersInTheLog(t *testing.T) {
	c := storetest.Config(t, store.SQLite)
	r := storetest.OpenConfig(t, c)
	reader, err := sql.Open("sqlite", "file:"+filepath.Join(c.Folder, "records.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	tx, err := reader.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	correctAndWithdraw(t, r, func() {
		var n int
		if err := tx.QueryRow(`SELECT COUNT(*) FROM record_history`).Scan(&n); err != nil || n != 1 {
			t.Fatal(n, err)
		}
	})
	if onDisk(t, c.Folder) == 0 {
		t.Fatal("the reader was in nobody's way, so this test proves nothing")
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	for onDisk(t, c.Folder) > 0 { // the test's own deadline is the limit
		time.Sleep(50 * time.Millisecond)
	}
}

// TestT35_AKilledProcessLeavesNothingForLong: a process that ends between the
// withdrawal and the overwriting of the log leaves it to the next one.
func TestT35_AKilledProcessLeavesNothingForLong(t *testing.T) {
	from := storetest.Config(t, store.SQLite)
	r := storetest.OpenConfig(t, from)
	killed := filepath.Join(t.TempDir(), "killed")
	saveAll(t, r, sample(mine, 1))
	// The withdrawal past the store, which does not overwrite the log.
	for _, statement := range []string{`BEGIN IMMEDIATE`, `UPDATE record SET withdrawn = 1, year = NULL, codebook = NULL, answers = NULL`, `COMMIT`} {
		if err := store.ExecOnWriter(t.Context(), r, statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(killed, os.DirFS(from.Folder)); err != nil {
		t.Fatal(err)
	}
	if onDisk(t, killed) == 0 {
		t.Fatal("nothing was left in the log, so this test proves nothing")
	}
	storetest.OpenConfig(t, store.Config{Backend: store.SQLite, Folder: killed})
	if n := onDisk(t, killed); n > 0 {
		t.Errorf("%d files hold withdrawn answers after the next start", n)
	}
}

// TestT35_BackupsForgetWithTheirKey: a copy from before the withdrawal holds
// the answers, sealed. While its key is there they can be had; when it is
// destroyed, nobody can have them, however many copies of the file there are.
func TestT35_BackupsForgetWithTheirKey(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			c := storetest.Config(t, backend)
			r := storetest.OpenConfig(t, c)
			storetest.OpenReleases(t, c)
			day := 0
			keys := backup.Keys{
				Folder: filepath.Join(t.TempDir(), "keys"), Random: rand.NewChaCha8([32]byte{}),
				Now: func() time.Time { return time.Date(2026, 11, 23+day, 1, 0, 0, 0, time.UTC) },
			}
			var k kept
			correctAndWithdraw(t, r, func() { k = copyOf(t, c, func() {}) })
			file := sealCopy(t, keys, k)
			if bytes.Contains(file, canary) {
				t.Error("answers stand in clear in a backup")
			}
			day = backup.DefaultDays - 1
			if _, err := keys.Expire(); err != nil {
				t.Fatal(err)
			}
			to := storetest.Empty(t, backend)
			if err := store.Restore(t.Context(), to, tools(t), k.stores, opened(t, keys, file)); err != nil {
				t.Fatal(err)
			}
			got, err := storetest.OpenConfig(t, to).Intake().History(t.Context(), sample(mine, 1).Key)
			if err != nil || len(got) != 2 || !bytes.Equal(got[0].Record.Answers, canary) {
				t.Errorf("contrast: with its key the backup must give the answers; %d versions, %v", len(got), err)
			}
			day = backup.DefaultDays
			if _, err := keys.Expire(); err != nil {
				t.Fatal(err)
			}
			if _, err := backup.NewReader(bytes.NewReader(file), keys.Find); fault.CodeOf(err) != backup.CodeKeyMissing {
				t.Errorf("after its key was destroyed: %v", err)
			}
		})
	}
}

func sealCopy(t *testing.T, keys backup.Keys, k kept) []byte {
	t.Helper()
	key, _, err := keys.OfToday()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := backup.NewWriter(&file, key, keys.Random)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range k.parts {
		if err := w.Part(p.name, func(to io.Writer) error { _, err := to.Write(p.content); return err }); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func opened(t *testing.T, keys backup.Keys, file []byte) store.Parts {
	t.Helper()
	r, err := backup.NewReader(bytes.NewReader(file), keys.Find)
	if err != nil {
		t.Fatal(err)
	}
	return func(take func(string, io.Reader) error) error {
		for {
			name, content, err := r.Next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := take(name, content); err != nil {
				return err
			}
		}
	}
}

// TestT35_PostgresForgetsLater says how long, file by file: a dead row stays in
// its table's file until the table is written anew, and in the write-ahead log
// until its segments go. docs/operating.md tells the operator what to run.
func TestT35_PostgresForgetsLater(t *testing.T) {
	c := storetest.Config(t, store.Postgres)
	r := storetest.OpenConfig(t, c)
	folder := dataFolder(t, c)
	storetest.Tamper(t, c, `ALTER SYSTEM SET wal_recycle = off`, `SELECT pg_reload_conf()`)
	correctAndWithdraw(t, r, func() {})
	storetest.Tamper(t, c, `CHECKPOINT`)
	tables, log := postgresHits(t, folder)
	t.Logf("after the withdrawal: %d files of tables, %d of the log", tables, log)
	if tables == 0 || log == 0 {
		t.Error("contrast: right after a withdrawal the files must still hold the answers, or this test proves nothing")
	}
	storetest.Tamper(t, c, `VACUUM records.record, records.record_history`, `CHECKPOINT`)
	tables, log = postgresHits(t, folder)
	t.Logf("after VACUUM: %d files of tables, %d of the log", tables, log)
	storetest.Tamper(t, c, `VACUUM (FULL) records.record`, `VACUUM (FULL) records.record_history`, `CHECKPOINT`)
	tables, log = postgresHits(t, folder)
	t.Logf("after VACUUM (FULL): %d files of tables, %d of the log", tables, log)
	if tables != 0 {
		t.Errorf("%d files of tables hold withdrawn answers after VACUUM (FULL)", tables)
	}
	for range 3 { // a checkpoint keeps the segments back to the one before it
		storetest.Tamper(t, c, `SELECT pg_switch_wal()`, `CHECKPOINT`)
	}
	if tables, log = postgresHits(t, folder); tables+log != 0 {
		t.Errorf("%d files of tables and %d of the log hold withdrawn answers at the end", tables, log)
	}
}

// dataFolder asks the server where its files are.
func dataFolder(t *testing.T, c store.Config) string {
	t.Helper()
	// Only a superuser learns it; the tables of tests are a way to carry it out.
	storetest.Tamper(t, c, `CREATE TABLE public.told AS SELECT current_setting('data_directory') AS folder`,
		`GRANT USAGE ON SCHEMA public TO casestat_intake`, `GRANT SELECT ON public.told TO casestat_intake`)
	conn, err := pgx.Connect(t.Context(), c.Intake)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	var folder string
	if err := conn.QueryRow(t.Context(), `SELECT folder FROM public.told`).Scan(&folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

// postgresHits counts the files of a server that hold the canary.
func postgresHits(t *testing.T, folder string) (tables, log int) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if os.IsNotExist(err) || err == nil && !e.Type().IsRegular() {
			return nil // files of a running server come and go
		}
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		switch inLog := filepath.Base(filepath.Dir(path)) == "pg_wal"; {
		case !bytes.Contains(b, canary):
		case inLog:
			log++
		default:
			tables++
		}
		return nil
	})
	if err != nil {
		t.Fatalf("the files of the server cannot be read: run the tests as its user or as root: %v", err)
	}
	return tables, log
}
