package access

import "manniskohandel.se/casestat/pkg/fault"

// What a request with a token or without a permission is told.
const (
	// CodeTokenInvalid: there is no token, or it does not hold, or its client
	// may no longer act. Which of these is never said.
	CodeTokenInvalid fault.Code = "token_invalid"
	// CodeTokenExpired: the token was good and its time is up; ask for another.
	CodeTokenExpired fault.Code = "token_expired"
	// CodeAuthenticationWeak: the token of another issuer was good, but says of a
	// sign-in with too little, such as without a second factor; sign in anew.
	CodeAuthenticationWeak fault.Code = "authentication_weak"
	// CodePermissionMissing: the token holds, but not for this.
	CodePermissionMissing fault.Code = "permission_missing"
	// CodeBusy: too many secrets are being checked just now; ask again later.
	CodeBusy fault.Code = "credentials_busy"
)

// What a request for a token is told, in the words of RFC 6749 section 5.2.
const (
	// CodeInvalidRequest: a parameter is missing, repeated, too long, or the
	// client authenticated in two ways at once.
	CodeInvalidRequest fault.Code = "invalid_request"
	// CodeInvalidClient: unknown client, wrong secret, revoked client or
	// inactive organisation. Which of these is never said.
	CodeInvalidClient fault.Code = "invalid_client"
	// CodeUnauthorizedClient: the client's role holds nothing a token could grant.
	CodeUnauthorizedClient fault.Code = "unauthorized_client"
	// CodeUnsupportedGrantType: only client_credentials is given.
	CodeUnsupportedGrantType fault.Code = "unsupported_grant_type"
	// CodeInvalidScope: the scope is malformed or asks for more than the client has.
	CodeInvalidScope fault.Code = "invalid_scope"
)

// What creating a client is told.
const (
	// CodeRoleUnknown: there is no such role.
	CodeRoleUnknown fault.Code = "role_unknown"
	// CodePermissionBeyondRole: the role may never hold this permission.
	CodePermissionBeyondRole fault.Code = "permission_beyond_role"
)
