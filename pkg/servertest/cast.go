package servertest

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/record"
)

// Cast are the clients that every Service knows.
type Cast struct {
	Coordinator, Desk, Reviewer, Researcher access.Client // of the platform
	A, B                                    access.Client // submitters of two members, with records:read
	IntakeOnly                              access.Client // of A's organisation, without records:read
}

// Everyone lists the cast by name.
func (c Cast) Everyone() map[string]access.Client {
	return map[string]access.Client{
		"coordinator": c.Coordinator, "desk": c.Desk, "reviewer": c.Reviewer, "researcher": c.Researcher,
		"submitter A": c.A, "submitter B": c.B, "intake-only A": c.IntakeOnly,
	}
}

// The years that every Service starts with.
const (
	ClosedYear = 2024
	OpenYear   = 2025
	ThisYear   = 2026 // open, too
	// UnknownYear was never opened.
	UnknownYear = 2019
)

// ID gives the n-th id of a fixed series of UUIDv4s.
func ID(n int) string { return fmt.Sprintf("c0ffee00-0000-4000-8000-%012x", n) }

// Secret is the secret of everyone in the Cast: a hash takes 40 ms, so there
// is one.
func Secret(t testing.TB) string {
	t.Helper()
	s := secret()
	check(t, s.err)
	return s.plain
}

type hashed struct {
	plain, hash string
	err         error
}

var secret = sync.OnceValue(func() (s hashed) {
	hasher, err := access.NewHasher(access.HasherConfig{Random: rand.Reader})
	if err != nil {
		return hashed{err: err}
	}
	if s.plain, s.err = access.NewSecret(rand.Reader); s.err == nil {
		s.hash, s.err = hasher.Hash(context.Background(), s.plain)
	}
	return s
})

// seed writes the cast and the years straight into the store.
func seed(t testing.TB, to membership.Store) Cast {
	t.Helper()
	_ = Secret(t)
	platform, a, b := access.OrganisationID(ID(1)), access.OrganisationID(ID(2)), access.OrganisationID(ID(3))
	cast := Cast{
		Coordinator: client(t, 11, platform, access.Coordinator), Desk: client(t, 12, platform, access.Desk),
		Reviewer: client(t, 13, platform, access.Reviewer), Researcher: client(t, 14, platform, access.Researcher),
		A: client(t, 15, a, access.Submitter, access.RecordsRead), B: client(t, 16, b, access.Submitter, access.RecordsRead),
		IntakeOnly: client(t, 17, a, access.Submitter),
	}
	check(t, to.Atomically(t.Context(), func(tx membership.Tx) error {
		for _, o := range []access.Organisation{
			{ID: platform, Name: "Plattformen", Kind: access.Platform, Active: true},
			{ID: a, Name: "Medlem A", Kind: access.Member, Active: true},
			{ID: b, Name: "Medlem B", Kind: access.Member, Active: true},
		} {
			if err := tx.SaveOrganisation(t.Context(), o); err != nil {
				return err
			}
		}
		for _, c := range cast.Everyone() {
			if err := tx.SaveClient(t.Context(), c); err != nil {
				return err
			}
		}
		for year, state := range map[int]record.PeriodState{
			ClosedYear: record.PeriodClosed, OpenYear: record.PeriodOpen, ThisYear: record.PeriodOpen,
		} {
			if err := tx.SavePeriod(t.Context(), record.Period{Year: year, State: state}); err != nil {
				return err
			}
		}
		return nil
	}))
	return cast
}

func client(t testing.TB, n int, of access.OrganisationID, role access.Role, granted ...access.Permission) access.Client {
	t.Helper()
	permissions, err := role.Grant(granted...)
	check(t, err)
	return access.Client{
		ID: access.ClientID(ID(n)), Organisation: of, Holder: access.HolderID(ID(100 + n)), Role: role,
		Permissions: permissions, Secret: secret().hash,
	}
}

// Token gives an access token of c with all its permissions.
func (s *Service) Token(t testing.TB, c access.Client) string {
	t.Helper()
	return s.tokenOf(t, c, s.profile)
}

// ForeignToken gives a token signed with the right key for another audience.
func (s *Service) ForeignToken(t testing.TB, c access.Client) string {
	t.Helper()
	profile := s.profile
	profile.Audience = "https://elsewhere.test"
	return s.tokenOf(t, c, profile)
}

func (s *Service) tokenOf(t testing.TB, c access.Client, profile access.Profile) string {
	t.Helper()
	deps := s.tokenDeps()
	deps.Profile = profile
	issuer, err := access.NewIssuer(deps)
	check(t, err)
	token, err := issuer.Issue(c, nil)
	check(t, err)
	return token.Access
}
