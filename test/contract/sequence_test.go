package contract

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/servertest"
)

// Random sequences of two organisations, strangers, the coordinator and the
// desk: every answer is foretold by the model. The number of sequences is
// -rapid.checks; a failure is made as short as it gets and prints its seed.
func TestContract_Sequences(t *testing.T) {
	played := sequences(t, t, servertest.Options{})
	t.Logf("%d sequences, %d requests, all foretold", played.sequences, played.requests)
}

// account is how much was played.
type account struct{ sequences, requests int }

// sequences plays as many as -rapid.checks says.
func sequences(t *testing.T, to rapid.TB, o servertest.Options) (a account) {
	t.Helper()
	rapid.Check(to, func(rt *rapid.T) {
		scope := &scope{TB: t, t: rt}
		defer scope.end()
		p := &player{t: rt, s: servertest.Start(scope, o), m: newModel(), open: map[string]string{}}
		for name, client := range p.s.Cast.Everyone() {
			p.open[name] = p.s.Token(scope, client)
		}
		rt.Repeat(p.moves())
		a.sequences, a.requests = a.sequences+1, a.requests+p.asked
	})
	return a
}

// scope is a test that ends with one sequence.
type scope struct {
	testing.TB
	t    *rapid.T
	ends []func()
}

func (s *scope) Cleanup(f func()) { s.ends = append(s.ends, f) }

func (s *scope) Fatal(args ...any) { s.t.Fatal(args...) }

func (s *scope) TempDir() string {
	folder, err := os.MkdirTemp("", "casestat-sequence-")
	if err != nil {
		s.t.Fatal(err)
	}
	s.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

func (s *scope) end() {
	for _, f := range slices.Backward(s.ends) {
		f()
	}
}

// player makes the moves of one sequence.
type player struct {
	t     *rapid.T
	s     *servertest.Service
	m     *model
	open  map[string]string // tokens
	asked int
}

func (p *player) moves() map[string]func(*rapid.T) {
	moves := map[string]func(){
		"put": p.put, "correct": p.correct, "read": p.read, "history": p.history, "withdraw": p.withdraw, "list": p.list, "batch": p.batch,
		"year": p.year, "own": p.own, "desk": p.desk, "stranger": p.stranger, "plan": p.plan, "found": p.found, "compute": p.compute, "decide": p.decide,
	}
	all := map[string]func(*rapid.T){}
	for name, move := range moves {
		all[name] = func(t *rapid.T) { p.t = t; move() }
	}
	return all
}

// ask sends a request, holds the answer against the contract and the status
// against what was foretold.
func (p *player) ask(r servertest.Request, want int) servertest.Response {
	p.asked++
	answer := p.s.Raw(r)
	if err := servertest.Check(r, answer); err != nil {
		p.t.Fatalf("%s %s breaks the contract: %v\n%s", r.Method, r.Path, err, answer.Body)
	}
	if answer.Status != want {
		p.t.Fatalf("%s %s %v\n%s\n-> %d %s, foretold %d", r.Method, r.Path, r.Header, r.Body, answer.Status, answer.Body, want)
	}
	return answer
}

func (p *player) want(what string, want, got any) {
	if diff := cmp.Diff(want, got); diff != "" {
		p.t.Fatalf("%s is not as foretold (-want +got)\n%s", what, diff)
	}
}

func (p *player) decode(answer servertest.Response, into any) {
	if err := json.Unmarshal(answer.Body, into); err != nil {
		p.t.Fatalf("%v: %s", err, answer.Body)
	}
}

func (p *player) draw(what string, least, most int) int {
	return rapid.IntRange(least, most).Draw(p.t, what)
}

func (p *player) org() string { return rapid.SampledFrom([]string{"A", "B"}).Draw(p.t, "organisation") }

func (p *player) content() content {
	return content{p.draw("form", 0, 2), rapid.SampledFrom([]int{2025, 2026, 2024, 2023, 2027}).Draw(p.t, "year")}
}

// replaces names the right version, a wrong one, or none.
func (p *player) replaces(org string, id int) versionNamed {
	right := versionNamed{1, "0f0f"}
	if k := p.m.records[org][id]; k != nil {
		right = versionNamed{len(k.versions), k.tag}
	}
	switch rapid.SampledFrom([]string{"right", "none", "other version", "other tag"}).Draw(p.t, "replaces") {
	case "none":
		return versionNamed{}
	case "other version":
		return versionNamed{right.number + 1, right.tag}
	case "other tag":
		return versionNamed{right.number, "00" + right.tag}
	}
	return right
}

func (p *player) put() { p.submit(p.org(), p.draw("id", 0, 3), p.content()) }

// correct says something else of a record that there is, in a year that is
// mostly open: left to chance, few submissions would be corrections.
func (p *player) correct() {
	org := p.org()
	if len(p.m.records[org]) == 0 {
		p.submit(org, p.draw("id", 0, 3), p.content())
		return
	}
	id := rapid.SampledFrom(slices.Sorted(maps.Keys(p.m.records[org]))).Draw(p.t, "id")
	was := p.m.records[org][id].newest()
	p.submit(org, id, content{(was.form + p.draw("another form", 1, 2)) % 3, was.year})
}

func (p *player) submit(org string, id int, c content) {
	replaces := p.replaces(org, id)
	r := servertest.Request{Method: "PUT", Path: "/v1/records/" + recordID(id), Token: p.open["submitter "+org], Body: c.body()}
	if replaces.number > 0 {
		r.Header = http.Header{"If-Match": {fmt.Sprintf(`"v%d-%s"`, replaces.number, replaces.tag)}}
	}
	status, changes := p.m.put(org, id, c, replaces)
	answer := p.ask(r, status)
	if status > 201 {
		return
	}
	outcome := map[bool]string{true: map[int]string{201: "accepted", 200: "corrected"}[status], false: "unchanged"}[changes]
	if changes {
		p.m.keep(org, id, c, tagOf(answer.Header.Get("ETag")))
	}
	k := p.m.records[org][id]
	var receipt struct {
		Version int
		Outcome string
	}
	p.decode(answer, &receipt)
	p.want("the receipt", fmt.Sprint(len(k.versions), outcome), fmt.Sprint(receipt.Version, receipt.Outcome))
	p.want("the tag", k.etag(), answer.Header.Get("ETag"))
}

func (k *kept) etag() string { return fmt.Sprintf(`"v%d-%s"`, len(k.versions), k.tag) }

func tagOf(etag string) string {
	_, tag, _ := strings.Cut(strings.Trim(etag, `"`), "-")
	return tag
}

func (p *player) read() {
	org, id := p.org(), p.draw("id", 0, 3)
	k, want := p.m.records[org][id], 200
	switch {
	case k == nil:
		want = 404
	case k.withdrawn:
		want = 410
	}
	answer := p.ask(servertest.Request{Method: "GET", Path: "/v1/records/" + recordID(id), Token: p.open["submitter "+org]}, want)
	if want > 200 {
		return
	}
	var stored struct {
		Version int
		ETag    string
		Record  json.RawMessage
	}
	p.decode(answer, &stored)
	p.want("version and tag", fmt.Sprint(len(k.versions), k.etag()), fmt.Sprint(stored.Version, stored.ETag))
	p.want("the content", string(p.canonical(k.newest().body())), string(p.canonical(stored.Record)))
}

// canonical is a record whatever the order of its members and codes.
func (p *player) canonical(body []byte) []byte {
	reader, err := record.NewReader(record.NewSchema(codelist.Current()))
	if err != nil {
		p.t.Fatal(err)
	}
	read := reader.Decode(body, recordtest.Options())
	if len(read.Details) > 0 {
		p.t.Fatalf("no record: %s", body)
	}
	return fmt.Append(nil, read.Record.Year, read.Record.Answers)
}

func (p *player) history() {
	org, id := p.org(), p.draw("id", 0, 3)
	k, want, versions := p.m.records[org][id], 404, 0
	if k != nil {
		want, versions = 200, len(k.versions)
		if k.withdrawn {
			versions = 1
		}
	}
	answer := p.ask(servertest.Request{Method: "GET", Path: "/v1/records/" + recordID(id) + "/history", Token: p.open["submitter "+org]}, want)
	if want == 200 {
		p.want("the number of versions", versions, strings.Count(string(answer.Body), `"version":`))
	}
}

func (p *player) withdraw() {
	org, id := p.org(), p.draw("id", 0, 3)
	want := 404
	if k := p.m.records[org][id]; k != nil {
		want, k.withdrawn = 204, true
	}
	p.ask(servertest.Request{Method: "DELETE", Path: "/v1/records/" + recordID(id), Token: p.open["submitter "+org]}, want)
}

func (p *player) list() {
	org, year := p.org(), rapid.SampledFrom([]int{0, 2024, 2025, 2026}).Draw(p.t, "year")
	path := "/v1/records"
	if year > 0 {
		path += fmt.Sprintf("?year=%d", year)
	}
	var page struct {
		Records []struct {
			ID string `json:"record_id"`
		}
	}
	p.decode(p.ask(servertest.Request{Method: "GET", Path: path, Token: p.open["submitter "+org]}, 200), &page)
	var ids []string
	for _, r := range page.Records {
		ids = append(ids, r.ID)
	}
	p.want("the list", p.m.list(org, year), ids)
}

func (p *player) batch() {
	org := p.org()
	mode := rapid.SampledFrom([]string{"mode=row_by_row", "mode=all_or_nothing", "dry_run=true", "dry_run=true&mode=row_by_row"}).Draw(p.t, "mode")
	var rows []row
	var body strings.Builder
	for range p.draw("rows", 1, 4) {
		r := row{id: p.draw("id", 0, 5), content: p.content()}
		if r.replaces = p.replaces(org, r.id); r.replaces.number > 0 {
			r.replaces.tag = ""
		}
		line := r.content.body()
		if r.replaces.number > 0 {
			line = recordtest.With(line, "version", fmt.Sprint(r.replaces.number))
		}
		rows = append(rows, r)
		body.Write(recordtest.Line(recordtest.ID(r.id), line))
	}
	want, taken := p.m.batch(org, rows)
	status := 200
	if mode == "mode=all_or_nothing" && want.Refused > 0 {
		status, taken = 422, nil
	}
	answer := p.ask(servertest.Request{
		Method: "POST", Path: "/v1/records/batches?" + mode, Token: p.open["submitter "+org], Type: "application/x-ndjson", Body: []byte(body.String()),
	}, status)
	var got struct {
		report
		Report *report
	}
	p.decode(answer, &got)
	if got.Report != nil {
		got.report = *got.Report
	}
	p.want("the report", want, got.report)
	if !strings.HasPrefix(mode, "dry_run") {
		p.took(org, taken)
	}
}

// took keeps what a batch has taken. A batch tells no tags, so they are read.
func (p *player) took(org string, rows []row) {
	for _, r := range rows {
		answer := p.ask(servertest.Request{Method: "GET", Path: "/v1/records/" + recordID(r.id), Token: p.open["submitter "+org]}, 200)
		p.m.keep(org, r.id, r.content, tagOf(answer.Header.Get("ETag")))
		p.want("the version", p.m.records[org][r.id].etag(), answer.Header.Get("ETag"))
	}
}

func (p *player) year() {
	year, to := p.draw("year", 2023, 2028), rapid.SampledFrom([]string{"open", "closed", "correcting"}).Draw(p.t, "to")
	want := p.m.turn(year, to)
	p.ask(servertest.Request{
		Method: "PUT", Path: fmt.Sprint("/v1/periods/", year), Token: p.open["coordinator"], Body: fmt.Appendf(nil, `{"state":%q}`, to),
	}, want)
	if want == 200 {
		p.m.years[year] = to
	}
}

// figures is what the model foretells of an answer with figures.
type figures struct {
	Contacts  int
	CountOnly int `json:"count_only"`
}

func (p *player) own() {
	org, year := p.org(), p.draw("year", 2023, 2027)
	want := map[bool]int{true: 404, false: 200}[p.m.years[year] == ""]
	answer := p.ask(servertest.Request{Method: "GET", Path: fmt.Sprintf("/v1/own/periods/%d/figures", year), Token: p.open["submitter "+org]}, want)
	if want == 200 {
		p.counted(answer, year, org)
	}
}

func (p *player) desk() {
	year := p.draw("year", 2023, 2027)
	want := map[bool]int{true: 200, false: 409}[p.m.years[year] == "closed"]
	answer := p.ask(servertest.Request{Method: "GET", Path: fmt.Sprintf("/v1/desk/periods/%d/figures?purpose=figure_check", year), Token: p.open["desk"]}, want)
	if want == 200 {
		p.counted(answer, year, "A", "B")
	}
}

func (p *player) counted(answer servertest.Response, year int, orgs ...string) {
	var got, want figures
	p.decode(answer, &got)
	want.Contacts, want.CountOnly = p.m.counts(year, orgs...)
	p.want("the contacts", want, got)
}

// stranger asks for a record without being allowed to.
func (p *player) stranger() {
	who := rapid.SampledFrom([]string{"nobody", "researcher", "desk", "reviewer", "coordinator", "intake-only A"}).Draw(p.t, "who")
	want := map[bool]int{true: 401, false: 403}[who == "nobody"]
	p.ask(servertest.Request{Method: "GET", Path: "/v1/records/" + recordID(p.draw("id", 0, 3)), Token: p.open[who]}, want)
}

const theDraft = "/v1/drafts/c0ffee00-0000-4000-8000-00000000d4af"

func (p *player) plan() {
	form, replaces := p.draw("plan", 0, 3), p.draw("replaces", 0, len(p.m.plans)+1)
	body := fmt.Sprintf(`{"title":{"sv":"Nr %d","en":"No %d"},"years":[2025],"universes":["sexual_exploitation_women_girls"],"figures":[{"name":"undocumented"}]}`, form, form)
	named := form < 3 || p.m.founded
	if form == 3 {
		body = strings.Replace(body, `"years"`, fmt.Sprintf(`"participation":[{"year":2025,"organisations":[%q,%q]}],"years"`, servertest.ID(2), lateMember), 1)
	}
	r := servertest.Request{Method: "PUT", Path: theDraft, Token: p.open["desk"], Body: []byte(body)}
	if replaces > 0 {
		r.Header = http.Header{"If-Match": {fmt.Sprintf(`"v%d"`, replaces)}}
	}
	status, changes := p.m.plan(form, replaces, named)
	answer := p.ask(r, status)
	if status == 422 {
		p.want("the code", "plan_organisation_unknown", answer.Code())
		p.want("the place", true, strings.Contains(string(answer.Body), `"/participation/0/organisations/1"`))
	}
	if changes {
		p.m.plans = append(p.m.plans, form)
	}
	if status <= 201 {
		p.want("the tag", fmt.Sprintf(`"v%d"`, len(p.m.plans)), answer.Header.Get("ETag"))
	}
}

// lateMember is founded in some sequences, and closed in some of these.
const lateMember = "c0ffee00-0000-4000-8000-0000000a17e0"

func (p *player) found() {
	want := map[bool]int{true: 200, false: 201}[p.m.founded]
	p.ask(servertest.Request{
		Method: "PUT", Path: "/v1/organisations/" + lateMember, Token: p.open["coordinator"],
		Body: fmt.Appendf(nil, `{"name":"Sen","kind":"member","active":%t}`, p.draw("active", 0, 1) == 1),
	}, want)
	p.m.founded = true
}

func (p *player) compute() {
	status, code := p.m.compute()
	p.want("the code", code, p.ask(servertest.Request{Method: "POST", Path: theDraft + "/computation", Token: p.open["desk"]}, status).Code())
	if n := len(p.m.plans); n > 0 { // the refusal stands in the draft, which is another version by that
		p.m.plans = append(p.m.plans, p.m.plans[n-1])
	}
}

// decide tries the steps that need a computation.
func (p *player) decide() {
	step := rapid.SampledFrom([]string{"submission", "approval", "publication"}).Draw(p.t, "step")
	r := servertest.Request{Method: "POST", Path: theDraft + "/" + step, Token: p.open["desk"]}
	switch step {
	case "submission":
		r.Body = []byte(`{"waivers":[]}`)
	case "approval":
		r.Token, r.Header = p.open["reviewer"], http.Header{"If-Match": {fmt.Sprintf(`"v%d"`, max(1, len(p.m.plans)))}}
	}
	p.ask(r, map[bool]int{true: 404, false: 409}[len(p.m.plans) == 0])
}
