package membership

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

var errBroken = errors.New("the store is broken")

// memory is a Store in memory: one transaction at a time, all or nothing. It
// can be told to fail at a step.
type memory struct {
	mu            sync.Mutex
	organisations map[access.OrganisationID]access.Organisation
	clients       map[access.ClientID]access.Client
	periods       map[int]record.Period
	entries       []ledger.Entry
	fail          string // the step that fails: "load", "save", "append", "commit" or "lost answer"
	loads         int
	loading       func() // called at each Load outside a transaction
}

func newMemory() *memory {
	return &memory{
		organisations: map[access.OrganisationID]access.Organisation{},
		clients:       map[access.ClientID]access.Client{},
		periods:       map[int]record.Period{},
	}
}

func (m *memory) breaks(step string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = step
}

func (m *memory) ledger() []ledger.Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.entries)
}

func (m *memory) Load(context.Context) (State, error) {
	state, err := m.read()
	if m.loading != nil {
		m.loading()
	}
	return state, err
}

func (m *memory) read() (State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.loads++
	if m.fail == "load" {
		return State{}, errBroken
	}
	return m.state(), nil
}

func (m *memory) state() State {
	return State{
		Organisations: sorted(m.organisations),
		Clients:       sorted(m.clients),
		Periods:       sorted(m.periods),
	}
}

func sorted[K cmp.Ordered, V any](from map[K]V) []V {
	var list []V
	for _, k := range slices.Sorted(maps.Keys(from)) {
		list = append(list, from[k])
	}
	return list
}

func (m *memory) Atomically(_ context.Context, f func(Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	tx := &memoryTx{memory{
		organisations: maps.Clone(m.organisations), clients: maps.Clone(m.clients), periods: maps.Clone(m.periods),
		entries: slices.Clone(m.entries), fail: m.fail,
	}}
	if err := f(tx); err != nil {
		return err
	}
	if m.fail == "commit" {
		return errBroken
	}
	m.organisations, m.clients, m.periods, m.entries = tx.organisations, tx.clients, tx.periods, tx.entries
	if m.fail == "lost answer" {
		return errBroken
	}
	return nil
}

type memoryTx struct{ memory }

func (t *memoryTx) Load(context.Context) (State, error) { return t.state(), t.at("tx load") }

func (t *memoryTx) SaveOrganisation(_ context.Context, o access.Organisation) error {
	t.organisations[o.ID] = o
	return t.at("save")
}

func (t *memoryTx) SaveClient(_ context.Context, c access.Client) error {
	t.clients[c.ID] = c
	return t.at("save")
}

func (t *memoryTx) SavePeriod(_ context.Context, p record.Period) error {
	t.periods[p.Year] = p
	return t.at("save")
}

func (t *memoryTx) Append(_ context.Context, entries []ledger.Entry) error {
	t.entries = append(t.entries, entries...)
	return t.at("append")
}

func (t *memoryTx) at(step string) error {
	if t.fail == step {
		return errBroken
	}
	return nil
}
