package faults

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// pair is a PostgreSQL and its standby, which follows over a link that can be cut.
type pair struct {
	primary, standby *cluster
	link             *proxy
	state            string // how the primary regards a standby that has caught up
}

// newPair makes both. With sync nothing is committed before the standby has it.
func newPair(t *testing.T, sync bool) *pair {
	t.Helper()
	p := &pair{primary: newCluster(t, filepath.Join(openFolder(t), "one"), "wal_log_hints = on\nwal_keep_size = 256MB\n"), state: "async"}
	p.link = newProxy(t, "unix", socketOf(p.primary), nil)
	p.standby = emptyCluster(t, filepath.Join(openFolder(t), "two"))
	p.standby.program(t, "pg_basebackup", "--host="+p.primary.socket, "--username=postgres", "--pgdata="+p.standby.data, "--checkpoint=fast")
	settings := fmt.Sprintf("primary_conninfo = 'host=127.0.0.1 port=%d user=postgres'\nwal_receiver_status_interval = 1s\nwal_retrieve_retry_interval = 100ms\n",
		p.link.listener.Addr().(*net.TCPAddr).Port)
	if sync {
		settings += "synchronous_standby_names = '*'\n"
		p.state = "sync"
	}
	p.primary.configure(t, settings)
	p.standby.configure(t, settings)
	p.follow(t)
	p.primary.signal(t, syscall.SIGHUP)
	p.awaitStandby(t)
	return p
}

func socketOf(c *cluster) string { return filepath.Join(c.socket, ".s.PGSQL.5432") }

// follow starts the standby as one.
func (p *pair) follow(t *testing.T) {
	t.Helper()
	signal := filepath.Join(p.standby.data, "standby.signal")
	if err := os.WriteFile(signal, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if c := p.standby.credential; c != nil {
		if err := os.Chown(signal, int(c.Uid), int(c.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	p.standby.start(t)
}

// awaitStandby returns when the standby has caught up.
func (p *pair) awaitStandby(t *testing.T) {
	t.Helper()
	for range 30_000 { // tries, not a duration
		if s := p.primary.ask(t, `SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'`); len(s) == 1 && s[0] == p.state {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatal("the standby does not catch up")
}

// failOver cuts the link, kills the primary, promotes the standby, and makes a
// standby of what was the primary.
func (p *pair) failOver(t *testing.T, after time.Duration) {
	t.Helper()
	p.link.stall()
	time.Sleep(after) // for how long the standby gets nothing before the primary is gone
	p.primary.stop(t, syscall.SIGKILL)
	p.link.drop()
	p.standby.program(t, "pg_ctl", "promote", "--wait", "--silent", "--pgdata="+p.standby.data)
	p.primary, p.standby = p.standby, p.primary
	p.link.pointAt("unix", socketOf(p.primary))
	p.primary.sql(t, "postgres", `CHECKPOINT`) // from which pg_rewind learns that history has forked
	p.standby.recoverAlone(t)
	p.standby.program(t, "pg_rewind", "--target-pgdata="+p.standby.data, "--source-server=host="+p.primary.socket+" user=postgres dbname=postgres")
	p.follow(t)
}

// recoverAlone brings a killed server to an orderly end, which waits until the
// last of its processes is gone. Nobody can reach it meanwhile.
func (c *cluster) recoverAlone(t *testing.T) {
	t.Helper()
	hidden := *c
	hidden.socket = openFolder(t)
	if c.credential != nil {
		if err := os.Chown(hidden.socket, int(c.credential.Uid), int(c.credential.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	hidden.start(t)
	hidden.stop(t, syscall.SIGINT)
}
