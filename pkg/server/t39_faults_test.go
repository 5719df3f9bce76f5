package server_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/store"
)

// deafLedger wraps stores so that Append fails while *broken is not nil.
func deafLedger(broken *error) func(servertest.Stores) servertest.Stores {
	return func(s servertest.Stores) servertest.Stores {
		s.Intake, s.Membership, s.Desk = deafIntake{s.Intake, broken}, deafMembership{s.Membership, broken}, deafDesk{s.Desk, broken}
		s.Drafts, s.Archive = deafDrafts{s.Drafts, broken}, deafArchive{s.Archive, broken}
		return s
	}
}

type deafIntake struct {
	intake.Store
	broken *error
}

type deafIntakeTx struct {
	intake.Tx
	broken *error
}

func (d deafIntake) Atomically(ctx context.Context, f func(intake.Tx) error) error {
	return d.Store.Atomically(ctx, func(tx intake.Tx) error { return f(deafIntakeTx{tx, d.broken}) })
}

func (d deafIntakeTx) Append(ctx context.Context, entries []ledger.Entry) error {
	if *d.broken != nil {
		return *d.broken
	}
	return d.Tx.Append(ctx, entries)
}

type deafMembership struct {
	membership.Store
	broken *error
}

type deafMembershipTx struct {
	membership.Tx
	broken *error
}

func (d deafMembership) Atomically(ctx context.Context, f func(membership.Tx) error) error {
	return d.Store.Atomically(ctx, func(tx membership.Tx) error { return f(deafMembershipTx{tx, d.broken}) })
}

func (d deafMembershipTx) Append(ctx context.Context, entries []ledger.Entry) error {
	if *d.broken != nil {
		return *d.broken
	}
	return d.Tx.Append(ctx, entries)
}

type deafDesk struct {
	desk.Store
	broken *error
}

func (d deafDesk) Append(ctx context.Context, entries []ledger.Entry) error {
	if *d.broken != nil {
		return *d.broken
	}
	return d.Store.Append(ctx, entries)
}

type deafDrafts struct {
	draftStore
	broken *error
}

// draftStore is release.Drafts under a name that none of its methods has.
type draftStore interface{ release.Drafts }

type deafDraftsTx struct {
	release.Tx
	broken *error
}

func (d deafDrafts) Atomically(ctx context.Context, f func(release.Tx) error) error {
	return d.draftStore.Atomically(ctx, func(tx release.Tx) error { return f(deafDraftsTx{tx, d.broken}) })
}

func (d deafDraftsTx) Append(ctx context.Context, entries []ledger.Entry) error {
	if *d.broken != nil {
		return *d.broken
	}
	return d.Tx.Append(ctx, entries)
}

// deafArchive has a ledger of its own, in the same transaction.
type deafArchive struct {
	release.Archive
	broken *error
}

func (d deafArchive) Publish(ctx context.Context, p release.Publication) error {
	if *d.broken != nil {
		return *d.broken
	}
	return d.Archive.Publish(ctx, p)
}

func (d deafArchive) Withdraw(ctx context.Context, n release.Notice) error {
	if *d.broken != nil {
		return *d.broken
	}
	return d.Archive.Withdraw(ctx, n)
}

// unaudited are the operations that tell of nobody, so that no ledger is asked:
// public ones, and those about what researchers would like to see.
func unaudited(op server.Entry) bool {
	return len(op.Permissions) == 0 || slices.Contains([]string{"listPeriods", "getDefaultPlan", "listRequests", "getRequest"}, op.ID)
}

// later are operations that come to the ledger only after a computation:
// TestT39_PublicationOrRefuse asks for them.
var later = []string{"publishDraft"}

func TestT39_AuditOrRefuse(t *testing.T) {
	var broken error
	s := servertest.Start(t, servertest.Options{Stores: deafLedger(&broken)})
	a := ownedByA(t, s)
	s.Publish(t, shelftest.Slide(2024))
	seedRequest(t, s, a.ids[0])
	subjects := draftPerOperation(t, s)
	want := readAll(t, s, a.ids[0])
	broken = fault.Because(errors.New("disk full"), fault.Unavailable, store.CodeUnavailable)
	for _, op := range server.Table() {
		if unaudited(op) || slices.Contains(later, op.ID) {
			continue
		}
		r := sample(t, op, a.ids[0])
		if id, ok := subjects[op.ID]; ok {
			r = sample(t, op, id)
		}
		if op.ID == "putRequest" {
			r = sample(t, op, servertest.ID(80))
		}
		if strings.Contains(op.Path, "{client_id}") {
			r = sample(t, op, string(s.Cast.Reviewer.ID))
			r.Body = bytes.ReplaceAll(r.Body, []byte(servertest.ID(900)), []byte(servertest.ID(113)))
		}
		if op.ID == "putRecord" {
			r = sample(t, op, servertest.ID(77))
		}
		if op.ID == "putClient" {
			r = sample(t, op, servertest.ID(78))
		}
		if op.ID == "submitBatch" {
			r = sample(t, op, servertest.ID(79))
		}
		if op.ID == "putPeriod" {
			r.Body = []byte(`{"state":"closed"}`)
		}
		r.Token = s.Token(t, someoneWith(s, op.Permissions...))
		answer := s.Do(t, r)
		if answer.Status != 503 || answer.Header.Get("Retry-After") == "" || strings.Contains(string(answer.Body), "disk") {
			t.Errorf("%s without a ledger: %d %s", op.ID, answer.Status, answer.Body)
		}
	}
	broken = nil
	if got := readAll(t, s, a.ids[0]); got != want {
		t.Errorf("something changed without the ledger:\n%s\n%s", want, got)
	}
}

// draftPerOperation gives every operation on a draft one of its own, in the
// state that it asks for.
func draftPerOperation(t *testing.T, s *servertest.Service) map[string]string {
	t.Helper()
	subjects := map[string]string{}
	for i, op := range server.Table() {
		if strings.Contains(op.Path, "{draft_id}") && op.ID != "putDraft" {
			subjects[op.ID] = servertest.ID(60_000 + i)
			seedDraft(t, s, draftOf(subjects[op.ID], cmp.Or(before[op.ID], release.Planned)))
		}
	}
	return subjects
}

// An error that nobody sorted refuses just as well.
func TestT39_AnUnsortedErrorRefuses(t *testing.T) {
	broken := errDriver
	s := servertest.Start(t, servertest.Options{Stores: deafLedger(&broken)})
	for _, r := range []servertest.Request{
		{Method: "PUT", Path: recordPath(1), Token: s.Token(t, s.Cast.A), Body: recordtest.Core()},
		{Method: "GET", Path: "/v1/records", Token: s.Token(t, s.Cast.A)},
		{Method: "GET", Path: "/v1/organisations", Token: s.Token(t, s.Cast.Coordinator)},
	} {
		wantStatus(t, s.Do(t, r), 503, "ledger_unavailable")
	}
}

// The contrast: with a ledger that swallows what it is given, the same calls go
// through and nothing of them can be proved.
func TestT39_Contrast(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Stores: func(s servertest.Stores) servertest.Stores {
		s.Intake = swallowingIntake{s.Intake}
		return s
	}})
	put := servertest.Request{Method: "PUT", Path: recordPath(1), Token: s.Token(t, s.Cast.A), Body: recordtest.Core()}
	wantStatus(t, s.Do(t, put), 201, "")
	wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records", Token: s.Token(t, s.Cast.A)}), 200, "")
	head, err := s.Store.Ledger().Head(t.Context())
	if err != nil || head.Size != 0 {
		t.Errorf("the ledger holds %d entries, %v", head.Size, err)
	}
}

type swallowingIntake struct{ intake.Store }

type swallowingTx struct{ intake.Tx }

func (d swallowingIntake) Atomically(ctx context.Context, f func(intake.Tx) error) error {
	return d.Store.Atomically(ctx, func(tx intake.Tx) error { return f(swallowingTx{tx}) })
}

func (swallowingTx) Append(context.Context, []ledger.Entry) error { return nil }

// readAll gives everything there is to read, as one text.
func readAll(t *testing.T, s *servertest.Service, id string) string {
	t.Helper()
	var all []string
	for _, name := range []string{
		"listRecords", "getRecord", "getRecordHistory", "listOrganisations", "listClients", "listPeriods", "listDrafts", "listRequests", "listReleases",
	} {
		op := operationNamed(t, name)
		r := sample(t, op, id)
		r.Token = s.Token(t, someoneWith(s, op.Permissions...))
		answer := s.Do(t, r)
		wantStatus(t, answer, 200, "")
		all = append(all, string(answer.Body))
	}
	return strings.Join(all, "\n")
}

// driverText is the kind of thing that databases say, with values in it.
const driverText = `ERROR: duplicate key value violates unique constraint "records_pkey" (SQLSTATE 23505) ` +
	`DETAIL: Key (organisation)=(secret-value) at /var/lib/postgresql; UNIQUE constraint failed: pq: sqlite panic goroutine 7 [running]`

var errDriver = errors.New(driverText)

// failingRecords fail at everything with an error that nobody sorted.
type failingRecords struct{ server.Records }

func (failingRecords) Put(context.Context, access.Principal, intake.Submission) (intake.Receipt, error) {
	return intake.Receipt{}, errDriver
}

func (failingRecords) Withdraw(context.Context, access.Principal, record.ID) error { return errDriver }

func (failingRecords) Get(context.Context, access.Principal, record.ID) (intake.Version, error) {
	return intake.Version{}, errDriver
}

func (failingRecords) List(context.Context, access.Principal, intake.Page) ([]intake.Version, error) {
	panic(errDriver)
}

func (failingRecords) History(context.Context, access.Principal, record.ID) ([]intake.Version, error) {
	return nil, fault.Because(errDriver, fault.Internal, "not_for_callers")
}

// brokenStores fail below the services, where the services sort errors.
func brokenStores(s servertest.Stores) servertest.Stores {
	s.Intake, s.Desk, s.Drafts, s.Archive = brokenIntake{}, brokenDesk{s.Desk}, brokenDrafts{}, brokenArchive{s.Archive}
	return s
}

type brokenIntake struct{}

func (brokenIntake) Atomically(context.Context, func(intake.Tx) error) error { return errDriver }
func (brokenIntake) List(context.Context, intake.Page) ([]intake.Version, error) {
	return nil, errDriver
}

func (brokenIntake) History(context.Context, intake.Key) ([]intake.Version, error) {
	return nil, errDriver
}

// brokenDrafts fail at what they are asked; nothing else of them is.
type brokenDrafts struct{ draftStore }

func (brokenDrafts) Drafts(context.Context) ([]release.Draft, error) { return nil, errDriver }

func (brokenDrafts) Requests(context.Context) ([]release.Request, error)      { return nil, errDriver }
func (brokenDrafts) Atomically(context.Context, func(release.Tx) error) error { return errDriver }

func (brokenDrafts) Draft(context.Context, release.DraftID) (release.Draft, error) {
	return release.Draft{}, errDriver
}

type brokenArchive struct{ release.Archive }

func (brokenArchive) Version(context.Context) (int64, error) { return 0, errDriver }

type brokenDesk struct{ desk.Store }

func (brokenDesk) Scan(context.Context, desk.Scope, func(codelist.Version, record.Answers) error) error {
	return errDriver
}

// T25: whatever goes wrong, the caller reads a problem of the catalogue and
// nothing of what the database said; the operator reads the cause.
func TestT25_ErrorsTellNothing(t *testing.T) {
	for name, options := range map[string]servertest.Options{
		"the services fail": {Server: func(d server.Deps) server.Deps {
			d.Records = failingRecords{d.Records}
			return d
		}},
		"the stores fail": {Stores: brokenStores},
	} {
		t.Run(name, func(t *testing.T) {
			s := servertest.Start(t, options)
			seen := 0
			for _, op := range server.Table() {
				for _, token := range []string{"", s.Token(t, someoneWith(s, op.Permissions...))} {
					r := sample(t, op, servertest.ID(1))
					r.Token = token
					answer := s.Do(t, r)
					checkProblem(t, s, op.ID, answer)
					if answer.Status >= 500 {
						seen++
						if id := answer.Header.Get("Request-Id"); id == "" || !strings.Contains(s.Log.String(), id) {
							t.Errorf("%s: request id %q is not in the log", op.ID, id)
						}
					}
				}
			}
			if seen < 5 {
				t.Errorf("%d failures only", seen)
			}
			if !strings.Contains(s.Log.String(), "SQLSTATE 23505") {
				t.Error("the operator does not learn the cause")
			}
		})
	}
}

// The contrast: a server that repeats errors tells what the test looks for.
func TestT25_Contrast(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Stores: brokenStores})
	s.Server.Chatty()
	r := httptest.NewRequest("PUT", recordPath(1), bytes.NewReader(recordtest.Core()))
	r.Header.Set("Authorization", "Bearer "+s.Token(t, s.Cast.A))
	r.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	s.Server.ServeHTTP(answer, r)
	if word := told(answer.Body.String()); word == "" {
		t.Errorf("nothing is found in %d %s", answer.Code, answer.Body)
	}
}

// told gives a word of the answer that only the inside could know, "" if there is none.
func told(body string) string {
	for _, word := range []string{"SQLSTATE", "constraint", "pq:", "violates", "/var", "secret-value", "goroutine", ".go:", "sqlite", "panic", "not_for_callers"} {
		if strings.Contains(body, word) {
			return word
		}
	}
	return ""
}

func checkProblem(t *testing.T, s *servertest.Service, name string, answer servertest.Response) {
	t.Helper()
	if answer.Status < 400 || name == "createToken" {
		return
	}
	sv, en := s.Server.Words(answer.Code())
	if sv == "" || en == "" {
		t.Errorf("%s: code %q is not in the catalogue: %d %s", name, answer.Code(), answer.Status, answer.Body)
	}
	if word := told(string(answer.Body)); word != "" {
		t.Errorf("%s tells %q: %s", name, word, answer.Body)
	}
}

// A panic ends one request and nothing else; what was panicked with is not logged.
func TestT25_APanicIsAnInternalError(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Records = failingRecords{d.Records}
		return d
	}})
	answer := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records", Token: s.Token(t, s.Cast.A)})
	wantStatus(t, answer, 500, "internal")
	if strings.Contains(s.Log.String(), "secret-value") || !strings.Contains(s.Log.String(), "panic with a *errors.errorString") {
		t.Errorf("the log of a panic: %s", s.Log)
	}
	put := servertest.Request{Method: "GET", Path: "/v1/periods", Token: s.Token(t, s.Cast.A), Body: nil}
	wantStatus(t, s.Do(t, put), 200, "")
}

func TestReadinessFollowsTheStore(t *testing.T) {
	var down error
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Ready = func(context.Context) error { return down }
		return d
	}})
	wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/readyz"}), 200, "")
	down = errDriver
	wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/readyz"}), 503, "unavailable")
	wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/healthz"}), 200, "")
}

// late records take longer than the caller was promised to wait.
type late struct{ server.Records }

func (late) Put(ctx context.Context, _ access.Principal, _ intake.Submission) (intake.Receipt, error) {
	<-ctx.Done()
	return intake.Receipt{}, fmt.Errorf("put: %w", ctx.Err())
}

// A deadline that passes is ours to excuse, not an internal error.
func TestWorkThatTakesTooLongIsGivenUp(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Records, d.Limits = late{d.Records}, server.Limits{Answer: time.Millisecond}
		return d
	}})
	answer := s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(1), Token: s.Token(t, s.Cast.A), Body: recordtest.Core()})
	wantStatus(t, answer, 503, "unavailable")
}
