package record_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
)

func TestParseID(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want fault.Code
	}{
		"a random UUIDv4":               {"7f3cfa5e-54c5-4f26-9a57-a5c2e0b1d3f4", ""},
		"nothing":                       {"", record.CodeIDMalformed},
		"capitals":                      {"7F3CFA5E-54C5-4F26-9A57-A5C2E0B1D3F4", record.CodeIDMalformed},
		"no hyphens":                    {"7f3cfa5e54c54f269a57a5c2e0b1d3f4", record.CodeIDMalformed},
		"hyphens elsewhere":             {"7f3cfa5-e54c5-4f26-9a57-a5c2e0b1d3f4", record.CodeIDMalformed},
		"in braces":                     {"{7f3cfa5e-54c5-4f26-9a57-a5c2e0b1d3f4}", record.CodeIDMalformed},
		"as a URN":                      {"urn:uuid:7f3cfa5e-54c5-4f26-9a57-a5c2e0b1d3f4", record.CodeIDMalformed},
		"a space after":                 {"7f3cfa5e-54c5-4f26-9a57-a5c2e0b1d3f4 ", record.CodeIDMalformed},
		"a case number":                 {"2025/17", record.CodeIDMalformed},
		"a Cyrillic letter":             {"7f3cf\u0430e-54c5-4f26-9a57-a5c2e0b1d3f4", record.CodeIDMalformed},
		"version 1, of time and place":  {"7f3cfa5e-54c5-1f26-9a57-a5c2e0b1d3f4", record.CodeIDNotRandom},
		"version 5, of a name":          {"7f3cfa5e-54c5-5f26-9a57-a5c2e0b1d3f4", record.CodeIDNotRandom},
		"version 7, of time":            {"7f3cfa5e-54c5-7f26-9a57-a5c2e0b1d3f4", record.CodeIDNotRandom},
		"another variant":               {"7f3cfa5e-54c5-4f26-ca57-a5c2e0b1d3f4", record.CodeIDNotRandom},
		"an old variant":                {"7f3cfa5e-54c5-4f26-7a57-a5c2e0b1d3f4", record.CodeIDNotRandom},
		"nil":                           {"00000000-0000-0000-0000-000000000000", record.CodeIDNotRandom},
		"a running number":              {"00000000-0000-4000-8000-000000000017", record.CodeIDNotRandom},
		"a personal number":             {"18900101-9802-4000-8000-000000000000", record.CodePersonalNumber},
		"a personal number and letters": {derivedID, record.CodePersonalNumber},
		"ten digits and padding":        {"aaaaaaaa-aaaa-4aaa-8aaa-aa9001019802", record.CodePersonalNumber},
		"a coordination number":         {"feedbeef-feed-4bee-bfee-189001619809", record.CodePersonalNumber},
		"across the version":            {"ffffffff-ffff-4ff9-8101-9802ffffffff", ""}, // 4 and 8 spoil it
		"a personal number alone":       {canaryNumber, record.CodePersonalNumber},
		"an address":                    {"anna@example.org", record.CodeEmail},
	} {
		t.Run(name, func(t *testing.T) {
			id, err := record.ParseID(tt.text)
			if fault.CodeOf(err) != tt.want || (err == nil) != (string(id) == tt.text && id != "") {
				t.Fatalf("got %q, %v", id, err)
			}
			if err != nil && tt.text != "" && strings.Contains(err.Error(), tt.text) {
				t.Error("the error repeats the id")
			}
		})
	}
}

// A refused random id would make a correct client fail by chance.
func TestRandomIDsAreTaken(t *testing.T) {
	source := rand.NewChaCha8([32]byte{1})
	const tries, allowed = 200_000, 1 // the expectation is about 0.2
	refused := 0
	for range tries {
		id, err := uuid.NewRandomFromReader(source)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := record.ParseID(id.String()); err != nil {
			refused++
		}
	}
	t.Logf("%d of %d random ids refused", refused, tries)
	if refused > allowed {
		t.Errorf("%d of %d random ids refused", refused, tries)
	}
}
