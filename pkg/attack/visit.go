package attack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/signed"
)

const (
	// CodeAnswer: the service did not answer as the contract says.
	CodeAnswer fault.Code = "unexpected_answer"
	// CodeUnreachable: the service did not answer.
	CodeUnreachable fault.Code = "service_unreachable"
)

// session is what the attacks share: the target, and what was read from it.
type session struct {
	target   Target
	options  Options
	releases []release
	latest   []year // by year: the newest release that speaks of it
	wait     func(ctx context.Context, d time.Duration) error
}

// release is a release whose signature and place in the chain held.
type release struct {
	manifest plan.Manifest
	raw      []byte
	verified signed.Verified
}

// year is what everybody may know about one year.
type year struct {
	release     int // index into session.releases
	publication plan.Publication
	knows       *knowledge
}

// visit fetches and verifies every release.
func visit(ctx context.Context, target Target, options Options) (*session, error) {
	s := &session{target: target, options: options, wait: wait}
	var list []struct{ Number int }
	got, err := s.get(ctx, "/v1/releases")
	if err != nil {
		return nil, err
	}
	if got.status != http.StatusOK || !decodeList(got.body, &list) {
		return nil, fault.New(fault.Unavailable, CodeAnswer)
	}
	var chain []signed.Verified
	for i, entry := range list {
		r, err := s.fetch(ctx, entry.Number)
		if err != nil {
			return nil, err
		}
		if r.manifest.Number != i+1 {
			return nil, fault.New(fault.Invalid, signed.CodeChainBroken)
		}
		s.releases, chain = append(s.releases, r), append(chain, r.verified)
	}
	if err := signed.VerifyChain(signed.Hash{}, chain...); err != nil {
		return nil, fmt.Errorf("the chain of releases: %w", err)
	}
	if err := target.Trust.VerifyHistory(chain...); err != nil {
		return nil, fmt.Errorf("the line of keys: %w", err)
	}
	return s, s.learn()
}

// decodeList reads the list of releases: an array, or an object that has it.
func decodeList(body []byte, into any) bool {
	if json.Unmarshal(body, into) == nil {
		return true
	}
	var wrapped struct{ Releases json.RawMessage }
	return json.Unmarshal(body, &wrapped) == nil && json.Unmarshal(wrapped.Releases, into) == nil
}

func (s *session) fetch(ctx context.Context, number int) (release, error) {
	got, err := s.get(ctx, fmt.Sprintf("/v1/releases/%d/manifest", number))
	if err != nil {
		return release{}, err
	}
	if got.status != http.StatusOK {
		return release{}, fault.New(fault.Unavailable, CodeAnswer)
	}
	verified, err := signed.Open(s.target.Trust, signed.KindManifest, got.body)
	if err != nil {
		return release{}, fmt.Errorf("release %d: %w", number, err)
	}
	_, manifest, err := disclosure.Decode(verified)
	if err != nil {
		return release{}, fmt.Errorf("release %d: %w", number, err)
	}
	return release{manifest, got.body, verified}, nil
}

func (s *session) learn() error {
	at := map[int]int{}
	for i, r := range s.releases {
		for _, y := range r.manifest.Content.Years {
			k, err := learn(y, r.manifest.Content.Policy)
			if err != nil {
				return fmt.Errorf("release %d: %w", r.manifest.Number, err)
			}
			k.waived = r.manifest.Waivers > 0
			next := year{i, y, k}
			if j, known := at[y.Year]; known {
				s.latest[j] = next
				continue
			}
			at[y.Year] = len(s.latest)
			s.latest = append(s.latest, next)
		}
	}
	return nil
}

// answered is one answer, read to its end.
type answered struct {
	status int
	header http.Header
	body   []byte
}

// answerLimit bounds an answer.
const answerLimit = signed.MaxSize + 1<<20

func (s *session) get(ctx context.Context, path string) (answered, error) {
	return s.ask(ctx, request{path: path})
}

// request is one request to the target. The zero method is GET, the zero by
// nobody in particular.
type request struct {
	method string
	path   string
	header map[string]string
	body   string
	by     api.HttpRequestDoer
	at     string // another service than the target
}

func (s *session) once(ctx context.Context, r request) (answered, error) {
	if r.method == "" {
		r.method = http.MethodGet
	}
	if r.by == nil {
		r.by = s.target.HTTP
	}
	if r.at == "" {
		r.at = s.target.URL
	}
	q, err := http.NewRequestWithContext(ctx, r.method, strings.TrimSuffix(r.at, "/")+r.path, bytes.NewReader([]byte(r.body)))
	if err != nil {
		return answered{}, fault.Because(err, fault.Invalid, CodeUnreachable)
	}
	if r.body != "" {
		q.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.header {
		q.Header.Set(name, value)
	}
	response, err := r.by.Do(q)
	if err != nil {
		return answered{}, fault.Because(err, fault.Unavailable, CodeUnreachable)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(io.LimitReader(response.Body, answerLimit))
	if err != nil {
		return answered{}, fault.Because(err, fault.Unavailable, CodeUnreachable)
	}
	return answered{response.StatusCode, response.Header, body}, nil
}

// How long a service that asks for patience is given it.
const (
	patientTimes = 10               // how often a question is asked again
	longestWait  = 30 * time.Second // between two of them
)

// ask sends a request, and sends it again when it is told to come back later:
// what an attack finds does not depend on whether it met a rate. The last answer
// counts, whatever it is.
func (s *session) ask(ctx context.Context, r request) (got answered, err error) {
	for range patientTimes {
		if got, err = s.once(ctx, r); err != nil || !got.later() {
			return got, err
		}
		if err := s.wait(ctx, got.after()); err != nil {
			return answered{}, fault.Because(err, fault.Unavailable, CodeUnreachable)
		}
	}
	return s.once(ctx, r)
}

// later says whether the service asks to be asked again.
func (a answered) later() bool {
	return a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != ""
}

// after is when: what Retry-After says, a second at least and longestWait at most.
func (a answered) after() time.Duration {
	seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
	if err != nil || seconds < 1 {
		return time.Second
	}
	return min(time.Duration(min(seconds, 3600))*time.Second, longestWait)
}

// wait waits as long as ctx lasts.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// public lists the paths under which everything published can be read.
func (s *session) public() []string {
	paths := []string{"/v1/releases"}
	for _, r := range s.releases {
		at := fmt.Sprintf("/v1/releases/%d", r.manifest.Number)
		paths = append(paths, at, at+"/manifest")
		for _, f := range r.manifest.Files {
			paths = append(paths, at+"/files/"+f.Name)
		}
		if len(r.manifest.Files) > 0 {
			paths = append(paths, at+"/figures", at+"/tables")
		}
	}
	return paths
}
