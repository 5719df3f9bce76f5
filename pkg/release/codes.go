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
	// CodePeriodErased: the records of a year of the plan were erased when their
	// time was over. What was released of it stands; nothing can be added.
	CodePeriodErased fault.Code = "release_period_erased"
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
	// CodeRequestFixed: a request never changes; make another.
	CodeRequestFixed fault.Code = "request_fixed"
	// CodeTooManyRequests: the holder has MaxRequests requests already; waiting
	// does not help.
	CodeTooManyRequests fault.Code = "too_many_requests"
	// CodeUniverseUnpublished, of a request: no standing release of the year
	// states the size of the table's universe, so nothing can be said.
	CodeUniverseUnpublished fault.Code = "universe_unpublished"
	// CodeIDInvalid: the id of a draft or a request is not a UUIDv4.
	CodeIDInvalid fault.Code = "id_invalid"
	// CodeReason: the reason of a rejection or a withdrawal is too short or too long.
	CodeReason fault.Code = "reason_invalid"
	// CodeCodebookOther: records of the year were made with a codebook that this
	// program does not count.
	CodeCodebookOther fault.Code = "codebook_not_counted"
	// CodeHistory: what an earlier release of the year was made from cannot be
	// read, or does not agree with what it says. Nothing may be added to it.
	CodeHistory fault.Code = "release_history_unreadable"
	// CodeHistoryErased: a record that an earlier release of the year was computed
	// from was withdrawn, or the year's time is over. What would protect a later
	// release together with the earlier ones was erased with it, and so was the
	// proof. What was released stands; nothing may be added to the year.
	CodeHistoryErased fault.Code = "release_history_erased"
	// CodePanelHistory: which organisations a panel of an earlier release of the
	// year has cannot be read any more. Nothing may be added to it.
	CodePanelHistory fault.Code = "release_panel_unreadable"
	// CodeNotNamed: an organisation has records of the year and is not among those
	// that the plan says took part in it.
	CodeNotNamed fault.Code = "organisation_not_named"
	// CodeTookPartUnknown: no member organisation has the id that the plan names
	// as one that took part.
	CodeTookPartUnknown fault.Code = "plan_organisation_unknown"
	// CodeOutdated: the records, or the releases of the year, are not those that
	// were protected. Compute again.
	CodeOutdated fault.Code = "computation_outdated"
	// CodeTampered: the draft's artefacts are not those that were stored.
	CodeTampered fault.Code = "artefacts_tampered"
	// CodeCertificate: the sealed certificate or review is not that of the release.
	CodeCertificate fault.Code = "certificate_not_of_release"
	// CodeLedgerUnavailable: the deed could not be written down, so nothing was
	// done or read. Retry after a while.
	CodeLedgerUnavailable fault.Code = "ledger_unavailable"
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
