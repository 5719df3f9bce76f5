package shelf

import "manniskohandel.se/casestat/pkg/signed"

// Check names a check that a contrast switches off.
type Check string

// The checks that can be switched off. The signature cannot: only package
// signed opens a document. Its contrast pins the forger's key.
const (
	Chain       Check = "chain"
	Numbers     Check = "numbers"
	Names       Check = "names"
	Files       Check = "files"
	Withdrawals Check = "withdrawals"
	Growth      Check = "growth"
	Notices     Check = "notices" // after their key was retired
	Closing     Check = "closing" // of a question to the source before it is put
)

// NewWithout makes a shelf that lacks some checks.
func NewWithout(source Source, trust signed.Trust, checks ...Check) *Shelf {
	s := New(source, trust)
	for _, c := range checks {
		*map[Check]*bool{
			Chain: &s.without.chain, Numbers: &s.without.numbers, Names: &s.without.names,
			Files: &s.without.files, Withdrawals: &s.without.withdrawals, Growth: &s.without.growth, Notices: &s.without.notices, Closing: &s.without.closing,
		}[c] = true
	}
	return s
}
