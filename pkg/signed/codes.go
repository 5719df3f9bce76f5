package signed

import "manniskohandel.se/casestat/pkg/fault"

// What a document is told that cannot be written, or read, canonically.
const (
	// CodeNotJSON: not JSON as RFC 7493 restricts it: broken grammar, a member
	// twice, text that is not Unicode, or nested deeper than MaxDepth.
	CodeNotJSON fault.Code = "not_json"
	// CodeNumberNotExact: a number that is no integer between -MaxInteger and
	// MaxInteger, or that is written as something else (-0, 1.0, 1e3).
	CodeNumberNotExact fault.Code = "number_not_exact"
	// CodeNotCanonical: JSON, but not in the one form RFC 8785 gives it.
	CodeNotCanonical fault.Code = "not_canonical"
	// CodeDocumentTooLarge: more than MaxSize bytes.
	CodeDocumentTooLarge fault.Code = "document_too_large"
)

// What a signed document is told that does not open.
const (
	// CodeSignedMalformed: not a signed document at all.
	CodeSignedMalformed fault.Code = "signed_document_malformed"
	// CodeKindWrong: a document of another kind than the one asked for, or a
	// kind that this call does not sign.
	CodeKindWrong fault.Code = "signed_kind_wrong"
	// CodeKeyUnknown: the key that signed it is not trusted here.
	CodeKeyUnknown fault.Code = "signing_key_unknown"
	// CodeSignatureInvalid: the signature does not hold.
	CodeSignatureInvalid fault.Code = "signature_invalid"
	// CodeContentUnexpected: the signature holds, but the document is not of
	// the shape that the reader knows.
	CodeContentUnexpected fault.Code = "signed_content_unexpected"
	// CodeChainBroken: a document does not follow the one before it.
	CodeChainBroken fault.Code = "chain_broken"
	// CodeRotationInvalid: a statement that does not introduce a new key in
	// the name of the newest one.
	CodeRotationInvalid fault.Code = "rotation_invalid"
	// CodeKeyNotInForce: a trusted key signed it, but not in its time.
	CodeKeyNotInForce fault.Code = "signing_key_not_in_force"
	// CodeTrustMalformed: not a key and the statements that follow it.
	CodeTrustMalformed fault.Code = "key_line_malformed"
	// CodeTrustForked: two lines of keys of which neither continues the other.
	CodeTrustForked fault.Code = "key_line_forked"
	// CodeCheckpointMalformed: not a signed note.
	CodeCheckpointMalformed fault.Code = "checkpoint_malformed"
)

// What a key is told.
const (
	// CodeKeyMalformed: not the text form of a key of this sort.
	CodeKeyMalformed fault.Code = "key_malformed"
	// CodeKeyMissing: a zero Signer, Recipient or Unsealer was asked to work.
	CodeKeyMissing fault.Code = "key_missing"
	// CodeKeyFileExists: a key is never written over another file.
	CodeKeyFileExists fault.Code = "key_file_exists"
	// CodeKeyFileExposed: others than its owner can read the file, or it is
	// not a regular file.
	CodeKeyFileExposed fault.Code = "key_file_exposed"
	// CodeKeyFileMalformed: not a key file, not one for this use, or one whose
	// two halves do not belong together.
	CodeKeyFileMalformed fault.Code = "key_file_malformed"
)

// What sealing is told.
const (
	// CodeContextInvalid: the context is empty or longer than MaxContext.
	CodeContextInvalid fault.Code = "seal_context_invalid"
	// CodeUnsealingFailed: another key, another context or other bytes than
	// were sealed. Which of these cannot be told.
	CodeUnsealingFailed fault.Code = "unsealing_failed"
)

// Refusals that carry nothing but their code. None keeps a cause: what
// encoding/json and the like say can quote the content.
var (
	errNotJSON             = fault.New(fault.Malformed, CodeNotJSON)
	errNumberNotExact      = fault.New(fault.Invalid, CodeNumberNotExact)
	errNotCanonical        = fault.New(fault.Malformed, CodeNotCanonical)
	errDocumentTooLarge    = fault.New(fault.TooLarge, CodeDocumentTooLarge)
	errSignedMalformed     = fault.New(fault.Malformed, CodeSignedMalformed)
	errKindWrong           = fault.New(fault.Invalid, CodeKindWrong)
	errKeyUnknown          = fault.New(fault.Invalid, CodeKeyUnknown)
	errSignatureInvalid    = fault.New(fault.Invalid, CodeSignatureInvalid)
	errContentUnexpected   = fault.New(fault.Invalid, CodeContentUnexpected)
	errChainBroken         = fault.New(fault.Invalid, CodeChainBroken)
	errRotationInvalid     = fault.New(fault.Invalid, CodeRotationInvalid)
	errKeyNotInForce       = fault.New(fault.Invalid, CodeKeyNotInForce)
	errTrustMalformed      = fault.New(fault.Malformed, CodeTrustMalformed)
	errTrustForked         = fault.New(fault.Invalid, CodeTrustForked)
	errCheckpointMalformed = fault.New(fault.Malformed, CodeCheckpointMalformed)
	errKeyMalformed        = fault.New(fault.Malformed, CodeKeyMalformed)
	errKeyMissing          = fault.New(fault.Unavailable, CodeKeyMissing)
	errKeyFileExists       = fault.New(fault.Conflict, CodeKeyFileExists)
	errKeyFileExposed      = fault.New(fault.Forbidden, CodeKeyFileExposed)
	errKeyFileMalformed    = fault.New(fault.Malformed, CodeKeyFileMalformed)
	errContextInvalid      = fault.New(fault.Invalid, CodeContextInvalid)
	errUnsealingFailed     = fault.New(fault.Invalid, CodeUnsealingFailed)
)
