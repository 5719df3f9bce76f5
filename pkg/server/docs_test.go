package server_test

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"manniskohandel.se/casestat"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

func get(t *testing.T, s *servertest.Service, path string) servertest.Response {
	t.Helper()
	return s.Do(t, servertest.Request{Method: "GET", Path: path})
}

func TestDocsLeadToSwaggerUI(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	moved := get(t, s, "/docs")
	if moved.Status != 308 || moved.Header.Get("Location") != "/docs/index.html" {
		t.Errorf("%d to %q", moved.Status, moved.Header.Get("Location"))
	}
	page := get(t, s, "/docs/index.html")
	wantStatus(t, page, 200, "")
	for _, name := range regexp.MustCompile(`(?:src|href)="\./([^"]+)"`).FindAllStringSubmatch(string(page.Body), -1) {
		file := get(t, s, "/docs/"+name[1])
		if file.Status != 200 || len(file.Body) == 0 {
			t.Errorf("the page's own %s: %d", name[1], file.Status)
		}
	}
	if text := string(page.Body); !strings.Contains(text, `<a href="/docs/contract">`) || !strings.Contains(text, `<main id="swagger-ui">`) {
		t.Error("the page does not lead to the contract as a page to read")
	}
	contract := get(t, s, "/openapi.yaml")
	if string(contract.Body) != string(casestat.Contract) {
		t.Error("/openapi.yaml is not the contract")
	}
}

// The page asks nobody else for anything, and its policy says so.
func TestDocsAskNoOtherHost(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	page := get(t, s, "/docs/index.html")
	text := strings.NewReplacer("http://www.w3.org/2000/svg", "", "http://www.w3.org/1999/xlink", "").Replace(string(page.Body))
	for _, outside := range []string{"http://", "https://", "//cdn", "validator.swagger.io"} {
		if strings.Contains(text, outside) {
			t.Errorf("the page names %s", outside)
		}
	}
	if !strings.Contains(text, "validatorUrl: null") || !strings.Contains(text, `"/openapi.yaml"`) && !strings.Contains(text, `"\/openapi.yaml"`) {
		t.Errorf("the page's set-up: %s", text)
	}
	policy := page.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self' 'sha256-") || strings.Contains(policy, "unsafe-eval") ||
		strings.Contains(strings.Split(policy, "style-src")[0], "unsafe-inline") || strings.Contains(policy, "http") {
		t.Errorf("policy %q", policy)
	}
	scripts := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindAllSubmatch(page.Body, -1)
	if len(scripts) == 0 {
		t.Fatal("no inline script")
	}
	for _, script := range scripts {
		sum := sha256.Sum256(script[1])
		if !strings.Contains(policy, base64.StdEncoding.EncodeToString(sum[:])) {
			t.Error("the policy keeps the page's own script from running")
		}
	}
	for _, attribute := range []string{"onclick=", "onload=\"", "javascript:"} {
		if strings.Contains(text, attribute) {
			t.Errorf("the policy would stop %s", attribute)
		}
	}
}

// The listing works without script and names every operation.
func TestDocsListing(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	page := get(t, s, "/docs/contract")
	wantStatus(t, page, 200, "")
	for _, op := range server.Table() {
		if !strings.Contains(string(page.Body), op.Method+" "+op.Path) || !strings.Contains(string(page.Body), `id="`+op.ID+`"`) {
			t.Errorf("%s is not listed", op.ID)
		}
		for _, p := range op.Permissions {
			if !strings.Contains(string(page.Body), string(p)) {
				t.Errorf("%s is not named", p)
			}
		}
	}
	for _, want := range []string{`<html lang="en">`, "<title>", "<main ", `aria-labelledby="records"`} {
		if !strings.Contains(string(page.Body), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(string(page.Body), "<script") || !strings.HasPrefix(page.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("the listing needs no script")
	}
}

// The listing is the whole contract: nothing that a client has to know is left
// to the page that needs a script.
func TestDocsListingIsComplete(t *testing.T) {
	contract := servertest.Contract(t)
	listing := string(get(t, servertest.Start(t, servertest.Options{}), "/docs/contract").Body)
	has := func(what string) {
		if !strings.Contains(listing, what) {
			t.Errorf("the page lacks %s", what)
		}
	}
	for name, schema := range contract.Components.Schemas {
		has(`id="shape-` + name + `"`)
		for member := range schema.Value.Properties {
			has("<dt><code>" + member + "</code>")
		}
	}
	for path, item := range contract.Paths.Map() {
		for method, op := range item.Operations() {
			_, section, _ := strings.Cut(listing, `id="`+op.OperationID+`"`)
			section, _, _ = strings.Cut(section, "<h3")
			for _, p := range append(item.Parameters, op.Parameters...) {
				if !strings.Contains(section, "<code>"+p.Value.Name+"</code>") {
					t.Errorf("%s %s: the parameter %s is missing", method, path, p.Value.Name)
				}
			}
			for status := range op.Responses.Map() {
				if !strings.Contains(section, "<dt><code>"+status+"</code>") {
					t.Errorf("%s %s: the answer %s is missing", method, path, status)
				}
			}
			if op.RequestBody != nil && !strings.Contains(section, "<h4>Body") {
				t.Errorf("%s %s: the body is missing", method, path)
			}
		}
	}
	if n := strings.Count(listing, "<summary>Example"); n < 50 {
		t.Errorf("only %d examples", n)
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(listing, -1) {
		has(`id="` + link[1] + `"`)
	}
}

func TestDocsTakeNoParametersOrBodies(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	for _, path := range []string{"/docs", "/docs/index.html", "/docs/contract", "/openapi.yaml"} {
		wantStatus(t, get(t, s, path+"?url=https://evil.example/x.yaml"), 400, "unknown_parameter")
		wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: path, Body: []byte("x")}), 400, "body_unexpected")
	}
}

func TestCodebookInOneLanguageOrBoth(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	for query, c := range map[string]struct{ has, lacks string }{
		"": {`"sv"`, "@"}, "?lang=sv": {`"sv"`, `"en"`}, "?lang=en": {`"en"`, `"sv"`},
	} {
		answer := get(t, s, "/v1/codebook"+query)
		wantStatus(t, answer, 200, "")
		if !strings.Contains(string(answer.Body), c.has) || strings.Contains(string(answer.Body), c.lacks) {
			t.Errorf("%q: %.200s", query, answer.Body)
		}
	}
	wantStatus(t, get(t, s, "/v1/codebook?lang=fi"), 400, "invalid_parameter")
	wantStatus(t, get(t, s, "/v1/codebook?lang="), 400, "invalid_parameter")
	wantStatus(t, get(t, s, "/.well-known/jwks.json"), 200, "")
}
