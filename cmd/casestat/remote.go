package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"manniskohandel.se/casestat/api"
)

// remote is a running service and who we are there.
type remote struct {
	Server      string `default:"http://127.0.0.1:8080" placeholder:"URL" help:"The running service. Default: http://127.0.0.1:8080."`
	Credentials string `required:"" placeholder:"FILE" help:"File with client_id and client_secret in JSON, as the commands for clients write it."`
}

// dial reads the credentials and gives the contract's client. It does not
// connect yet.
func (r remote) dial(s *session) (*api.ClientWithResponses, error) {
	c, err := readCredentials(r.Credentials)
	if err != nil {
		if isNotExist(err) {
			return nil, fmt.Errorf("%w: name the file of your credentials with --credentials", err)
		}
		return nil, err
	}
	return dial(r.Server, c, s.now)
}

// dial gives the contract's client for a service, signed in with c. Every
// problem comes back from it as an error of type *refusal.
func dial(address string, c credentials, now func() time.Time) (*api.ClientWithResponses, error) {
	caller, err := newCaller(address, c, now)
	if err != nil {
		return nil, err
	}
	return api.NewClientWithResponses(address, api.WithHTTPClient(caller))
}

// newCaller refuses an address on which the secret would be seen by others.
func newCaller(address string, c credentials, now func() time.Time) (*caller, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("--server must be an address like https://casestat.example.org")
	}
	if u.Scheme == "http" && !loopback(net.JoinHostPort(u.Hostname(), "0")) {
		return nil, errors.New("the secret would cross the network in clear: use https, or http on this machine alone")
	}
	return &caller{base: strings.TrimSuffix(address, "/"), credentials: c, now: now, http: &http.Client{
		// A redirect could carry the token to somebody else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// caller sends requests with a token, which it asks for anew before it expires.
type caller struct {
	base        string
	credentials credentials
	now         func() time.Time
	http        *http.Client

	mu      sync.Mutex
	token   string    // guarded by mu
	expires time.Time // guarded by mu
}

// tokenMargin is how long before its end a token is given up.
const tokenMargin = 30 * time.Second

// Do implements api.HttpRequestDoer. An answer that is not a success is an error.
func (c *caller) Do(request *http.Request) (*http.Response, error) {
	token, err := c.bearer(request.Context())
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept-Language", "en")
	return c.send(request)
}

func (c *caller) send(request *http.Request) (*http.Response, error) {
	response, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("no answer from %s (is the service running there?): %w", c.base, bare(err))
	}
	if response.StatusCode >= 300 {
		return nil, refusalOf(response)
	}
	return response, nil
}

// bare leaves out the method and the address, which the caller knows.
func bare(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// bearer gives a token that is still good for a while.
func (c *caller) bearer(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" && c.now().Before(c.expires.Add(-tokenMargin)) {
		return c.token, nil
	}
	form := strings.NewReader(url.Values{"grant_type": {"client_credentials"}}.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/v1/token", form)
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(url.QueryEscape(c.credentials.ClientID), url.QueryEscape(c.credentials.ClientSecret))
	asked := c.now()
	response, err := c.send(request)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	var token api.Token
	err = errors.Join(json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&token), response.Body.Close())
	if err != nil || token.AccessToken == "" {
		return "", errors.New("sign in: the service gave no token")
	}
	c.token, c.expires = token.AccessToken, asked.Add(time.Duration(token.ExpiresIn)*time.Second)
	return c.token, nil
}

// maxAnswer bounds what is read of an answer that is not a success.
const maxAnswer = 16 << 20

// refusal is an answer that is not a success.
type refusal struct {
	status  int
	problem api.Problem // its zero value if the answer was not one
}

func refusalOf(response *http.Response) error {
	r := &refusal{status: response.StatusCode}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	if json.Unmarshal(body, &r.problem) == nil && r.problem.Code != "" {
		return r
	}
	var oauth api.OAuthError
	if json.Unmarshal(body, &oauth) == nil {
		r.problem.Code = string(oauth.Error)
	}
	return r
}

func (r *refusal) Error() string {
	var b strings.Builder
	switch {
	case r.problem.Code == "invalid_client":
		b.WriteString("the client id or secret is not accepted (unknown, wrong, revoked, or the organisation is not active)")
	case r.problem.Title != "":
		fmt.Fprintf(&b, "%s (%d %s)", r.problem.Title, r.status, r.problem.Code)
	case r.problem.Code == "":
		fmt.Fprintf(&b, "the answer was %d without a reason: is the address that of a casestat service?", r.status)
	default:
		fmt.Fprintf(&b, "the service answered %d %s", r.status, r.problem.Code)
	}
	if r.problem.Errors != nil {
		for _, e := range *r.problem.Errors {
			fmt.Fprintf(&b, "\n  %s %s: %s", e.Pointer, e.Code, e.Message)
		}
	}
	return b.String()
}
