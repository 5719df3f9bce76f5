package table

import "manniskohandel.se/casestat/pkg/fault"

// Why a table is refused, always as fault.Invalid with a pointer to what is wrong.
const (
	// CodeNoDimensions: a table has at least one dimension.
	CodeNoDimensions fault.Code = "table_without_dimensions"
	// CodeTooManyDimensions: a table has at most MaxDimensions dimensions.
	CodeTooManyDimensions fault.Code = "table_too_many_dimensions"
	// CodeTooManyFilters: a table has at most MaxFilters filters.
	CodeTooManyFilters fault.Code = "table_too_many_filters"
	// CodeTooManyCells: a table has at most MaxCells cells; choose coarser groupings.
	CodeTooManyCells fault.Code = "table_too_many_cells"
	// CodeUnknownField: no such field, or one that cannot stand in a table.
	CodeUnknownField fault.Code = "table_unknown_field"
	// CodeDuplicateField: a field is a dimension once at most.
	CodeDuplicateField fault.Code = "table_duplicate_dimension"
	// CodeUnknownGrouping: the field's ladder has no such rung.
	CodeUnknownGrouping fault.Code = "table_unknown_grouping"
	// CodeUnknownCode: the field has no such code.
	CodeUnknownCode fault.Code = "table_unknown_code"
	// CodeDuplicateCode: a filter names a code once at most.
	CodeDuplicateCode fault.Code = "table_duplicate_code"
	// CodeEmptyFilter: a filter names at least one code.
	CodeEmptyFilter fault.Code = "table_empty_filter"
	// CodeNotSummable: only the number fields that the figures declare are added up.
	CodeNotSummable fault.Code = "table_not_summable"
)
