package jwks

import "manniskohandel.se/casestat/pkg/fault"

// What somebody with a token of another issuer is told.
const (
	// CodeKeyUnknown: the issuer has no such key. The caller learns only that the
	// token does not hold.
	CodeKeyUnknown fault.Code = "issuer_key_unknown"
	// CodeKeysUnavailable: the issuer's keys have not been had for so long that
	// they count no more, or not at all yet; ask again later.
	CodeKeysUnavailable fault.Code = "issuer_keys_unavailable"
)
