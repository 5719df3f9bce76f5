package server_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

// sample gives a good request for an operation of the table, about the thing of
// the given id. An operation without a sample fails the test: a new one must
// not slip through the matrices.
func sample(t testing.TB, op server.Entry, id string) servertest.Request {
	t.Helper()
	path := strings.NewReplacer("{record_id}", id, "{client_id}", id, "{organisation_id}", id, "{year}", "2025",
		"{draft_id}", id, "{request_id}", id, "{number}", "1", "{figure}", "undocumented", "{table}", "age", "{file}", "figures.json").Replace(op.Path)
	if op.ID == "getDefaultPlan" {
		path += "?year=2025"
	}
	if strings.Contains(op.Path, "/desk/") {
		path = strings.Replace(path, "2025", "2024", 1) + "?purpose=figure_check"
	}
	if op.ID == "compareYears" {
		path += "&from=2023&to=2024"
	}
	r := servertest.Request{Method: op.Method, Path: path}
	if op.ID == "approveDraft" || op.ID == "rejectDraft" {
		r.Header = header("If-Match", `"v1"`)
	}
	if len(op.Media) == 0 {
		return r
	}
	body, ok := bodies(id)[op.ID]
	if !ok {
		t.Fatalf("operation %s has no sample body", op.ID)
	}
	r.Body, r.Type = []byte(body), op.Media[0]
	return r
}

func bodies(id string) map[string]string {
	const table = `{"dimensions":[{"field":"age_band","grouping":"agg_age_majority"}],"filters":[{"field":"gender","codes":["woman"]}]}`
	return map[string]string{
		"createToken":     "grant_type=client_credentials&client_id=" + servertest.ID(15) + "&client_secret=wrong",
		"submitBatch":     string(recordtest.Line(record.ID(id), recordtest.Core())),
		"putRecord":       string(recordtest.Core()),
		"countOwnTable":   table,
		"countDeskTable":  table,
		"putPeriod":       `{"state":"open"}`,
		"putOrganisation": `{"name":"Ny medlem","kind":"member","active":true}`,
		"deriveTable":     `{"year":2024,"table":"residence_by_age","by":["age_band"]}`,
		"checkClaims":     "26 of 35 have some relation to the perpetrator.",
		"withdrawRelease": `{"reason":{"sv":"Ett fel i underlaget.","en":"An error in the data."}}`,
		"putDraft":        smallPlan,
		"submitDraft":     `{"waivers":[]}`,
		"rejectDraft":     `{"reason":"One table too many."}`,
		"putRequest":      `{"year":2024,"table":` + smallTable + `}`,
		"putClient":       fmt.Sprintf(`{"organisation_id":%q,"holder":%q,"role":"submitter","permissions":["records:write"]}`, servertest.ID(2), servertest.ID(900)),
	}
}

// smallPlan is a plan that is computed quickly.
const (
	smallTable = `{"name":"age","title":{"sv":"Ålder","en":"Age"},"universe":"sexual_exploitation_women_girls",` +
		`"dimensions":[{"field":"age_band","rung":"agg_age_majority"}]}`
	smallPlan = `{"title":{"sv":"Liten rapport","en":"Small report"},"years":[2025],"universes":["sexual_exploitation_women_girls"],` +
		`"figures":[{"name":"undocumented","headline":true}],"tables":[` + smallTable + `]}`
)

// operationNamed finds an operation of the table.
func operationNamed(t testing.TB, id string) server.Entry {
	t.Helper()
	i := slices.IndexFunc(server.Table(), func(e server.Entry) bool { return e.ID == id })
	if i < 0 {
		t.Fatalf("no operation %s", id)
	}
	return server.Table()[i]
}

// everyone gives the cast in a fixed order.
func everyone(s *servertest.Service) []string {
	return slices.Sorted(maps.Keys(s.Cast.Everyone()))
}

// tokens gives a token for everyone.
func tokens(t testing.TB, s *servertest.Service) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, client := range s.Cast.Everyone() {
		all[name] = s.Token(t, client)
	}
	return all
}

// may says whether the client has any of the permissions.
func may(c access.Client, any []access.Permission) bool {
	return slices.ContainsFunc(any, func(p access.Permission) bool { return slices.Contains(c.Permissions, p) })
}
