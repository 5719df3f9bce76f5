package release

import (
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
)

// Why the release service refuses. The reasons of package plan, frame and
// disclosure come through as they are.
const (
	// CodeDraftUnknown: there is no such draft, or none that the caller may see.
	CodeDraftUnknown fault.Code = "draft_unknown"
	// CodeDraftState: the draft is not in a state in which this can be done.
	CodeDraftState fault.Code = "draft_state"
	// CodeDraftChanged: the draft is not the version any more that the change names.
	CodeDraftChanged fault.Code = "draft_changed"
	// CodePeriodNotClosed: a year of the plan is not closed, or is being corrected.
	CodePeriodNotClosed fault.Code = "release_period_not_closed"
	// CodeUniverseTooSmall: a listed universe holds fewer persons than the threshold.
	CodeUniverseTooSmall fault.Code = "universe_too_small"
	// CodeTableInadmissible: the plan's structure does not allow a table over a
	// universe of the published size.
	CodeTableInadmissible fault.Code = "table_inadmissible"
	// CodeTooFewChanges: fewer persons were added or removed since the last release
	// of the year than a release may show.
	CodeTooFewChanges fault.Code = "too_few_changes"
	// CodeNotProved: the auditor does not accept the protector's proof.
	CodeNotProved fault.Code = "not_proved"
	// CodeBusy: another draft is being computed. Retry after a while.
	CodeBusy fault.Code = "release_busy"
	// CodeFindingsStand: a finding of class fail stands, or one of class review was not waived.
	CodeFindingsStand fault.Code = "findings_stand"
	// CodeWaiverRefused: a waiver names no finding of class review.
	CodeWaiverRefused fault.Code = "waiver_refused"
	// CodeWaiverReason: a waiver's reason or legal basis is too short or too long.
	CodeWaiverReason fault.Code = "waiver_reason"
	// CodeOwnSubmission: nobody approves what the same person submitted or planned.
	CodeOwnSubmission fault.Code = "own_submission"
	// CodeNumberTaken: another release has this number.
	CodeNumberTaken fault.Code = "release_number_taken"
	// CodeReleaseUnknown: there is no release of that number.
	CodeReleaseUnknown fault.Code = "release_unknown"
	// CodeWithdrawn: the release was withdrawn before.
	CodeWithdrawn fault.Code = "release_withdrawn"
	// CodeRequestUnknown: there is no such request, or none that the caller may see.
	CodeRequestUnknown fault.Code = "request_unknown"
)

// The deeds of this package. The subject is the draft, the release's number or
// the request; the reason is a code.
const (
	DeedPlanned   ledger.Deed = "release.planned"
	DeedComputed  ledger.Deed = "release.computed"
	DeedRefused   ledger.Deed = "release.refused"
	DeedRead      ledger.Deed = "release.draft_read"
	DeedSubmitted ledger.Deed = "release.submitted"
	DeedApproved  ledger.Deed = "release.approved"
	DeedRejected  ledger.Deed = "release.rejected"
	DeedPublished ledger.Deed = "release.published"
	DeedWithdrawn ledger.Deed = "release.withdrawn"
	DeedRequested ledger.Deed = "release.table_requested"
	DeedPriced    ledger.Deed = "release.table_priced"
)
