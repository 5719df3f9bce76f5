package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/store"
)

type serveCommand struct {
	place
	publisher
	Listen           string        `default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Where to listen. Default: 127.0.0.1:8080."`
	MetricsListen    string        `placeholder:"ADDRESS" help:"Where to listen for Prometheus; nowhere if not given."`
	Issuer           string        `placeholder:"URL" help:"Issuer of the access tokens. Default: the address listened on."`
	Audience         string        `default:"casestat" placeholder:"NAME" help:"Audience of the access tokens. Default: casestat."`
	IssuersFile      string        `placeholder:"FILE" help:"Issuers of OpenID Connect beside our own, and who their subjects are here."`
	TLSCert          string        `name:"tls-cert" placeholder:"FILE" help:"Certificate chain, PEM. With --tls-key."`
	TLSKey           string        `name:"tls-key" placeholder:"FILE" help:"Private key of the certificate, PEM."`
	BehindProxy      bool          `help:"A proxy in front ends TLS, so listen beyond this machine without it."`
	Production       bool          `help:"Make nothing by itself, and refuse to start with unsafe settings."`
	StorageChecksums bool          `help:"PostgreSQL runs without data_checksums because what lies below it (ZFS, a managed service) checks what it reads. You vouch for that."`
	RetainYears      int           `placeholder:"N" help:"Erase the records of a closed year N full years after its end. Default: keep them until they are withdrawn."`
	DrainNotice      time.Duration `placeholder:"DURATION" help:"On SIGTERM, say for so long that it is not ready before refusing new connections, so that a proxy sends them elsewhere. Default: no time; at most 1m."`
	Public           bool          `help:"Serve published releases alone, from the releases store, without any way to the records."`
	Releases         string        `placeholder:"DIR" help:"With --public: serve this folder of exported releases instead of a store."`
	Key              string        `placeholder:"FILE" help:"With --public: public key that the releases must be signed with. Default: the one in the keys' folder."`
}

// maxNotice is the longest --drain-notice, so that whoever stops the service
// need not wait for long.
const maxNotice = time.Minute

// Run serves until ctx ends, and then lets accepted requests finish.
func (c *serveCommand) Run(ctx context.Context, s *session) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	if c.Public {
		return c.servePublic(ctx, s)
	}
	config, err := c.config(s)
	if err != nil {
		return err
	}
	config.StorageChecksums = c.StorageChecksums
	if err := complete(config); err != nil {
		return err
	}
	if err := c.prepare(ctx, s, config); err != nil {
		return err
	}
	listeners, err := c.listen()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, listeners.close()) }()
	log := newLog(s.err)
	running, err := assemble(ctx, settings{
		session: s, store: config, keys: c.keys(s), log: log,
		issuer: c.issuer(listeners.front), audience: c.Audience, issuers: c.IssuersFile, hsts: c.BehindProxy || c.TLSCert != "", guarded: c.Production, notice: c.DrainNotice, shown: c.publisher,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, running.close()) }()
	return c.serve(ctx, front{running.server, log, running.beside(c.RetainYears)}, listeners)
}

// front is a server and what runs beside it.
type front struct {
	server *server.Server
	log    *slog.Logger
	beside func(ctx context.Context) // until ctx ends
}

// complete refuses a PostgreSQL that could be served from in part only.
func complete(config store.Config) error {
	switch {
	case config.Backend != store.Postgres:
		return nil
	case config.Intake == "":
		return errors.New("PostgreSQL needs the connection string of the intake role: give --intake-dsn-file or CASESTAT_INTAKE_DSN")
	case config.Counter == "":
		return errors.New("PostgreSQL needs the connection string of the counter role, or the desk could not read: " +
			"give --counter-dsn-file or CASESTAT_COUNTER_DSN")
	case config.Publisher == "":
		return errors.New("PostgreSQL needs the connection string of the publisher role, or nothing could be published: " +
			"give --publisher-dsn-file or CASESTAT_PUBLISHER_DSN")
	}
	return nil
}

// check refuses settings that would put secrets on the wire in clear, and in
// production those that are for trying things out.
func (c *serveCommand) check() error {
	for _, one := range [][2]string{{"--listen", c.Listen}, {"--metrics-listen", c.MetricsListen}} {
		if _, _, err := net.SplitHostPort(one[1]); err != nil && one[1] != "" {
			return fmt.Errorf("%s %s is not an address such as 127.0.0.1:8080", one[0], one[1])
		}
	}
	switch {
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return errors.New("--tls-cert and --tls-key belong together")
	case !loopback(c.Listen) && c.TLSCert == "" && !c.BehindProxy:
		return fmt.Errorf("%s can be reached from other machines, and secrets would cross the network in clear: "+
			"give --tls-cert and --tls-key, or --behind-proxy if a proxy in front ends TLS", c.Listen)
	case c.MetricsListen != "" && !loopback(c.MetricsListen) && !c.BehindProxy:
		return fmt.Errorf("metrics on %s can be reached from other machines: listen on loopback, or give --behind-proxy", c.MetricsListen)
	case c.RetainYears < 0 || c.RetainYears > membership.MaxRetention:
		return fmt.Errorf("--retain-years %d: give from %d to %d full years, or leave it out to keep records until they are withdrawn",
			c.RetainYears, membership.MinRetention, membership.MaxRetention)
	case c.DrainNotice < 0 || c.DrainNotice > maxNotice:
		return fmt.Errorf("--drain-notice %s: give from 0s to %s", c.DrainNotice, maxNotice)
	case c.Public && c.IssuersFile != "":
		return errors.New("--public serves what needs no token: leave --issuers-file out")
	case !c.Public && (c.Releases != "" || c.Key != ""):
		return errors.New("--releases and --key belong to --public")
	case c.Production && !c.Public && !secureAddress(c.Issuer):
		return errors.New("--production needs --issuer with the https address that clients know the service by")
	}
	return nil
}

// secureAddress says whether an address is one of https, with a host.
func secureAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

// loopback says whether an address can be reached from this machine alone.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// prepare makes what a first start needs: keys and tables. In production it
// makes nothing; what is missing is found when the service is put together.
func (c *serveCommand) prepare(ctx context.Context, s *session, config store.Config) error {
	if c.Production {
		return c.mustExist(config)
	}
	if config.Backend == store.SQLite {
		if err := store.Migrate(ctx, config); err != nil {
			return err
		}
	}
	keys := c.keys(s)
	if keys.there() {
		return nil
	}
	_, err := keys.init(releaseKeysName)
	return err
}

// listeners are where the service and, if asked for, its metrics are reached.
type listeners struct{ front, metrics net.Listener }

// close ends listening; those that served have ended it themselves.
func (l listeners) close() (err error) {
	for _, one := range []net.Listener{l.front, l.metrics} {
		if one == nil {
			continue
		}
		if e := one.Close(); !errors.Is(e, net.ErrClosed) {
			err = errors.Join(err, e)
		}
	}
	return err
}

func (c *serveCommand) listen() (l listeners, err error) {
	if l.front, err = c.listenFront(); err != nil || c.MetricsListen == "" {
		return l, err
	}
	l.metrics, err = net.Listen("tcp", c.MetricsListen)
	if err != nil {
		return l, errors.Join(fmt.Errorf("%w: name another address with --metrics-listen", err), l.close())
	}
	return l, nil
}

func (c *serveCommand) listenFront() (net.Listener, error) {
	if c.TLSCert == "" {
		return listenOn(c.Listen)
	}
	certificate, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("the certificate cannot be used: %w", err)
	}
	listener, err := listenOn(c.Listen)
	if err != nil {
		return nil, err
	}
	return tls.NewListener(listener, tlsConfig(certificate)), nil
}

func listenOn(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w: name another address with --listen", err)
	}
	return listener, nil
}

func (c *serveCommand) scheme() string {
	if c.TLSCert != "" {
		return "https"
	}
	return "http"
}

func (c *serveCommand) issuer(listener net.Listener) string {
	if c.Issuer != "" {
		return c.Issuer
	}
	return c.scheme() + "://" + listener.Addr().String()
}

// serve runs the service beside its metrics until ctx ends or either fails.
func (c *serveCommand) serve(ctx context.Context, running front, listeners listeners) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var background sync.WaitGroup
	var failed error
	background.Go(func() { running.beside(ctx) })
	if listeners.metrics != nil {
		running.log.Info("metrics", slog.String("address", "http://"+listeners.metrics.Addr().String()+"/metrics"))
		background.Go(func() {
			failed = serveMetrics(ctx, listeners.metrics, running.server.Metrics())
			stop()
		})
	}
	running.log.Info("serving", slog.String("address", c.scheme()+"://"+listeners.front.Addr().String()))
	err := running.server.Serve(ctx, listeners.front)
	stop()
	background.Wait()
	return errors.Join(err, failed)
}

// serveMetrics answers /metrics until ctx ends.
func serveMetrics(ctx context.Context, listener net.Listener, metrics http.Handler) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	front := &http.Server{
		Handler: mux, ReadTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		// What the HTTP library has to say is about connections and repeats addresses.
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	done := context.AfterFunc(ctx, func() { _ = front.Close() })
	defer done()
	if err := front.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}
