package membership

import (
	"slices"

	"manniskohandel.se/casestat/pkg/access"
)

// homes says in which kinds of organisation a role may be.
var homes = map[access.Role][]access.OrganisationKind{
	access.Coordinator: {access.Platform},
	access.Desk:        {access.Platform},
	access.Reviewer:    {access.Platform},
	access.Submitter:   {access.Member},
	access.Researcher:  {access.Member, access.Platform},
}

// separate are the duties of which one person never has two: who lets people
// in, who writes what is to be published, and who approves it.
var separate = []access.Role{access.Coordinator, access.Desk, access.Reviewer}

// checkDuties is nil when c may be made beside the clients there are.
func (s State) checkDuties(c access.Client) error {
	home, found := s.organisation(c.Organisation)
	switch {
	case !found:
		return invalid(CodeOrganisationUnknown)
	case !slices.Contains(homes[c.Role], home.Kind):
		return invalid(CodeRoleElsewhere)
	case !home.Active:
		return conflict(CodeOrganisationInactive)
	case s.mixesDuties(c):
		return conflict(CodeDutiesNotSeparate)
	}
	return nil
}

// mixesDuties counts revoked clients too: who wrote a draft yesterday must not
// become its reviewer today by having the old client revoked.
func (s State) mixesDuties(c access.Client) bool {
	if !slices.Contains(separate, c.Role) {
		return false
	}
	return slices.ContainsFunc(s.Clients, func(other access.Client) bool {
		return other.Holder == c.Holder && other.Role != c.Role && slices.Contains(separate, other.Role)
	})
}
