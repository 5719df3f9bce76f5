package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"manniskohandel.se/casestat/pkg/fault"
)

// What is wrong with a connection string that was replaced. None repeats it.
var (
	errOtherLogin     = errors.New("store: a replaced connection string leads elsewhere or to another login; nothing but its password can change while the process runs")
	errPasswordUnborn = errors.New("store: the password of a replaced connection string is refused; the one before it stays in use")
)

// password is that of one login, which may change while the process runs. The
// new one counts once the server takes it, and until then the old one does: so
// it does not matter which of the two the operator changes first.
type password struct {
	given  string // the connection string at the start
	server pgx.ConnConfig
	ask    func(given string) (string, error) // what stands in its place now
	fresh  func()                             // ends the connections made with the one before

	turn chan struct{} // full while somebody asks the server; guards what follows
	used string
}

// inTurn does what no other may do at the same time, unless ctx ends before.
func (p *password) inTurn(ctx context.Context, do func() error) error {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
		return do()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// watchPassword has new connections of a pool made with the password that
// stands in the configuration at that moment; nil if none can change.
func watchPassword(c Config, dsn string, config *pgxpool.Config) *password {
	if c.Renewed == nil {
		return nil
	}
	p := &password{
		given: dsn, server: *config.ConnConfig.Copy(), ask: c.Renewed,
		used: config.ConnConfig.Password, fresh: func() {}, turn: make(chan struct{}, 1),
	}
	config.BeforeConnect = func(ctx context.Context, one *pgx.ConnConfig) error {
		_ = p.renew(ctx) // what is wrong is told by renewPasswords
		return p.inTurn(ctx, func() error {
			one.Password = p.used
			return nil
		})
	}
	return p
}

// renew takes a new password into use if there is one and the server takes it.
func (p *password) renew(ctx context.Context) error {
	return p.inTurn(ctx, func() error { return p.tryNext(ctx) })
}

func (p *password) tryNext(ctx context.Context) error {
	next, err := p.next()
	if err != nil || next.Password == p.used {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, next)
	if err != nil {
		return errors.Join(errPasswordUnborn, classify(err))
	}
	p.used = next.Password
	p.fresh()
	_ = conn.Close(ctx) // it has shown what it was for
	return nil
}

// ends says whose connections end when the password changes. A nil password
// never does.
func (p *password) ends(pool *pgxpool.Pool) {
	if p == nil {
		return
	}
	_ = p.inTurn(context.Background(), func() error { // nobody asks for long before the pool is there
		p.fresh = pool.Reset
		return nil
	})
}

// next is what the replaced connection string says.
func (p *password) next() (*pgx.ConnConfig, error) {
	next := p.server.Copy()
	dsn, err := p.ask(p.given)
	if err != nil {
		return nil, err
	}
	read, err := pgx.ParseConfig(dsn)
	switch {
	case err != nil:
		return nil, errDSN
	case read.User != next.User || read.Database != next.Database || !slices.Equal(servers(read), servers(next)):
		return nil, errOtherLogin
	}
	next.Password = read.Password
	return next, nil
}

// servers are those that a connection string names, in its order.
func servers(c *pgx.ConnConfig) []string {
	all := []string{fmt.Sprint(c.Host, ":", c.Port)}
	for _, f := range c.Fallbacks {
		all = append(all, fmt.Sprint(f.Host, ":", f.Port))
	}
	return slices.Compact(all) // one with TLS and one without are the same server
}

// RenewPasswords looks for passwords that were replaced and, where the server
// takes the new one, ends the connections that were made with the old: those in
// use when they are given back. On SQLite there is nothing to do.
func (r *Records) RenewPasswords(ctx context.Context) error {
	var counter *database
	if s, ok := r.scanner.(*postgresScanner); ok {
		counter = s.counter
	}
	return errors.Join(r.db.renewPasswords(ctx), counter.renewPasswords(ctx))
}

// RenewPasswords does for the releases what Records.RenewPasswords does.
func (r *Releases) RenewPasswords(ctx context.Context) error { return r.db.renewPasswords(ctx) }

func (d *database) renewPasswords(ctx context.Context) (err error) {
	if d == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, d.config.Acquire)
	defer cancel()
	for _, l := range []leaser{d.reader, d.writer} {
		if l, ok := l.(postgresLeaser); ok && l.password != nil {
			err = errors.Join(err, l.password.renew(ctx))
		}
	}
	return err
}

// loginFailure is a server that lets nobody in by this name and password, or
// does not have this database.
type loginFailure struct{ state string }

func (e *loginFailure) Error() string { return "the database refuses the login: postgres " + e.state }

// refusedLogin gives the failure if err is one. It passes: while a password is
// being changed it means no more than "not now".
func refusedLogin(err error) error {
	connecting, ok := errors.AsType[*pgconn.ConnectError](err)
	if !ok {
		return nil
	}
	e, ok := errors.AsType[*pgconn.PgError](connecting)
	if !ok || len(e.Code) != 5 || e.Code[:2] != "28" && e.Code[:2] != "3D" {
		return nil
	}
	return fault.Because(&loginFailure{e.Code}, fault.Unavailable, CodeUnavailable)
}
