package desk_test

import (
	"context"
	"errors"
	"slices"
	"sync"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// stored is one current record and whose it is.
type stored struct {
	organisation access.OrganisationID
	year         int
	version      codelist.Version
	answers      record.Answers
}

// memory is a desk.Store that writes down in which order it was used.
type memory struct {
	periods []record.Period
	records []stored

	mu      sync.Mutex // guards what was done
	entries []ledger.Entry
	calls   []string

	appendFails, periodsFail, scanFails bool
}

var errBroken = errors.New("the disk is full")

func (m *memory) Append(_ context.Context, entries []ledger.Entry) error {
	m.did("append")
	if m.appendFails {
		return errBroken
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries = append(m.entries, entries...)
	return nil
}

func (m *memory) did(call string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, call)
}

func (m *memory) Periods(context.Context) ([]record.Period, error) {
	m.did("periods")
	if m.periodsFail {
		return nil, errBroken
	}
	return m.periods, nil
}

func (m *memory) Scan(_ context.Context, scope desk.Scope, each func(codelist.Version, record.Answers) error) error {
	m.did("scan")
	if m.scanFails {
		return errBroken
	}
	var buffer record.Answers // valid during the call alone, as the contract says
	for _, r := range m.records {
		if r.year != scope.Year || (scope.Organisation != "" && r.organisation != scope.Organisation) {
			continue
		}
		buffer = append(buffer[:0], r.answers...)
		if err := each(r.version, buffer); err != nil {
			return err
		}
		clear(buffer)
	}
	return nil
}

func (m *memory) ScanPair(_ context.Context, from, to int, each func(desk.Origin, codelist.Version, record.Answers) error) error {
	m.did("scan")
	if m.scanFails {
		return errBroken
	}
	var met []access.OrganisationID
	var buffer record.Answers
	for _, r := range m.records {
		if r.year != from && r.year != to {
			continue
		}
		if !slices.Contains(met, r.organisation) {
			met = append(met, r.organisation)
		}
		buffer = append(buffer[:0], r.answers...)
		if err := each(desk.Origin{Year: r.year, Member: slices.Index(met, r.organisation)}, r.version, buffer); err != nil {
			return err
		}
		clear(buffer)
	}
	return nil
}

// forgetful is the contrast to the ledger: what it cannot write down it lets pass.
type forgetful struct{ *memory }

func (f forgetful) Append(ctx context.Context, entries []ledger.Entry) error {
	_ = f.memory.Append(ctx, entries)
	return nil
}

func (m *memory) read() bool {
	return slices.Contains(m.calls, "scan") || slices.Contains(m.calls, "periods")
}
