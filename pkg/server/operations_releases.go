package server

import (
	"net/http"

	"manniskohandel.se/casestat/pkg/access"
)

// drafters are those who may see drafts.
var drafters = anyOf{access.ReleasesPrepare, access.ReleasesReview}

// releases are the operations around what is published, and around what is to
// be published. The first ones need nothing but the shelf.
var releases = []operation{
	published("listReleases", "/v1/releases"),
	published("getCheckpoint", "/v1/releases/checkpoint"),
	published("getReleaseKey", "/v1/releases/key"),
	published("getRelease", "/v1/releases/{number}"),
	published("getManifest", "/v1/releases/{number}/manifest"),
	published("getWithdrawal", "/v1/releases/{number}/withdrawal"),
	published("getReleaseFigures", "/v1/releases/{number}/figures"),
	published("getReleaseFigure", "/v1/releases/{number}/figures/{figure}"),
	published("getReleaseTables", "/v1/releases/{number}/tables"),
	published("getReleaseTable", "/v1/releases/{number}/tables/{table}", parameter{name: "year", allowed: isYear}),
	published("getReleaseFile", "/v1/releases/{number}/files/{file}"),
	published("getReleaseKit", "/v1/releases/{number}/kit.zip"),
	published("getReleaseTrend", "/v1/releases/{number}/trends/{figure}"),
	{
		id: "deriveTable", method: http.MethodPost, path: "/v1/releases/{number}/derived",
		media: []string{mediaJSON}, limit: smallBody, alone: true,
	},
	{
		id: "checkClaims", method: http.MethodPost, path: "/v1/releases/{number}/claims",
		media: []string{mediaPlain, mediaMarkdown, mediaWord}, limit: textBody, alone: true,
	},

	{
		id: "withdrawRelease", method: http.MethodPut, path: "/v1/releases/{number}/withdrawal", permission: anyOf{access.ReleasesPrepare},
		media: []string{mediaJSON}, limit: smallBody,
	},
	{
		id: "getDefaultPlan", method: http.MethodGet, path: "/v1/plans/default", permission: drafters,
		query: []parameter{{name: "year", required: true, allowed: isYear}},
	},
	{id: "listDrafts", method: http.MethodGet, path: "/v1/drafts", permission: drafters},
	{
		id: "putDraft", method: http.MethodPut, path: "/v1/drafts/{draft_id}", permission: anyOf{access.ReleasesPrepare},
		media: []string{mediaJSON, mediaYAML}, limit: planBody, ifMatch: true,
	},
	{id: "getDraft", method: http.MethodGet, path: "/v1/drafts/{draft_id}", permission: drafters},
	{
		id: "computeDraft", method: http.MethodPost, path: "/v1/drafts/{draft_id}/computation", permission: anyOf{access.ReleasesPrepare},
		long: true,
	},
	{
		id: "getDraftRemedies", method: http.MethodGet, path: "/v1/drafts/{draft_id}/remedies", permission: anyOf{access.ReleasesPrepare},
		long: true,
	},
	{id: "getDraftContent", method: http.MethodGet, path: "/v1/drafts/{draft_id}/content", permission: drafters},
	{id: "getDraftCertificate", method: http.MethodGet, path: "/v1/drafts/{draft_id}/certificate", permission: drafters},
	{id: "getDraftReview", method: http.MethodGet, path: "/v1/drafts/{draft_id}/review", permission: drafters},
	{
		id: "submitDraft", method: http.MethodPost, path: "/v1/drafts/{draft_id}/submission", permission: anyOf{access.ReleasesPrepare},
		media: []string{mediaJSON}, limit: planBody,
	},
	{
		id: "approveDraft", method: http.MethodPost, path: "/v1/drafts/{draft_id}/approval", permission: anyOf{access.ReleasesReview},
		ifMatch: true,
	},
	{
		id: "rejectDraft", method: http.MethodPost, path: "/v1/drafts/{draft_id}/rejection", permission: anyOf{access.ReleasesReview},
		media: []string{mediaJSON}, limit: smallBody, ifMatch: true,
	},
	{
		id: "publishDraft", method: http.MethodPost, path: "/v1/drafts/{draft_id}/publication", permission: anyOf{access.ReleasesPrepare},
		long: true,
	},

	{id: "listRequests", method: http.MethodGet, path: "/v1/requests", permission: anyOf{access.TablesRequest, access.ReleasesPrepare}},
	{
		id: "putRequest", method: http.MethodPut, path: "/v1/requests/{request_id}", permission: anyOf{access.TablesRequest},
		media: []string{mediaJSON}, limit: smallBody,
	},
	{
		id: "getRequest", method: http.MethodGet, path: "/v1/requests/{request_id}",
		permission: anyOf{access.TablesRequest, access.ReleasesPrepare},
	},
	{
		id: "priceRequest", method: http.MethodGet, path: "/v1/requests/{request_id}/price", permission: anyOf{access.ReleasesPrepare},
		long: true,
	},
}

func published(id, path string, query ...parameter) operation {
	return operation{id: id, method: http.MethodGet, path: path, query: query, published: true, alone: true}
}
