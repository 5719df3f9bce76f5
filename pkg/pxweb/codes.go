package pxweb

import "manniskohandel.se/casestat/pkg/fault"

// What a client is told. PxWebApi 2 wants 400 for whatever is wrong with a
// selection, so all of that is fault.Malformed.
const (
	// CodeTableUnknown: there is no table of that id.
	CodeTableUnknown fault.Code = "pxweb_table_unknown"
	// CodeCodelistUnknown: there is no codelist of that id.
	CodeCodelistUnknown fault.Code = "pxweb_codelist_unknown"
	// CodeCodelistForeign: the codelist is not one of that variable.
	CodeCodelistForeign fault.Code = "pxweb_codelist_foreign"
	// CodeSavedQueryUnknown: the id encodes no query.
	CodeSavedQueryUnknown fault.Code = "pxweb_saved_query_unknown"
	// CodeSavedQueryTooLong: the query is too long to be an id.
	CodeSavedQueryTooLong fault.Code = "pxweb_saved_query_too_long"
	// CodeVariableUnknown: the table has no such variable.
	CodeVariableUnknown fault.Code = "pxweb_variable_unknown"
	// CodeVariableTwice: a variable is selected from, or placed, more than once.
	CodeVariableTwice fault.Code = "pxweb_variable_twice"
	// CodeValueUnknown: the variable has no such value, or none that the
	// expression matches.
	CodeValueUnknown fault.Code = "pxweb_value_unknown"
	// CodeExpression: the selection expression is none that there is.
	CodeExpression fault.Code = "pxweb_expression_invalid"
	// CodeSelectionMissing: nothing is selected of a variable that has no total.
	CodeSelectionMissing fault.Code = "pxweb_selection_missing"
	// CodeTooManyCells: the selection has more cells than one call may fetch.
	CodeTooManyCells fault.Code = "pxweb_too_many_cells"
	// CodeTooManyCalls: all clients together call too often.
	CodeTooManyCalls fault.Code = "pxweb_too_many_calls"
	// CodePageUnknown: there is no such page of tables.
	CodePageUnknown fault.Code = "pxweb_page_unknown"
	// CodeParameter: a parameter has a value that it cannot have.
	CodeParameter fault.Code = "pxweb_parameter_invalid"
	// CodeLanguage: the language is none of those of /config.
	CodeLanguage fault.Code = "pxweb_language_unsupported"
	// CodeFormat: the format is none of those of /config.
	CodeFormat fault.Code = "pxweb_format_unsupported"
	// CodeQueryString: the query string cannot be read.
	CodeQueryString fault.Code = "pxweb_query_unreadable"
	// CodeBody: the body is no JSON, or not a selection.
	CodeBody fault.Code = "pxweb_body_invalid"
	// CodeBodyTooLarge: the body is larger than any selection.
	CodeBodyTooLarge fault.Code = "pxweb_body_too_large"
)

// refused is a request that says something wrong; at names the parameter or the
// place in the body, in words of ours.
func refused(code fault.Code, at ...string) error {
	return fault.New(fault.Malformed, code, details(code, at)...)
}

func details(code fault.Code, at []string) (all []fault.Detail) {
	for _, place := range at {
		all = append(all, fault.Detail{Pointer: place, Code: code})
	}
	return all
}

func unknown(code fault.Code) error { return fault.New(fault.NotFound, code) }

// pointed says where a refusal applies.
func pointed(err error, where string) error { return refused(fault.CodeOf(err), where) }

// tooManyCells is 403, as PxWebApi 2 has it.
func tooManyCells() error { return fault.New(fault.Forbidden, CodeTooManyCells) }

func tooManyCalls() error { return fault.New(fault.TooMany, CodeTooManyCalls) }

func tooLarge() error { return fault.New(fault.TooLarge, CodeBodyTooLarge) }
