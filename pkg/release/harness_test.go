package release_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/demo"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/releasetest"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

const (
	theYear = 2025
	origin  = "casestat.example/releases"

	draftA = release.DraftID("aaaaaaaa-0000-4000-8000-000000000001")
	draftB = release.DraftID("bbbbbbbb-0000-4000-8000-000000000002")
)

// The people of the house. Clients differ, and so do the persons behind them.
var (
	author     = person("author", access.Desk, access.ReleasesPrepare)
	colleague  = person("colleague", access.Desk, access.ReleasesPrepare)
	reviewer   = person("reviewer", access.Reviewer, access.ReleasesReview)
	researcher = person("researcher", access.Researcher, access.TablesRequest)
	other      = person("other", access.Researcher, access.TablesRequest)
)

func person(name string, role access.Role, may ...access.Permission) access.Principal {
	return access.Principal{
		Client: access.ClientID("client-" + name), Holder: access.HolderID("holder-" + name), Role: role, Permissions: may,
	}
}

type keyring struct {
	release.Keys
	certificates signed.Unsealer // which the service does not hold
}

var ring struct {
	sync.Once
	keyring
}

func keysOf(t testing.TB) keyring {
	t.Helper()
	ring.Do(func() {
		dir := t.TempDir()
		random := rand.NewChaCha8([32]byte{7})
		var err error
		if ring.Signer, err = signed.CreateSigner(filepath.Join(dir, "s"), "casestat.example", random); err != nil {
			t.Fatal(err)
		}
		if ring.certificates, err = signed.CreateUnsealer(filepath.Join(dir, "c"), "casestat.example", random); err != nil {
			t.Fatal(err)
		}
		if ring.History, err = signed.CreateUnsealer(filepath.Join(dir, "h"), "casestat.example", random); err != nil {
			t.Fatal(err)
		}
		ring.Certificates, ring.Secret = ring.certificates.Recipient(), [32]byte{1, 2, 3}
	})
	return ring.keyring
}

// figures are the product's own.
var figures = sync.OnceValue(func() *figure.Set {
	set, err := figure.Current(codelist.Current())
	if err != nil {
		panic(err)
	}
	return set
})

// house is a service over stores in memory, with the demo's year closed.
type house struct {
	*release.Service
	t       testing.TB
	memory  *releasetest.Memory
	members []access.OrganisationID // of a house with panels
	archive *releasetest.Archive
	shelf   *shelf.Shelf
	deps    release.Deps
}

func open(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, memory: &releasetest.Memory{}, archive: &releasetest.Archive{}}
	k := keysOf(t)
	h.shelf = shelf.New(h.archive, signed.Pin(k.Signer.Key()))
	h.deps = release.Deps{
		Records: h.memory, Drafts: h.memory, Archive: h.archive, Shelf: h.shelf, Figures: figures(), Keys: k.Keys,
		Now:      func() time.Time { return time.Date(2026, 3, 1, 0, 30, 0, 0, time.FixedZone("CET", 3600)) },
		Software: "v0.0.0-test", Origin: origin,
	}
	h.again()
	h.memory.SetPeriod(theYear, record.PeriodClosed)
	h.memory.SetRecords(theYear, demoRecords(t))
	return h
}

// again starts another process over the same stores.
func (h *house) again() {
	h.t.Helper()
	var err error
	if h.Service, err = release.New(h.deps); err != nil {
		h.t.Fatal(err)
	}
}

func organisation(key string) access.OrganisationID {
	return access.OrganisationID(fmt.Sprintf("00000000-0000-4000-8000-0000000000%s%s", key, key))
}

// script reads the demo's records of the year.
var script = sync.OnceValues(func() ([]release.Counted, error) {
	written, err := demo.Write(codelist.Current(), theYear)
	if err != nil {
		return nil, err
	}
	reader, err := record.NewReader(record.NewSchema(codelist.Current()))
	if err != nil {
		return nil, err
	}
	var out []release.Counted
	for _, r := range written.Records {
		row := reader.Decode(r.JSON(codelist.Current()), record.Options{})
		if err := row.Refusal(); err != nil {
			return nil, err
		}
		if r.Year == theYear {
			out = append(out, release.Counted{
				Organisation: organisation(r.Member), Codebook: row.Record.Codebook, Answers: row.Record.Answers, N: 1,
			})
		}
	}
	return out, nil
})

func demoRecords(t testing.TB) []release.Counted {
	t.Helper()
	records, err := script()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(records)
}

// slide is the plan of the eight headline figures.
func slide(t testing.TB) *plan.Plan {
	t.Helper()
	p, err := plan.Default(theYear)
	if err != nil {
		t.Fatal(err)
	}
	p.Figures, p.Tables = p.Figures[:8], nil
	return p
}

func document(t testing.TB, p *plan.Plan) []byte {
	t.Helper()
	text, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// must fails the test on an error.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("%v", err)
		}
		return v
	}
}

func wantRefusal(t testing.TB, err error, kind fault.Kind, code fault.Code) {
	t.Helper()
	if fault.KindOf(err) != kind || fault.CodeOf(err) != code {
		t.Errorf("answered %v, want kind %d, code %s", err, kind, code)
	}
}

// planned begins a draft.
func (h *house) planned(id release.DraftID, p *plan.Plan) release.Draft {
	h.t.Helper()
	return must[release.Draft](h.t)(h.Plan(h.t.Context(), author, id, document(h.t, p), 0))
}

// computed computes a new draft.
func (h *house) computed(id release.DraftID, p *plan.Plan) release.Draft {
	h.t.Helper()
	h.planned(id, p)
	return must[release.Draft](h.t)(h.Compute(h.t.Context(), author, id))
}

// waivers waives every finding of class review.
func waivers(d release.Draft) (out []release.Waiver) {
	for _, f := range d.Findings {
		if f.Class == release.ForReview {
			out = append(out, release.Waiver{
				Finding: f.ID, Reason: "Looked at by the desk: what it says is known from elsewhere.", LegalBasis: "GDPR art. 89",
			})
		}
	}
	return out
}

// approved takes a draft to where it may be published.
func (h *house) approved(id release.DraftID, p *plan.Plan) release.Draft {
	h.t.Helper()
	d := h.computed(id, p)
	must[release.Draft](h.t)(h.Submit(h.t.Context(), author, id, waivers(d)))
	return must[release.Draft](h.t)(h.Approve(h.t.Context(), reviewer, id, h.version(id)))
}

// version is a draft's, as whoever reads it now finds it.
func (h *house) version(id release.DraftID) int {
	h.t.Helper()
	return must[release.Draft](h.t)(h.memory.Draft(h.t.Context(), id)).Version
}

// published takes a draft all the way.
func (h *house) published(id release.DraftID, p *plan.Plan) release.Draft {
	h.t.Helper()
	h.approved(id, p)
	return must[release.Draft](h.t)(h.Publish(h.t.Context(), author, id))
}

func (h *house) releases() []*shelf.Release {
	h.t.Helper()
	out, err := h.shelf.Releases(h.t.Context())
	if err == nil {
		err = h.shelf.Stale()
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

// said are the values that a publication shows, by cell.
func said(y plan.Publication) map[string]int {
	out := make(map[string]int)
	for _, c := range y.Cells {
		if c.Shown {
			out[c.Name] = c.Value
		}
	}
	return out
}

func lastDeed(deeds []ledger.Entry) ledger.Entry {
	if len(deeds) == 0 {
		return ledger.Entry{}
	}
	return deeds[len(deeds)-1]
}

// failing makes a step fail once.
func failing(step string) func(string) error {
	var once sync.Once
	return func(s string) (err error) {
		if s == step {
			once.Do(func() { err = context.DeadlineExceeded })
		}
		return err
	}
}
