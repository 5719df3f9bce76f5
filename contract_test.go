package casestat_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"manniskohandel.se/casestat"
	"manniskohandel.se/casestat/pkg/codelist"
)

var update = flag.Bool("update", false, "write generated files anew")

func loadContract(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(casestat.Contract)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// Examples are validated against their schemas, too.
func TestContractIsValid(t *testing.T) {
	if err := loadContract(t).Validate(context.Background(), openapi3.EnableExamplesValidation()); err != nil {
		t.Fatal(err)
	}
}

func TestContractWithAWrongExampleIsInvalid(t *testing.T) {
	wrong := bytes.Replace(casestat.Contract, []byte("example: {state: closed}"), []byte("example: {state: ajar}"), 1)
	if bytes.Equal(wrong, casestat.Contract) {
		t.Fatal("there is nothing to spoil")
	}
	doc, err := openapi3.NewLoader().LoadFromData(wrong)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Validate(context.Background(), openapi3.EnableExamplesValidation()) == nil {
		t.Error("an example that breaks its schema goes unnoticed")
	}
}

func TestContractOperationsAreComplete(t *testing.T) {
	doc := loadContract(t)
	scopes := doc.Components.SecuritySchemes["oauth"].Value.Flows.ClientCredentials.Scopes
	seen := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			name := method + " " + path
			if op.OperationID == "" || seen[op.OperationID] {
				t.Errorf("%s: operationId %q is missing or not its own", name, op.OperationID)
			}
			seen[op.OperationID] = true
			if op.Summary == "" || len(op.Tags) != 1 {
				t.Errorf("%s: a summary and one tag are wanted", name)
			}
			checkSecurity(t, name, op, scopes)
			checkAnswers(t, name, op)
			if op.RequestBody != nil {
				checkExamples(t, name+" body", op.RequestBody.Value.Content)
			}
		}
	}
}

// checkSecurity wants every operation to say itself whether it is public.
func checkSecurity(t *testing.T, name string, op *openapi3.Operation, scopes map[string]string) {
	t.Helper()
	if op.Security == nil {
		t.Errorf("%s: says neither that it is public nor which permission it asks for", name)
		return
	}
	for _, requirement := range *op.Security {
		if len(requirement["oauth"]) != 1 {
			t.Errorf("%s: one permission is wanted, not %v", name, requirement)
		}
		for _, scope := range requirement["oauth"] {
			if scopes[scope] == "" {
				t.Errorf("%s: permission %s is not described", name, scope)
			}
		}
	}
}

func checkAnswers(t *testing.T, name string, op *openapi3.Operation) {
	t.Helper()
	wanted := []string{"default"}
	if op.Security != nil && len(*op.Security) > 0 {
		wanted = append(wanted, "401", "403", "429", "503")
	}
	if op.RequestBody != nil {
		wanted = append(wanted, "400", "413", "415")
	}
	for _, status := range wanted {
		if op.Responses.Value(status) == nil {
			t.Errorf("%s: no answer %s", name, status)
		}
	}
	for status, answer := range op.Responses.Map() {
		switch {
		case status < "300":
			checkExamples(t, name+" "+status, answer.Value.Content)
		case status == "304":
			if len(answer.Value.Content) > 0 {
				t.Errorf("%s: answer 304 has a body", name)
			}
		case answer.Value.Content["application/problem+json"] == nil && op.OperationID != "createToken":
			t.Errorf("%s: answer %s is no problem", name, status)
		}
	}
}

func checkExamples(t *testing.T, name string, content openapi3.Content) {
	t.Helper()
	for media, body := range content {
		if body.Example == nil && len(body.Examples) == 0 {
			t.Errorf("%s (%s): no example", name, media)
		}
	}
}

// recordMark stands above the part of the contract that is generated.
const recordMark = "    # generated from pkg/codelist by `go test -run TestContractRecord -update .`; do not edit below\n"

func TestContractRecord(t *testing.T) {
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	written, found, ok := strings.Cut(string(text), recordMark)
	if !ok {
		t.Fatal("openapi.yaml has lost the mark above its generated part")
	}
	want := recordSchema(t, codelist.Current())
	if *update {
		if err := os.WriteFile("openapi.yaml", []byte(written+recordMark+want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("openapi.yaml does not follow the codebook; run go test -run TestContractRecord -update . (-want +found)\n%s", diff)
	}
}

// recordSchema writes the schema of a record. It lets every full and every
// count-only record through; which combinations are valid is said by the
// codebook's rules, which JSON Schema cannot say.
func recordSchema(t *testing.T, book *codelist.Book) string {
	t.Helper()
	var properties, required []string
	for _, f := range book.Fields {
		if f.Kind == codelist.Identifier {
			continue
		}
		if f.Core && f.CountOnly {
			required = append(required, string(f.Name))
		}
		properties = append(properties, fmt.Sprintf("        %s:%s", f.Name, fieldSchema(t, book, f)))
	}
	return "    Record:\n" +
		"      type: object\n" +
		"      additionalProperties: false\n" +
		"      description: |\n" +
		"        One person, met by one organisation in one year. A full record (`consent_statistics` is `yes`) sends every core field; a\n" +
		"        count-only one (`minimal`) sends the required fields alone and may add `case_phase`. Extended fields may be left out. The\n" +
		"        rules across fields, and which fields are core, are in the codebook (`GET /v1/codebook`).\n" +
		"      required: [" + strings.Join(required, ", ") + "]\n" +
		"      properties:\n" + strings.Join(properties, "\n") + "\n"
}

func fieldSchema(t *testing.T, book *codelist.Book, f codelist.Field) string {
	t.Helper()
	if f.Kind == codelist.Year {
		return " {$ref: '#/components/schemas/Year'}"
	}
	var words []string
	for _, e := range book.Lists[f.List].Entries {
		words = append(words, quoted(t, string(e.Code)))
	}
	for _, c := range f.Missing {
		words = append(words, quoted(t, string(c)))
	}
	codes := "{type: string, enum: [" + strings.Join(words, ", ") + "]}"
	label := "\n          description: " + quoted(t, f.Label.EN)
	switch {
	case f.Kind == codelist.Number:
		return label + fmt.Sprintf("\n          oneOf:\n            - {type: integer, minimum: %d, maximum: %d}\n            - %s", f.Min, f.Max, codes)
	case f.Multi:
		return label + "\n          type: array\n          minItems: 1\n          uniqueItems: true\n          items: " + codes
	}
	return label + "\n          type: string\n          enum: [" + strings.Join(words, ", ") + "]"
}

// quoted writes a word as YAML, in quotes only where YAML would read "yes" or
// "1e3" as something else.
func quoted(t *testing.T, word string) string {
	t.Helper()
	if slices.Contains([]string{"yes", "no", "on", "off", "y", "n"}, word) {
		return "'" + word + "'"
	}
	text, err := yaml.Marshal(word)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(text), "\n")
}

// The generator runs in a folder of its own; the result must be what is committed.
func TestGeneratedCodeIsCurrent(t *testing.T) {
	config, err := os.ReadFile(filepath.Join("api", "oapi-codegen.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	output := filepath.Join(folder, "api.gen.go")
	elsewhere := filepath.Join(folder, "oapi-codegen.yaml")
	if err := os.WriteFile(elsewhere, bytes.Replace(config, []byte("output: api.gen.go"), []byte("output: "+output), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	generate := exec.CommandContext(t.Context(), "go", "tool", "oapi-codegen", "-config", elsewhere, "openapi.yaml")
	if said, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	want, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	found, err := os.ReadFile(filepath.Join("api", "api.gen.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, found) {
		t.Error("api/api.gen.go does not follow openapi.yaml; run go generate ./api")
	}
}
