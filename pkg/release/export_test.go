package release

import (
	"manniskohandel.se/casestat/pkg/auditor"
)

// The variants of a Service with one check switched off, for contrasts.

// WithoutEnough publishes however few records came or went.
func (s *Service) WithoutEnough() { s.checks.enough = func(*story, int) error { return nil } }

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
