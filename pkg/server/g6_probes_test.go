package server_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

var probes = flag.Int("probes", 5000, "questions about another organisation's things that TestT2_G6 asks")

// G6: an id of another organisation, put anywhere and written in any way, is
// answered as a random id in the same place is, byte for byte.
func TestT2_G6_ProbesOfAnotherOrganisation(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	asked, found := probing(t, s, *probes)
	for _, difference := range found {
		t.Error(difference)
	}
	t.Logf("%d of %d probes told a foreign id from a random one, in %d places of operations", len(found), *probes, len(asked))
}

func TestT2_G6_Contrast_OwnershipByRecordIDAlone(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Records = ownerless{d.Records}
		return d
	}})
	if _, found := probing(t, s, 1000); len(found) < 5 {
		t.Errorf("records without owners give %d differences only", len(found))
	}
}

// probing asks n times, each time about one of A's ids and about a random one,
// and counts the operations that were asked.
func probing(t *testing.T, s *servertest.Service, n int) (asked map[string]int, differences []string) {
	t.Helper()
	a := ownedByA(t, s)
	good := tokens(t, s)
	strangers := slices.DeleteFunc(everyone(s), func(who string) bool { return strings.HasSuffix(who, " A") || who == "coordinator" })
	asked = map[string]int{}
	for i := range n {
		r := rand.New(rand.NewPCG(6, uint64(i)))
		q := aQuestion(t, r, a)
		who := strangers[r.IntN(len(strangers))]
		if r.IntN(2) == 0 {
			who = "submitter B" // who may do most of it
		}
		about := func(id string) string {
			request := q.about(id)
			request.Token = good[who]
			return masked(s.Raw(request), id)
		}
		random := servertest.ID(1_000_000 + i)
		asked[q.what]++
		if one, other := about(q.id), about(random); one != other {
			differences = append(differences, fmt.Sprintf("%d, %s, %s:\n%s\n%s", i, who, q.what, one, other))
		}
	}
	return asked, differences
}

// question is a request about an id.
type question struct {
	what  string
	id    string // of A
	about func(id string) servertest.Request
}

// aQuestion makes one from the table: an operation, a place for the id, and a
// way of writing it. It never asks for a new record under the id, which would
// be the asker's own from then on.
func aQuestion(t *testing.T, r *rand.Rand, a owned) question {
	n := r.IntN(len(a.ids))
	q := question{id: a.ids[n]}
	spell, tag := aSpelling(r), a.tags[min(n, 1)]
	table := server.Table()
	if r.IntN(2) == 0 { // where ids of records are at home
		table = slices.DeleteFunc(table, func(e server.Entry) bool { return !strings.HasPrefix(e.Path, "/v1/records") })
	}
	op := table[r.IntN(len(table))]
	for strings.HasPrefix(op.ID, "put") && op.ID != "putRecord" || op.ID == "createToken" { // which make things, or cost a hash
		op = table[r.IntN(len(table))]
	}
	places := map[string]func(request *servertest.Request, id string){
		"query":  func(request *servertest.Request, id string) { request.Path = besides(request.Path, "record_id", id) },
		"cursor": func(request *servertest.Request, id string) { request.Path = besides(request.Path, "after", id) },
		"tag":    func(request *servertest.Request, id string) { request.Header = header("If-Match", `"`+id+`"`) },
		"body": func(request *servertest.Request, id string) {
			if request.Body != nil {
				request.Body = slices.Concat([]byte(`{"record_id":"`+id+`",`), request.Body[min(1, len(request.Body)):])
			}
		},
		"number": func(request *servertest.Request, id string) {
			if request.Body != nil {
				request.Body = slices.Concat([]byte(`{"id":7e3,"record_id":["`+id+`"],`), request.Body[min(1, len(request.Body)):])
			}
		},
		"path": func(*servertest.Request, string) {},
	}
	names := sortedNames(places)
	place := names[r.IntN(len(names))]
	method := op.Method
	if r.IntN(4) == 0 {
		method = []string{"GET", "HEAD", "DELETE", "PATCH", "POST", "OPTIONS"}[r.IntN(6)]
	}
	q.what = op.ID + " " + place
	q.about = func(id string) servertest.Request {
		request := sample(t, op, id)
		request.Path, request.Method = strings.ReplaceAll(request.Path, id, spell(id)), method
		if op.ID == "putRecord" {
			request.Header = http.Header{"If-Match": {tag}}
		}
		if op.ID == "submitBatch" {
			request.Path += "?dry_run=true"
			request.Body = recordtest.With(recordtest.Line(record.ID(id), recordtest.Core()), "version", "1")
		}
		places[place](&request, spell(id))
		return request
	}
	return q
}

func besides(path, name, value string) string {
	if strings.Contains(path, "?") {
		return path + "&" + name + "=" + value
	}
	return path + "?" + name + "=" + value
}

// aSpelling writes an id in another way, the same for every id: it looks at
// places, never at what stands there. Half of the time it changes nothing.
func aSpelling(r *rand.Rand) func(string) string {
	if r.IntN(2) == 0 {
		return func(id string) string { return id }
	}
	around := [][2]string{{"", ""}, {"", "%20"}, {"%20", ""}, {"", "%00"}, {"%7b", "%7d"}, {"urn:uuid:", ""}, {"", ";a=b"}, {"./", ""}, {"", "/"}, {"/", ""}, {"", "%0a"}, {"%22", "%22"}, {"", "%e2%80%8b"}}
	pair := around[r.IntN(len(around))]
	mode, bits := r.IntN(5), r.Uint64()
	return func(id string) string {
		var out strings.Builder
		for i := range len(id) {
			c, chosen := id[i:i+1], bits>>(i%64)&1 == 1
			switch {
			case mode == 0 && chosen:
				c = fmt.Sprintf("%%%02x", id[i])
			case mode == 1 && chosen:
				c = strings.ToUpper(c)
			case mode == 2 && c == "-":
				c = ""
			case mode == 3 && chosen:
				c = fmt.Sprintf("%%25%02X", id[i])
			}
			out.WriteString(c)
		}
		return pair[0] + out.String() + pair[1]
	}
}
