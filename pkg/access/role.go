package access

import (
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
)

// roles says what each role holds always, and what it may be granted besides
// when a client is created.
var roles = map[Role]struct{ always, onGrant []Permission }{
	Coordinator: {always: []Permission{MembersManage, PeriodsManage, PeriodsRead}},
	// Without records:read a stolen submitter credential discloses nothing.
	Submitter:  {always: []Permission{PeriodsRead, RecordsWrite}, onGrant: []Permission{RecordsRead}},
	Desk:       {always: []Permission{DeskRead, PeriodsRead, ReleasesPrepare}},
	Reviewer:   {always: []Permission{PeriodsRead, ReleasesReview}},
	Researcher: {always: []Permission{PeriodsRead, TablesRequest}},
}

// May says whether a client with this role can hold p at all.
func (r Role) May(p Permission) bool {
	return slices.Contains(roles[r].always, p) || slices.Contains(roles[r].onGrant, p)
}

// Grant gives the permissions of a new client: the role's own and those asked
// for besides, sorted and once each. It refuses an unknown role and a
// permission that the role may never hold.
func (r Role) Grant(asked ...Permission) ([]Permission, error) {
	own, known := roles[r]
	if !known {
		return nil, fault.New(fault.Invalid, CodeRoleUnknown)
	}
	for _, p := range asked {
		if !r.May(p) {
			return nil, fault.New(fault.Invalid, CodePermissionBeyondRole)
		}
	}
	all := slices.Concat(own.always, asked)
	slices.Sort(all)
	return slices.Compact(all), nil
}

// Can says whether the principal holds p.
func (p Principal) Can(permission Permission) bool {
	return slices.Contains(p.Permissions, permission)
}

// Require is nil when the principal holds the permission, Forbidden otherwise.
func (p Principal) Require(permission Permission) error {
	if p.Can(permission) {
		return nil
	}
	return fault.New(fault.Forbidden, CodePermissionMissing)
}

// narrowed keeps of asked what have holds too.
func narrowed(asked, have []Permission) []Permission {
	kept := make([]Permission, 0, len(asked))
	for _, p := range asked {
		if slices.Contains(have, p) {
			kept = append(kept, p)
		}
	}
	return kept
}
