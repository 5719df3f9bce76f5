package membership

import (
	"context"
	"io"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
)

// Deps is what a Service works with.
type Deps struct {
	Store  Store
	Clock  func() time.Time
	Random io.Reader // ids and secrets; safe for concurrent use
	Hasher *access.Hasher
}

// Service manages organisations, clients and periods. Each method checks the
// permission of who asks, and that this client still stands, in the same
// transaction that does the deed and writes it to the ledger.
type Service struct {
	deps     Deps
	snapshot *snapshot
}

var _ access.Directory = (*Service)(nil)

// New makes a Service. It reads nothing yet.
func New(deps Deps) *Service {
	return &Service{deps: deps, snapshot: newSnapshot(deps.Store.Load, deps.Clock)}
}

// transact checks by against permission, runs f on the state as it is inside
// the transaction, and writes the deeds f gives to the ledger. With an error
// nothing has happened; when it returns nil everything is durable and seen by
// this process at once. f may run more than once.
func (s *Service) transact(ctx context.Context, by access.Principal, permission access.Permission, f func(Tx, State) ([]deed, error)) error {
	if err := by.Require(permission); err != nil {
		return err
	}
	return s.commit(ctx, string(by.Client), func(tx Tx, state State) ([]deed, error) {
		if err := state.stands(by.Client); err != nil {
			return nil, err
		}
		return f(tx, state)
	})
}

// commit is transact without the question who may.
func (s *Service) commit(ctx context.Context, actor string, f func(Tx, State) ([]deed, error)) error {
	// Also after an error: a commit whose answer got lost has happened.
	defer s.snapshot.forget()
	return s.deps.Store.Atomically(ctx, func(tx Tx) error {
		state, err := tx.Load(ctx)
		if err != nil {
			return err
		}
		deeds, err := f(tx, state)
		if err != nil || len(deeds) == 0 {
			return err
		}
		now, entries := s.deps.Clock(), make([]ledger.Entry, len(deeds))
		for i, d := range deeds {
			entries[i] = d.entry(now, actor)
		}
		if err := tx.Append(ctx, entries); err != nil {
			return fault.Because(err, fault.Unavailable, CodeLedgerUnavailable)
		}
		return nil
	})
}

// newSecret makes a secret and its hash. It takes some 40 ms, so it is done
// before a transaction, never inside one.
func (s *Service) newSecret(ctx context.Context) (secret, hash string, err error) {
	if secret, err = access.NewSecret(s.deps.Random); err != nil {
		return "", "", err
	}
	hash, err = s.deps.Hasher.Hash(ctx, secret)
	return secret, hash, err
}

func invalid(code fault.Code) error  { return fault.New(fault.Invalid, code) }
func conflict(code fault.Code) error { return fault.New(fault.Conflict, code) }
func notFound(code fault.Code) error { return fault.New(fault.NotFound, code) }
