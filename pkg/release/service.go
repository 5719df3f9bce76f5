package release

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/signed"
)

// Deps is what a Service works with. All of it is required.
type Deps struct {
	Records Records
	Drafts  Drafts
	Archive Archive
	Shelf   Shelf // over Archive
	Figures *figure.Set
	Keys    Keys
	Now     func() time.Time
	// Software is the version of casestat, Origin the name of the releases'
	// ledger in its checkpoints.
	Software, Origin string
}

// Keys are what the desk's process holds. The key that opens certificates is
// not among them.
type Keys struct {
	Signer       signed.Signer    // signs manifests, withdrawals and checkpoints
	Certificates signed.Recipient // to whom proofs are sealed
	// History opens what releases were made from, so that later ones can be
	// protected together with them.
	History signed.Unsealer
	// Secret makes the protector's seeds, which nobody outside may know, and
	// authenticates what lies in the drafts' store.
	Secret [32]byte
	// Turn gives the key that signs until done is called, which a rotation waits
	// for. Nil: Signer signs always.
	Turn func(context.Context) (signer signed.Signer, done func(), err error)
}

// Format writes nothing of the keys, whatever the verb.
func (k Keys) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "keys of "+k.Signer.Key().ID()) }

// Service prepares, reviews and publishes releases. It is safe for concurrent
// use; one draft is computed at a time.
type Service struct {
	deps      Deps
	checks    checks
	computing sync.Mutex // only ever tried
	signing   atomic.Pointer[signed.Signer]
}

// New makes a Service. It refuses dependencies that are not there, so that no
// release finds out.
func New(deps Deps) (*Service, error) {
	k := deps.Keys
	switch {
	case deps.Records == nil, deps.Drafts == nil, deps.Archive == nil, deps.Shelf == nil, deps.Figures == nil, deps.Now == nil:
		return nil, errors.New("release: a dependency is missing")
	case k.Signer.Key().IsZero(), k.Certificates.ID() == "", k.History.Recipient().ID() == "", k.Secret == [32]byte{}:
		return nil, errors.New("release: a key is missing")
	case deps.Software == "":
		return nil, errors.New("release: the version of the software is missing")
	}
	if _, err := (ledger.Head{}).Checkpoint(deps.Origin).MarshalText(); err != nil {
		return nil, fmt.Errorf("release: the origin of the checkpoints: %w", err)
	}
	s := &Service{deps: deps, checks: standard}
	s.signing.Store(&deps.Keys.Signer)
	return s, nil
}

// turn takes up the key that is in force. Until done is called it stays so;
// what is signed for the archive is signed and added in one turn.
func (s *Service) turn(ctx context.Context) (done func(), err error) {
	if s.deps.Keys.Turn == nil {
		return func() {}, nil
	}
	signer, done, err := s.deps.Keys.Turn(ctx)
	if err != nil {
		return nil, err
	}
	s.signing.Store(&signer)
	return done, nil
}

// signer is the key that signs, as the last turn found it.
func (s *Service) signer() signed.Signer { return *s.signing.Load() }

func (s *Service) today() string { return s.deps.Now().UTC().Format(time.DateOnly) }

func personOf(p access.Principal) Person { return Person{Client: p.Client, Holder: p.Holder} }

// deed is the ledger entry for what p did.
func (s *Service) deed(p access.Principal, what ledger.Deed, subjects ...string) ledger.Entry {
	return ledger.Entry{Day: s.today(), Actor: string(p.Client), Deed: what, Subjects: subjects}
}

// log writes deeds in a transaction of their own: nothing is shown to anybody
// before it returned nil.
func (s *Service) log(ctx context.Context, entries ...ledger.Entry) error {
	return s.deps.Drafts.Atomically(ctx, func(tx Tx) error { return appendTo(ctx, tx, entries...) })
}

func appendTo(ctx context.Context, tx Tx, entries ...ledger.Entry) error {
	if err := tx.Append(ctx, entries); err != nil {
		return fault.Because(err, fault.Unavailable, CodeLedgerUnavailable)
	}
	return nil
}

// step is what a change of a draft does besides.
type step struct {
	deed      ledger.Entry
	artefacts *Artefacts // nil: they stay as they are
}

// change runs f on a draft as it is inside the transaction, and saves what f
// made of it together with the deed. With an error nothing has happened. f may
// run more than once.
func (s *Service) change(ctx context.Context, id DraftID, f func(*Draft) (step, error)) (d Draft, err error) {
	err = s.deps.Drafts.Atomically(ctx, func(tx Tx) error {
		if d, err = tx.Draft(ctx, id); err != nil {
			return err
		}
		done, err := f(&d)
		if err != nil {
			return err
		}
		d.Version++
		return save(ctx, tx, d, done)
	})
	if err != nil {
		return Draft{}, err
	}
	return d, nil
}

func save(ctx context.Context, tx Tx, d Draft, done step) error {
	if err := tx.SaveDraft(ctx, d); err != nil {
		return err
	}
	if done.artefacts != nil {
		if err := tx.SaveArtefacts(ctx, d.ID, *done.artefacts); err != nil {
			return err
		}
	}
	return appendTo(ctx, tx, done.deed)
}

// mac authenticates bytes under the release secret, apart for each purpose.
func (s *Service) mac(purpose string, parts ...[]byte) [sha256.Size]byte {
	mac := hmac.New(sha256.New, s.deps.Keys.Secret[:])
	fmt.Fprintf(mac, "casestat release, %s", purpose)
	for _, p := range parts {
		fmt.Fprintf(mac, "\x00%d\x00", len(p))
		mac.Write(p)
	}
	return [sha256.Size]byte(mac.Sum(nil))
}

func conflict(code fault.Code) error { return fault.New(fault.Conflict, code) }
