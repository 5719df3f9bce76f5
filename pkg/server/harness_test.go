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
	path := strings.NewReplacer("{record_id}", id, "{client_id}", id, "{organisation_id}", id, "{year}", "2025").Replace(op.Path)
	if strings.Contains(op.Path, "/desk/") {
		path = strings.Replace(path, "2025", "2024", 1) + "?purpose=figure_check"
	}
	r := servertest.Request{Method: op.Method, Path: path}
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
		"putClient":       fmt.Sprintf(`{"organisation_id":%q,"holder":%q,"role":"submitter","permissions":["records:write"]}`, servertest.ID(2), servertest.ID(900)),
	}
}

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

func may(c access.Client, p access.Permission) bool { return slices.Contains(c.Permissions, p) }
