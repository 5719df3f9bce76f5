package server

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
)

// Entry is one line of the table of operations, for tests from outside.
type Entry struct {
	ID, Method, Path string
	Permissions      []access.Permission // of which one is enough; none: public
	Query, Media     []string
	Published, Alone bool
}

// Table gives the operations, Pages what is served beside them.
func Table() []Entry { return entries(operations) }

// Pages gives what is served beside the operations.
func Pages() []Entry { return entries(pages) }

func entries(all []operation) []Entry {
	told := make([]Entry, len(all))
	for i, op := range all {
		told[i] = Entry{ID: op.id, Method: op.method, Path: op.path, Permissions: op.permission, Media: op.media, Published: op.published, Alone: op.alone}
		for _, p := range op.query {
			told[i].Query = append(told[i].Query, p.name)
		}
	}
	return told
}

// Routes gives what the router serves, in the contract's spelling.
func (s *Server) Routes() map[string]bool {
	all := map[string]bool{}
	for _, r := range s.echo.Routes() {
		all[r.Method+" "+contractPath(r.Path)] = true
	}
	return all
}

// CheckRoutes is the check that New makes of its routes.
func CheckRoutes(routes []*echo.Route) error { return checkRoutes(routes, operations) }

// Lenient makes the server read JSON as the standard library would: the
// contrast to strict reading.
func (s *Server) Lenient() {
	s.decode = func(body io.Reader, into any) error {
		return json.UnmarshalRead(body, into, json.MatchCaseInsensitiveNames(true))
	}
}

// Chatty makes the server answer errors in their own words: the contrast to
// problems from the catalogue.
func (s *Server) Chatty() {
	s.answer = func(err error, c echo.Context) {
		_ = c.String(http.StatusInternalServerError, err.Error()) // a recorder does not fail
	}
}

// HTTPServer gives the server with its timeouts.
func (s *Server) HTTPServer() *http.Server { return s.httpServer() }

// Words gives the wording of a code in Swedish and English, "" where there is none.
func (s *Server) Words(code string) (sv, en string) {
	text := s.messages[fault.Code(code)]
	return text.SV, text.EN
}

// Catalogue lists every code that has a wording.
func (s *Server) Catalogue() []string {
	var all []string
	for code := range s.messages {
		all = append(all, string(code))
	}
	return all
}

// OwnETag says whether the text is one of the server's own ETags.
func OwnETag(text string) bool { return ownETag.MatchString(text) }

// StatusesOf gives the statuses of a code whose errors are of these kinds, by
// the kinds' names in the source; some codes choose their status elsewhere.
func StatusesOf(code string, kinds map[string]bool) string {
	if elsewhere := map[string]string{
		string(CodeMethodNotAllowed): "405", string(CodeRequestUnreadable): "400", string(CodeHeaderTooLarge): "431", string(record.CodeRecordRefused): "400, 413 or 422",
		string(access.CodeInvalidRequest): "400", string(access.CodeInvalidScope): "400", string(access.CodeUnauthorizedClient): "400",
		string(access.CodeUnsupportedGrantType): "400", string(access.CodeInvalidClient): "401", string(access.CodeTokenInvalid): "401",
	}[code]; elsewhere != "" {
		return elsewhere
	}
	var all []string
	for name, kind := range kindNames {
		if kinds[name] {
			all = append(all, strconv.Itoa(statuses[kind]))
		}
	}
	slices.Sort(all)
	if len(all) == 0 && refusesAPlan(code) {
		return strconv.Itoa(statuses[fault.Invalid])
	}
	return strings.Join(all, " or ")
}

// refusesAPlan says whether a code heads a refusal because it is that of the
// first thing wrong with a plan or with waivers.
func refusesAPlan(code string) bool {
	admission := []fault.Code{plan.CodeSmallUniverse, plan.CodeTooManyWays, plan.CodeTooManyPairs, plan.CodeTooManyCells}
	return strings.HasPrefix(code, "waiver_") || strings.HasPrefix(code, "plan_") && !slices.Contains(admission, fault.Code(code))
}

var kindNames = map[string]fault.Kind{
	"Internal": fault.Internal, "Malformed": fault.Malformed, "Invalid": fault.Invalid, "Unauthenticated": fault.Unauthenticated,
	"Forbidden": fault.Forbidden, "NotFound": fault.NotFound, "Conflict": fault.Conflict, "Gone": fault.Gone, "Stale": fault.Stale,
	"PreconditionRequired": fault.PreconditionRequired, "TooLarge": fault.TooLarge, "Unsupported": fault.Unsupported,
	"Withheld": fault.Withheld, "TooMany": fault.TooMany, "Unavailable": fault.Unavailable,
}

// Statuses gives the status of every kind.
func Statuses() map[fault.Kind]int { return statuses }

// Bucket coarsens a duration as the access log does.
func Bucket(d time.Duration) string { return bucket(d) }
