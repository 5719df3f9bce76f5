package ground

import (
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"manniskohandel.se/casestat"
)

// pages are served beside the contract's own paths.
var pages = []string{"/docs", "/openapi.yaml"}

// operations gives the contract's operations as "METHOD /path/{name}".
func operations(t *testing.T) map[string]bool {
	t.Helper()
	var contract struct {
		Paths map[string]map[string]yaml.Node
	}
	if err := yaml.Unmarshal(casestat.Contract, &contract); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for p, methods := range contract.Paths {
		for method := range methods {
			found[strings.ToUpper(method)+" "+p] = true
		}
	}
	for _, p := range pages {
		found["GET "+p] = true
	}
	return found
}

// served says whether the contract knows a request. Names in braces match
// whatever stands in their place, but for the wildcard of a documentation.
func served(ops map[string]bool, method, path string) bool {
	for op := range ops {
		m, template, _ := strings.Cut(op, " ")
		if m == method && fits(strings.Split(template, "/"), strings.Split(path, "/")) {
			return true
		}
	}
	return false
}

func fits(template, path []string) bool {
	if len(template) != len(path) {
		return false
	}
	for i, part := range template {
		if part != path[i] && (!strings.HasPrefix(part, "{") || path[i] == "") {
			return false
		}
	}
	return true
}

var (
	urlPath    = regexp.MustCompile(`\$\{?CASESTAT\}?(/[^\s"'?]*)`)
	arithmetic = regexp.MustCompile(`\$\(\([^)]*\)\)`)
	httpMethod = regexp.MustCompile(`(?:-X|--request)[ =]*([A-Z]+)`)
	sendsBody  = regexp.MustCompile(`\s(-d|--data\S*|-F)[ =]`)
)

// TestCurlExamplesFitTheContract: every curl of the documents asks for
// something that the contract knows, with its method.
func TestCurlExamplesFitTheContract(t *testing.T) {
	ops, found := operations(t), 0
	for _, file := range files(t, ".md") {
		for _, f := range fences(t, file) {
			if f.lang() != "sh" {
				continue
			}
			for _, command := range commandLines(f.text) {
				if !strings.Contains(command, "curl ") || strings.Contains(command, "-sK ") { // the file names the address
					continue
				}
				found++
				method, path := requestOf(command)
				if !served(ops, method, path) {
					t.Errorf("%s:%d: the contract knows no %s %s", file, f.line, method, path)
				}
			}
		}
	}
	if found < 8 {
		t.Errorf("only %d curl commands found", found)
	}
}

func requestOf(command string) (method, path string) {
	method = "GET"
	if sendsBody.MatchString(command) {
		method = "POST"
	}
	if m := httpMethod.FindStringSubmatch(command); m != nil {
		method = m[1]
	}
	if m := urlPath.FindStringSubmatch(arithmetic.ReplaceAllString(command, "1")); m != nil {
		path = m[1]
	}
	return method, path
}

func TestRequestsContrast(t *testing.T) {
	ops := operations(t)
	for _, command := range []string{
		`curl "$CASESTAT/v1/record/x"`,                 // no such path
		`curl -X PATCH "$CASESTAT/v1/records/x"`,       // no such method
		`curl -d a=b "$CASESTAT/v1/periods"`,           // a body makes it a POST
		`curl "$CASESTAT/v1/records//history"`,         // an empty name
		`curl "$CASESTAT/v1/desk/periods/2025/tables"`, // POST only
	} {
		if method, path := requestOf(command); served(ops, method, path) {
			t.Errorf("%s passes", command)
		}
	}
}
