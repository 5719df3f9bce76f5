package release

import (
	"context"
	"time"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/plan"
)

// The variants of a Service with one check switched off, for contrasts.

// WithoutEnough publishes however few records came or went.
func (s *Service) WithoutEnough() { s.checks.enough = func(*story, int) error { return nil } }

// WithoutKnown takes any id for a member organisation's.
func (s *Service) WithoutKnown() {
	s.checks.known = func(context.Context, Tx, *plan.Plan) error { return nil }
}

// WithoutUnchanged saves a computation whatever happened while it ran.
func (s *Service) WithoutUnchanged() {
	s.checks.unchanged = func(context.Context, *Service, *computation) error { return nil }
}

// AsSealedBefore seals a draft's artefacts as versions did that kept all years
// together.
func (s *Service) AsSealedBefore(d Draft, a Artefacts) (Artefacts, error) {
	f, err := s.thaw(d, a)
	if err != nil {
		return a, err
	}
	for i := range f.Years {
		f.Years[i].Part = [32]byte{}
	}
	a.Frozen, a.Years = nil, nil
	a.Snapshot, err = s.seal(f)
	return a, err
}

// WithoutSeparation lets anybody approve.
func (s *Service) WithoutSeparation() {
	s.checks.separate = func(Person, ...Person) bool { return true }
}

// WithVerdict has the auditor find what it is told to.
func (s *Service) WithVerdict(found ...auditor.Finding) {
	s.checks.verify = func(auditor.Certificate) []auditor.Finding { return found }
}

// Busy takes the one place for computing, until the function it gives is called.
func (s *Service) Busy() (free func()) {
	s.computing.Lock()
	return s.computing.Unlock
}

// WithAssault has the attack from the publication find what it is told to.
func (s *Service) WithAssault(a auditor.Assault) {
	s.checks.attack = func(context.Context, auditor.Published, plan.Policy) (auditor.Assault, error) { return a, nil }
}

// WithInsider has each organisation find what it is told to, after meanwhile.
func (s *Service) WithInsider(meanwhile func(context.Context), found ...auditor.Finding) {
	s.checks.findAs = func(ctx context.Context, _ auditor.Published, _ plan.View, _ plan.Policy) (auditor.Assault, error) {
		meanwhile(ctx)
		return auditor.Assault{Findings: found}, nil
	}
}

// WithProtector has other records protected in another way.
func (s *Service) WithProtector(weak func(context.Context, plan.Layout, disclosure.Problem, disclosure.Seed) (disclosure.Prepared, error)) {
	s.checks.again = weak
}

// WithRuns gives so many runs of the protector on other records.
func (s *Service) WithRuns(n int) { s.checks.runs = n }

// Holds is how many persons a cell counts.
func Holds(c plan.Cell, data []plan.Count) int { return quantity(c, data) }

// WithInsideTime gives insiders so long in all.
func (s *Service) WithInsideTime(d time.Duration) { s.checks.inside = d }

// Recall reads the panels that a release speaks of out of a plan.
func Recall(said plan.Publication, document []byte) error {
	_, err := recall(document, []plan.Publication{said})
	return err
}

// Settled puts together what protector and auditor found.
func Settled(year int, protector []disclosure.Finding, audited []auditor.Finding, withheld ...string) []Finding {
	hidden := make(map[string]bool)
	for _, w := range withheld {
		hidden[w] = true
	}
	return append(fromProtector(year, protector, hidden), fromAuditor(year, audited)...).settled()
}
