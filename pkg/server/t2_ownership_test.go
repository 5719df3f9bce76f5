package server_test

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

func TestT2_ForeignIDsLookLikeRandomOnes(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	for _, breach := range oracles(t, s) {
		t.Error(breach)
	}
}

func TestT2_Contrast_OwnershipByRecordIDAlone(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Records = ownerless{d.Records}
		return d
	}})
	if found := oracles(t, s); len(found) < 5 {
		t.Errorf("records without owners give %d differences only: %v", len(found), found)
	}
}

// ownerless keys records by their id alone: everybody is the same organisation.
type ownerless struct{ real server.Records }

func everybody(p access.Principal) access.Principal {
	p.Organisation = access.OrganisationID(servertest.ID(2))
	return p
}

func (o ownerless) Put(ctx context.Context, p access.Principal, sub intake.Submission) (intake.Receipt, error) {
	return o.real.Put(ctx, everybody(p), sub)
}

func (o ownerless) Batch(ctx context.Context, p access.Principal, rows iter.Seq2[record.Row, error], opt intake.BatchOptions) (intake.Report, error) {
	return o.real.Batch(ctx, everybody(p), rows, opt)
}

func (o ownerless) Withdraw(ctx context.Context, p access.Principal, id record.ID) error {
	return o.real.Withdraw(ctx, everybody(p), id)
}

func (o ownerless) Get(ctx context.Context, p access.Principal, id record.ID) (intake.Version, error) {
	return o.real.Get(ctx, everybody(p), id)
}

func (o ownerless) List(ctx context.Context, p access.Principal, page intake.Page) ([]intake.Version, error) {
	return o.real.List(ctx, everybody(p), page)
}

func (o ownerless) History(ctx context.Context, p access.Principal, id record.ID) ([]intake.Version, error) {
	return o.real.History(ctx, everybody(p), id)
}

// owned is what A has: a record, one that was corrected, and a withdrawn one.
type owned struct {
	ids  []string
	tags []string // of the first two
}

func ownedByA(t *testing.T, s *servertest.Service) owned {
	t.Helper()
	token := s.Token(t, s.Cast.A)
	var a owned
	for n := range 3 {
		id := servertest.ID(7000 + n)
		answer := s.Do(t, servertest.Request{Method: "PUT", Path: "/v1/records/" + id, Token: token, Body: recordtest.Full()})
		wantStatus(t, answer, 201, "")
		a.ids = append(a.ids, id)
		a.tags = append(a.tags, answer.Header.Get("ETag"))
	}
	corrected := s.Do(t, servertest.Request{
		Method: "PUT", Path: "/v1/records/" + a.ids[1], Token: token, Body: recordtest.Core(), Header: header("If-Match", a.tags[1]),
	})
	wantStatus(t, corrected, 200, "")
	a.tags[1] = corrected.Header.Get("ETag")
	wantStatus(t, s.Do(t, servertest.Request{Method: "DELETE", Path: "/v1/records/" + a.ids[2], Token: token}), 204, "")
	return a
}

// oracles asks as everybody but A about A's records and about random ids, in
// every form, and tells where the answers differ.
func oracles(t *testing.T, s *servertest.Service) (differences []string) {
	t.Helper()
	a := ownedByA(t, s)
	good := tokens(t, s)
	random := 8000
	for _, who := range everyone(s) {
		if strings.HasSuffix(who, " A") {
			continue
		}
		for i, id := range a.ids {
			for name, form := range forms(a.tags[min(i, 1)]) {
				random++
				foreign, absent := form(id), form(servertest.ID(random))
				foreign.Token, absent.Token = good[who], good[who]
				one, other := masked(s.Do(t, foreign), id), masked(s.Do(t, absent), servertest.ID(random))
				if one != other {
					differences = append(differences, fmt.Sprintf("%s, %s:\n%s\n%s", who, name, one, other))
				}
			}
		}
	}
	return differences
}

type spelling func(id string) servertest.Request

// forms are the ways in which an id can be put into a request.
func forms(tag string) map[string]spelling {
	all := map[string]spelling{}
	spell := map[string]func(string) string{
		"exact":            func(id string) string { return "/v1/records/" + id },
		"upper case":       func(id string) string { return "/v1/records/" + strings.ToUpper(id) },
		"encoded":          func(id string) string { return "/v1/records/" + fmt.Sprintf("%%%02x", id[0]) + id[1:] },
		"encoded dash":     func(id string) string { return "/v1/records/" + strings.ReplaceAll(id, "-", "%2d") },
		"trailing slash":   func(id string) string { return "/v1/records/" + id + "/" },
		"double slash":     func(id string) string { return "/v1/records//" + id },
		"dot segment":      func(id string) string { return "/v1/records/./" + id },
		"history":          func(id string) string { return "/v1/records/" + id + "/history" },
		"history slash":    func(id string) string { return "/v1/records/" + id + "/history/" },
		"query beside":     func(id string) string { return "/v1/records/" + id + "?record_id=" + id },
		"query alone":      func(id string) string { return "/v1/records?record_id=" + id },
		"cursor":           func(id string) string { return "/v1/records?after=" + id },
		"padded":           func(id string) string { return "/v1/records/" + id + "%20" },
		"without dashes":   func(id string) string { return "/v1/records/" + strings.ReplaceAll(id, "-", "") },
		"braces":           func(id string) string { return "/v1/records/%7b" + id + "%7d" },
		"urn":              func(id string) string { return "/v1/records/urn:uuid:" + id },
		"matrix parameter": func(id string) string { return "/v1/records/" + id + ";a=b" },
		"escaped query":    func(id string) string { return "/v1/records?after=" + url.QueryEscape(id+" ") },
	}
	for name, path := range spell {
		for _, method := range []string{"GET", "DELETE", "PATCH", "HEAD", "POST"} {
			all[method+" "+name] = func(id string) servertest.Request { return servertest.Request{Method: method, Path: path(id)} }
		}
	}
	put := func(body func(string) []byte, headers http.Header) spelling {
		return func(id string) servertest.Request {
			return servertest.Request{Method: "PUT", Path: "/v1/records/" + id, Body: body(id), Header: headers}
		}
	}
	batch := func(query string, line func(string) []byte) spelling {
		return func(id string) servertest.Request {
			return servertest.Request{Method: "POST", Path: "/v1/records/batches" + query, Type: "application/x-ndjson", Body: line(id)}
		}
	}
	with := func(name, value string) func(string) []byte {
		return func(id string) []byte {
			return recordtest.With(recordtest.Core(), name, strings.ReplaceAll(value, "ID", id))
		}
	}
	line := func(id string) []byte { return recordtest.Line(record.ID(id), recordtest.Core()) }
	core := func(string) []byte { return recordtest.Core() }
	all["PUT with A's tag"] = put(core, header("If-Match", tag))
	all["PUT with the id in the body"] = put(with("record_id", `"ID"`), nil)
	all["PUT with a number for an id"] = put(with("record_id", `7000`), nil)
	all["PUT with a float for an id"] = put(with("record_id", `7e3`), nil)
	all["PUT with a conditional read"] = put(core, header("If-None-Match", tag, "If-Match", tag))
	all["batch, dry run"] = batch("?dry_run=true", line)
	all["batch with a version"] = batch("?mode=row_by_row", func(id string) []byte { return recordtest.With(line(id), "version", "1") })
	all["batch, all or nothing, with a version"] = batch("", func(id string) []byte { return recordtest.With(line(id), "version", "2") })
	all["batch of two with one foreign"] = batch("?dry_run=true", func(id string) []byte {
		return slices.Concat(line(servertest.ID(6999)), []byte("\n"), line(id))
	})
	all["GET with If-None-Match"] = func(id string) servertest.Request {
		return servertest.Request{Method: "GET", Path: "/v1/records/" + id, Header: header("If-None-Match", tag)}
	}
	return all
}

// What is new by design in each answer: the id that was asked about, and the
// random part of a version's tag.
var randomTag = regexp.MustCompile(`"v(\d+)-[0-9a-f]+(\\?")`)

func masked(r servertest.Response, id string) string {
	mask := func(text string) string {
		text = strings.ReplaceAll(strings.ReplaceAll(text, id, "ID"), strings.ToUpper(id), "ID")
		return randomTag.ReplaceAllString(text, `"v$1-tag$2`)
	}
	headers := r.Header.Clone()
	headers.Del("Date")
	headers.Del("Request-Id")
	return mask(fmt.Sprintf("%d %v %s", r.Status, headers, r.Body))
}

// A new record of B under A's id is B's first version, and A's stays A's.
func TestT2_TheSameIDInTwoOrganisations(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	a := ownedByA(t, s)
	b := s.Token(t, s.Cast.B)
	for i, id := range a.ids {
		ask := servertest.Request{Method: "PUT", Path: "/v1/records/" + id, Token: b, Body: recordtest.Core()}
		mine := s.Do(t, ask)
		wantStatus(t, mine, 201, "")
		ask.Path = "/v1/records/" + servertest.ID(9000+i)
		if fresh := s.Do(t, ask); masked(mine, id) != masked(fresh, servertest.ID(9000+i)) {
			t.Errorf("B's record under A's id:\n%s\nunder a random one:\n%s", masked(mine, id), masked(fresh, servertest.ID(9000+i)))
		}
	}
	wantStatus(t, s.Do(t, servertest.Request{Method: "DELETE", Path: "/v1/records/" + a.ids[0], Token: b}), 204, "")
	still := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records/" + a.ids[0], Token: s.Token(t, s.Cast.A)})
	wantStatus(t, still, 200, "")
	if still.Header.Get("ETag") != a.tags[0] {
		t.Error("B's record under the same id has changed A's")
	}
}

// Generated from the table: what belongs to the platform is not there for
// members either, whichever id they try.
func TestT2_ProbeOfEveryOperation(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	a := ownedByA(t, s)
	good, random := tokens(t, s), 30_000
	known := map[string][]string{"{record_id}": a.ids, "{client_id}": {string(s.Cast.A.ID)}, "{organisation_id}": {string(s.Cast.A.Organisation)}}
	probes := 0
	table := server.Table()
	// What B creates is B's own: reading and deleting come first.
	slices.SortStableFunc(table, func(x, y server.Entry) int { return cmp.Compare(last(x), last(y)) })
	for _, op := range table {
		for placeholder, ids := range known {
			if !strings.Contains(op.Path, placeholder) {
				continue
			}
			for _, who := range everyone(s) {
				if strings.HasSuffix(who, " A") || who == "coordinator" {
					continue
				}
				for _, id := range ids {
					random++
					probes++
					foreign, absent := sample(t, op, id), sample(t, op, servertest.ID(random))
					foreign.Token, absent.Token = good[who], good[who]
					if one, other := masked(s.Do(t, foreign), id), masked(s.Do(t, absent), servertest.ID(random)); one != other {
						t.Errorf("%s as %s:\n%s\n%s", op.ID, who, one, other)
					}
				}
			}
		}
	}
	if probes < 60 {
		t.Errorf("%d probes only", probes)
	}
}

func last(op server.Entry) int {
	if op.Method == "PUT" {
		return 1
	}
	return 0
}

// T23: a tag is no key to what it names: there is no 304 for anybody.
func TestT23_NoConditionalReads(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	a := ownedByA(t, s)
	answer := s.Do(t, servertest.Request{
		Method: "GET", Path: "/v1/records/" + a.ids[0], Token: s.Token(t, s.Cast.A), Header: header("If-None-Match", a.tags[0]),
	})
	wantStatus(t, answer, 200, "")
	if !server.OwnETag(a.tags[0]) || answer.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("tag %s, Cache-Control %q", a.tags[0], answer.Header.Get("Cache-Control"))
	}
	same := []string{}
	for n := range 2 { // the same content twice: the tags must differ
		answer := s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(n), Token: s.Token(t, s.Cast.A), Body: recordtest.Full()})
		same = append(same, answer.Header.Get("ETag"))
	}
	if same[0] == same[1] {
		t.Error("the tag follows from the content")
	}
}
