package auditor

// Class says what a finding means for the release.
type Class uint8

// The classes. The zero value fails, so that a finding nobody classified stops
// the release.
const (
	Fail   Class = iota // cannot be waived: coarsen, withhold or drop
	Review              // needs a reviewer's reason
	Pass                // nothing found; said once for a whole examination
)

// String is the class as it is written.
func (c Class) String() string {
	switch c {
	case Pass:
		return "pass"
	case Review:
		return "review"
	}
	return "fail"
}

// Rule names what was examined.
type Rule string

// The rules of Verify.
const (
	RuleForm          Rule = "form"           // the certificate does not fit together
	RulePolicy        Rule = "policy"         // a parameter is weaker than the design allows
	RuleViews         Rule = "views"          // a viewpoint is missing or weaker than it must be
	RuleShown         Rule = "shown"          // small, and what is shown gives it exactly
	RuleMissing       Rule = "missing"        // small, and a witness is missing
	RuleWitness       Rule = "witness"        // a witness does not prove what it says
	RuleSurplus       Rule = "surplus"        // a witness for what needs none, or a second one
	RuleOrganisations Rule = "organisations"  // shown, and too few organisations contributed
	RuleSum           Rule = "sum"            // shown, and one contributor could be estimated
	RuleVerified      Rule = "all_witnesses"  // pass: everything sensitive was proved deniable
	RuleDetermined    Rule = "determined"     // attack: small, and known exactly
	RuleTooSmall      Rule = "known_small"    // attack: certainly small, whatever its value
	RuleRecord        Rule = "record"         // attack: a whole record is certainly present
	RuleConjunction   Rule = "conjunction"    // attack: a small combination is known, or certainly present
	RuleGroup         Rule = "group"          // attack: a whole group, or all but one, has one property
	RuleTruncated     Rule = "not_exhausted"  // attack: something could not be established
	RuleContradiction Rule = "contradiction"  // attack: no population has the published values
	RulePosterior     Rule = "posterior"      // warning: guessing it right is too easy
	RuleMatching      Rule = "matching"       // warning: few values lead to this pattern
	RuleWithstood     Rule = "attack_is_over" // pass: the attack found nothing
)

// Finding is one result of an examination. Everything but Desk may be put into
// a log; Desk holds numbers about records and is for the data desk and the
// reviewer alone.
type Finding struct {
	Class Class
	Rule  Rule
	Scope string // the name of a cell, functional or view
	View  string // the view in which it arises, if one does
	Desk  Numbers
}

// Numbers are as secret as the records.
type Numbers struct {
	Value     int // of the quantity, after the view's knowledge is subtracted
	Threshold int // that it was held against
}

// Worst is the class of a whole examination. Without any finding it fails:
// nothing was examined.
func Worst(findings []Finding) Class {
	if len(findings) == 0 {
		return Fail
	}
	worst := Pass
	for _, f := range findings {
		worst = min(worst, f.Class)
	}
	return worst
}
