package membership

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
)

// MaxName is the length of an organisation's name, in characters.
const MaxName = 120

// PutOrganisation makes the organisation, or brings the one of that id to this
// name and activity; with nothing to change it does nothing. It says whether
// the organisation is new. The name is kept in Unicode's composed form (NFC).
// All clients of an organisation made inactive stop at once.
func (s *Service) PutOrganisation(ctx context.Context, by access.Principal, o access.Organisation) (created bool, err error) {
	defer fault.Wrap(&err, "put organisation")
	o.Name = norm.NFC.String(o.Name)
	err = s.transact(ctx, by, access.MembersManage, func(tx Tx, state State) ([]deed, error) {
		old, found := state.organisation(o.ID)
		created = !found
		if err := checkOrganisation(o, old, found); err != nil {
			return nil, err
		}
		if found && old == o {
			return nil, nil
		}
		name := DeedOrganisationChanged
		if created {
			name = DeedOrganisationCreated
		}
		return []deed{{name, []string{string(o.ID)}}}, tx.SaveOrganisation(ctx, o)
	})
	return created && err == nil, err
}

func checkOrganisation(o, old access.Organisation, found bool) error {
	switch {
	case !o.ID.Valid():
		return invalid(CodeIDInvalid)
	case !saneName(o.Name):
		return invalid(CodeNameInvalid)
	case found && o.Kind != old.Kind:
		return conflict(CodeOrganisationFixed)
	case !found && o.Kind != access.Member:
		return invalid(CodeKindInvalid) // the platform is founded once, by Bootstrap
	case o.Kind == access.Platform && !o.Active:
		return conflict(CodePlatformNeeded)
	}
	return nil
}

// saneName takes visible text on one line: no control or format characters
// (bidirectional overrides, zero-width ones), no space but the plain one.
func saneName(name string) bool {
	if name == "" || !utf8.ValidString(name) || utf8.RuneCountInString(name) > MaxName || strings.TrimSpace(name) != name {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError })
}

// Organisations lists all organisations, once the ledger says so.
func (s *Service) Organisations(ctx context.Context, by access.Principal) (list []access.Organisation, err error) {
	defer fault.Wrap(&err, "list organisations")
	err = s.transact(ctx, by, access.MembersManage, func(_ Tx, state State) ([]deed, error) {
		list = state.Organisations
		return []deed{{name: DeedOrganisationsListed}}, nil
	})
	if err != nil {
		return nil, err // audit or refuse: what was read stays here
	}
	return list, nil
}
