package simulation

import (
	"bytes"
	"context"
	"database/sql/driver"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// machine is what one process runs on: a folder, and a driver that fails when
// it is told to. A process that dies leaves its image for the next one.
type machine struct {
	folder string
	wrong  *wrong // of a contrast

	mu      sync.Mutex
	armed   *strike // nil: nothing is going to happen
	calls   int     // to the driver since it was armed
	commits int
	struck  bool // since it was armed
	full    bool
	image   files         // what the disk held when the process died; nil while it lives
	older   files         // of a contrast: before the last commit
	gate    chan struct{} // while there is one no transaction begins
}

// files are the contents of a data folder.
type files map[string][]byte

// names are what a process leaves behind. The index of the log is made anew.
var names = []string{"records.db", "records.db-wal", "releases.db", "releases.db-wal"}

func readFiles(folder string) (files, error) {
	all := files{}
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err == nil {
			all[name] = content
		} else if !os.IsNotExist(err) {
			return nil, err
		}
	}
	return all, nil
}

func (f files) write(folder string) error {
	for name, content := range f {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// torn is a write that was cut: of the bytes that differ, a share is as after.
func torn(before, after files, share float64) files {
	mixed := files{}
	for name, now := range after {
		was := before[name]
		if bytes.Equal(was, now) {
			mixed[name] = now
			continue
		}
		from := 0
		for from < min(len(was), len(now)) && was[from] == now[from] {
			from++
		}
		cut := from + int(share*float64(len(now)-from))
		mixed[name] = append(bytes.Clone(now[:cut]), was[min(cut, len(was)):]...)
	}
	return mixed
}

// arm lets a strike happen during the operation that begins now.
func (m *machine) arm(s *strike) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.armed, m.calls, m.commits, m.struck, m.full = s, 0, 0, false, false
}

// disarm ends the operation and says whether anything happened during it.
func (m *machine) disarm() (struck bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	struck = m.struck
	m.armed, m.struck, m.full = nil, false, false
	return struck
}

// stricken says whether anything happened since the operation began.
func (m *machine) stricken() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.struck
}

// dead says whether the process has ended.
func (m *machine) dead() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.image != nil
}

// die ends the process between two operations.
func (m *machine) die() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.leave()
}

// leave keeps what the disk holds now. The caller holds mu.
func (m *machine) leave() (err error) {
	m.image, err = readFiles(m.folder)
	if m.wrong.acknowledgesEarly && m.older != nil {
		m.image = m.older
	}
	return err
}

// shut keeps transactions from beginning until the gate is opened.
func (m *machine) shut() (open func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	gate := make(chan struct{})
	m.gate = gate
	return func() {
		m.mu.Lock()
		m.gate = nil
		m.mu.Unlock()
		close(gate)
	}
}

func (m *machine) waitAtGate(query string) {
	m.mu.Lock()
	gate := m.gate
	m.mu.Unlock()
	if gate != nil && strings.HasPrefix(query, "BEGIN") {
		<-gate
	}
}

// call runs a statement, or has happen what is to happen in its stead.
func (m *machine) call(query string, run func() error) error {
	m.waitAtGate(query)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.image != nil {
		return errDead
	}
	s := m.due(query)
	switch {
	case m.full && writes(query):
		return errFull
	case s == nil:
		return m.obey(query, run)
	case s.mishap == refuses && query == "COMMIT" && m.wrong.takesRefusals:
		return nil
	case s.mishap == refuses:
		return errBusy
	case s.mishap == fullFromNow:
		m.full = true
		if writes(query) {
			return errFull
		}
		return m.obey(query, run)
	case s.mishap == diesBefore:
		return m.end(m.leave())
	case s.mishap == diesWithin:
		return m.tear(query, run, s.share)
	}
	if err := m.obey(query, run); err != nil || s.mishap == noAnswer {
		return errFull
	}
	return m.end(m.leave())
}

// end answers for a process that has ended.
func (m *machine) end(err error) error {
	if err != nil {
		return err
	}
	return errDead
}

// due says whether the strike is to happen at this call, and counts.
func (m *machine) due(query string) *strike {
	s, at := m.armed, m.calls
	m.calls++
	if query == "COMMIT" {
		m.commits++
	}
	if s == nil || m.struck || strings.HasPrefix(query, "ROLLBACK") {
		return nil
	}
	if s.commit {
		if query != "COMMIT" {
			return nil
		}
		at = m.commits - 1
	}
	if at != s.nth {
		return nil
	}
	m.struck = true
	return s
}

// tear has the process die while the statement writes.
func (m *machine) tear(query string, run func() error, share float64) error {
	before, err := readFiles(m.folder)
	if err != nil {
		return err
	}
	if err := m.obey(query, run); err != nil {
		return err
	}
	after, err := readFiles(m.folder)
	if err != nil {
		return err
	}
	m.image = torn(before, after, share)
	return errDead
}

// obey runs a statement as it stands, unless a contrast has other ideas.
func (m *machine) obey(query string, run func() error) (err error) {
	if m.wrong.acknowledgesEarly && query == "COMMIT" {
		if m.older, err = readFiles(m.folder); err != nil {
			return err
		}
	}
	return run()
}

// writes says whether a statement needs room on the disk.
func writes(query string) bool {
	for _, word := range []string{"INSERT", "UPDATE", "DELETE", "COMMIT"} {
		if strings.HasPrefix(query, word) {
			return true
		}
	}
	return false
}

// through is the driver with the machine between.
func (m *machine) through(c driver.Connector) driver.Connector { return connector{c, m} }

type connector struct {
	driver.Connector
	machine *machine
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	if c.machine.dead() {
		return nil, errDead
	}
	real, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return connection{real.(realConnection), c.machine}, nil
}

// realConnection is all that a connection of the driver can do.
type realConnection interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type connection struct {
	realConnection
	machine *machine
}

func (c connection) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	real, err := c.realConnection.PrepareContext(ctx, c.machine.wrong.text(query))
	if err != nil {
		return nil, err
	}
	return prepared{real.(realStatement), query, c.machine}, nil
}

func (c connection) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (done driver.Result, err error) {
	done = driver.RowsAffected(1)
	err = c.machine.call(query, func() (err error) {
		done, err = c.realConnection.ExecContext(ctx, query, args)
		return err
	})
	return done, err
}

func (c connection) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = c.machine.call(query, func() (err error) {
		rows, err = c.realConnection.QueryContext(ctx, query, args)
		return err
	})
	return answered(rows, err)
}

type realStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type prepared struct {
	realStatement
	query   string
	machine *machine
}

func (p prepared) ExecContext(ctx context.Context, args []driver.NamedValue) (done driver.Result, err error) {
	done = driver.RowsAffected(1)
	err = p.machine.call(p.query, func() (err error) {
		done, err = p.realStatement.ExecContext(ctx, args)
		return err
	})
	return done, err
}

func (p prepared) QueryContext(ctx context.Context, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = p.machine.call(p.query, func() (err error) {
		rows, err = p.realStatement.QueryContext(ctx, args)
		return err
	})
	return answered(rows, err)
}

// answered closes what nobody is going to read.
func answered(rows driver.Rows, err error) (driver.Rows, error) {
	if err != nil && rows != nil {
		_ = rows.Close()
		return nil, err
	}
	return rows, err
}
