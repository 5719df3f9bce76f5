package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/store"
)

// Releases proves everything that release.Archive promises. fresh says where an
// empty store is, another one each time.
func Releases(t *testing.T, fresh func(t testing.TB) store.Config) {
	for _, promise := range []struct {
		name string
		keep func(t *testing.T, c store.Config)
	}{
		{"an empty archive", emptyArchive},
		{"a release is kept as it was published", publishRoundTrip},
		{"publishing again changes nothing", publishIsIdempotent},
		{"numbers are consecutive", numbersAreConsecutive},
		{"a number is given once, whoever publishes", numbersAreGivenOnce},
		{"a release is withdrawn once", withdrawOnce},
		{"nothing of a failed publication is left", publishLeavesNothing},
		{"TestT39_NothingIsPublishedWithoutAnEntry", publishOrRefuse},
		{"the checkpoint is of the head that the entries lead to", checkpointOfTheHead},
		{"whoever only reads publishes nothing", readersPublishNothing},
		{"a reader sees what is published later", readersSeeWhatComes},
		{"TestT26_WhatWasPublishedRefusesChange", publishedRefusesChange},
		{"TestT26_AFlippedByteIsFound", flippedByteIsFound},
		{"what a closed archive answers", closedArchive},
	} {
		t.Run(promise.name, func(t *testing.T) { promise.keep(t, fresh(t)) })
	}
}

// dated is a deed with the checkpoint of a test: the head as text.
func dated(word ledger.Deed) release.Deed {
	return release.Deed{
		Entries: deed(word),
		Checkpoint: func(h ledger.Head) ([]byte, error) {
			return h.Checkpoint("test").MarshalText()
		},
	}
}

func publication(number int) release.Publication {
	return release.Publication{
		Number: number, Manifest: fmt.Appendf(nil, "manifest %d", number), Deed: dated("test.published"),
		Files: []release.RenderedFile{
			{Name: "figures.json", Media: "application/json", Content: fmt.Appendf(nil, "{\"release\":%d}\n", number)},
			{Name: "empty.svg", Media: "image/svg+xml"},
		},
	}
}

func notice(number int) release.Notice {
	return release.Notice{Number: number, Withdrawal: fmt.Appendf(nil, "withdrawal %d", number), Deed: dated("test.withdrawn")}
}

func publish(t testing.TB, r *store.Releases, publications ...release.Publication) {
	t.Helper()
	for _, p := range publications {
		if err := r.Archive().Publish(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
}

func stored(t testing.TB, source shelf.Source) []shelf.Stored {
	t.Helper()
	out, err := source.Stored(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// standing are the numbers' releases, none of them withdrawn.
func standing(numbers ...int) (out []shelf.Stored) {
	for _, n := range numbers {
		out = append(out, shelf.Stored{Number: n, Manifest: publication(n).Manifest})
	}
	return out
}

// verifiedReleases demands a ledger of so many rows.
func verifiedReleases(t testing.TB, r *store.Releases, rows int64) {
	t.Helper()
	report, err := r.Ledger().Verify(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !report.OK() || report.Rows != rows {
		t.Fatalf("%d rows, want %d; findings %v", report.Rows, rows, report.Findings)
	}
}

func shelfVersion(t testing.TB, source shelf.Source) int64 {
	t.Helper()
	v, err := source.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func wantCode(t testing.TB, what string, err error, kind fault.Kind, code fault.Code) {
	t.Helper()
	if fault.KindOf(err) != kind || fault.CodeOf(err) != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func emptyArchive(t *testing.T, c store.Config) {
	r := OpenReleases(t, c)
	a := r.Archive()
	equal(t, "releases", []shelf.Stored(nil), stored(t, a))
	if note, err := a.Checkpoint(t.Context()); note != nil || err != nil {
		t.Errorf("a checkpoint of nothing: %q, %v", note, err)
	}
	_, err := a.File(t.Context(), 1, "figures.json")
	wantCode(t, "a file", err, fault.NotFound, shelf.CodeFileNotPublished)
	wantCode(t, "a withdrawal", a.Withdraw(t.Context(), notice(1)), fault.NotFound, release.CodeReleaseUnknown)
	verifiedReleases(t, r, 0)
}

func publishRoundTrip(t *testing.T, c store.Config) {
	r := OpenReleases(t, c)
	a := r.Archive()
	before := shelfVersion(t, a)
	publish(t, r, publication(1), publication(2))
	equal(t, "releases", standing(1, 2), stored(t, a))
	if shelfVersion(t, a) == before {
		t.Error("the version stayed as it was")
	}
	for _, number := range []int{1, 2} {
		for _, f := range publication(number).Files {
			got, err := a.File(t.Context(), number, f.Name)
			if err != nil || !bytes.Equal(got, f.Content) {
				t.Errorf("%s of %d: %q, %v", f.Name, number, got, err)
			}
		}
	}
	_, err := a.File(t.Context(), 1, "figures.csv")
	wantCode(t, "a file that is not there", err, fault.NotFound, shelf.CodeFileNotPublished)
	verifiedReleases(t, r, 2)
}

func publishIsIdempotent(t *testing.T, c store.Config) {
	r := OpenReleases(t, c)
	publish(t, r, publication(1), publication(2))
	version := shelfVersion(t, r.Archive())
	again := publication(1)
	again.Entries, again.Checkpoint = nil, func(ledger.Head) ([]byte, error) { t.Error("signed again"); return nil, nil }
	publish(t, r, again, publication(2), publication(1))
	equal(t, "releases", standing(1, 2), stored(t, r.Archive()))
	if shelfVersion(t, r.Archive()) != version {
		t.Error("the version changed")
	}
	verifiedReleases(t, r, 2)
}

func numbersAreConsecutive(t *testing.T, c store.Config) {
	r := OpenReleases(t, c)
	first := publication(1)
	other := publication(1)
	other.Manifest = []byte("another")
	renumbered := publication(2)
	renumbered.Manifest = first.Manifest
	for name, p := range map[string]release.Publication{"a gap": publication(2), "zero": publication(0), "less": publication(-1)} {
		wantCode(t, name, r.Archive().Publish(t.Context(), p), fault.Conflict, release.CodeNumberTaken)
	}
	publish(t, r, first)
	for name, p := range map[string]release.Publication{
		"another of the number": other, "the same under another": renumbered, "a gap": publication(3), "zero": publication(0),
	} {
		wantCode(t, name, r.Archive().Publish(t.Context(), p), fault.Conflict, release.CodeNumberTaken)
	}
	equal(t, "releases", standing(1), stored(t, r.Archive()))
	// The table itself refuses the same, as the last line.
	for _, number := range []int{1, 3} {
		if err := TryReleases(t, c, insertReleaseRow(c, number, "another")); err == nil {
			t.Errorf("number %d came in past the archive", number)
		}
	}
	if err := TryReleases(t, c, insertReleaseRow(c, 2, "another")); err != nil {
		t.Errorf("contrast: the next number: %v", err)
	}
}

// insertReleaseRow writes a row that is well formed, but for its number.
func insertReleaseRow(c store.Config, number int, manifest string) string {
	if c.Backend == store.Postgres {
		return fmt.Sprintf(`INSERT INTO releases.release (number, sha256, manifest) VALUES (%d, sha256('%s'), '%s')`, number, manifest, manifest)
	}
	return fmt.Sprintf(`INSERT INTO release (number, sha256, manifest) VALUES (%d, randomblob(32), CAST('%s' AS BLOB))`, number, manifest)
}

// numbersAreGivenOnce lets several publish different releases at a time, on
// PostgreSQL over two stores.
func numbersAreGivenOnce(t *testing.T, c store.Config) {
	stores := []*store.Releases{OpenReleases(t, c)}
	if c.Backend == store.Postgres {
		stores = append(stores, OpenReleases(t, c))
	}
	const rivals = 4
	outcomes := make([]error, rivals)
	var wait sync.WaitGroup
	for i := range rivals {
		p := publication(1)
		p.Manifest = fmt.Appendf(nil, "rival %d", i)
		wait.Go(func() { outcomes[i] = stores[i%len(stores)].Archive().Publish(t.Context(), p) })
	}
	wait.Wait()
	won := 0
	for _, err := range outcomes {
		if err == nil {
			won++
			continue
		}
		wantCode(t, "a rival", err, fault.Conflict, release.CodeNumberTaken)
	}
	if won != 1 || len(stored(t, stores[0].Archive())) != 1 {
		t.Errorf("%d rivals published number 1", won)
	}
	verifiedReleases(t, stores[0], 1)
}

func withdrawOnce(t *testing.T, c store.Config) {
	r := OpenReleases(t, c)
	a := r.Archive()
	publish(t, r, publication(1), publication(2))
	for range 2 { // the second changes nothing
		if err := a.Withdraw(t.Context(), notice(1)); err != nil {
			t.Fatal(err)
		}
	}
	other := notice(1)
	other.Withdrawal = []byte("for another reason")
	wantCode(t, "again, for another reason", a.Withdraw(t.Context(), other), fault.Conflict, release.CodeWithdrawn)
	wantCode(t, "one that is not there", a.Withdraw(t.Context(), notice(3)), fault.NotFound, release.CodeReleaseUnknown)
	want := standing(1, 2)
	want[0].Withdrawal = notice(1).Withdrawal
	equal(t, "releases", want, stored(t, a))
	verifiedReleases(t, r, 3)
	publish(t, r, publication(3)) // and it goes on
	if got, err := a.File(t.Context(), 1, "figures.json"); err != nil || len(got) == 0 {
		t.Errorf("a file of a withdrawn release: %v", err)
	}
}

func publishLeavesNothing(t *testing.T, c store.Config) {
	r := OpenReleases(t, c)
	publish(t, r, publication(1))
	for name, spoil := range map[string]func(*release.Publication){
		"no entry":              func(p *release.Publication) { p.Entries = nil },
		"no checkpoint":         func(p *release.Publication) { p.Checkpoint = nil },
		"an entry that is none": func(p *release.Publication) { p.Entries = []ledger.Entry{{Day: "never"}} },
		"no signature":          func(p *release.Publication) { p.Checkpoint = func(ledger.Head) ([]byte, error) { return nil, errMine } },
		"a file twice":          func(p *release.Publication) { p.Files = append(p.Files, p.Files[0]) },
	} {
		p := publication(2)
		spoil(&p)
		if err := r.Archive().Publish(t.Context(), p); err == nil {
			t.Errorf("%s: published", name)
		}
		if w := notice(1); name != "a file twice" {
			w.Deed = p.Deed
			if err := r.Archive().Withdraw(t.Context(), w); err == nil {
				t.Errorf("%s: withdrawn", name)
			}
		}
	}
	if _, err := r.Archive().File(t.Context(), 2, "figures.json"); err == nil {
		t.Error("a file of a failed publication is left")
	}
	equal(t, "releases", standing(1), stored(t, r.Archive()))
	verifiedReleases(t, r, 1)
	publish(t, r, publication(2)) // and the archive still works
}

func publishOrRefuse(t *testing.T, c store.Config) {
	r := OpenReleases(t, c)
	publish(t, r, publication(1))
	TamperReleases(t, c, refuseReleasesInsert(c)...)
	if err := r.Archive().Publish(t.Context(), publication(2)); err == nil {
		t.Error("published without a ledger entry")
	}
	if err := r.Archive().Withdraw(t.Context(), notice(1)); err == nil {
		t.Error("withdrawn without a ledger entry")
	}
	equal(t, "releases", standing(1), stored(t, r.Archive()))
	TamperReleases(t, c, dropTrigger(c, "releases", "ledger_entries", "broken", "broken")...)
	publish(t, r, publication(2)) // contrast: it was the ledger that refused
}

func refuseReleasesInsert(c store.Config) []string {
	if c.Backend == store.Postgres {
		return []string{`CREATE TRIGGER broken BEFORE INSERT ON releases.ledger_entries
			FOR EACH ROW EXECUTE FUNCTION releases.refuse_change()`}
	}
	return refuseInsert(c)
}

func checkpointOfTheHead(t *testing.T, c store.Config) {
	r := OpenReleases(t, c)
	publish(t, r, publication(1))
	if err := r.Archive().Withdraw(t.Context(), notice(1)); err != nil {
		t.Fatal(err)
	}
	two := publication(2)
	two.Entries = append(two.Entries, deed("test.besides")...)
	publish(t, r, two)
	head, err := r.Ledger().Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want, err := head.Checkpoint("test").MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Archive().Checkpoint(t.Context())
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("checkpoint %q (%v), the head's is %q", got, err, want)
	}
	if v := shelfVersion(t, r.Archive()); v != head.Size || v != 4 {
		t.Errorf("version %d of a ledger of %d", v, head.Size)
	}
}

// reading is what a process gets that serves releases and nothing else.
func reading(c store.Config) store.Config {
	c.ReadOnly, c.Publisher, c.Intake, c.Counter, c.Owner = true, "", "", "", ""
	return c
}

func readersPublishNothing(t *testing.T, c store.Config) {
	publish(t, OpenReleases(t, c), publication(1))
	r := OpenReleases(t, reading(c))
	wantCode(t, "publish", r.Archive().Publish(t.Context(), publication(2)), fault.Unavailable, store.CodeUnavailable)
	wantCode(t, "withdraw", r.Archive().Withdraw(t.Context(), notice(1)), fault.Unavailable, store.CodeUnavailable)
	if err := r.Migrate(t.Context()); err == nil {
		t.Error("migrated by a reader")
	}
	equal(t, "releases", standing(1), stored(t, r.Archive()))
	verifiedReleases(t, r, 1)
}

func readersSeeWhatComes(t *testing.T, c store.Config) {
	writer := OpenReleases(t, c)
	reader := OpenReleases(t, reading(c))
	equal(t, "before", []shelf.Stored(nil), stored(t, reader.Archive()))
	before := shelfVersion(t, reader.Archive())
	publish(t, writer, publication(1))
	equal(t, "after", standing(1), stored(t, reader.Archive()))
	if shelfVersion(t, reader.Archive()) == before {
		t.Error("the reader does not notice")
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	equal(t, "with the writer gone", standing(1), stored(t, reader.Archive()))
	if got, err := reader.Archive().File(t.Context(), 1, "figures.json"); err != nil || !bytes.Equal(got, publication(1).Files[0].Content) {
		t.Errorf("a file: %q, %v", got, err)
	}
	publish(t, OpenReleases(t, c), publication(2))
	equal(t, "with another writer", standing(1, 2), stored(t, reader.Archive()))
}

func closedArchive(t *testing.T, c store.Config) {
	r := OpenReleases(t, c)
	if err := errors.Join(r.Ping(t.Context()), r.Migrated(t.Context()), r.Close()); err != nil {
		t.Fatal(err)
	}
	_, version := r.Archive().Version(t.Context())
	_, all := r.Archive().Stored(t.Context())
	_, file := r.Archive().File(t.Context(), 1, "figures.json")
	_, note := r.Archive().Checkpoint(t.Context())
	for name, err := range map[string]error{
		"ping": r.Ping(t.Context()), "version": version, "stored": all, "file": file, "checkpoint": note,
		"publish": r.Archive().Publish(t.Context(), publication(1)), "withdraw": r.Archive().Withdraw(t.Context(), notice(1)),
	} {
		wantCode(t, name, err, fault.Unavailable, store.CodeUnavailable)
	}
}
