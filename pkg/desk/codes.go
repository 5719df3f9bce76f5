package desk

import (
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
)

// Why exact counts are refused. Refusals of a table itself carry the codes of
// package table, those for want of a permission access.CodePermissionMissing.
const (
	// CodeUnknownPurpose: the purpose is not in the list.
	CodeUnknownPurpose fault.Code = "unknown_purpose"
	// CodePeriodErased: the records of the year were erased when their time was
	// over. It is not counted, not as nothing either.
	CodePeriodErased fault.Code = "period_erased"
	// CodePeriodNotClosed: the desk counts closed years only. A year that is
	// open and one that nobody opened answer alike.
	CodePeriodNotClosed fault.Code = "period_not_closed"
	// CodePeriodUnknown: the year was never opened.
	CodePeriodUnknown fault.Code = "period_unknown"
	// CodeTableTooDetailed: a desk table has at most MaxDetail dimensions and filters together.
	CodeTableTooDetailed fault.Code = "table_too_detailed"
	// CodeFigureUnknown: there is no figure of that name.
	CodeFigureUnknown fault.Code = "figure_unknown"
	// CodeYearsNotInOrder: of two years that are compared, the earlier comes first.
	CodeYearsNotInOrder fault.Code = "years_not_in_order"
	// CodeLedgerUnavailable: the deed could not be written down, so nothing was
	// read. Retry after a while.
	CodeLedgerUnavailable fault.Code = "ledger_unavailable"
)

// The deeds of this package. The subject of each is the year, or both years.
const (
	DeedDeskFigures    ledger.Deed = "desk.figures_read"
	DeedDeskTable      ledger.Deed = "desk.table_read"
	DeedDeskComparison ledger.Deed = "desk.comparison_read"
	DeedOwnFigures     ledger.Deed = "own.figures_read"
	DeedOwnTable       ledger.Deed = "own.table_read"
	DeedOwnQuality     ledger.Deed = "own.quality_read"
)

// Purpose is why the desk looks at exact counts. It goes into the ledger.
type Purpose string

// The purposes.
const (
	TrendReport        Purpose = "trend_report"
	FigureCheck        Purpose = "figure_check"
	QualityReview      Purpose = "quality_review"
	ReleasePreparation Purpose = "release_preparation"
)

// Purposes are all purposes, in the order of the contract.
func Purposes() []Purpose {
	return []Purpose{TrendReport, FigureCheck, QualityReview, ReleasePreparation}
}
