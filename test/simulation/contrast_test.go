package simulation

import (
	"context"
	"slices"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

// within is in how many runs a broken promise has to be found.
const within = 60

// Every promise that is broken on purpose is found.
func TestG16_Contrast_BrokenPromisesAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		wrong    wrong
		releases bool
		says     string // the sign that it was found by what was broken
	}{
		"acknowledged before it is on the disk":      {wrong{acknowledgesEarly: true}, false, ""},
		"a refused commit taken for one":             {wrong{takesRefusals: true}, false, ""},
		"transactions in pieces":                     {wrong{rewrites: inPieces}, false, ""},
		"repeated under a new id":                    {wrong{newNames: true}, false, ""},
		"a withdrawal keeps former versions":         {wrong{rewrites: insteadOf("DELETE FROM record_history", " AND 0")}, false, ""},
		"a withdrawal leaves its values in the log":  {wrong{rewrites: keepsLog}, false, "still stands in records.db"},
		"retention a day early":                      {wrong{early: true}, false, "its time is not over"},
		"a deed is missing in the ledger":            {wrong{wraps: func(s stores) stores { s.intake = silent{s.intake}; return s }}, false, ""},
		"other organisations' records are listed":    {wrong{wraps: func(s stores) stores { s.intake = generous{s.intake}; return s }}, false, "not the organisation's own"},
		"open years are counted":                     {wrong{wraps: func(s stores) stores { s.desk = eager{s.desk}; return s }}, false, "foretold period_not_closed"},
		"a record is counted twice":                  {wrong{wraps: func(s stores) stores { s.desk = &double{Store: s.desk}; return s }}, false, "foretold"},
		"a revoked client, a lost right still count": {wrong{hearsay: true}, false, ""},
		"tokens never expire":                        {wrong{timeless: true}, false, "is taken that is expired"},
		"a published release is changed":             {wrong{wraps: func(s stores) stores { s.archive = revised{s.archive}; return s }}, true, "not shown as it was published"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, found := search(t, c.wrong, c.releases, c.says)
			if found == nil {
				t.Fatalf("not found in %d runs", within)
			}
			t.Logf("found in run %d: %s", n, found)
		})
	}
}

// search plays runs until one finds the promise broken, and says so.
func search(t *testing.T, w wrong, releases bool, says string) (n int, found *broken) {
	t.Helper()
	for at := uint64(1); n < within; at++ {
		if publishing(at) != releases {
			continue
		}
		n++
		if out := simulate(t, at, draw(at, *length, releases), &w); out.broken != nil && strings.Contains(out.broken.what, says) {
			return n, out.broken
		}
	}
	return n, nil
}

// insteadOf adds to statements that begin in a certain way.
func insteadOf(start, more string) func(string) string {
	return func(query string) string {
		if strings.HasPrefix(query, start) {
			return query + more
		}
		return query
	}
}

// keepsLog lets the log stand.
func keepsLog(query string) string {
	return strings.Replace(query, "wal_checkpoint(TRUNCATE)", "wal_checkpoint(PASSIVE)", 1)
}

// inPieces has SQLite commit every statement by itself.
func inPieces(query string) string {
	if slices.Contains([]string{"BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"}, query) {
		return "SELECT 1"
	}
	return query
}

// silent writes nothing down of what is read and withdrawn.
type silent struct{ intake.Store }

type silentTx struct{ intake.Tx }

func (s silent) Atomically(ctx context.Context, f func(intake.Tx) error) error {
	return s.Store.Atomically(ctx, func(tx intake.Tx) error { return f(silentTx{tx}) })
}

func (tx silentTx) Append(ctx context.Context, entries []ledger.Entry) error {
	quiet := func(e ledger.Entry) bool { return e.Deed == intake.DeedRead || e.Deed == intake.DeedWithdrawn }
	return tx.Tx.Append(ctx, slices.DeleteFunc(slices.Clone(entries), quiet))
}

// generous lists what other members have, too.
type generous struct{ intake.Store }

func (g generous) List(ctx context.Context, page intake.Page) (all []intake.Version, err error) {
	for _, o := range []access.OrganisationID{memberA, memberB} {
		page.Organisation = o
		some, err := g.Store.List(ctx, page)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// eager takes every year for closed.
type eager struct{ desk.Store }

func (e eager) Periods(ctx context.Context) ([]record.Period, error) {
	periods, err := e.Store.Periods(ctx)
	for i := range periods {
		periods[i].State = record.PeriodClosed
	}
	return periods, err
}

// double counts the first record of a year twice.
type double struct{ desk.Store }

func (d *double) Scan(ctx context.Context, scope desk.Scope, each func(codelist.Version, record.Answers) error) error {
	again := true
	return d.Store.Scan(ctx, scope, func(v codelist.Version, a record.Answers) error {
		if err := each(v, a); err != nil || !again {
			return err
		}
		again = false
		return each(v, a)
	})
}

// revised shows the first release with another date, signed by the right key.
type revised struct{ release.Archive }

func (a revised) Stored(ctx context.Context) ([]shelf.Stored, error) {
	all, err := a.Archive.Stored(ctx)
	if err != nil || len(all) == 0 {
		return all, err
	}
	verified, err := signed.Open(signed.Pin(seals().Signer.Key()), signed.KindManifest, all[0].Manifest)
	if err != nil {
		return nil, err
	}
	var m plan.Manifest
	if err := verified.Decode(&m); err != nil {
		return nil, err
	}
	m.Published = "2026-01-01"
	all[0].Manifest, err = seals().Signer.Sign(signed.KindManifest, m)
	return all, err
}

// forgiving takes tokens that have expired.
type forgiving struct {
	real  access.Authenticator
	known map[string]access.Principal
}

func (f *forgiving) Authenticate(ctx context.Context, token string) (access.Principal, error) {
	p, err := f.real.Authenticate(ctx, token)
	if known, met := f.known[token]; met && fault.CodeOf(err) == access.CodeTokenExpired {
		return known, nil
	}
	if err == nil {
		f.known[token] = p
	}
	return p, err
}

// remembered knows clients as they were when they were first asked for.
type remembered struct {
	access.Directory
	clients map[access.ClientID]answer
}

type answer struct {
	client       access.Client
	organisation access.Organisation
}

func (r *remembered) Client(ctx context.Context, id access.ClientID) (access.Client, access.Organisation, error) {
	if a, known := r.clients[id]; known {
		return a.client, a.organisation, nil
	}
	c, o, err := r.Directory.Client(ctx, id)
	if err == nil {
		r.clients[id] = answer{c, o}
	}
	return c, o, err
}
