package frame

import "manniskohandel.se/casestat/pkg/fault"

// Why a plan cannot be laid out, always as fault.Invalid with a pointer into
// the plan document.
const (
	// CodeUnknownUniverse: the figures know no such universe.
	CodeUnknownUniverse fault.Code = "plan_unknown_universe"
	// CodeUnknownFigure: there is no figure of that name.
	CodeUnknownFigure fault.Code = "plan_unknown_figure"
	// CodeNotSummable: only the numbers that the figures declare are added up.
	CodeNotSummable fault.Code = "plan_not_summable"
	// CodeNobody: no valid record can meet the conditions.
	CodeNobody fault.Code = "plan_nobody"
	// CodeTooFine: the plan tells more answers of a field apart than can be
	// protected; take a coarser rung.
	CodeTooFine fault.Code = "plan_too_fine"
	// CodeNoOrganisation: nobody contributes, or somebody stands twice.
	CodeNoOrganisation fault.Code = "plan_no_organisation"
)

// CodeRecordOutside says that a record has answers that no valid record has, so there is
// no place for it.
const CodeRecordOutside fault.Code = "record_outside_frame"
