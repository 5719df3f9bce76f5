package kit_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/kit"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/signed"
)

// library holds a release with everything, made once: drawing its pictures
// takes longest. Nobody changes it.
func library(t testing.TB) *shelftest.Books {
	t.Helper()
	shared.Do(func() {
		shared.books = shelftest.New(t)
		shared.books.Publish(shelftest.Slide(2024))
	})
	return shared.books.In(t)
}

var shared struct {
	sync.Once
	books *shelftest.Books
}

// small is a release with little in it.
func small(year int) plan.Content {
	content := shelftest.Slide(year)
	y := &content.Years[0]
	y.Figures, y.Tables = y.Figures[1:3], y.Tables[:1]
	return content
}

func manifestOf(t testing.TB, b *shelftest.Books, number int) plan.Manifest {
	t.Helper()
	r, err := b.Shelf().Release(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	return r.Manifest
}

func pressOf(b *shelftest.Books) *kit.Press {
	return kit.New(kit.Deps{Shelf: b.Shelf(), Key: b.Signer().Key()})
}

func sent(t testing.TB, p *kit.Press, number int) (*kit.Kit, []byte) {
	t.Helper()
	k, err := p.Kit(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := k.Send(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return k, b.Bytes()
}

var errBroken = errors.New("shelf fell over")

// counting counts what is read of a shelf; it can break, and it can wait.
type counting struct {
	kit.Shelf
	files  atomic.Int32
	broken atomic.Bool
	wait   chan struct{} // nil: does not
}

func (c *counting) File(ctx context.Context, number int, name string) ([]byte, plan.File, error) {
	c.files.Add(1)
	if c.wait != nil {
		select {
		case <-c.wait:
		case <-ctx.Done():
			return nil, plan.File{}, ctx.Err()
		}
	}
	if c.broken.Load() && strings.HasSuffix(name, ".px") {
		return nil, plan.File{}, errBroken
	}
	return c.Shelf.File(ctx, number, name)
}

// readings is how often files are read to pack a kit of m: each once, and the
// figures once more for each README.
func readings(m plan.Manifest) int32 { return int32(len(m.Files) + 2) }

func TestAKitIsPackedOnceForAllWhoAsk(t *testing.T) {
	defer goleak.VerifyNone(t)
	b := shelftest.New(t)
	m := b.Publish(small(2024))
	c := &counting{Shelf: b.Shelf()}
	p := kit.New(kit.Deps{Shelf: c, Key: b.Signer().Key()})
	var all sync.WaitGroup
	hashes := make([]signed.Hash, 16)
	for i := range hashes {
		all.Go(func() {
			k, err := p.Kit(t.Context(), 1)
			if err != nil {
				t.Error(err)
				return
			}
			hashes[i] = k.SHA256
		})
	}
	all.Wait()
	if len(slices.Compact(hashes)) != 1 || c.files.Load() != readings(m) {
		t.Errorf("16 readers read %d files, want %d", c.files.Load(), readings(m))
	}
}

// The contrast: what cannot be held is packed again for everybody who asks.
func TestAKitTooLargeToHoldIsPackedWhileItIsSent(t *testing.T) {
	b := shelftest.New(t)
	m := b.Publish(small(2024))
	_, want := sent(t, pressOf(b), 1)
	c := &counting{Shelf: b.Shelf()}
	p := kit.New(kit.Deps{Shelf: c, Key: b.Signer().Key(), Held: 1000})
	for range 2 {
		k, got := sent(t, p, 1)
		if !bytes.Equal(got, want) || k.SHA256 != signed.HashOf(want) || k.Size != int64(len(want)) {
			t.Error("it is another kit when it is not held")
		}
	}
	if got := c.files.Load(); got != 3*readings(m) { // what it is, and twice to send it
		t.Errorf("%d files were read, want %d", got, 3*readings(m))
	}
}

// What is held stays within its bound; what was not asked for longest goes.
func TestTheKitsHeldStayWithinABound(t *testing.T) {
	b := shelftest.New(t)
	for year := range 3 {
		b.Publish(small(2021 + year))
	}
	k, _ := sent(t, pressOf(b), 1)
	c := &counting{Shelf: b.Shelf()}
	p := kit.New(kit.Deps{Shelf: c, Key: b.Signer().Key(), Held: int(k.Size) * 5 / 2})
	for _, step := range []struct {
		number int
		packed bool
	}{{1, true}, {2, true}, {1, false}, {2, false}, {1, false}, {3, true}, {1, false}, {3, false}, {2, true}, {1, true}} {
		before := c.files.Load()
		if _, err := p.Kit(t.Context(), step.number); err != nil {
			t.Fatal(err)
		}
		if packed := c.files.Load() > before; packed != step.packed {
			t.Errorf("kit %d was packed: %v", step.number, packed)
		}
	}
}

// A file that cannot be read or trusted leaves no kit, and none is kept.
func TestWithoutAFileThereIsNoKit(t *testing.T) {
	b := shelftest.New(t)
	b.Publish(small(2024))
	c := &counting{Shelf: b.Shelf()}
	c.broken.Store(true)
	p := kit.New(kit.Deps{Shelf: c, Key: b.Signer().Key()})
	if _, err := p.Kit(t.Context(), 1); !errors.Is(err, errBroken) {
		t.Errorf("a broken shelf: %v", err)
	}
	c.broken.Store(false)
	if _, archive := sent(t, p, 1); len(archive) == 0 {
		t.Error("it does not recover")
	}
	b.Source().Change(func(c *shelftest.Contents) { c.Files[1]["table.2024.age.px"][0] ^= 1 })
	if _, err := pressOf(b).Kit(t.Context(), 1); fault.CodeOf(err) != shelf.CodeUntrusted {
		t.Errorf("a file that was changed: %v", err)
	}
	if _, err := p.Kit(t.Context(), 2); fault.CodeOf(err) != shelf.CodeNotPublished {
		t.Errorf("a release that there is not: %v", err)
	}
}

// A kit that is packed while it is sent breaks off where the release does not hold.
func TestSendingBreaksOff(t *testing.T) {
	b := shelftest.New(t)
	b.Publish(small(2024))
	c := &counting{Shelf: b.Shelf()}
	p := kit.New(kit.Deps{Shelf: c, Key: b.Signer().Key(), Held: 1000})
	k, err := p.Kit(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	c.broken.Store(true)
	var got bytes.Buffer
	if err := k.Send(t.Context(), &got); !errors.Is(err, errBroken) || int64(got.Len()) >= k.Size {
		t.Errorf("%d bytes were sent: %v", got.Len(), err)
	}
	c.broken.Store(false)
	if err := k.Send(t.Context(), failing{}); !errors.Is(err, errBroken) {
		t.Errorf("to somebody who left: %v", err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := k.Send(gone, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("after its time: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errBroken }

// Whoever waits for others to be served waits no longer than its time.
func TestWaitingEnds(t *testing.T) {
	defer goleak.VerifyNone(t)
	b := shelftest.New(t)
	b.Publish(small(2024))
	c := &counting{Shelf: b.Shelf(), wait: make(chan struct{})}
	p := kit.New(kit.Deps{Shelf: c, Key: b.Signer().Key()})
	var first sync.WaitGroup
	first.Go(func() {
		if _, err := p.Kit(t.Context(), 1); err != nil {
			t.Error(err)
		}
	})
	for c.files.Load() == 0 {
		runtime.Gosched()
	}
	impatient, leave := context.WithCancel(t.Context())
	leave()
	if _, err := p.Kit(impatient, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("whoever gave up was told %v", err)
	}
	close(c.wait)
	first.Wait()
}

// Python's reader of archives is no program of ours.
func TestAnotherProgramUnpacksIt(t *testing.T) {
	b := library(t)
	k, archive := sent(t, pressOf(b), 1)
	file := filepath.Join(t.TempDir(), k.Name)
	if err := os.WriteFile(file, archive, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "python3", "-c", unpackAndCheck, file, t.TempDir()).CombinedOutput()
	if err != nil {
		t.Fatalf("%v (python3 is got by test/install-clients.sh)\n%s", err, out)
	}
	if want := strconv.Itoa(len(unpack(t, "casestat-release-1", archive))) + "\n"; string(out) != want {
		t.Errorf("it found %s files, want %s", out, want)
	}
}

// unpackAndCheck unpacks a kit and holds its files against SHA256SUMS.txt.
const unpackAndCheck = `
import hashlib, pathlib, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    z.extractall(sys.argv[2])
    names = z.namelist()
root = next(pathlib.Path(sys.argv[2]).iterdir())
sums = (root / 'proof' / 'SHA256SUMS.txt').read_text().splitlines()
assert len(sums) > 50
for line in sums:
    want, path = line.split('  ')
    assert hashlib.sha256((root / path).read_bytes()).hexdigest() == want, path
print(len(names))
`
