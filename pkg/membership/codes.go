package membership

import "manniskohandel.se/casestat/pkg/fault"

// What is wrong with what was asked (fault.Invalid).
const (
	// CodeIDInvalid: an id of an organisation, client or holder is not a UUIDv4
	// in lower case with hyphens.
	CodeIDInvalid fault.Code = "id_invalid"
	// CodeNameInvalid: an organisation's name is empty, longer than MaxName
	// characters, or holds something that is not printable text.
	CodeNameInvalid fault.Code = "name_invalid"
	// CodeKindInvalid: an organisation made by a coordinator is a member.
	CodeKindInvalid fault.Code = "organisation_kind_invalid"
	// CodeOrganisationUnknown: the client's organisation does not exist.
	CodeOrganisationUnknown fault.Code = "organisation_unknown"
	// CodeRoleElsewhere: this role does not belong to this kind of organisation.
	CodeRoleElsewhere fault.Code = "role_in_wrong_organisation"
	// CodeYearOutOfRange: not a year that anybody could report on.
	CodeYearOutOfRange fault.Code = "year_out_of_range"
)

// What cannot be done as things stand (fault.Conflict, but for the Gone, the
// NotFound and the Unavailable named below).
const (
	// CodeOrganisationFixed: the kind of an organisation never changes.
	CodeOrganisationFixed fault.Code = "organisation_kind_fixed"
	// CodeOrganisationInactive: an inactive organisation gets no new clients.
	CodeOrganisationInactive fault.Code = "organisation_inactive"
	// CodePlatformNeeded: the platform's own organisation stays active.
	CodePlatformNeeded fault.Code = "platform_needed"
	// CodeClientFixed: role, organisation and holder of a client never change;
	// revoke it and make another.
	CodeClientFixed fault.Code = "client_fixed"
	// CodeDutiesNotSeparate: the holder already has, or once had, another of the
	// roles coordinator, desk and reviewer.
	CodeDutiesNotSeparate fault.Code = "duties_not_separate"
	// CodeLastCoordinator: nobody would be left to manage the platform; make
	// another coordinator first.
	CodeLastCoordinator fault.Code = "last_coordinator"
	// CodePeriodClosed: a closed year never opens again.
	CodePeriodClosed fault.Code = "period_closed"
	// CodePeriodNotClosed: an open year takes records as it is; only a closed one
	// can be corrected.
	CodePeriodNotClosed fault.Code = "period_not_closed"
	// CodePeriodErased: the records of that year were erased when their time was
	// over; it can neither be opened nor counted.
	CodePeriodErased fault.Code = "period_erased"
	// CodeAlreadyFounded: the first coordinator is made on an empty store only.
	CodeAlreadyFounded fault.Code = "already_bootstrapped"

	// CodeClientRevoked (Gone): a revoked client never comes back.
	CodeClientRevoked fault.Code = "client_revoked"
	// CodeClientUnknown (NotFound): there is no such client.
	CodeClientUnknown fault.Code = "client_unknown"
	// CodePeriodUnknown (NotFound): that year was never opened.
	CodePeriodUnknown fault.Code = "period_unknown"
	// CodeDirectoryUnavailable (Unavailable): whether clients still stand cannot
	// be known now.
	CodeDirectoryUnavailable fault.Code = "directory_unavailable"
	// CodeLedgerUnavailable (Unavailable): the deed could not be written down, so
	// nothing was done.
	CodeLedgerUnavailable fault.Code = "ledger_unavailable"
)
