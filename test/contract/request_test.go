package contract

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/servertest"
)

// operation is one operation of the contract.
type operation struct {
	method, path string
	of           *openapi3.Operation
	parameters   openapi3.Parameters // of the path, too
}

// may lists the permissions of which one is enough; none for the public.
func (o operation) may() (any []string) {
	for _, requirement := range *o.of.Security {
		any = append(any, requirement["oauth"]...)
	}
	return any
}

// operations lists all of them in a fixed order, those that take away last.
func operations(doc *openapi3.T) (all []operation) {
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			all = append(all, operation{method, path, op, slices.Concat(item.Parameters, op.Parameters)})
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.rank()+a.path+a.method, b.rank()+b.path+b.method) })
	return all
}

func (o operation) rank() string {
	if o.method == http.MethodDelete {
		return "2"
	}
	return "1"
}

// draft is a request in the making.
type draft struct {
	op      operation
	path    map[string]string
	query   [][2]string // in order; a name may stand twice
	header  http.Header
	media   string
	body    string
	tree    any // of a JSON body
	bodied  bool
	refused bool   // the contract cannot allow what was done to it
	what    string // was done
}

// valid makes a request that the contract allows.
func (m maker) valid(op operation) *draft {
	d := &draft{op: op, path: map[string]string{}, header: http.Header{}, what: "valid"}
	for _, p := range op.parameters {
		if p := p.Value; p.Required || m.chance(map[bool]int{true: 80, false: 40}[p.In == "header"]) {
			d.set(p.In, p.Name, bare(m.value(p.Schema.Value, p.Name)))
		}
	}
	if op.of.RequestBody != nil {
		content := op.of.RequestBody.Value.Content
		d.bodied, d.media = true, pick(m, slices.Sorted(maps.Keys(content)))
		m.fill(d, content[d.media].Schema.Value)
	}
	return d
}

func (d *draft) set(in, name, value string) {
	switch in {
	case "path":
		d.path[name] = value
	case "query":
		d.query = append(d.query, [2]string{name, value})
	case "header":
		d.header.Set(name, value)
	}
}

// bare is the text of a value outside JSON.
func bare(v any) string {
	text := render(v)
	if s, ok := parse([]byte(text)).(raw); ok && strings.HasPrefix(text, `"`) {
		return unquoted(s)
	}
	return text
}

// fill makes the body.
func (m maker) fill(d *draft, s *openapi3.Schema) {
	switch d.media {
	case "application/x-www-form-urlencoded":
		form := url.Values{}
		for _, f := range *m.object(s) {
			form.Set(f.name, bare(f.value))
		}
		if m.chance(30) {
			form = url.Values{"grant_type": {"client_credentials"}, "client_id": m.pools["submitter"], "client_secret": m.pools["client_secret"]}
		}
		d.body = form.Encode()
	case "application/x-ndjson":
		for range m.between(1, 4) {
			d.body += render(m.row()) + "\n"
		}
	case "text/csv":
		d.body = csvHead + pick(m, m.pools["record_id"]) + ";2025;directly_exploited;minimal;none" + strings.Repeat(";", 13) + "\n"
	case "application/json", "application/yaml":
		s = d.op.of.RequestBody.Value.Content["application/json"].Schema.Value // which YAML is held to as well
		switch {
		case d.op.of.OperationID == "putRecord" && m.chance(60):
			d.tree = m.record()
		case d.example() != nil && m.chance(40):
			d.tree = d.example()
		default:
			d.tree = m.value(s, "")
		}
		d.body = render(d.tree)
	default: // a text, or a document that is none
		d.body = m.canary + " 26 of 35 have some relation to the perpetrator. " + pick(m, hostile)
	}
}

const csvHead = "record_id;contact_year;person_role;consent_statistics;earlier_member_contacts;gender;age_band;residence_status;has_children;children_count;" +
	"identification_status;exploitation_types;entry_means;perpetrator_relation;first_contact;police_report;police_report_barriers;version\n"

// example is the contract's own JSON body, nil where it has none.
func (d *draft) example() any {
	text, err := json.Marshal(d.op.of.RequestBody.Value.Content["application/json"].Example)
	if err != nil || string(text) == "null" {
		return nil
	}
	return parse(text)
}

// record is one that keeps the rules across fields, which no schema can say.
func (m maker) record() any {
	return parse(pick(m, [][]byte{recordtest.Core(), recordtest.Full(), recordtest.CountOnly()}))
}

// row is a line of a batch.
func (m maker) row() any {
	o, ok := m.record().(*object)
	if ok {
		*o = append(*o, member{"record_id", quoted(pick(m, m.pools["record_id"]))})
		if m.chance(30) {
			*o = append(*o, member{"version", raw("1")})
		}
	}
	return o
}

// request puts the draft together.
func (d *draft) request(token string) servertest.Request {
	path := d.op.path
	for name, value := range d.path {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
	}
	for i, pair := range d.query {
		path += []string{"&", "?"}[max(0, 1-i)] + url.QueryEscape(pair[0]) + "=" + url.QueryEscape(pair[1])
	}
	r := servertest.Request{Method: d.op.method, Path: path, Token: token, Type: d.media, Header: d.header}
	if d.bodied {
		r.Body = []byte(d.body)
		if r.Body == nil {
			r.Body = []byte{}
		}
	}
	return r
}
