// Package releasetest keeps records, drafts and releases in memory, for tests
// of what stands on package release.
package releasetest

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
)

// Memory is a release.Records and a release.Drafts without durability. The
// zero value is empty and has no closed year.
type Memory struct {
	// Fail, when set, is asked before each step ("snapshot", "begin", "members", "draft",
	// "artefacts", "request", "append", "commit"), and "committed" after the
	// last; its error fails that step, though after "committed" it is too late.
	Fail func(step string) error

	recordsMu sync.Mutex // guards members, periods and records
	members   []access.OrganisationID
	periods   map[int]record.PeriodState
	records   map[int][]release.Counted

	writing sync.Mutex // one transaction at a time
	mu      sync.Mutex // guards state, which is what was committed
	state   state
}

type state struct {
	drafts    []release.Draft // in the order of their last change
	artefacts map[release.DraftID]release.Artefacts
	requests  []release.Request
	deeds     []ledger.Entry
}

func (s state) clone() state {
	s.drafts, s.requests, s.deeds = slices.Clone(s.drafts), slices.Clone(s.requests), slices.Clone(s.deeds)
	s.artefacts = maps.Clone(s.artefacts)
	return s
}

func (m *Memory) fail(step string) error {
	if m.Fail == nil {
		return nil
	}
	return m.Fail(step)
}

// SetPeriod opens or closes a year.
func (m *Memory) SetPeriod(year int, to record.PeriodState) {
	m.recordsMu.Lock()
	defer m.recordsMu.Unlock()
	if m.periods == nil {
		m.periods = make(map[int]record.PeriodState)
	}
	m.periods[year] = to
}

// SetMembers makes these the member organisations.
func (m *Memory) SetMembers(ids ...access.OrganisationID) {
	m.recordsMu.Lock()
	defer m.recordsMu.Unlock()
	m.members = slices.Clone(ids)
}

// SetRecords makes these the records of a year.
func (m *Memory) SetRecords(year int, records []release.Counted) {
	m.recordsMu.Lock()
	defer m.recordsMu.Unlock()
	if m.records == nil {
		m.records = make(map[int][]release.Counted)
	}
	m.records[year] = slices.Clone(records)
}

// Periods gives the years that were set.
func (m *Memory) Periods(context.Context) (out []record.Period, _ error) {
	m.recordsMu.Lock()
	defer m.recordsMu.Unlock()
	for _, year := range slices.Sorted(maps.Keys(m.periods)) {
		out = append(out, record.Period{Year: year, State: m.periods[year]})
	}
	return out, nil
}

// Snapshot gives the records of a closed year, with answers that are
// overwritten after each.
func (m *Memory) Snapshot(_ context.Context, year int, each func(release.Counted) error) error {
	if err := m.fail("snapshot"); err != nil {
		return err
	}
	m.recordsMu.Lock()
	defer m.recordsMu.Unlock()
	if m.periods[year] != record.PeriodClosed {
		return nil
	}
	for _, c := range m.records[year] {
		c.Answers = record.Answers(bytes.Clone(c.Answers))
		if err := each(c); err != nil {
			return err
		}
		clear(c.Answers)
	}
	return nil
}

// Deeds gives the ledger's entries.
func (m *Memory) Deeds() []ledger.Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.state.deeds)
}

// Tamper changes the artefacts of a draft behind everybody's back.
func (m *Memory) Tamper(id release.DraftID, with func(*release.Artefacts)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.state.artefacts[id]
	with(&a)
	m.state.artefacts[id] = a
}

// Erase does to the drafts what the withdrawal of a record of a year does, in
// one transaction.
func (m *Memory) Erase(year int) {
	m.writing.Lock()
	defer m.writing.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, d := range m.state.drafts {
		a := m.state.artefacts[d.ID]
		holds := slices.ContainsFunc(a.Years, func(y release.SealedYear) bool { return y.Year == year && y.Records != nil })
		if !holds && a.Snapshot == nil {
			continue
		}
		if !d.Frozen() {
			m.state.artefacts[d.ID] = release.Artefacts{}
		} else {
			m.state.artefacts[d.ID] = without(a, year)
		}
		m.state.drafts[i] = d.Forgotten(year)
	}
}

// without is what is left of a release's artefacts.
func without(a release.Artefacts, year int) release.Artefacts {
	a.Certificate, a.Snapshot, a.Years = nil, nil, slices.Clone(a.Years)
	for i := range a.Years {
		if a.Years[i].Year == year {
			a.Years[i].Records = nil
		}
	}
	return a
}

// Drafts gives every draft, the newest change last.
func (m *Memory) Drafts(context.Context) ([]release.Draft, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.state.drafts), nil
}

// Draft gives one draft.
func (m *Memory) Draft(_ context.Context, id release.DraftID) (release.Draft, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state.draft(id)
}

func (s *state) draft(id release.DraftID) (release.Draft, error) {
	i := slices.IndexFunc(s.drafts, func(d release.Draft) bool { return d.ID == id })
	if i < 0 {
		return release.Draft{}, fault.New(fault.NotFound, release.CodeDraftUnknown)
	}
	return s.drafts[i], nil
}

// Artefacts gives the large parts of one draft.
func (m *Memory) Artefacts(_ context.Context, id release.DraftID) (release.Artefacts, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, err := m.state.draft(id); err != nil {
		return release.Artefacts{}, err
	}
	return m.state.artefacts[id], nil
}

// Requests gives every request.
func (m *Memory) Requests(context.Context) ([]release.Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.state.requests), nil
}

// Atomically runs f on a copy and keeps it if nothing fails.
func (m *Memory) Atomically(ctx context.Context, f func(release.Tx) error) error {
	m.writing.Lock()
	defer m.writing.Unlock()
	if err := m.fail("begin"); err != nil {
		return err
	}
	m.mu.Lock()
	tx := &memoryTx{m: m, state: m.state.clone()}
	m.mu.Unlock()
	if err := f(tx); err != nil {
		return err
	}
	if err := m.fail("commit"); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	m.state = tx.state
	m.mu.Unlock()
	return m.fail("committed")
}

type memoryTx struct {
	m     *Memory
	state state
}

func (t *memoryTx) Draft(_ context.Context, id release.DraftID) (release.Draft, error) {
	return t.state.draft(id)
}

func (t *memoryTx) Members(context.Context) ([]access.OrganisationID, error) {
	if err := t.m.fail("members"); err != nil {
		return nil, err
	}
	t.m.recordsMu.Lock()
	defer t.m.recordsMu.Unlock()
	return slices.Clone(t.m.members), nil
}

func (t *memoryTx) SaveDraft(_ context.Context, d release.Draft) error {
	if err := t.m.fail("draft"); err != nil {
		return err
	}
	t.state.drafts = append(slices.DeleteFunc(t.state.drafts, func(o release.Draft) bool { return o.ID == d.ID }), d)
	return nil
}

func (t *memoryTx) SaveArtefacts(_ context.Context, id release.DraftID, a release.Artefacts) error {
	if err := t.m.fail("artefacts"); err != nil {
		return err
	}
	if t.state.artefacts == nil {
		t.state.artefacts = make(map[release.DraftID]release.Artefacts)
	}
	t.state.artefacts[id] = a
	return nil
}

func (t *memoryTx) Requests(context.Context) ([]release.Request, error) {
	return slices.Clone(t.state.requests), nil
}

func (t *memoryTx) SaveRequest(_ context.Context, r release.Request) error {
	if err := t.m.fail("request"); err != nil {
		return err
	}
	t.state.requests = append(slices.DeleteFunc(t.state.requests, func(o release.Request) bool { return o.ID == r.ID }), r)
	return nil
}

func (t *memoryTx) Append(_ context.Context, entries []ledger.Entry) error {
	if err := t.m.fail("append"); err != nil {
		return err
	}
	for _, e := range entries {
		if err := e.Validate(); err != nil {
			return err
		}
	}
	t.state.deeds = append(t.state.deeds, entries...)
	return nil
}
