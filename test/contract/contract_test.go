package contract

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/servertest"
)

var (
	requests = flag.Int("requests", 100, "requests to each operation")
	seed     = flag.Uint64("seed", 1, "of the requests; a failure says which")
)

// Requests to every operation, valid or with one thing wrong, as anybody.
func TestContract_EveryOperation(t *testing.T) {
	g := ground(t)
	all := operations(servertest.Contract(t))
	for round, op := range all {
		g.seedDrafts(t, round)
		t.Run(op.of.OperationID, func(t *testing.T) {
			for n := range *requests {
				g.probe(t, op, *seed+uint64(n))
			}
		})
	}
	t.Log(g.seen.summary())
	for _, op := range all {
		if id := op.of.OperationID; g.seen.answers[id]["2xx"] == 0 && !deep[id] {
			t.Errorf("%s was never granted (%v): what lies behind its door was not reached", id, g.seen.answers[id])
		}
	}
}

// deep are operations that need what was really computed: those who play the
// way of a draft test them.
var deep = map[string]bool{
	"computeDraft": true, "getDraftRemedies": true, "getDraftCertificate": true, "publishDraft": true, "priceRequest": true,
	"getDraftContent": true, "getDraftReview": true,
}

// tally counts the answers by operation and class.
type tally struct {
	answers map[string]map[string]int // by class
	codes   map[string]int
}

func (c *tally) count(id string, answer servertest.Response) {
	if c.answers == nil {
		c.answers, c.codes = map[string]map[string]int{}, map[string]int{}
	}
	if c.answers[id] == nil {
		c.answers[id] = map[string]int{}
	}
	c.answers[id][fmt.Sprintf("%dxx", answer.Status/100)]++
	c.codes[answer.Code()]++
}

func (c *tally) summary() string {
	total, classes := 0, map[string]int{}
	for _, of := range c.answers {
		for class, n := range of {
			total, classes[class] = total+n, classes[class]+n
		}
	}
	return fmt.Sprintf("%d requests to %d operations, from seed %d: %v, %d codes of problems", total, len(c.answers), *seed, classes, len(c.codes))
}

// grounds are what the requests are sent to, and what they may name.
type grounds struct {
	s     *servertest.Service
	pools map[string][]string
	open  map[string]string // tokens by name; "nobody" has none
	may   map[string][]access.Permission
	ask   func(servertest.Request) servertest.Response
	seen  tally
}

// probe sends one request and judges the answer.
func (g *grounds) probe(t *testing.T, op operation, seed uint64) {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, op.of.OperationID, seed)
	m := maker{random: rand.New(rand.NewPCG(h.Sum64(), seed)), canary: fmt.Sprintf("kanarie%016x", h.Sum64()), pools: g.pools}
	d := m.valid(op)
	if m.chance(60) {
		m.spoil(d)
	}
	who := g.who(m, op)
	if op.of.OperationID == "createToken" {
		who = "nobody" // one way of saying who asks is enough
	}
	r := d.request(g.open[who])
	answer := g.ask(r)
	g.seen.count(op.of.OperationID, answer)
	for _, fault := range g.judge(d, who, m.canary, r, answer) {
		t.Errorf("seed %d: %s as %s, %s: %s\n%s %s\n%v\n%.2000s\n-> %d %v\n%.2000s", seed, op.of.OperationID, who, d.what, fault,
			r.Method, r.Path, r.Header, r.Body, answer.Status, answer.Header, answer.Body)
	}
}

// who asks: mostly somebody who may.
func (g *grounds) who(m maker, op operation) string {
	var all, able []string
	for name := range g.open {
		all = append(all, name)
		if g.able(name, op) {
			able = append(able, name)
		}
	}
	slices.Sort(all)
	slices.Sort(able)
	if len(able) > 0 && m.chance(75) {
		return pick(m, able)
	}
	return pick(m, all)
}

func (g *grounds) able(who string, op operation) bool {
	return slices.ContainsFunc(op.may(), func(p string) bool { return slices.Contains(g.may[who], access.Permission(p)) })
}

// judge tells what is wrong with an answer.
func (g *grounds) judge(d *draft, who, canary string, r servertest.Request, answer servertest.Response) (faults []string) {
	note := func(wrong bool, what string) {
		if wrong {
			faults = append(faults, what)
		}
	}
	note(answer.Status >= 500, "a failure of ours")
	if err := servertest.Check(r, answer); err != nil {
		note(true, "breaks the contract: "+err.Error())
	}
	note(!described(d, answer), "a status or a header that the contract does not name")
	note(g.misjudged(d, who, answer.Status), "not what this caller should be told")
	note(d.what == "valid" && answer.Status == http.StatusBadRequest && !stricter[answer.Code()] && d.op.of.OperationID != "createToken", "malformed, although the contract allows it")
	note(d.refused && answer.Status < 400, "taken, although the contract has no such thing")
	told := fmt.Sprint(answer.Header, string(answer.Body))
	note((answer.Status >= 400 || !keeps[d.op.of.OperationID]) && strings.Contains(told, canary), "what was sent comes back")
	return faults
}

// stricter are refusals of what no schema can say.
var stricter = map[string]bool{"if_match_malformed": true, "claim_text_not_text": true, "docx_no_archive": true}

// keeps are the operations that store a text and answer with what is stored.
var keeps = map[string]bool{
	"putOrganisation": true, "putDraft": true, "putRequest": true, "withdrawRelease": true, "submitDraft": true, "rejectDraft": true,
}

// misjudged says whether somebody without the permission got further, or
// somebody with it was stopped for want of it.
func (g *grounds) misjudged(d *draft, who string, status int) bool {
	switch {
	case d.op.of.OperationID == "createToken":
		return status == http.StatusForbidden
	case len(d.op.may()) == 0, g.able(who, d.op):
		return status == http.StatusUnauthorized || status == http.StatusForbidden && d.op.of.OperationID != "deriveTable"
	case g.may[who] == nil:
		return status != http.StatusUnauthorized && status != http.StatusNotFound
	}
	return status != http.StatusForbidden && status != http.StatusNotFound
}

// described says whether the contract names the status itself, not by its
// default, and every header that it promises is there.
func described(d *draft, answer servertest.Response) bool {
	response := d.op.of.Responses.Status(answer.Status)
	if response == nil {
		return slices.Contains(ofAny, answer.Code())
	}
	return !slices.ContainsFunc(headersOf(response.Value), func(name string) bool { return answer.Header.Get(name) == "" })
}

// ofAny are the refusals that any operation can answer with, whatever it is
// for, and that the contract leaves to its default.
var ofAny = []string{
	"not_found", "method_not_allowed", // of a path that is another, or none
	"unknown_parameter", "malformed_query", "content_encoding_unsupported", "condition_unsupported", "body_unexpected",
}

func headersOf(r *openapi3.Response) (names []string) {
	for name := range r.Headers {
		if name != "WWW-Authenticate" { // of the 400 of OAuth there is none
			names = append(names, name)
		}
	}
	return names
}

// The contrast: each thing that judge looks for is found when it is there.
func TestContract_Contrast_EachFaultIsSeen(t *testing.T) {
	g := ground(t)
	var op operation
	for _, op = range operations(servertest.Contract(t)) {
		if op.of.OperationID == "putRecord" {
			break
		}
	}
	refused := func(change func(*servertest.Response)) servertest.Response {
		answer := servertest.Response{
			Status: 400, Header: http.Header{"Content-Type": {"application/problem+json"}, "Cache-Control": {"no-store"}},
			Body: []byte(`{"type":"urn:casestat:problem:not_an_object","title":"x","status":400,"code":"not_an_object"}`),
		}
		change(&answer)
		return answer
	}
	wrong := &draft{op: op, what: "a list", refused: true}
	for name, c := range map[string]struct {
		of     *draft
		who    string
		answer servertest.Response
	}{
		"a failure of ours":                              {wrong, "submitter A", refused(func(r *servertest.Response) { r.Status = 500 })},
		"breaks the contract":                            {wrong, "submitter A", refused(func(r *servertest.Response) { r.Body = []byte(`{"code":"x"}`) })},
		"what was sent comes back":                       {wrong, "submitter A", refused(func(r *servertest.Response) { r.Header.Set("Content-Language", "kanarie") })},
		"a status or a header that":                      {wrong, "submitter A", refused(func(r *servertest.Response) { r.Status = 404 + 14 })},
		"not what this caller should be told":            {wrong, "nobody", refused(func(*servertest.Response) {})},
		"taken, although":                                {wrong, "submitter A", refused(func(r *servertest.Response) { r.Status = 200 })},
		"malformed, although":                            {&draft{op: op, what: "valid"}, "submitter A", refused(func(*servertest.Response) {})},
		"breaks the contract: response body doesn't mat": {wrong, "submitter A", refused(func(r *servertest.Response) { r.Body = append(r.Body[:len(r.Body)-1], `,"more":1}`...) })},
	} {
		request := servertest.Request{Method: "PUT", Path: "/v1/records/" + servertest.ID(1), Body: []byte("[]")}
		if found := g.judge(c.of, c.who, "kanarie", request, c.answer); !strings.Contains(strings.Join(found, "\n"), name) {
			t.Errorf("%s is not seen: %v", name, found)
		}
	}
	if found := g.judge(wrong, "submitter A", "kanarie", servertest.Request{Method: "PUT", Path: "/v1/records/" + servertest.ID(1), Body: []byte("[]")},
		refused(func(*servertest.Response) {})); len(found) > 0 {
		t.Errorf("a good answer is blamed: %v", found)
	}
}
