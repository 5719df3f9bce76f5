package plan

// Policy is the protection's parameters. All of them are public: nothing relies
// on hiding them.
type Policy struct {
	// Threshold (t): a count, complement or nested difference below it is
	// sensitive. Default 5, at least 3: after subtracting oneself and one
	// acquaintance at least 3 remain.
	Threshold int `json:"t" yaml:"t"`
	// OrganisationThreshold (t_org): what must be left, or deniable, after an
	// organisation has subtracted its own records. Default 3.
	OrganisationThreshold int `json:"t_org" yaml:"t_org"`
	// ZerosArePublic publishes zeros. Default false: absence is sensitive, too.
	ZerosArePublic bool `json:"zeros_are_public" yaml:"zeros_are_public"`
	// Coalition is how many organisations may pool what they know. Default 1.
	Coalition int `json:"coalition" yaml:"coalition"`
	// OrganisationsFail and OrganisationsReview: a shown count that so few
	// organisations or fewer contributed to fails, or needs a reviewer. Defaults 1
	// (one organisation's caseload) and 2 (each knows the other's).
	OrganisationsFail   int `json:"organisations_fail" yaml:"organisations_fail"`
	OrganisationsReview int `json:"organisations_review" yaml:"organisations_review"`
	// DominancePercent (p of the p% rule) and Contributors bound sums. Defaults
	// 15 and 5.
	DominancePercent int `json:"p" yaml:"p"`
	Contributors     int `json:"contributors" yaml:"contributors"`
	// SensitiveShare: a table of which more than one cell in so many stays
	// sensitive after recoding is withheld as a whole. Default 3.
	SensitiveShare int `json:"sensitive_share" yaml:"sensitive_share"`
	// Conjunction is the order of the unpublished conjunctions that must not be
	// exactly determined. Default 3.
	Conjunction int `json:"conjunction" yaml:"conjunction"`
	// PosteriorPercent and MatchingValues bound the warnings of the auditor.
	// Defaults 90 and 3.
	PosteriorPercent int `json:"posterior" yaml:"posterior"`
	MatchingValues   int `json:"matching" yaml:"matching"`
}

// Defaults is the policy for a platform of some thirty organisations and some
// tens of persons a year.
func Defaults() Policy {
	return Policy{
		Threshold: 5, OrganisationThreshold: 3, Coalition: 1,
		OrganisationsFail: 1, OrganisationsReview: 2,
		DominancePercent: 15, Contributors: 5, SensitiveShare: 3,
		Conjunction: 3, PosteriorPercent: 90, MatchingValues: 3,
	}
}
