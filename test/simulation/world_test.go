package simulation

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
	"manniskohandel.se/casestat/pkg/store"
)

// clock is the time that a run is told.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = to
}

func (c *clock) day() string { return c.Now().UTC().Format(time.DateOnly) }

// subjectKey turns record ids into what the ledger calls them.
var subjectKey = []byte("a key of the simulation, 32 bytes")

// profile is what tokens are held against.
var profile = access.Profile{Issuer: "https://simulated.test", Audience: "https://simulated.test"}

// world is what outlasts a process: the folder of keys, the clock, and the
// process that runs now.
type world struct {
	*process
	home     string
	seed     uint64
	clock    *clock
	wrong    *wrong
	with     bool // releases
	machines int
	sources  int     // of randomness
	awaits   *strike // what is to happen while the next process starts
}

// process is the product as it runs on one machine.
type process struct {
	machine  *machine
	records  *store.Records
	archive  *store.Releases // nil without releases
	intake   *intake.Service
	members  *membership.Service
	desk     *desk.Service
	releases *release.Service
	shelf    *shelf.Shelf
	ring     *access.Ring
	issuer   *access.Issuer
	tokens   authenticator
	sight    *sight

	retention *membership.Service // whose time is over, by a clock of its own in a contrast
}

// authenticator says who stands behind a token.
type authenticator interface {
	Authenticate(ctx context.Context, token string) (access.Principal, error)
}

// figures and reader are the product's own.
var figures = sync.OnceValue(func() *figure.Set {
	set, err := figure.Current(codelist.Current())
	if err != nil {
		panic(err)
	}
	return set
})

// open makes a world in which the first process has just started on what image
// holds.
func open(home string, seed uint64, image files, wrong *wrong) (*world, error) {
	w := &world{home: home, seed: seed, clock: &clock{now: beginning}, wrong: wrong, with: image["releases.db"] != nil}
	file := w.keyFile()
	if _, err := file.Init(); err != nil {
		return nil, err
	}
	return w, w.start(image)
}

// random gives a source of its own to each who asks for one.
func (w *world) random() *rand.ChaCha8 {
	var from [32]byte
	w.sources++
	copy(from[:], fmt.Sprintf("%d/%d", w.seed, w.sources))
	return rand.NewChaCha8(from)
}

func (w *world) keyFile() access.KeyFile {
	return access.KeyFile{Path: filepath.Join(w.home, "token.keys"), Clock: w.clock.Now, Random: w.random()}
}

// start starts a process on a machine of its own.
func (w *world) start(image files) error {
	w.machines++
	m := &machine{folder: filepath.Join(w.home, fmt.Sprint("machine", w.machines)), wrong: w.wrong}
	if err := os.Mkdir(m.folder, 0o700); err != nil {
		return err
	}
	if err := image.write(m.folder); err != nil {
		return err
	}
	w.process = &process{machine: m}
	m.arm(w.awaits)
	w.awaits = nil
	if err := w.openStores(); err != nil || m.dead() {
		return w.startAgain(err)
	}
	return w.wire()
}

// startAgain starts another process after one to which something happened while
// it started.
func (w *world) startAgain(failed error) error {
	if !w.machine.stricken() {
		return failed
	}
	image, err := w.stop()
	if err != nil {
		return err
	}
	return w.start(image)
}

func (w *world) openStores() (err error) {
	p, ctx := w.process, context.Background()
	place := store.Config{Backend: store.SQLite, Folder: p.machine.folder, Connector: p.machine.through}
	if p.records, err = store.Open(ctx, place); err != nil {
		return err
	}
	if w.with {
		if p.archive, err = store.OpenReleases(ctx, place); err != nil {
			return err
		}
	}
	p.sight, err = openSight(p.machine.folder, w.with)
	return err
}

// wire puts the services together as the program does.
func (w *world) wire() (err error) {
	p, random, s := w.process, w.random(), w.wrong.stores(w)
	p.intake = intake.New(intake.Deps{Store: s.intake, Now: w.clock.Now, Rand: random, SubjectKey: subjectKey, Batches: 2})
	hasher, err := access.NewHasher(access.HasherConfig{Random: random})
	if err != nil {
		return err
	}
	p.members = membership.New(membership.Deps{Store: s.membership, Clock: w.clock.Now, Random: random, Hasher: hasher})
	p.retention = membership.New(membership.Deps{Store: s.membership, Clock: w.wrong.retentionClock(w.clock), Random: random, Hasher: hasher})
	if p.desk, err = desk.New(desk.Deps{Store: s.desk, Figures: figures(), Now: w.clock.Now}); err != nil {
		return err
	}
	if p.ring, err = access.OpenRing(w.keyFile()); err != nil {
		return err
	}
	deps := access.TokenDeps{Profile: profile, Ring: p.ring, Clock: w.clock.Now, Random: random}
	if p.issuer, err = access.NewIssuer(deps); err != nil {
		return err
	}
	verifier, err := access.NewVerifier(deps)
	if err != nil {
		return err
	}
	p.tokens = w.wrong.authenticator(access.Authenticator{Verifier: verifier, Directory: w.wrong.directory(p.members)})
	if !w.with {
		return nil
	}
	return w.wireReleases(s)
}

func (w *world) wireReleases(s stores) (err error) {
	k := seals()
	if k.err != nil {
		return k.err
	}
	w.shelf = shelf.New(s.archive, signed.Pin(k.Signer.Key()))
	w.process.releases, err = release.New(release.Deps{
		Records: s.frozen, Drafts: s.drafts, Archive: s.archive, Shelf: w.shelf, Figures: figures(), Keys: k.Keys,
		Now: w.clock.Now, Software: "simulated", Origin: "simulated.test/releases",
	})
	return err
}

// stop ends the process and gives what it leaves on the disk. One that died has
// left it before.
func (w *world) stop() (files, error) {
	p := w.process
	var errs []error
	if p.sight != nil {
		p.sight.close()
	}
	if p.intake != nil {
		p.intake.Close()
	}
	if p.records != nil {
		errs = append(errs, p.records.Close())
	}
	if p.archive != nil {
		errs = append(errs, p.archive.Close())
	}
	err := errors.Join(errs...)
	image := p.machine.image
	if image == nil {
		if err != nil {
			return nil, err
		}
		if image, err = readFiles(p.machine.folder); err != nil {
			return nil, err
		}
	}
	return image, os.RemoveAll(p.machine.folder)
}

// keys are what releases are signed and sealed with. They are made once: no
// draw depends on them.
type keys struct {
	release.Keys
	err error
}

var seals = sync.OnceValue(func() (k keys) {
	random := rand.NewChaCha8([32]byte{7})
	folder, err := os.MkdirTemp("", "casestat-simulation-keys-")
	if err != nil {
		return keys{err: err}
	}
	defer os.RemoveAll(folder)
	if k.Signer, k.err = signed.CreateSigner(filepath.Join(folder, "s"), "simulated.test", random); k.err != nil {
		return k
	}
	certificates, err := signed.CreateUnsealer(filepath.Join(folder, "c"), "simulated.test", random)
	if err != nil {
		return keys{err: err}
	}
	k.History, k.err = signed.CreateUnsealer(filepath.Join(folder, "h"), "simulated.test", random)
	k.Certificates, k.Secret = certificates.Recipient(), [32]byte{1, 2, 3}
	return k
})
