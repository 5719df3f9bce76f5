package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"manniskohandel.se/casestat"
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/jwks"
	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/store"
)

// batchesAtOnce is how many batches may be under way: each may hold 50,000 rows
// of some 250 bytes.
const batchesAtOnce = 4

// settings is what the service is put together from.
type settings struct {
	session  *session
	store    store.Config
	keys     keyFolder
	issuer   string
	audience string
	issuers  string // file of external issuers; "" is none
	hsts     bool
	guarded  bool          // refuse a database whose settings would break a promise
	notice   time.Duration // between not being ready and refusing connections
	shown    publisher
	log      *slog.Logger
}

// service is everything that runs in one process.
type service struct {
	server   *server.Server
	records  *store.Records
	releases *store.Releases
	intake   *intake.Service
	members  *membership.Service
	ring     *access.Ring
	abroad   []*jwks.Source // keys of external issuers
	log      *slog.Logger

	releaseKeys release.Keys
}

// assemble wires the whole house, from the store up. The caller closes what it
// gives.
func assemble(ctx context.Context, s settings) (*service, error) {
	ring, err := s.keys.ring()
	if err != nil {
		return nil, err
	}
	subjectKey, err := s.keys.subject()
	if err != nil {
		return nil, err
	}
	releaseKeys, err := s.keys.releases()
	if err != nil {
		return nil, err
	}
	records, err := openRecords(ctx, s)
	if err != nil {
		return nil, err
	}
	releases, err := openReleases(ctx, s.store, s.guarded)
	if err != nil {
		return nil, errors.Join(err, records.Close())
	}
	if err := release.CheckKept(ctx, records.Drafts(), releases.Archive()); err != nil {
		return nil, errors.Join(err, records.Close(), releases.Close())
	}
	running := &service{records: records, releases: releases, releaseKeys: releaseKeys, ring: ring, log: s.log, intake: intake.New(intake.Deps{
		Store: records.Intake(), Now: s.session.now, Rand: s.session.random, SubjectKey: subjectKey, Batches: batchesAtOnce,
	})}
	if running.server, err = newServer(s, running); err != nil {
		return nil, errors.Join(err, running.close())
	}
	return running, nil
}

// openRecords opens a store that may be served from: migrated, and safe where
// that is asked for.
func openRecords(ctx context.Context, s settings) (*store.Records, error) {
	records, err := store.Open(ctx, s.store)
	if err != nil {
		return nil, err
	}
	err = records.Migrated(ctx)
	if err == nil && s.guarded {
		err = records.CheckSafety(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, records.Close())
	}
	return records, nil
}

// openReleases opens the store of what went out, as openRecords does the other.
func openReleases(ctx context.Context, config store.Config, guarded bool) (*store.Releases, error) {
	releases, err := store.OpenReleases(ctx, config)
	if err != nil {
		return nil, err
	}
	err = releases.Migrated(ctx)
	if err == nil && guarded {
		err = releases.CheckSafety(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, releases.Close())
	}
	return releases, nil
}

// newServer puts the services in front of the store behind the contract.
func newServer(s settings, running *service) (*server.Server, error) {
	book := codelist.Current()
	reader, err := record.NewReader(record.NewSchema(book))
	if err != nil {
		return nil, err
	}
	figures, err := figure.Current(book)
	if err != nil {
		return nil, err
	}
	counts, err := desk.New(desk.Deps{Store: running.records.Desk(), Figures: figures, Now: s.session.now})
	if err != nil {
		return nil, err
	}
	hasher, err := access.NewHasher(access.HasherConfig{Random: s.session.random})
	if err != nil {
		return nil, err
	}
	members := membership.New(membership.Deps{
		Store: running.records.Membership(), Clock: s.session.now, Random: s.session.random, Hasher: hasher,
	})
	running.members = members
	deps := access.TokenDeps{
		Profile: access.Profile{Issuer: s.issuer, Audience: s.audience, Leeway: access.DefaultLeeway},
		Ring:    running.ring, Clock: s.session.now, Random: s.session.random,
	}
	externals, err := running.externals(s.issuers, deps)
	if err != nil {
		return nil, err
	}
	authenticator, granter, err := tokenService(deps, members, hasher, externals)
	if err != nil {
		return nil, err
	}
	keys := running.releaseKeys
	trust, err := s.keys.trust(keys.Signer)
	if err != nil {
		return nil, err
	}
	books := shelf.New(withKeys{running.releases.Archive(), s.keys.file(signingPublic)}, trust)
	publishing, err := release.New(release.Deps{
		Records: running.records.Frozen(), Drafts: running.records.Drafts(), Archive: running.releases.Archive(), Shelf: books,
		Figures: figures, Keys: keys, Now: s.session.now, Software: buildVersion(), Origin: releasesOrigin,
	})
	if err != nil {
		return nil, err
	}
	shown, err := s.shown.show(books, figures, keys.Signer.Key().Name(), s.issuer, s.log)
	if err != nil {
		return nil, err
	}
	return server.New(server.Deps{
		Site: shown.site, Tools: shown.tools,
		Drafts: publishing, Publishing: publishing, Sealed: publishing, Requests: publishing, Shelf: books, ReleaseKey: keys.Signer.Key(),
		Authenticator: authenticator, Granter: granter, Keys: running.ring,
		Records: running.intake, Counts: counts, Periods: members, Members: members,
		Reader: reader, Book: book, Figures: figures, Contract: casestat.Contract,
		Log: s.log, Now: s.session.now, Random: s.session.random, HSTS: s.hsts,
		Ready: running.ready, Limits: server.Limits{Notice: s.notice},
	})
}

// tokenService is the pair that gives tokens and takes them.
func tokenService(
	deps access.TokenDeps, directory access.Directory, hasher *access.Hasher, externals *access.Externals,
) (access.Authenticator, *access.ClientCredentials, error) {
	verifier, err := access.NewVerifier(deps)
	if err != nil {
		return access.Authenticator{}, nil, err
	}
	issuer, err := access.NewIssuer(deps)
	if err != nil {
		return access.Authenticator{}, nil, err
	}
	granter, err := access.NewClientCredentials(externals.Others(directory), hasher, issuer, deps.Random)
	return access.Authenticator{Verifier: verifier, Directory: directory, Externals: externals}, granter, err
}

// watchKeys takes up rotated token keys, our own and those of external issuers,
// and replaced passwords, until ctx ends.
func (s *service) watchKeys(ctx context.Context) {
	var others sync.WaitGroup
	defer others.Wait()
	for _, source := range s.abroad {
		others.Go(func() {
			ticker := time.NewTicker(jwks.Tick)
			defer ticker.Stop()
			source.Run(ctx, ticker.C, func(err error) {
				s.log.Error("the keys of an external issuer could not be had; those before stay in use for a while", slog.String("error", err.Error()))
			})
		})
	}
	others.Go(func() {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		watchPasswords(ctx, s.log, ticker.C, s.records, s.releases)
	})
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	s.ring.Watch(ctx, ticker.C, func(err error) {
		s.log.Error("the token keys could not be read again; the ones before stay in use", slog.String("error", err.Error()))
	})
}

// close writes what was handed over and ends the store's connections.
func (s *service) close() error {
	s.intake.Close()
	if err := errors.Join(s.records.Close(), s.releases.Close()); err != nil {
		return fmt.Errorf("close the stores: %w", err)
	}
	return nil
}

// ready says whether both stores answer.
func (s *service) ready(ctx context.Context) error {
	return errors.Join(s.records.Ping(ctx), s.releases.Ping(ctx))
}
