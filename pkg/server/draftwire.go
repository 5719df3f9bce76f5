package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
)

// draft is api.Draft with the plan as it was submitted.
type draft struct {
	ID         release.DraftID   `json:"draft_id"`
	State      release.State     `json:"state"`
	Version    int               `json:"version"`
	ETag       string            `json:"etag"`
	Plan       json.RawMessage   `json:"plan"`
	Author     person            `json:"author"`
	Kind       plan.Kind         `json:"kind,omitempty"`
	Findings   []release.Finding `json:"findings,omitempty"`
	Summary    *release.Summary  `json:"summary,omitempty"`
	Submission *submission       `json:"submission,omitempty"`
	Decision   *decision         `json:"decision,omitempty"`
	Number     int               `json:"number,omitempty"`
}

type person struct {
	Client access.ClientID `json:"client_id"`
	Holder access.HolderID `json:"holder"`
}

type submission struct {
	By      person           `json:"by"`
	Waivers []release.Waiver `json:"waivers"`
}

type decision struct {
	By       person `json:"by"`
	Approved bool   `json:"approved"`
	Reason   string `json:"reason,omitempty"`
}

func draftOf(d release.Draft) draft {
	told := draft{
		ID: d.ID, State: d.State, Version: d.Version, ETag: draftTag(d.Version), Plan: d.Plan, Author: person(d.Author),
		Kind: d.Kind, Findings: d.Findings, Number: d.Number,
	}
	if d.Summary != (release.Summary{}) {
		told.Summary = &d.Summary
	}
	if d.Submission != nil {
		told.Submission = &submission{person(d.Submission.By), append([]release.Waiver{}, d.Submission.Waivers...)}
	}
	if d.Decision != nil {
		told.Decision = &decision{person(d.Decision.By), d.Decision.Approved, d.Decision.Reason}
	}
	return told
}

// A draft is shown to nobody who may not see all of it, so its tag need hide
// nothing: it is the version.
var ownDraftTag = regexp.MustCompile(`^"v([1-9][0-9]{0,8})"$`)

func draftTag(version int) string { return fmt.Sprintf(`"v%d"`, version) }

// draftVersion reads If-Match of a draft; left out, it is 0: there is none yet.
func draftVersion(header *string) (int, error) {
	if header == nil {
		return 0, nil
	}
	parts := ownDraftTag.FindStringSubmatch(*header)
	if parts == nil {
		return 0, fault.New(fault.Malformed, CodeIfMatchMalformed)
	}
	return strconv.Atoi(parts[1])
}

// versionRequired turns the refusal of a version into that of a request without
// one, where If-Match was left out.
func versionRequired(err error, header *string) error {
	if header == nil && fault.CodeOf(err) == release.CodeDraftChanged {
		return fault.Because(err, fault.PreconditionRequired, release.CodeDraftChanged)
	}
	return err
}

// withoutForeignNames cuts each pointer into a plan where the first name stands
// that no plan has: the caller made it up, and it is not repeated.
func withoutForeignNames(err error) error {
	original, ok := errors.AsType[*fault.Error](err)
	if !ok || len(original.Details) == 0 {
		return err
	}
	told := *original
	told.Details = slices.Clone(original.Details)
	for i, d := range told.Details {
		told.Details[i].Pointer = knownPart(d.Pointer)
	}
	return &told
}

func knownPart(pointer string) string {
	segments := strings.Split(pointer, "/")
	for i, segment := range segments[1:] {
		if _, err := strconv.ParseUint(segment, 10, 16); err != nil && !planNames[segment] {
			return strings.Join(segments[:i+1], "/")
		}
	}
	return pointer
}

// planNames are the names of all members that a plan has anywhere.
var planNames = memberNames(reflect.TypeFor[plan.Plan]())

func memberNames(t reflect.Type) map[string]bool {
	names := map[string]bool{}
	var collect func(reflect.Type)
	collect = func(t reflect.Type) {
		for t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return
		}
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			names[name] = true
			collect(t.Field(i).Type)
		}
	}
	collect(t)
	return names
}
