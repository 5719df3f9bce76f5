package contract

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// ground starts a service in which everything that can be asked for is there.
func ground(t testing.TB) *grounds {
	s := servertest.Start(t, servertest.Options{})
	s.Publish(t, shelftest.Slide(2024))
	s.Publish(t, shelftest.Slide(2023))
	s.Withdraw(t, 2)
	g := &grounds{s: s, pools: pools(t), open: map[string]string{"nobody": "", "somebody": "x.y.z"}, may: map[string][]access.Permission{}, ask: s.Raw}
	g.pools["submitter"] = []string{string(s.Cast.A.ID)}
	for name, client := range s.Cast.Everyone() {
		g.open[name], g.may[name] = s.Token(t, client), client.Permissions
	}
	for _, state := range []string{"open", "closed"} {
		g.put(t, "coordinator", "/v1/periods/2023", `{"state":"`+state+`"}`)
	}
	for _, id := range g.pools["organisation_id"] {
		g.put(t, "coordinator", "/v1/organisations/"+id, `{"name":"Ny medlem","kind":"member","active":true}`)
	}
	for n, id := range g.pools["client_id"][:8] {
		g.put(t, "coordinator", "/v1/clients/"+id, fmt.Sprintf(`{"organisation_id":%q,"holder":%q,"role":"submitter","permissions":[]}`,
			g.pools["organisation_id"][n%5], g.pools["holder"][n%5]))
	}
	for n, id := range g.pools["record_id"][:40] {
		g.put(t, []string{"submitter A", "submitter B"}[n%2], "/v1/records/"+id, string(recordtest.Core()))
	}
	for _, id := range g.pools["request_id"][:10] {
		g.put(t, "researcher", "/v1/requests/"+id, example(t, "putRequest"))
	}
	return g
}

func (g *grounds) put(t testing.TB, who, path, body string) {
	t.Helper()
	r := servertest.Request{Method: http.MethodPut, Path: path, Token: g.open[who], Body: []byte(body)}
	if answer := g.s.Do(t, r); answer.Status >= 300 {
		t.Fatalf("%s %s: %d %s", r.Method, r.Path, answer.Status, answer.Body)
	}
}

// example is the one that the contract gives for the body of an operation.
func example(t testing.TB, id string) string {
	for _, op := range operations(servertest.Contract(t)) {
		if op.of.OperationID == id {
			text, err := json.Marshal(op.of.RequestBody.Value.Content["application/json"].Example)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
	}
	t.Fatalf("no operation %s", id)
	return ""
}

// seedDrafts writes drafts in every state straight into the store, others in
// each round: what was done to those before leaves enough for the next.
func (g *grounds) seedDrafts(t testing.TB, round int) {
	t.Helper()
	for n := range g.pools["draft_id"] {
		g.pools["draft_id"][n] = servertest.ID(10_000 + 100*round + n)
	}
	read, err := plan.ReadJSON([]byte(example(t, "putDraft")), codelist.Current())
	if err != nil {
		t.Fatal(err)
	}
	document, err := read.JSON()
	if err != nil {
		t.Fatal(err)
	}
	person := func(c access.Client) release.Person { return release.Person{Client: c.ID, Holder: c.Holder} }
	desk, reviewer := person(g.s.Cast.Desk), person(g.s.Cast.Reviewer)
	states := []release.State{release.Planned, release.Computed, release.Submitted, release.Submitted, release.Approved, release.Published}
	check(t, g.s.Store.Drafts().Atomically(t.Context(), func(tx release.Tx) error {
		for n, id := range g.pools["draft_id"] {
			d := release.Draft{ID: release.DraftID(id), State: states[n%len(states)], Version: 1, Plan: document, Author: desk}
			switch d.State {
			case release.Submitted:
				d.Submission = &release.Submission{By: desk}
			case release.Approved:
				d.Submission, d.Decision = &release.Submission{By: desk}, &release.Decision{By: reviewer, Approved: true}
			case release.Published:
				d.Number = 100*round + n + 1
			}
			if err := tx.SaveDraft(t.Context(), d); err != nil {
				return err
			}
		}
		return tx.Append(t.Context(), []ledger.Entry{{Day: "2026-03-02", Actor: string(desk.Client), Deed: release.DeedPlanned, Subjects: []string{"seed"}}})
	}))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// pools are what requests may name: enough of it is there. Clients and years
// of the cast are not among them: a request could close or revoke them.
func pools(t testing.TB) map[string][]string {
	t.Helper()
	book := codelist.Current()
	figures, err := figure.Current(book)
	if err != nil {
		t.Fatal(err)
	}
	p := map[string][]string{
		"client_secret": {servertest.Secret(t)}, "number": {"1", "2"}, "file": {"figures.json", "manifest.json"}, "table": {"age", "residence_by_age"}, "year": {"2023", "2024", "2025", "2027", "2099"},
		"years": {"2024", "2025"}, "from": {"2023"}, "to": {"2024"}, "contact_year": {"2025", "2026"}, "If-Match": {`"v1"`, `"v1"`, `"v1"`, `"v1-0f"`},
		"universes": {"sexual_exploitation_women_girls"}, "universe": {"sexual_exploitation_women_girls"}, "scope": {"records:write", "records:read periods:read"},
		"grouping": {"agg_age_majority"}, "rung": {"agg_age_majority"}, "sum": {"children_count"}, "name": {"age", "undocumented"},
	}
	for n := range 60 {
		p["record_id"] = append(p["record_id"], string(recordtest.ID(n)))
		p["draft_id"] = append(p["draft_id"], servertest.ID(500+n))
		p["request_id"] = append(p["request_id"], servertest.ID(600+n))
		p["client_id"] = append(p["client_id"], servertest.ID(1700+n))
	}
	for n := range 5 {
		p["organisation_id"] = append(p["organisation_id"], servertest.ID(800+n))
		p["holder"] = append(p["holder"], servertest.ID(900+n))
	}
	p["organisation_id"] = append(p["organisation_id"], "0c0f6a52-8f3c-4a43-8b3a-6a7c6c1f6a02") // of the contract's example
	p["after"] = p["record_id"]
	for _, f := range book.Fields {
		p["field"] = append(p["field"], string(f.Name))
	}
	for _, code := range []string{"woman", "minor", "adult", "15_17", "undocumented"} {
		p["codes"], p["in"] = append(p["codes"], code), append(p["in"], code)
	}
	for _, f := range figures.Slide {
		p["figure"], p["figures"] = append(p["figure"], string(f.Name)), append(p["figures"], string(f.Name))
	}
	p["by"] = []string{"age_band", "residence_status"}
	return p
}
