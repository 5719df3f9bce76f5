package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

// T32: whatever was put into a busy service - into fields, names, headers,
// secrets, tokens - turns up in no log, metric, refusal, ledger or output.
func TestT32_CanariesTurnUpNowhere(t *testing.T) {
	leaks, planted := canaryRun(t, servertest.Options{Server: panicsOnHistory})
	for _, leak := range leaks {
		t.Error(leak)
	}
	t.Logf("%d canaries planted, %d hits", planted, len(leaks))
	if planted < 1000 {
		t.Errorf("%d canaries only", planted)
	}
}

// The contrast: one careless line finds its way to the log, and is found there.
func TestT32_Contrast_ALoggerOfWhatCameIn(t *testing.T) {
	leaks, _ := canaryRun(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Records = talkative{d.Records, d.Log}
		return panicsOnHistory(d)
	}})
	if len(leaks) < 5 {
		t.Errorf("a logger of ids and answers gives %d hits only: %v", len(leaks), leaks)
	}
}

// talkative logs what it is given.
type talkative struct {
	server.Records
	log *slog.Logger
}

func (r talkative) Put(ctx context.Context, p access.Principal, sub intake.Submission) (intake.Receipt, error) {
	r.log.Info("put", "record", sub.Record.ID, "client", p.Client, "answers", sub.Record.Answers)
	return r.Records.Put(ctx, p, sub)
}

// panicsOnHistory panics with what was asked about.
func panicsOnHistory(d server.Deps) server.Deps {
	d.Records = panicking{d.Records}
	return d
}

type panicking struct{ server.Records }

func (panicking) History(_ context.Context, _ access.Principal, id record.ID) ([]intake.Version, error) {
	panic(string(id))
}

// aviary plants canaries and looks for them.
type aviary struct {
	play
	planted  map[string]string // by canary: where it was put
	refusals bytes.Buffer
	ledger   bytes.Buffer
}

// listening hears what is written to the ledger about records.
func (a *aviary) listening(stores servertest.Stores) servertest.Stores {
	stores.Intake = heard{stores.Intake, &a.ledger}
	return stores
}

type heard struct {
	intake.Store
	by *bytes.Buffer
}

type heardTx struct {
	intake.Tx
	by *bytes.Buffer
}

func (h heard) Atomically(ctx context.Context, f func(intake.Tx) error) error {
	return h.Store.Atomically(ctx, func(tx intake.Tx) error { return f(heardTx{tx, h.by}) })
}

func (h heardTx) Append(ctx context.Context, entries []ledger.Entry) error {
	fmt.Fprintln(h.by, entries)
	return h.Tx.Append(ctx, entries)
}

// canary gives a new one, long enough to be nothing else.
func (a *aviary) canary(where string) string {
	c := fmt.Sprintf("kanarie%05xx", 0x1a2b3*(len(a.planted)+1)&0xfffff)
	a.planted[c] = where
	return c
}

// id gives a new id, which is a canary, too.
func (a *aviary) id(where string) string {
	id := servertest.ID(0xcafe00000 + len(a.planted))
	a.planted[id] = where
	return id
}

// ask sends a request, with canaries in every header that says who asks, and
// keeps what refusals say.
func (a *aviary) ask(who, method, path, body string, headers ...string) servertest.Response {
	token := a.canary("a bearer token")
	if client, ok := a.s.Cast.Everyone()[who]; ok {
		token = a.s.Token(a.t, client)
		a.planted[token] = "a token"
	}
	r := servertest.Request{Method: method, Path: path, Token: token, Header: header(headers...)}
	if body != "" {
		r.Body = []byte(body)
	}
	request := r.HTTP()
	request.RemoteAddr = "127.7.7.7:4711"
	for _, name := range []string{"User-Agent", "X-Forwarded-For", "Forwarded", "Referer", "X-Request-Id", "Cookie", "Origin", "Accept-Language"} {
		request.Header.Set(name, a.canary(name))
	}
	w := newRecorder()
	a.s.Server.ServeHTTP(w, request)
	answer := servertest.Response{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()}
	told := w.Header().Clone()
	told.Del("ETag") // which is there to come back
	fmt.Fprintln(&a.refusals, told)
	if answer.Status >= 400 {
		a.refusals.Write(answer.Body)
	}
	return answer
}

// canaryRun plays the scenario and tells where canaries turn up.
func canaryRun(t *testing.T, o servertest.Options) (leaks []string, planted int) {
	t.Helper()
	a := &aviary{planted: map[string]string{"127.7.7.7": "the address"}}
	o.Stores = a.listening
	output := captured(t, func() {
		a.play = play{t: t, s: servertest.Start(t, o)}
		a.good()
		a.refused()
		a.planted[servertest.Secret(t)] = "a secret"
		a.failing()
	})
	if a.ledger.Len() == 0 || a.refusals.Len() == 0 || a.s.Log.String() == "" {
		t.Error("a sink is empty: nobody looks into it")
	}
	metrics := newRecorder()
	a.s.Server.Metrics().ServeHTTP(metrics, httptest.NewRequest("GET", "/metrics", nil))
	for sink, text := range map[string]string{
		"the log": a.s.Log.String(), "the metrics": metrics.Body.String(), "the refusals": a.refusals.String(), "the output": output,
		"the ledger of records": a.ledger.String(),
	} {
		for c, where := range a.planted {
			if strings.Contains(text, c) {
				leaks = append(leaks, fmt.Sprintf("%s (%s) is in %s", c, where, sink))
			}
		}
	}
	return append(leaks, a.inFiles()...), len(a.planted)
}

// good requests: records, batches, members, drafts, tables asked for.
func (a *aviary) good() {
	want := func(answer servertest.Response) servertest.Response {
		a.t.Helper()
		if answer.Status >= 300 {
			a.t.Fatalf("%d %s", answer.Status, answer.Body)
		}
		return answer
	}
	for range 5 {
		path := "/v1/records/" + a.id("a record's id")
		tag := want(a.ask("submitter A", "PUT", path, string(recordtest.Full()))).Header.Get("ETag")
		a.planted[strings.Trim(tag, `"`)] = "a tag"
		want(a.ask("submitter A", "PUT", path, string(recordtest.Core()), "If-Match", tag))
		want(a.ask("submitter A", "GET", path, ""))
		want(a.ask("submitter A", "DELETE", path, ""))
	}
	want(a.ask("submitter B", "POST", "/v1/records/batches?mode=row_by_row", string(recordtest.Line(record.ID(a.id("a row's id")), recordtest.Full())), "Content-Type", ndjson))
	organisation, client := a.id("an organisation"), a.id("a client")
	want(a.ask("coordinator", "PUT", "/v1/organisations/"+organisation, `{"name":"`+a.canary("a name")+`","kind":"member","active":true}`))
	made := want(a.ask("coordinator", "PUT", "/v1/clients/"+client, fmt.Sprintf(`{"organisation_id":%q,"holder":%q,"role":"submitter","permissions":[]}`, organisation, a.id("a holder"))))
	var shown struct {
		Secret string `json:"client_secret"`
	}
	decode(a.t, made, &shown)
	a.planted[shown.Secret] = "a new secret"
	titled := strings.Replace(smallPlan, "Small report", a.canary("a title"), 1)
	want(a.ask("desk", "PUT", "/v1/drafts/"+a.id("a draft"), titled))
	want(a.ask("researcher", "PUT", "/v1/requests/"+a.id("a request"), strings.Replace(bodies("")["putRequest"], `"Age"`, `"`+a.canary("a table's title")+`"`, 1)))
	want(a.ask("desk", "GET", "/v1/desk/periods/2024/figures?purpose=figure_check", ""))
}

// refused requests: a canary in every field of a record, in names, parameters,
// paths, conditions, media types, forms.
func (a *aviary) refused() {
	path := "/v1/records/" + a.id("a refused record")
	for name := range servertest.RecordProperties() {
		body := recordtest.With(recordtest.Core(), name, `"`+a.canary("field "+name)+`"`)
		if answer := a.ask("submitter A", "PUT", path, string(body)); answer.Status < 400 {
			a.t.Fatalf("%s: %d", name, answer.Status)
		}
	}
	for _, op := range server.Table() {
		r := sample(a.t, op, a.canary("the path of "+op.ID))
		_ = a.ask("submitter A", op.Method, r.Path, string(r.Body))
		r = sample(a.t, op, a.id("the path of "+op.ID))
		parameter := "?" + a.canary("a parameter's name") + "=" + a.canary("a parameter")
		_ = a.ask("desk", op.Method, strings.Split(r.Path, "?")[0]+parameter, string(r.Body))
		_ = a.ask("coordinator", op.Method, r.Path, `{"`+a.canary("a member's name")+`":"`+a.canary("a member")+`"}`, "If-Match", a.canary("a condition"))
		_ = a.ask("nobody", op.Method, r.Path, a.canary("a body"), "Content-Type", "application/"+a.canary("a media type"))
	}
	_ = a.ask("submitter A", "GET", "/"+a.canary("a path"), "")
	method := strings.ToUpper(a.canary("a method"))
	a.planted[method] = "a method"
	_ = a.ask("submitter A", method, "/v1/records", "")
	_ = a.ask("nobody", "POST", "/v1/token", "grant_type=client_credentials&client_id="+a.id("a client that is not")+"&client_secret="+a.canary("a wrong secret"), "Content-Type", form)
}

// failing requests: a panic, a caller that goes away, a store that is gone.
func (a *aviary) failing() {
	if answer := a.ask("submitter A", "GET", "/v1/records/"+a.id("what a panic is about")+"/history", ""); answer.Status != 500 {
		a.t.Errorf("a panic is answered %d", answer.Status)
	}
	gone, leave := context.WithCancel(a.t.Context())
	leave()
	r := servertest.Request{Method: "PUT", Path: "/v1/records/" + a.id("of who went away"), Token: a.s.Token(a.t, a.s.Cast.A), Body: recordtest.Full()}
	a.s.Server.ServeHTTP(newRecorder(), r.HTTP().WithContext(gone))
	if err := errors.Join(a.s.Store.Close(), a.s.Out.Close()); err != nil {
		a.t.Fatal(err)
	}
	for _, op := range server.Table() {
		r := sample(a.t, op, a.id("of a store that is gone"))
		_ = a.ask("submitter A", op.Method, r.Path, string(r.Body))
	}
	a.planted[filepath.Dir(a.t.TempDir())] = "where the database is"
}

// inFiles looks for what may not be stored in plain text anywhere, databases
// and their logs included: secrets, tokens, headers, and what was refused.
func (a *aviary) inFiles() (leaks []string) {
	kept := []string{"a record's id", "a row's id", "an organisation", "a client", "a name", "a holder", "a title", "a table's title", "a draft", "a request", "a tag"}
	err := filepath.WalkDir(filepath.Dir(a.t.TempDir()), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for c, where := range a.planted {
			if !slices.Contains(kept, where) && len(c) > 9 && bytes.Contains(content, []byte(c)) {
				leaks = append(leaks, fmt.Sprintf("%s (%s) is in %s", c, where, filepath.Base(path)))
			}
		}
		return err
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return leaks
}

// captured is what is written to the process's outputs meanwhile.
func captured(t *testing.T, f func()) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	written := make(chan string)
	go func() {
		text, _ := io.ReadAll(read)
		written <- string(text)
	}()
	out, errs := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = write, write
	defer func() { os.Stdout, os.Stderr = out, errs }()
	func() {
		defer write.Close()
		f()
	}()
	return <-written
}
