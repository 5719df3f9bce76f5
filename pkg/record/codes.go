package record

import "manniskohandel.se/casestat/pkg/fault"

// Refusals of a whole document: it is not one readable JSON object or row.
const (
	CodeEmptyBody       fault.Code = "empty_body"           // no bytes, or white space only
	CodeTooLarge        fault.Code = "record_too_large"     // beyond Limits.RecordBytes
	CodeMalformedJSON   fault.Code = "malformed_json"       // not JSON by RFC 8259 (comments, truncation, bad escapes ...)
	CodeNotAnObject     fault.Code = "not_an_object"        // JSON, but null, an array or a scalar
	CodeTrailingData    fault.Code = "trailing_data"        // something follows the object
	CodeByteOrderMark   fault.Code = "byte_order_mark"      // JSON must not begin with one
	CodeInvalidUTF8     fault.Code = "invalid_utf8"         // bytes that are not UTF-8
	CodeLoneSurrogate   fault.Code = "lone_surrogate"       // a \u escape of half a surrogate pair
	CodeNUL             fault.Code = "nul_character"        // U+0000, raw or escaped
	CodeTooDeep         fault.Code = "too_deep"             // nested beyond any use
	CodeUnknownMember   fault.Code = "unknown_member"       // no field has this name; reported at "", because the name may be personal data
	CodeMemberCase      fault.Code = "member_case"          // a field's name in other letters; reported at the field that was meant
	CodeDuplicateMember fault.Code = "duplicate_member"     // a field stands twice
	CodeRequired        fault.Code = "required"             // a core field is missing
	CodeNotCountOnly    fault.Code = "not_in_count_only"    // a count-only record carries more than it may
	CodeRecordRefused   fault.Code = "record_refused"       // the error around the details of one refused record
	CodeRowColumns      fault.Code = "csv_column_count"     // a row with more or fewer cells than the header
	CodeRowQuotes       fault.Code = "csv_quotes"           // a quote inside a bare cell, text after a closing quote, or a quote left open
	CodeHeaderRefused   fault.Code = "csv_header_refused"   // the error around the details of a refused header row
	CodeHeaderUnknown   fault.Code = "csv_unknown_column"   // no field has this name; reported at ""
	CodeHeaderCase      fault.Code = "csv_column_case"      // a field's name in other letters
	CodeHeaderDuplicate fault.Code = "csv_duplicate_column" // a column stands twice
	CodeHeaderMissing   fault.Code = "csv_missing_column"   // a core field has no column
	CodeEmptyBatch      fault.Code = "empty_batch"          // a batch without one record
	CodeBatchTooLarge   fault.Code = "batch_too_large"      // beyond Limits.BatchBytes
	CodeBatchTooMany    fault.Code = "batch_too_many_rows"  // beyond Limits.BatchRows
)

// Refusals of one answer.
const (
	CodeNull             fault.Code = "null_value"            // say why it is missing instead
	CodeEmptyString      fault.Code = "empty_string"          // likewise; in a CSV cell, an empty part between two separators
	CodeWrongType        fault.Code = "wrong_type"            // a string for a number, a code for an array, and so on
	CodeUnknownCode      fault.Code = "unknown_code"          // not in the field's list, compared exactly
	CodeDeprecatedCode   fault.Code = "deprecated_code"       // in the list, but no longer for new records
	CodeMissingCode      fault.Code = "missing_not_allowed"   // this missing-value code does not fit this field
	CodeEmptyArray       fault.Code = "empty_array"           // send none_identified or a missing code
	CodeDuplicateCode    fault.Code = "duplicate_code"        // a code stands twice in one answer
	CodeMixedCodes       fault.Code = "mixed_codes"           // a missing code or none_identified beside other codes
	CodeNotAnInteger     fault.Code = "not_an_integer"        // a fraction, an exponent, -0 or a leading zero
	CodeNumberOutOfRange fault.Code = "number_out_of_range"   // beyond the field's smallest and largest number
	CodeIDMalformed      fault.Code = "record_id_malformed"   // not a UUID in canonical lower-case form
	CodeIDNotRandom      fault.Code = "record_id_not_random"  // a UUID, but not a random version 4
	CodeVersion          fault.Code = "version_not_a_version" // a row's version is not a positive integer
)

// Refusals by the identifier shield: what was sent looks like personal data.
// It is neither stored nor logged nor repeated.
const (
	CodePersonalNumber fault.Code = "identifier_personal_number" // personal identity or coordination number
	CodePhone          fault.Code = "identifier_phone"
	CodeEmail          fault.Code = "identifier_email"
	CodeCoordinate     fault.Code = "identifier_coordinate"
	CodeFreeText       fault.Code = "free_text" // no field takes text
)

// Refusals by the codebook's rules across fields. R8 is a warning. R1-R9 and
// R12 are clauses of the codebook; R11 is checked here, R10 where records are stored.
const (
	CodeR1  fault.Code = "R1"
	CodeR2  fault.Code = "R2"
	CodeR3  fault.Code = "R3"
	CodeR4  fault.Code = "R4"
	CodeR5  fault.Code = "R5"
	CodeR6  fault.Code = "R6"
	CodeR7  fault.Code = "R7"
	CodeR8  fault.Code = "R8"
	CodeR9  fault.Code = "R9"
	CodeR11 fault.Code = "R11" // not_recorded in a core field, outside a legacy import
	CodeR12 fault.Code = "R12"
)

// AllCodes lists every code of this package, so that those who word them can
// prove that none is missing.
func AllCodes() []fault.Code {
	return []fault.Code{
		CodeEmptyBody, CodeTooLarge, CodeMalformedJSON, CodeNotAnObject, CodeTrailingData, CodeByteOrderMark,
		CodeInvalidUTF8, CodeLoneSurrogate, CodeNUL, CodeTooDeep, CodeUnknownMember, CodeMemberCase,
		CodeDuplicateMember, CodeRequired, CodeNotCountOnly, CodeRecordRefused, CodeRowColumns, CodeRowQuotes,
		CodeHeaderRefused, CodeHeaderUnknown, CodeHeaderCase, CodeHeaderDuplicate, CodeHeaderMissing,
		CodeEmptyBatch, CodeBatchTooLarge, CodeBatchTooMany,
		CodeNull, CodeEmptyString, CodeWrongType, CodeUnknownCode, CodeDeprecatedCode, CodeMissingCode,
		CodeEmptyArray, CodeDuplicateCode, CodeMixedCodes, CodeNotAnInteger, CodeNumberOutOfRange,
		CodeIDMalformed, CodeIDNotRandom, CodeVersion,
		CodePersonalNumber, CodePhone, CodeEmail, CodeCoordinate, CodeFreeText,
		CodeR1, CodeR2, CodeR3, CodeR4, CodeR5, CodeR6, CodeR7, CodeR8, CodeR9, CodeR11, CodeR12,
	}
}
