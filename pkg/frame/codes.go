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
	// CodeNoBatch: a release speaks of the records of batches that do not exist,
	// or of none.
	CodeNoBatch fault.Code = "plan_no_batch"
	// CodePastUnreadable: an earlier release states something that this codebook
	// does not know, or says the same thing twice.
	CodePastUnreadable fault.Code = "past_unreadable"
	// CodePanelChanged: an earlier release of the year has a panel of this name
	// over other organisations; give the new one a name of its own.
	CodePanelChanged fault.Code = "plan_panel_changed"
)

// CodeRecordOutside says that a record has answers that no valid record has, so there is
// no place for it.
const CodeRecordOutside fault.Code = "record_outside_frame"

// CodeForeignSystem says that what is to be described was not recoded from this
// frame. It is an error of the program.
const CodeForeignSystem fault.Code = "frame_foreign_system"
