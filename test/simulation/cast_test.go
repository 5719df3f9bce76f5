package simulation

import (
	"strings"

	"manniskohandel.se/casestat/pkg/access"
)

// The organisations. Those beyond the first two only hold the records that runs
// with releases begin with.
const (
	platform = "00000000-0000-4000-8000-000000000001"
	memberA  = "00000000-0000-4000-8000-0000000000aa"
	memberB  = "00000000-0000-4000-8000-0000000000bb"

	otherMember = "00000000-0000-4000-8000-0000000000c" // and a digit
)

// client is one as the store begins with it.
type client struct {
	id, organisation, holder string
	role                     access.Role
	granted                  []access.Permission
}

// clients are the cast of every run.
var clients = map[string]client{
	"coordinator": {"c0000000-0000-4000-8000-000000000001", platform, "d0000000-0000-4000-8000-000000000001", access.Coordinator, nil},
	"desk":        {"c0000000-0000-4000-8000-000000000002", platform, "d0000000-0000-4000-8000-000000000002", access.Desk, nil},
	"reviewer":    {"c0000000-0000-4000-8000-000000000003", platform, "d0000000-0000-4000-8000-000000000003", access.Reviewer, nil},
	"A1":          {"c0000000-0000-4000-8000-000000000004", memberA, "d0000000-0000-4000-8000-000000000004", access.Submitter, []access.Permission{access.RecordsRead}},
	"A2":          {"c0000000-0000-4000-8000-000000000005", memberA, "d0000000-0000-4000-8000-000000000005", access.Submitter, nil},
	"B1":          {"c0000000-0000-4000-8000-000000000006", memberB, "d0000000-0000-4000-8000-000000000006", access.Submitter, []access.Permission{access.RecordsRead}},
	"B2":          {"c0000000-0000-4000-8000-000000000007", memberB, "d0000000-0000-4000-8000-000000000007", access.Submitter, []access.Permission{access.RecordsRead}},
}

// permissionsOf reads permissions as they are stored.
func permissionsOf(words string) (list []access.Permission) {
	for word := range strings.FieldsSeq(words) {
		list = append(list, access.Permission(word))
	}
	return list
}

func wordsOf(list []access.Permission) string {
	words := make([]string, len(list))
	for i, p := range list {
		words[i] = string(p)
	}
	return strings.Join(words, " ")
}
