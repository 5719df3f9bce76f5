package membership

import (
	"context"

	"golang.org/x/text/unicode/norm"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
)

// Founding is the platform's own organisation and its first coordinator, with
// the coordinator's secret, which is not shown again.
type Founding struct {
	Organisation access.Organisation
	Client       access.Client
	Secret       string
}

// Bootstrap founds the platform on an empty store, and on no other. name is
// that of the platform's organisation; holder is the natural person who holds
// the first coordinator client, "" for a new id.
func (s *Service) Bootstrap(ctx context.Context, name string, holder access.HolderID) (founding Founding, err error) {
	defer fault.Wrap(&err, "found the platform")
	founding, hash, err := s.founding(ctx, norm.NFC.String(name), holder)
	if err != nil {
		return Founding{}, err
	}
	err = s.commit(ctx, commandLine, func(tx Tx, state State) ([]deed, error) {
		if !state.empty() {
			return nil, conflict(CodeAlreadyFounded)
		}
		if err := tx.SaveOrganisation(ctx, founding.Organisation); err != nil {
			return nil, err
		}
		c := founding.Client
		c.Secret = hash
		founded := deed{DeedFounded, []string{string(founding.Organisation.ID), string(c.ID)}}
		return []deed{founded}, tx.SaveClient(ctx, c)
	})
	if err != nil {
		return Founding{}, err
	}
	return founding, nil
}

// founding makes the ids and the secret, and gives the secret's hash beside.
func (s *Service) founding(ctx context.Context, name string, holder access.HolderID) (f Founding, hash string, err error) {
	var ids [3]string
	for i := range ids {
		if ids[i], err = access.NewID(s.deps.Random); err != nil {
			return Founding{}, "", err
		}
	}
	if holder == "" {
		holder = access.HolderID(ids[2])
	}
	switch {
	case !saneName(name):
		return Founding{}, "", invalid(CodeNameInvalid)
	case !holder.Valid():
		return Founding{}, "", invalid(CodeIDInvalid)
	}
	f.Organisation = access.Organisation{ID: access.OrganisationID(ids[0]), Name: name, Kind: access.Platform, Active: true}
	f.Client = access.Client{ID: access.ClientID(ids[1]), Organisation: f.Organisation.ID, Holder: holder, Role: access.Coordinator}
	if f.Client.Permissions, err = access.Coordinator.Grant(); err != nil {
		return Founding{}, "", err
	}
	f.Secret, hash, err = s.newSecret(ctx)
	return f, hash, err
}
