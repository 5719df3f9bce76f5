package membership

import (
	"slices"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
)

func (s State) organisation(id access.OrganisationID) (access.Organisation, bool) {
	i := slices.IndexFunc(s.Organisations, func(o access.Organisation) bool { return o.ID == id })
	if i < 0 {
		return access.Organisation{}, false
	}
	return s.Organisations[i], true
}

func (s State) client(id access.ClientID) (access.Client, bool) {
	i := slices.IndexFunc(s.Clients, func(c access.Client) bool { return c.ID == id })
	if i < 0 {
		return access.Client{}, false
	}
	return s.Clients[i], true
}

func (s State) period(year int) (record.Period, bool) {
	i := slices.IndexFunc(s.Periods, func(p record.Period) bool { return p.Year == year })
	if i < 0 {
		return record.Period{}, false
	}
	return s.Periods[i], true
}

// empty says whether nothing was ever kept here.
func (s State) empty() bool {
	return len(s.Organisations) == 0 && len(s.Clients) == 0 && len(s.Periods) == 0
}

// stands is nil when the client may still act. Whoever was revoked between the
// check of the token and this transaction may not.
func (s State) stands(id access.ClientID) error {
	if c, found := s.client(id); found && s.active(c) {
		return nil
	}
	return fault.New(fault.Unauthenticated, access.CodeTokenInvalid)
}

// active says whether the client is not revoked and its organisation active.
func (s State) active(c access.Client) bool {
	o, found := s.organisation(c.Organisation)
	return found && o.Active && !c.Revoked
}

// coordinatorsBut counts the coordinators who may act, leaving one out.
func (s State) coordinatorsBut(id access.ClientID) int {
	n := 0
	for _, c := range s.Clients {
		if c.Role == access.Coordinator && c.ID != id && s.active(c) {
			n++
		}
	}
	return n
}
