package access

import (
	"encoding/base64"
	"net/url"
	"strings"

	"manniskohandel.se/casestat/pkg/fault"
)

// Limits on a request for a token.
const (
	maxParameters = 16
	maxParameter  = 512 // bytes of one value
)

// TokenRequest is a request for a token by client credentials (RFC 6749
// section 4.4). Secret must not be kept or logged.
type TokenRequest struct {
	Client ClientID
	Secret string
	Scope  []Permission // empty: everything the client may
	Basic  bool         // the client authenticated with the Authorization header
}

// GrantError is a refusal in the words of RFC 6749 section 5.2: the HTTP layer
// answers {"error": Code} with status 401 for CodeInvalidClient and 400 for the
// rest. With Basic set, a 401 must carry WWW-Authenticate: Basic.
type GrantError struct {
	Code  fault.Code
	Basic bool
	cause error
}

// Error names the code and the cause, for logs and tests.
func (e *GrantError) Error() string { return e.Unwrap().Error() }

// Unwrap gives the same refusal as a *fault.Error.
func (e *GrantError) Unwrap() error {
	kind := fault.Malformed
	switch e.Code {
	case CodeInvalidClient:
		kind = fault.Unauthenticated
	case CodeUnauthorizedClient:
		kind = fault.Forbidden
	}
	return fault.Because(e.cause, kind, e.Code)
}

// ParseTokenRequest reads the Authorization header, "" if there is none, and
// the form-encoded body. Every error is a *GrantError.
func ParseTokenRequest(authorization string, body url.Values) (TokenRequest, error) {
	request := TokenRequest{Basic: authorization != ""}
	code := request.read(authorization, body)
	if code != "" {
		return TokenRequest{}, &GrantError{Code: code, Basic: request.Basic}
	}
	return request, nil
}

// read fills the request in; it gives the code of what is wrong, "" if nothing is.
func (r *TokenRequest) read(authorization string, body url.Values) fault.Code {
	if !withinLimits(authorization, body) {
		return CodeInvalidRequest
	}
	if code := r.credentials(authorization, body); code != "" {
		return code
	}
	switch grant := body.Get("grant_type"); grant {
	case "client_credentials":
	case "":
		return CodeInvalidRequest
	default:
		return CodeUnsupportedGrantType
	}
	if scope := body.Get("scope"); scope != "" {
		r.Scope = splitScope(scope)
	}
	return r.checkScope()
}

// withinLimits also refuses a parameter that is there twice, known or not.
func withinLimits(authorization string, body url.Values) bool {
	if len(body) > maxParameters || len(authorization) > 4*maxParameter {
		return false
	}
	for name, values := range body {
		if len(values) != 1 || len(name) > maxParameter || len(values[0]) > maxParameter {
			return false
		}
	}
	return true
}

// credentials takes them from the header or from the body, never from both.
func (r *TokenRequest) credentials(authorization string, body url.Values) fault.Code {
	id, secret := body.Get("client_id"), body.Get("client_secret")
	if !r.Basic {
		r.Client, r.Secret = ClientID(id), secret
	} else {
		if secret != "" {
			return CodeInvalidRequest
		}
		if code := r.basic(authorization); code != "" {
			return code
		}
		if id != "" && ClientID(id) != r.Client {
			return CodeInvalidRequest
		}
	}
	if r.Client == "" || r.Secret == "" {
		return CodeInvalidClient
	}
	return ""
}

// basic reads RFC 7617 credentials whose two halves are form-encoded, as
// RFC 6749 section 2.3.1 wants it.
func (r *TokenRequest) basic(authorization string) fault.Code {
	scheme, encoded, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return CodeInvalidClient
	}
	pair, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || strings.ContainsAny(encoded, "\r\n") {
		return CodeInvalidRequest
	}
	rawID, rawSecret, found := strings.Cut(string(pair), ":")
	id, idErr := url.QueryUnescape(rawID)
	secret, secretErr := url.QueryUnescape(rawSecret)
	if !found || idErr != nil || secretErr != nil || len(id) > maxParameter || len(secret) > maxParameter {
		return CodeInvalidRequest
	}
	r.Client, r.Secret = ClientID(id), secret
	return ""
}

// checkScope holds the words to the characters of RFC 6749 section 3.3 and
// refuses empty and repeated ones.
func (r *TokenRequest) checkScope() fault.Code {
	seen := make(map[Permission]bool, len(r.Scope))
	for _, word := range r.Scope {
		if word == "" || seen[word] || strings.ContainsFunc(string(word), notScopeRune) {
			return CodeInvalidScope
		}
		seen[word] = true
	}
	return ""
}

func notScopeRune(r rune) bool { return r < 0x21 || r > 0x7e || r == '"' || r == '\\' }
