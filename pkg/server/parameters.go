package server

import (
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
)

// parameter is one query parameter of an operation.
type parameter struct {
	name     string
	required bool
	allowed  func(string) bool
}

// checkQueryNames refuses a query string that is unreadable or holds a
// parameter twice or one that the operation does not have.
func checkQueryNames(op operation, raw string) error {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return fault.New(fault.Malformed, CodeMalformedQuery)
	}
	if op.foreign {
		return nil
	}
	for name, given := range values {
		if !slices.ContainsFunc(op.query, func(p parameter) bool { return p.name == name }) {
			return fault.New(fault.Malformed, CodeUnknownParameter) // its name may be anything: it is not repeated
		}
		if len(given) != 1 {
			return parameterFault(CodeDuplicateParameter, name)
		}
	}
	return nil
}

// checkParameters looks at the values of path and query.
func checkParameters(op operation, c echo.Context) error {
	for _, name := range c.ParamNames() {
		if allowed := pathParameters[name]; allowed != nil && !allowed(c.Param(name)) {
			return malformedName(op, name)
		}
	}
	values := c.QueryParams()
	for _, p := range op.query {
		switch given, present := values[p.name]; {
		case !present && p.required:
			return parameterFault(CodeMissingParameter, p.name)
		case present && !p.allowed(given[0]):
			return parameterFault(CodeInvalidParameter, p.name)
		}
	}
	return nil
}

// malformedName answers a name in the path that can name nothing. Who reads or
// deletes learns the same as for a name that names nothing; who creates must
// learn that the name is wrong.
func malformedName(op operation, name string) error {
	if op.method == "PUT" {
		return parameterFault(CodeInvalidParameter, name)
	}
	return fault.New(fault.NotFound, CodeNotFound)
}

// parameterFault points at a parameter by its name, which is one of ours.
func parameterFault(code fault.Code, name string) error {
	return fault.New(fault.Malformed, code, fault.Detail{Pointer: "/" + name, Code: code})
}

var pathParameters = map[string]func(string) bool{
	"record_id": isUUID, "client_id": isUUID, "organisation_id": isUUID, "year": isYear,
	"draft_id": isUUID, "request_id": isUUID, "number": isNumber,
}

// isUUID takes a canonical lower-case UUIDv4 alone, so that one thing has one name.
func isUUID(s string) bool { return access.ClientID(s).Valid() }

func isYear(s string) bool {
	return len(s) == 4 && strings.HasPrefix(s, "20") && isDigit(s[2]) && isDigit(s[3])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isNumber takes the number of a release without sign or leading zero.
func isNumber(s string) bool {
	return s != "" && len(s) <= 9 && s[0] != '0' && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

func isBool(s string) bool { return s == "true" || s == "false" }

// isPageSize takes 1 to 500 without sign or leading zero.
func isPageSize(s string) bool {
	return isNumber(s) && (len(s) < 3 || len(s) == 3 && s <= "500")
}

func isLanguage(s string) bool { return api.Language(s).Valid() }

func isPurpose(s string) bool { return api.Purpose(s).Valid() }

func isInterval(s string) bool { return api.Interval(s).Valid() }

func isMode(s string) bool { return api.SubmitBatchParamsMode(s).Valid() }
