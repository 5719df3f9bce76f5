// Package intaketest keeps records in memory, for tests of what stands on
// intake.Store and for measuring what intake costs without a database.
package intaketest

import (
	"context"
	"slices"
	"sync"

	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// Memory is an intake.Store without durability. The zero value is empty and
// has no open year.
type Memory struct {
	// Fail, when set, is asked before each step ("begin", "heads", "save",
	// "withdraw", "append", "commit"); its error fails that step.
	Fail func(step string) error

	mu           sync.Mutex
	state        state
	transactions int
}

type state struct {
	heads   map[intake.Key]intake.Version
	history map[intake.Key][]intake.Version // older versions, newest first
	periods map[int]record.PeriodState
	deeds   []ledger.Entry
}

// SetPeriod brings a year to a state.
func (m *Memory) SetPeriod(year int, to record.PeriodState) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.state.periods == nil {
		m.state.periods = map[int]record.PeriodState{}
	}
	m.state.periods[year] = to
}

// Deeds gives the ledger's entries.
func (m *Memory) Deeds() []ledger.Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.state.deeds)
}

// Transactions counts the transactions that committed something or nothing.
func (m *Memory) Transactions() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.transactions
}

func (m *Memory) fail(step string) error {
	if m.Fail == nil {
		return nil
	}
	return m.Fail(step)
}

// Atomically runs f and undoes its steps when any of them fails. An undo log,
// not a copy, so that the cost of a transaction does not grow with the state.
func (m *Memory) Atomically(ctx context.Context, f func(intake.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fail("begin"); err != nil {
		return err
	}
	if m.state.heads == nil {
		m.state.heads = map[intake.Key]intake.Version{}
		m.state.history = map[intake.Key][]intake.Version{}
	}
	tx := &memoryTx{m: m, deeds: len(m.state.deeds)}
	err := f(tx)
	if err == nil {
		err = m.fail("commit")
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		tx.rollback()
		return err
	}
	m.transactions++
	return nil
}

type undo struct {
	key     intake.Key
	head    intake.Version
	existed bool
	history []intake.Version
}

type memoryTx struct {
	m     *Memory
	undos []undo
	deeds int
}

func (t *memoryTx) rollback() {
	for _, u := range slices.Backward(t.undos) {
		if u.existed {
			t.m.state.heads[u.key] = u.head
		} else {
			delete(t.m.state.heads, u.key)
		}
		t.m.state.history[u.key] = u.history
	}
	t.m.state.deeds = t.m.state.deeds[:t.deeds]
}

func (t *memoryTx) remember(key intake.Key) undo {
	head, ok := t.m.state.heads[key]
	u := undo{key, head, ok, t.m.state.history[key]}
	t.undos = append(t.undos, u)
	return u
}

func (t *memoryTx) Heads(_ context.Context, keys []intake.Key) (map[intake.Key]intake.Version, error) {
	if err := t.m.fail("heads"); err != nil {
		return nil, err
	}
	found := make(map[intake.Key]intake.Version)
	for _, k := range keys {
		if v, ok := t.m.state.heads[k]; ok {
			found[k] = v
		}
	}
	return found, nil
}

func (t *memoryTx) Save(_ context.Context, versions []intake.Version) error {
	if err := t.m.fail("save"); err != nil {
		return err
	}
	for _, v := range versions {
		if before := t.remember(v.Key); before.existed {
			t.m.state.history[v.Key] = slices.Concat([]intake.Version{before.head}, before.history)
		}
		t.m.state.heads[v.Key] = v
	}
	return nil
}

func (t *memoryTx) Withdraw(_ context.Context, tombstones []intake.Version) error {
	if err := t.m.fail("withdraw"); err != nil {
		return err
	}
	for _, v := range tombstones {
		t.remember(v.Key)
		t.m.state.heads[v.Key] = v
		delete(t.m.state.history, v.Key)
	}
	return nil
}

func (t *memoryTx) Periods(context.Context) ([]record.Period, error) {
	if err := t.m.fail("periods"); err != nil {
		return nil, err
	}
	var periods []record.Period
	for y, s := range t.m.state.periods {
		periods = append(periods, record.Period{Year: y, State: s})
	}
	return periods, nil
}

func (t *memoryTx) Append(_ context.Context, entries []ledger.Entry) error {
	if err := t.m.fail("append"); err != nil {
		return err
	}
	t.m.state.deeds = append(t.m.state.deeds, entries...)
	return nil
}

// List gives current versions in the order of their ids.
func (m *Memory) List(_ context.Context, page intake.Page) ([]intake.Version, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []intake.Version
	for k, v := range m.state.heads {
		if k.Organisation == page.Organisation && !v.Withdrawn && k.Record > page.After &&
			(page.Year == 0 || v.Record.Year == page.Year) {
			found = append(found, v)
		}
	}
	slices.SortFunc(found, func(a, b intake.Version) int {
		if a.Key.Record < b.Key.Record {
			return -1
		}
		return 1
	})
	return found[:min(len(found), page.Limit)], nil
}

// History gives the versions of one record, newest first.
func (m *Memory) History(_ context.Context, key intake.Key) ([]intake.Version, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	head, ok := m.state.heads[key]
	if !ok {
		return nil, nil
	}
	return slices.Concat([]intake.Version{head}, m.state.history[key]), nil
}
