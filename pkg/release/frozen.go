package release

import (
	"cmp"
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
// the records without their names, each year sealed apart, and the releases that
// were there. A later release is protected together with it. When a record of a
// year is erased, what was frozen of the year goes too.
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
	// Part is the hash of the sealed records. It is zero, and the records stand
	// here, in what earlier versions sealed.
	Part      signed.Hash `json:"part,omitzero"`
	Records   snapshot    `json:"records"`
	forgotten bool        // the records were erased
}

// frozenContext is the context under which a draft's snapshot is sealed.
func frozenContext(id DraftID) string { return "casestat snapshot of draft " + string(id) }

// yearContext is the context under which one year's records are sealed.
func yearContext(id DraftID, year int) string {
	return fmt.Sprintf("casestat snapshot of draft %s, year %d", id, year)
}

// sealYears seals the records of each year apart.
func (s *Service) sealYears(id DraftID, stories []frozenYear) (years []frozenYear, sealed []SealedYear, err error) {
	defer fault.Wrap(&err, "seal the records")
	for _, y := range stories {
		text, err := signed.Canonical(y.Records)
		if err != nil {
			return nil, nil, err
		}
		part, err := s.deps.Keys.History.Recipient().Seal(yearContext(id, y.Year), text)
		if err != nil {
			return nil, nil, err
		}
		years = append(years, frozenYear{Year: y.Year, History: y.History, Part: signed.HashOf(part)})
		sealed = append(sealed, SealedYear{y.Year, part})
	}
	slices.SortFunc(sealed, func(a, b SealedYear) int { return cmp.Compare(a.Year, b.Year) })
	return years, sealed, nil
}

// unsealYear opens one year's records, or finds them erased.
func (s *Service) unsealYear(id DraftID, y *frozenYear, parts []SealedYear) error {
	if y.Part.IsZero() {
		return nil // they stood inside
	}
	i := slices.IndexFunc(parts, func(p SealedYear) bool { return p.Year == y.Year })
	if i < 0 {
		return conflict(CodeTampered)
	}
	if y.forgotten = parts[i].Records == nil; y.forgotten {
		return nil
	}
	if signed.HashOf(parts[i].Records) != y.Part {
		return conflict(CodeTampered)
	}
	text, err := s.deps.Keys.History.Unseal(yearContext(id, y.Year), parts[i].Records)
	if err == nil {
		err = json.Unmarshal(text, &y.Records)
	}
	if err != nil {
		return fault.Because(err, fault.Conflict, CodeTampered)
	}
	return nil
}

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
	if a.forgotten() {
		return frozen{}, conflict(d.lost())
	}
	f, err := s.unseal(d.ID, a.tie())
	if err != nil {
		return frozen{}, err
	}
	if f.Plan != signed.HashOf(d.Plan) || f.Content != signed.HashOf(a.Content) {
		return frozen{}, conflict(CodeTampered)
	}
	for i := range f.Years {
		if err := s.unsealYear(d.ID, &f.Years[i], a.Years); err != nil {
			return frozen{}, err
		}
	}
	if a.Certificate == nil && f.forgotten() {
		return f, nil // the proof went with the records
	}
	if f.Certificate != signed.HashOf(a.Certificate) {
		return frozen{}, conflict(CodeTampered)
	}
	return f, nil
}

// forgotten says whether records of a year were erased.
func (f *frozen) forgotten() bool {
	return slices.ContainsFunc(f.Years, func(y frozenYear) bool { return y.forgotten })
}

// current refuses a computation whose years are not closed any more, or whose
// records or earlier releases are not those that there are now.
func (s *Service) current(ctx context.Context, f frozen) error {
	if f.forgotten() {
		return conflict(CodeOutdated)
	}
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
