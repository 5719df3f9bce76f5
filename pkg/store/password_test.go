package store

import (
	"context"
	"errors"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"manniskohandel.se/casestat/pkg/fault"
)

// gatekeeper lets in whoever says the right password, and answers nothing else.
type gatekeeper struct {
	listener net.Listener

	mu    sync.Mutex
	right string
	let   int // in
}

func newGatekeeper(t *testing.T, right string) *gatekeeper {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gatekeeper{listener: l, right: right}
	var visits sync.WaitGroup
	visits.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // closed
			}
			visits.Go(func() { g.receive(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		visits.Wait()
	})
	return g
}

func (g *gatekeeper) receive(conn net.Conn) {
	defer conn.Close()
	server := pgproto3.NewBackend(conn, conn)
	if _, err := server.ReceiveStartupMessage(); err != nil {
		return
	}
	server.Send(&pgproto3.AuthenticationCleartextPassword{})
	if server.Flush() != nil || server.SetAuthType(pgproto3.AuthTypeCleartextPassword) != nil {
		return
	}
	said, err := server.Receive()
	if err != nil {
		return
	}
	if word, ok := said.(*pgproto3.PasswordMessage); ok && g.admits(word.Password) {
		server.Send(&pgproto3.AuthenticationOk{})
		server.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	} else {
		server.Send(&pgproto3.ErrorResponse{Severity: "FATAL", SeverityUnlocalized: "FATAL", Code: "28P01"})
	}
	if server.Flush() == nil {
		_, _ = server.Receive() // until the visitor goes
	}
}

func (g *gatekeeper) admits(word string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if word != g.right {
		return false
	}
	g.let++
	return true
}

func (g *gatekeeper) change(right string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.right = right
}

func (g *gatekeeper) dsn(user, password string) string {
	return (&url.URL{
		Scheme: "postgres", User: url.UserPassword(user, password), Host: g.listener.Addr().String(), Path: "/casestat",
		RawQuery: "sslmode=disable",
	}).String()
}

// visitor is a pool over a gatekeeper, whose connection string can be replaced.
type visitor struct {
	*database
	written string
	failure error
}

func newVisitor(t *testing.T, g *gatekeeper) *visitor {
	t.Helper()
	v := &visitor{written: g.dsn("anna", "first")}
	c, err := Config{Backend: Postgres, Intake: v.written, Renewed: func(string) (string, error) { return v.written, v.failure }}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	if v.database, err = openPostgres(t.Context(), c, c.Intake, recordsName); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.close() })
	return v
}

// enter makes a new connection.
func (v *visitor) enter(t *testing.T) error {
	t.Helper()
	pool := v.reader.(postgresLeaser).pool
	pool.Reset()
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		return classify(err)
	}
	conn.Release()
	return nil
}

func TestF18_PasswordChangesWithoutAGap(t *testing.T) {
	for name, order := range map[string][2]func(*gatekeeper, *visitor){
		"the file first":   {func(g *gatekeeper, v *visitor) { v.written = g.dsn("anna", "second") }, func(g *gatekeeper, _ *visitor) { g.change("second") }},
		"the server alone": {func(*gatekeeper, *visitor) {}, func(g *gatekeeper, v *visitor) { v.written = g.dsn("anna", "second"); g.change("second") }},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGatekeeper(t, "first")
			v := newVisitor(t, g)
			for step, change := range []func(*gatekeeper, *visitor){func(*gatekeeper, *visitor) {}, order[0], order[1]} {
				change(g, v)
				if err := v.enter(t); err != nil {
					t.Errorf("after step %d: %v", step, err)
				}
			}
			if err := v.renewPasswords(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// The contrast: a password that is read once is refused for ever.
func TestF18_PasswordReadOnceContrast(t *testing.T) {
	g := newGatekeeper(t, "first")
	v := newVisitor(t, g)
	v.reader.(postgresLeaser).password.ask = func(given string) (string, error) { return given, nil }
	v.written = g.dsn("anna", "second")
	g.change("second")
	if err := v.enter(t); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%v: nobody read the file again, and the new password was known", err)
	}
}

// It would be answered with 500, as a defect, otherwise.
func TestF18_RefusedLoginIsUnavailable(t *testing.T) {
	g := newGatekeeper(t, "another")
	err := newVisitor(t, g).enter(t)
	if fault.CodeOf(err) != CodeUnavailable || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%v", err)
	}
	if refused, ok := errors.AsType[*loginFailure](err); !ok || refused.state != "28P01" {
		t.Errorf("the operator is not told what it is: %v", err)
	}
}

func TestF18_RenewalEndsTheConnectionsOfBefore(t *testing.T) {
	g := newGatekeeper(t, "first")
	v := newVisitor(t, g)
	pool := v.reader.(postgresLeaser).pool
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v.written = g.dsn("anna", "second")
	if err := v.renewPasswords(t.Context()); !errors.Is(err, errPasswordUnborn) {
		t.Errorf("a password that the server does not know: %v", err)
	}
	g.change("second")
	if err := v.renewPasswords(t.Context()); err != nil {
		t.Error(err)
	}
	before := conn.Conn().PgConn()
	if before.IsClosed() {
		t.Error("a connection was ended while it was in use")
	}
	conn.Release()
	after, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer after.Release()
	if after.Conn().PgConn() == before {
		t.Error("a connection made with the old password is still given out")
	}
}

func TestF18_OnlyThePasswordMayChange(t *testing.T) {
	g, elsewhere := newGatekeeper(t, "first"), newGatekeeper(t, "second")
	for name, tt := range map[string]struct {
		written string
		failure error
		want    error
	}{
		"another login":  {g.dsn("beata", "first"), nil, errOtherLogin},
		"another server": {elsewhere.dsn("anna", "second"), nil, errOtherLogin},
		"no string":      {"postgres://%zz", nil, errDSN},
		"no file":        {"", context.DeadlineExceeded, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisitor(t, g)
			v.written, v.failure = tt.written, tt.failure
			if err := v.renewPasswords(t.Context()); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if err := v.enter(t); err != nil {
				t.Errorf("what was in use does not stay in use: %v", err)
			}
		})
	}
	if elsewhere.let > 0 {
		t.Error("another server was asked")
	}
}

// Who gives up does not wait for another who asks the server.
func TestF18_WhoGivesUpDoesNotWait(t *testing.T) {
	asking, answer := make(chan struct{}), make(chan struct{})
	p := &password{turn: make(chan struct{}, 1), ask: func(string) (string, error) {
		close(asking)
		<-answer
		return "", errDSN
	}}
	done := make(chan error)
	go func() { done <- p.renew(t.Context()) }()
	<-asking
	given, up := context.WithCancel(t.Context())
	up()
	if err := p.renew(given); !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up: %v", err)
	}
	close(answer)
	if err := <-done; !errors.Is(err, errDSN) {
		t.Errorf("who asked: %v", err)
	}
}
