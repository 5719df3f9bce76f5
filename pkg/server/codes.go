package server

import "manniskohandel.se/casestat/pkg/fault"

// What a request is told that does not fit the contract.
const (
	// CodeInternal: something went wrong on our side. Nothing more is said.
	CodeInternal fault.Code = "internal"
	// CodeUnavailable: the request could not be carried out now; nothing was lost.
	CodeUnavailable fault.Code = "unavailable"
	// CodeNotFound: there is no such thing, or it is somebody else's.
	CodeNotFound fault.Code = "not_found"
	// CodeMethodNotAllowed: the path exists, the method does not; see Allow.
	CodeMethodNotAllowed fault.Code = "method_not_allowed"
	// CodeUnknownParameter: the operation has no query parameter of this name.
	CodeUnknownParameter fault.Code = "unknown_parameter"
	// CodeDuplicateParameter: a query parameter stands twice.
	CodeDuplicateParameter fault.Code = "duplicate_parameter"
	// CodeMalformedQuery: the query string cannot be read.
	CodeMalformedQuery fault.Code = "malformed_query"
	// CodeMissingParameter: a required parameter is missing.
	CodeMissingParameter fault.Code = "missing_parameter"
	// CodeInvalidParameter: a parameter's value is not allowed.
	CodeInvalidParameter fault.Code = "invalid_parameter"
	// CodeIfMatchMalformed: If-Match is not exactly one ETag of ours. Lists, weak
	// tags and * are not taken.
	CodeIfMatchMalformed fault.Code = "if_match_malformed"
	// CodeConditionUnsupported: the operation knows no such condition, and
	// carrying it out regardless could do what the caller meant to prevent.
	CodeConditionUnsupported fault.Code = "condition_unsupported"
	// CodeEncodingUnsupported: bodies are not taken compressed.
	CodeEncodingUnsupported fault.Code = "content_encoding_unsupported"
	// CodeMediaTypeUnsupported: the operation does not take this Content-Type.
	CodeMediaTypeUnsupported fault.Code = "media_type_unsupported"
	// CodeBodyTooLarge: the body is beyond the operation's limit. Records and
	// batches have codes of their own.
	CodeBodyTooLarge fault.Code = "body_too_large"
	// CodeBodyUnexpected: the operation takes no body.
	CodeBodyUnexpected fault.Code = "body_unexpected"
	// CodeBodyBrokenOff: the body ended before it was complete. Nothing was stored.
	CodeBodyBrokenOff fault.Code = "body_broken_off"
	// CodeContentRefused: the body breaks rules; the errors say which and where.
	CodeContentRefused fault.Code = "content_refused"
	// CodeRequestUnreadable: what was sent is no HTTP request, or one in a version
	// or with a transfer encoding that is not spoken.
	CodeRequestUnreadable fault.Code = "request_unreadable"
	// CodeHeaderTooLarge: the header of the request is too large.
	CodeHeaderTooLarge fault.Code = "header_too_large"
	// CodeTooOften: the client, or everybody together where nobody needs a token,
	// asks more often than it may; Retry-After says when to go on.
	CodeTooOften fault.Code = "too_often"
	// CodeTooManyAtOnce: the client has too many requests under way.
	CodeTooManyAtOnce fault.Code = "too_many_at_once"
	// CodeOverloaded: too many requests of this sort are under way, whoever's.
	CodeOverloaded fault.Code = "overloaded"
	// CodeTooMany: a list has more entries than it may.
	CodeTooMany fault.Code = "too_many_entries"
)
