package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"manniskohandel.se/casestat"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/store"
)

// moment is how much later than the store a public process may show what was
// published or withdrawn, so that many readers cost the store one question.
const moment = 100 * time.Millisecond

// servePublic serves what was published and holds nothing else: no records, no
// token keys, no key that signs. Every release is verified before it is shown.
func (c *serveCommand) servePublic(ctx context.Context, s *session) (err error) {
	trust, err := readTrust(c.publicKey(s))
	if isNotExist(err) {
		return fmt.Errorf("%w: name the public key that the releases are signed with: --key", err)
	}
	if err != nil {
		return err
	}
	source, closer, err := c.releases(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	source = withKeys{source, c.publicKey(s)}
	books := shelf.New(source, trust).Recent(moment, s.now)
	if _, err := books.Releases(ctx); err != nil {
		return fmt.Errorf("the releases are not served: %w", err)
	}
	log := newLog(s.err)
	listeners, err := c.listen()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, listeners.close()) }()
	figures, err := figure.Current(codelist.Current())
	if err != nil {
		return err
	}
	shown, err := c.show(books, figures, trust.Newest().Name(), c.scheme()+"://"+listeners.front.Addr().String(), log)
	if err != nil {
		return err
	}
	public, err := server.NewPublic(server.PublicDeps{
		Shelf: books, ReleaseKey: trust.Newest(), Contract: casestat.Contract, Book: codelist.Current(), Site: shown.site, Tools: shown.tools,
		Log: log, Now: s.now, Random: s.random, HSTS: c.BehindProxy || c.TLSCert != "", Limits: server.Limits{Notice: c.DrainNotice},
		Ready: func(ctx context.Context) error {
			_, err := source.Version(ctx)
			return errors.Join(err, books.Stale())
		},
	})
	if err != nil {
		return err
	}
	return c.serve(ctx, front{public, log, besidePublic(log, closer)}, listeners)
}

// publicKey is the file of the key that releases are verified with.
func (c *serveCommand) publicKey(s *session) string {
	if c.Key != "" {
		return c.Key
	}
	return c.keys(s).file(signingPublic)
}

// releases opens where the releases are: a folder of exported ones, or the
// store, of which only what went out is opened, and only to be read.
func (c *serveCommand) releases(ctx context.Context, s *session) (shelf.Source, io.Closer, error) {
	if c.Releases != "" {
		if _, err := os.Stat(c.Releases); err != nil {
			return nil, nil, err
		}
		return shelf.Folder(c.Releases), io.NopCloser(nil), nil
	}
	config, err := c.config(s)
	if err != nil {
		return nil, nil, err
	}
	config.ReadOnly, config.Intake, config.Counter, config.Publisher, config.Owner = true, "", "", "", ""
	config.StorageChecksums = c.StorageChecksums
	if config.Backend == store.Postgres && config.Public == "" {
		return nil, nil, errors.New("PostgreSQL needs the connection string of the public role: give --public-dsn-file or CASESTAT_PUBLIC_DSN")
	}
	releases, err := openReleases(ctx, config, c.Production)
	if err != nil {
		return nil, nil, err
	}
	return releases.Archive(), releases, nil
}
