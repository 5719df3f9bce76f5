package server

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/access"
)

// The media types that requests come in.
const (
	mediaJSON   = "application/json"
	mediaNDJSON = "application/x-ndjson"
	mediaCSV    = "text/csv"
	mediaForm   = "application/x-www-form-urlencoded"
	mediaYAML   = "application/yaml"

	mediaPlain    = "text/plain"
	mediaMarkdown = "text/markdown"
	mediaWord     = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)

// anyOf are permissions of which one is enough; none at all asks for nothing.
type anyOf []access.Permission

// operation is what the gate knows about one operation of the contract. The
// zero permission is for the public ones; the zero limit takes no body.
type operation struct {
	id         string // operationId
	method     string
	path       string // template as in the contract
	permission anyOf
	query      []parameter
	media      []string
	limit      bodyLimit
	ifMatch    bool // a change that names, by its ETag, what it replaces
	long       bool // it works for minutes
	// published: part of what was published, so that any page of any origin may
	// read it; it is there with HEAD as well.
	published bool
	// foreign: of a protocol that is not ours, whose clients send parameters and
	// media types as they please.
	foreign bool
	// alone: a public process serves it, too, which has nothing but the shelf.
	alone bool
}

// bodyLimit chooses one of the configured Limits.
type bodyLimit uint8

const (
	noBody bodyLimit = iota
	smallBody
	recordBody
	batchBody
	planBody
	textBody
)

// operations is the one place that says who may ask for what, and in which
// shape. What has no entry is not served.
var operations = slices.Concat(members, releases)

// members are the operations around records, figures and those who send them.
var members = []operation{
	{id: "createToken", method: http.MethodPost, path: "/v1/token", media: []string{mediaForm}, limit: smallBody},
	{id: "getKeys", method: http.MethodGet, path: "/.well-known/jwks.json"},
	{id: "getCodebook", method: http.MethodGet, path: "/v1/codebook", query: []parameter{{name: "lang", allowed: isLanguage}}, alone: true},

	{
		id: "listRecords", method: http.MethodGet, path: "/v1/records", permission: anyOf{access.RecordsRead},
		query: []parameter{{name: "year", allowed: isYear}, {name: "after", allowed: isUUID}, {name: "limit", allowed: isPageSize}},
	},
	{
		id: "submitBatch", method: http.MethodPost, path: "/v1/records/batches", permission: anyOf{access.RecordsWrite},
		query: []parameter{{name: "mode", allowed: isMode}, {name: "dry_run", allowed: isBool}, {name: "legacy", allowed: isBool}},
		media: []string{mediaNDJSON, mediaCSV}, limit: batchBody,
	},
	{
		id: "putRecord", method: http.MethodPut, path: "/v1/records/{record_id}", permission: anyOf{access.RecordsWrite},
		media: []string{mediaJSON}, limit: recordBody, ifMatch: true,
	},
	{id: "getRecord", method: http.MethodGet, path: "/v1/records/{record_id}", permission: anyOf{access.RecordsRead}},
	{id: "withdrawRecord", method: http.MethodDelete, path: "/v1/records/{record_id}", permission: anyOf{access.RecordsWrite}},
	{id: "getRecordHistory", method: http.MethodGet, path: "/v1/records/{record_id}/history", permission: anyOf{access.RecordsRead}},

	{
		id: "getOwnFigures", method: http.MethodGet, path: "/v1/own/periods/{year}/figures", permission: anyOf{access.RecordsRead},
		query: []parameter{{name: "interval", allowed: isInterval}},
	},
	{
		id: "countOwnTable", method: http.MethodPost, path: "/v1/own/periods/{year}/tables", permission: anyOf{access.RecordsRead},
		media: []string{mediaJSON}, limit: smallBody,
	},
	{id: "getOwnQuality", method: http.MethodGet, path: "/v1/own/periods/{year}/quality", permission: anyOf{access.RecordsRead}},

	{
		id: "getDeskFigures", method: http.MethodGet, path: "/v1/desk/periods/{year}/figures", permission: anyOf{access.DeskRead},
		query: []parameter{{name: "purpose", required: true, allowed: isPurpose}, {name: "interval", allowed: isInterval}},
	},
	{
		id: "countDeskTable", method: http.MethodPost, path: "/v1/desk/periods/{year}/tables", permission: anyOf{access.DeskRead},
		query: []parameter{{name: "purpose", required: true, allowed: isPurpose}}, media: []string{mediaJSON}, limit: smallBody,
	},
	{
		id: "compareYears", method: http.MethodGet, path: "/v1/desk/comparisons/{figure}", permission: anyOf{access.DeskRead},
		query: []parameter{
			{name: "purpose", required: true, allowed: isPurpose}, {name: "from", required: true, allowed: isYear}, {name: "to", required: true, allowed: isYear},
		},
	},

	{id: "listPeriods", method: http.MethodGet, path: "/v1/periods", permission: anyOf{access.PeriodsRead}},
	{
		id: "putPeriod", method: http.MethodPut, path: "/v1/periods/{year}", permission: anyOf{access.PeriodsManage},
		media: []string{mediaJSON}, limit: smallBody,
	},

	{id: "listOrganisations", method: http.MethodGet, path: "/v1/organisations", permission: anyOf{access.MembersManage}},
	{
		id: "putOrganisation", method: http.MethodPut, path: "/v1/organisations/{organisation_id}", permission: anyOf{access.MembersManage},
		media: []string{mediaJSON}, limit: smallBody,
	},
	{id: "listClients", method: http.MethodGet, path: "/v1/clients", permission: anyOf{access.MembersManage}},
	{
		id: "putClient", method: http.MethodPut, path: "/v1/clients/{client_id}", permission: anyOf{access.MembersManage},
		media: []string{mediaJSON}, limit: smallBody,
	},
	{id: "revokeClient", method: http.MethodDelete, path: "/v1/clients/{client_id}", permission: anyOf{access.MembersManage}},
	{id: "rotateClientSecret", method: http.MethodPost, path: "/v1/clients/{client_id}/secret", permission: anyOf{access.MembersManage}},

	{id: "getHealth", method: http.MethodGet, path: "/healthz", alone: true},
	{id: "getReadiness", method: http.MethodGet, path: "/readyz", alone: true},
}

// pages are what is served beside the contract: its text and its
// documentation, public and read-only. A path that ends in /* takes whatever follows.
var pages = []operation{
	{id: "contract", method: http.MethodGet, path: "/openapi.yaml"},
	{id: "docs", method: http.MethodGet, path: "/docs"},
	{id: "docsListing", method: http.MethodGet, path: "/docs/contract"},
	{id: "docsAssets", method: http.MethodGet, path: "/docs/*"},
}

// inventory finds the operations of a path, by segments. It is the only
// authority on which paths exist: the router below it serves nothing else.
type inventory struct {
	templates []pathTemplate
}

type pathTemplate struct {
	segments []string
	methods  map[string]operation
}

func newInventory(all []operation) inventory {
	byPath := map[string]map[string]operation{}
	for _, op := range all {
		if byPath[op.path] == nil {
			byPath[op.path] = map[string]operation{}
		}
		byPath[op.path][op.method] = op
	}
	var inv inventory
	for path, methods := range byPath {
		inv.templates = append(inv.templates, pathTemplate{strings.Split(path, "/"), methods})
	}
	// Literal segments come before placeholders, placeholders before the rest.
	slices.SortFunc(inv.templates, func(a, b pathTemplate) int {
		return slices.CompareFunc(a.segments, b.segments, func(x, y string) int {
			return cmp.Or(cmp.Compare(looseness(x), looseness(y)), cmp.Compare(x, y))
		})
	})
	return inv
}

func looseness(segment string) int {
	switch {
	case segment == "*":
		return 2
	case strings.HasPrefix(segment, "{"):
		return 1
	}
	return 0
}

// find gives the methods of the path; nil when there is no such path. The path
// is taken as it was sent: nothing is unescaped, cleaned or trimmed.
func (inv inventory) find(path string) map[string]operation {
	segments := strings.Split(path, "/")
	for _, t := range inv.templates {
		if t.matches(segments) {
			return t.methods
		}
	}
	return nil
}

func (t pathTemplate) matches(segments []string) bool {
	for i, want := range t.segments {
		if want == "*" {
			return len(segments) > i
		}
		if i >= len(segments) || want != segments[i] && (looseness(want) == 0 || segments[i] == "") {
			return false
		}
	}
	return len(segments) == len(t.segments)
}

// allow lists the methods as the Allow header wants them.
func allow(methods map[string]operation) string {
	names := make([]string, 0, len(methods))
	for m, op := range methods {
		names = append(names, m)
		if op.published {
			names = append(names, http.MethodHead)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
