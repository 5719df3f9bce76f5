package access

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/fault"
)

func decodeWithStandardLibrary(b []byte, into any) error { return json.Unmarshal(b, into) }

var (
	allRoles       = []Role{Coordinator, Submitter, Desk, Reviewer, Researcher}
	allPermissions = []Permission{RecordsWrite, RecordsRead, PeriodsRead, PeriodsManage, MembersManage, DeskRead, ReleasesPrepare, ReleasesReview, TablesRequest}
)

func TestRoles_hold_what_the_table_says(t *testing.T) {
	for _, c := range []struct {
		role  Role
		asked []Permission
		want  []Permission
	}{
		{Coordinator, nil, []Permission{MembersManage, PeriodsManage, PeriodsRead}},
		{Submitter, nil, []Permission{PeriodsRead, RecordsWrite}}, // intake only: discloses nothing
		{Submitter, []Permission{RecordsRead}, []Permission{PeriodsRead, RecordsRead, RecordsWrite}},
		{Submitter, []Permission{RecordsWrite, RecordsRead, RecordsRead}, []Permission{PeriodsRead, RecordsRead, RecordsWrite}},
		{Desk, nil, []Permission{DeskRead, PeriodsRead, ReleasesPrepare}},
		{Reviewer, nil, []Permission{PeriodsRead, ReleasesReview}},
		{Researcher, nil, []Permission{PeriodsRead, TablesRequest}},
	} {
		if diff := cmp.Diff(c.want, need[[]Permission](t)(c.role.Grant(c.asked...))); diff != "" {
			t.Errorf("%s asking for %v: %s", c.role, c.asked, diff)
		}
	}
}

func TestRoles_nobody_gets_what_the_role_may_not_hold(t *testing.T) {
	for _, role := range append(allRoles, "admin", "") {
		for _, p := range append(allPermissions, "root", "") {
			granted, err := role.Grant(p)
			switch {
			case roles[role].always == nil:
				wantRefusal(t, err, fault.Invalid, CodeRoleUnknown)
			case !role.May(p):
				wantRefusal(t, err, fault.Invalid, CodePermissionBeyondRole)
			case err != nil || !slices.Contains(granted, p):
				t.Errorf("%s asking for %s: %v, %v", role, p, granted, err)
			}
		}
	}
	// Nobody both manages and reads records or figures.
	if Coordinator.May(DeskRead) || Coordinator.May(RecordsRead) || Desk.May(MembersManage) || Desk.May(RecordsRead) {
		t.Error("a role holds too much")
	}
	// Nobody both prepares a release and approves it.
	if Desk.May(ReleasesReview) || Reviewer.May(ReleasesPrepare) || Researcher.May(DeskRead) {
		t.Error("a role holds too much of a release")
	}
}

func TestGrant_does_not_change_the_table(t *testing.T) {
	granted := need[[]Permission](t)(Desk.Grant())
	granted[0] = MembersManage
	if diff := cmp.Diff([]Permission{DeskRead, PeriodsRead, ReleasesPrepare}, need[[]Permission](t)(Desk.Grant())); diff != "" {
		t.Error(diff)
	}
}

func TestIDs_are_canonical_UUIDv4(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		seed := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(r, "seed")
		id, err := NewID(strings.NewReader(string(seed)))
		if err != nil || !ClientID(id).Valid() || !HolderID(id).Valid() || !OrganisationID(id).Valid() {
			r.Fatalf("%q: %v", id, err)
		}
		// Any change of one byte is judged as an independent parser judges it.
		at, to := rapid.IntRange(0, 35).Draw(r, "at"), rapid.Byte().Draw(r, "to")
		changed := id[:at] + string(rune(to)) + id[at+1:]
		parsed, err := uuid.Parse(changed)
		want := err == nil && parsed.String() == changed && parsed.Version() == 4 && parsed.Variant() == uuid.RFC4122
		if got := ClientID(changed).Valid(); got != want {
			r.Fatalf("%q is valid: %v, want %v", changed, got, want)
		}
	})
	for _, id := range []string{"", "x", strings.ToUpper("0b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3b"), "{0b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3b}", "urn:uuid:0b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3b", "0b5a1f7e6a3c4c589a413f1f0e1d2c3b", "00000000-0000-0000-0000-000000000000"} {
		if ClientID(id).Valid() {
			t.Errorf("%q is valid", id)
		}
	}
	if _, err := NewID(strings.NewReader("short")); err == nil {
		t.Error("an id from a source that dries up")
	}
}
