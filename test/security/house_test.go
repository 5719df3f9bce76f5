//go:build security

package security

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/demo"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

// house is a served platform in which the demo was played.
type house struct {
	address string
	folder  string // with the credentials of its cast
	year    int    // of the slide
}

// onSQLite serves the demo of this run.
func onSQLite(t *testing.T) house {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(platform, "slide-year"))
	if err != nil {
		t.Fatal(err)
	}
	year, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return house{serve(t), filepath.Join(platform, "credentials"), year}
}

// onPostgres founds a platform on PostgreSQL, serves it and plays the demo there.
func onPostgres(t *testing.T) house {
	t.Helper()
	h := house{folder: t.TempDir(), year: time.Now().Year() - 1}
	config := storetest.Config(t, store.Postgres)
	place := []string{"--data", filepath.Join(h.folder, "data")}
	command(t, append([]string{"keys", "init"}, place...)...)
	for name, dsn := range map[string]string{"intake": config.Intake, "counter": config.Counter, "publisher": config.Publisher} {
		file := filepath.Join(h.folder, name+".dsn")
		if err := os.WriteFile(file, []byte(dsn), 0o600); err != nil {
			t.Fatal(err)
		}
		place = append(place, "--"+name+"-dsn-file", file)
	}
	command(t, append([]string{"client", "bootstrap", "--out", h.credentials(demo.Coordinator)}, place...)...)
	h.address = start(t, place...)
	h.play(t)
	return h
}

// command runs a command of the program that must succeed.
func command(t *testing.T, arguments ...string) {
	t.Helper()
	if out, err := exec.Command(program, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", arguments, err, out)
	}
}

// play enters the cast, submits, closes, and publishes a release.
func (h house) play(t *testing.T) {
	t.Helper()
	book := codelist.Current()
	script, err := demo.Write(book, h.year)
	if err != nil {
		t.Fatal(err)
	}
	stage := demo.Stage{Book: book, Script: script, Keep: h, Dial: func(c demo.Credentials) (*api.ClientWithResponses, error) {
		bearer, err := h.signIn(t.Context(), c)
		if err != nil {
			return nil, err
		}
		return api.NewClientWithResponses("http://"+h.address, api.WithHTTPClient(caller(bearer)))
	}}
	if _, err := stage.Play(t.Context()); err != nil {
		t.Fatal(err)
	}
	if released, err := stage.Release(t.Context()); err != nil || released.Number != 1 {
		t.Fatalf("release %d: %v", released.Number, err)
	}
}

// kept is the form in which the program writes credentials, too.
type kept struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
}

func (h house) credentials(who string) string { return filepath.Join(h.folder, who+".json") }

// Load implements demo.Keeper.
func (h house) Load(who string) (demo.Credentials, bool, error) {
	text, err := os.ReadFile(h.credentials(who))
	if os.IsNotExist(err) {
		return demo.Credentials{}, false, nil
	}
	var c kept
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	return demo.Credentials{ID: c.ID, Secret: c.Secret}, err == nil, err
}

// Save implements demo.Keeper.
func (h house) Save(who string, c demo.Credentials) error {
	text, err := json.Marshal(kept{c.ID, c.Secret})
	if err != nil {
		return err
	}
	return os.WriteFile(h.credentials(who), text, 0o600)
}

// token signs in as one of the cast.
func (h house) token(t *testing.T, who string) string {
	t.Helper()
	c, known, err := h.Load(who)
	if err != nil || !known {
		t.Fatalf("credentials of %s: %v, %v", who, known, err)
	}
	bearer, err := h.signIn(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return bearer
}

func (h house) signIn(ctx context.Context, c demo.Credentials) (string, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.ID}, "client_secret": {c.Secret}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+h.address+"/v1/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var answer api.Token
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.AccessToken == "" {
		return "", fmt.Errorf("no token: %d, %w", response.StatusCode, err)
	}
	return answer.AccessToken, nil
}

// caller sends requests under a token.
type caller string

// Do implements api.HttpRequestDoer. An answer that is not a success is an error.
func (c caller) Do(request *http.Request) (*http.Response, error) {
	request.Header.Set("Authorization", "Bearer "+string(c))
	response, err := http.DefaultClient.Do(request)
	if err == nil && response.StatusCode >= 300 {
		err = errors.Join(fmt.Errorf("%s %s: %s", request.Method, request.URL.Path, response.Status), response.Body.Close())
	}
	return response, err
}
