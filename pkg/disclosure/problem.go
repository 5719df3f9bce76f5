package disclosure

import (
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// Reasons for refusing to protect. Each is stable; none carries a value.
const (
	// CodeSystemMalformed: the system, its views or functionals do not fit together.
	CodeSystemMalformed fault.Code = "system_malformed"
	// CodeDataOutsideSystem: a record stands outside the axes or inside a ban, or
	// a view knows more persons than there are.
	CodeDataOutsideSystem fault.Code = "data_outside_system"
	// CodePolicyTooWeak: a parameter lies below the floor that the design allows.
	CodePolicyTooWeak fault.Code = "policy_too_weak"
	// CodeRequiredCell: a cell that the plan requires cannot be shown safely.
	CodeRequiredCell fault.Code = "required_cell_withheld"
	// CodeHistory: an earlier release shows what may not be shown any more.
	CodeHistory fault.Code = "history_not_protectable"
	// CodeNotDeniable: something sensitive stays exactly known, or nearly, even
	// with everything withheld that may be. Coarsen the plan or drop a table.
	CodeNotDeniable fault.Code = "not_deniable"
	// CodeTooLarge: the system is beyond the limits of this package.
	CodeTooLarge fault.Code = "system_too_large"
)

// Seed makes the protector's choices reproducible for whoever holds it and
// unpredictable for everybody else. Derive it from the release secret and the
// hash of the plan, and keep it sealed.
type Seed [32]byte

// Problem is one system to protect. Data and Views stay as secret as records.
type Problem struct {
	System plan.System
	// Data is the truth: the persons of each atom, hidden axes included.
	Data   []plan.Count
	Views  []plan.View
	Policy plan.Policy
	// Functionals must stay deniable. Nil stands for all that [Derive] finds; to
	// declare differences of siblings besides, append them to these.
	Functionals []plan.Functional
	// Uncounted says that there may be records outside the system, which come and
	// go as well. Without them everybody can tell from a release that at least a
	// threshold of the system's own came, and that none went or as many.
	Uncounted bool
	// Earlier are the patterns of the releases before, oldest first, over the
	// first cells of System. What one of them shows is shown for good; what none
	// of them shows stays withheld. See [Differences] for what the releases tell
	// together about those who came and went.
	Earlier []plan.Pattern
}

// shownBefore says which cells an earlier release shows.
func (p *Problem) shownBefore() []bool {
	out := make([]bool, len(p.System.Cells))
	for _, pattern := range p.Earlier {
		for i, shown := range pattern {
			out[i] = out[i] || shown
		}
	}
	return out
}

// Class says what a reviewer can do about a finding.
type Class uint8

// The classes.
const (
	Note   Class = iota // to know
	Review              // may be waived, with a reason
	Fail                // may not be waived: coarsen, withhold or drop
)

// String names the class as findings are written.
func (c Class) String() string { return [...]string{"note", "review", "fail"}[c%3] }

// Rule names the reason of a finding.
type Rule string

// The rules.
const (
	RuleSensitive     Rule = "sensitive_count"   // withheld: small in some view
	RuleOrganisations Rule = "few_organisations" // withheld (or to review): too few contributors
	RuleSum           Rule = "sum"               // withheld: a contributor could be estimated
	RuleHistory       Rule = "withheld_before"   // withheld: an earlier release withholds it
	RuleSecondary     Rule = "secondary"         // withheld: it would give another one away
	RuleRequired      Rule = "required"          // the plan requires it, safety forbids it
	RuleDeniable      Rule = "deniable"          // no witness exists, or none was found
)

// Finding is one reason, for the desk and the reviewer alone: it names cells
// and functionals and holds no value.
type Finding struct {
	Rule  Rule
	Class Class
	Scope string // the name of a cell or functional
	View  string // the view in which it arises, if one does
}

// Stats says how much work a solution took.
type Stats struct {
	Sensitive   int // pairs of a view and a functional that must be deniable
	Populations int // different populations among the witnesses
	Searches    int // integer programs solved
	Pivots      int // simplex steps in them
}

// Solution is what may be shown, with its proof. Witnesses are as secret as
// the records.
type Solution struct {
	Pattern   plan.Pattern
	Witnesses []plan.Witness
	Findings  []Finding
	Stats     Stats

	// What was proved: by cell, its name, value and whether it is shown. Nil
	// unless this package protected it.
	names  []string
	values []int
	proved plan.Pattern
}

// Shown is how many cells the pattern shows.
func (s Solution) Shown() int {
	n := 0
	for _, shown := range s.Pattern {
		if shown {
			n++
		}
	}
	return n
}
