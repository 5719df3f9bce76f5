package release

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/signed"
)

// frozen is what a draft was computed from, as it is sealed beside the draft:
// the records without their names, and the releases that were there. A later
// release is protected together with it, when the records themselves may long
// be erased.
type frozen struct {
	Draft DraftID      `json:"draft"`
	Plan  signed.Hash  `json:"plan"`
	Years []frozenYear `json:"years"`
	// Content and Certificate are the hashes of the draft's other artefacts.
	Content     signed.Hash `json:"content"`
	Certificate signed.Hash `json:"certificate"`
	// MAC is under the release secret: anybody can seal to a public key.
	MAC []byte `json:"mac,omitempty"`
}

// frozenYear is one year of it.
type frozenYear struct {
	Year int `json:"year"`
	// History are the hashes of the signed manifests that speak of the year.
	History []signed.Hash `json:"history"`
	Records snapshot      `json:"records"`
}

// frozenContext is the context under which a draft's snapshot is sealed.
func frozenContext(id DraftID) string { return "casestat snapshot of draft " + string(id) }

func (s *Service) seal(f frozen) (_ []byte, err error) {
	defer fault.Wrap(&err, "seal the snapshot")
	if f.MAC, err = s.authenticate(f); err != nil {
		return nil, err
	}
	text, err := signed.Canonical(f)
	if err != nil {
		return nil, err
	}
	return s.deps.Keys.History.Recipient().Seal(frozenContext(f.Draft), text)
}

// unseal opens what a draft was computed from. What does not open, is another
// draft's, or was not sealed by this service, is CodeTampered.
func (s *Service) unseal(id DraftID, sealed []byte) (f frozen, err error) {
	text, err := s.deps.Keys.History.Unseal(frozenContext(id), sealed)
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	if err != nil {
		return frozen{}, fault.Because(err, fault.Conflict, CodeTampered)
	}
	mac, err := s.authenticate(f)
	if err != nil || f.Draft != id || !hmac.Equal(mac, f.MAC) {
		return frozen{}, conflict(CodeTampered)
	}
	return f, nil
}

func (s *Service) authenticate(f frozen) ([]byte, error) {
	f.MAC = nil
	text, err := signed.Canonical(f)
	if err != nil {
		return nil, err
	}
	mac := s.mac("snapshot", text)
	return mac[:], nil
}

// thaw opens a computed draft's artefacts and makes sure that they belong to it
// and to each other.
func (s *Service) thaw(d Draft, a Artefacts) (frozen, error) {
	f, err := s.unseal(d.ID, a.Snapshot)
	if err != nil {
		return frozen{}, err
	}
	if f.Plan != signed.HashOf(d.Plan) || f.Content != signed.HashOf(a.Content) || f.Certificate != signed.HashOf(a.Certificate) {
		return frozen{}, conflict(CodeTampered)
	}
	return f, nil
}

// current refuses a computation whose years are not closed any more, or whose
// records or earlier releases are not those that there are now.
func (s *Service) current(ctx context.Context, f frozen) error {
	years := make([]int, len(f.Years))
	for i, y := range f.Years {
		years[i] = y.Year
	}
	if err := s.closed(ctx, years); err != nil {
		return err
	}
	releases, err := s.releases(ctx)
	if err != nil {
		return err
	}
	for _, y := range f.Years {
		now, err := s.snapshot(ctx, y.Year)
		if err != nil {
			return err
		}
		if !now.equal(y.Records) || !slices.Equal(hashes(about(releases, y.Year)), y.History) {
			return conflict(CodeOutdated)
		}
	}
	return nil
}

// decode reads the content of a computed draft that thaw has checked.
func decode(a Artefacts) (c plan.Content, err error) {
	if err = json.Unmarshal(a.Content, &c); err != nil {
		return plan.Content{}, fmt.Errorf("read the content: %w", err)
	}
	return c, nil
}
