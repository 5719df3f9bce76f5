package release

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

// attempts is how often Publish takes another number because somebody else was
// quicker.
const attempts = 5

// Publish makes an approved draft the next release. It freezes the draft, files
// and signed manifest and all, beside the records; then it adds the release to
// the archive; then it marks the draft. Whatever happens in between, publishing
// again goes on from there: there is one release in the end, and no number is
// left out.
//
// It names no version. An approved draft takes no plan and is not computed, so
// it is what its reviewer approved; the only way on is to its publication or,
// without its approval, back to its plan.
//
// Whether the records are still those that were protected is looked at in the
// transaction that freezes, which no withdrawal of a record overlaps. If they
// are not, the draft goes back to its plan, and the answer is CodeOutdated.
func (s *Service) Publish(ctx context.Context, p access.Principal, id DraftID) (_ Draft, err error) {
	defer fault.Wrap(&err, "publish a draft")
	if err := p.Require(access.ReleasesPrepare); err != nil {
		return Draft{}, err
	}
	for range attempts {
		d, err := s.deps.Drafts.Draft(ctx, id)
		if err != nil {
			return Draft{}, err
		}
		if d.State == Published {
			return d, nil
		}
		if err := d.in(Approved); err != nil {
			return Draft{}, err
		}
		done, err := s.publishInTurn(ctx, p, d)
		switch {
		case err == nil:
			return done, nil
		case fault.CodeOf(err) == CodeOutdated, fault.CodeOf(err) == CodePeriodNotClosed, fault.CodeOf(err) == CodePeriodErased:
			return Draft{}, s.outdated(ctx, p, d, err)
		case fault.CodeOf(err) != CodeNumberTaken && fault.CodeOf(err) != CodeDraftChanged:
			return Draft{}, err
		}
	}
	return Draft{}, fault.New(fault.Unavailable, CodeBusy)
}

// publishInTurn publishes while nobody changes the key.
func (s *Service) publishInTurn(ctx context.Context, p access.Principal, d Draft) (Draft, error) {
	done, err := s.turn(ctx)
	if err != nil {
		return Draft{}, err
	}
	defer done()
	return s.publish(ctx, p, d)
}

// publish goes on from where the draft stands.
func (s *Service) publish(ctx context.Context, p access.Principal, d Draft) (Draft, error) {
	a, err := s.deps.Drafts.Artefacts(ctx, d.ID)
	if err != nil {
		return Draft{}, err
	}
	releases, err := s.releases(ctx)
	if err != nil {
		return Draft{}, err
	}
	if d.Number > 0 && d.Number <= len(releases) && bytes.Equal(releases[d.Number-1].Raw, a.Manifest) {
		return s.published(ctx, p, d)
	}
	if d, a, err = s.ready(ctx, d, a, releases); err != nil {
		return Draft{}, err
	}
	if err := s.add(ctx, p, d.Number, a); err != nil {
		return Draft{}, err
	}
	return s.published(ctx, p, d)
}

// ready gives the draft frozen as the next release, from records that are still
// the same.
func (s *Service) ready(ctx context.Context, d Draft, a Artefacts, releases []*shelf.Release) (Draft, Artefacts, error) {
	made, err := s.thaw(d, a)
	if err == nil && made.forgotten() {
		err = conflict(CodeOutdated)
	}
	if err != nil {
		return d, a, err
	}
	anew := d.Number != len(releases)+1 || s.retired(a.Manifest)
	if anew {
		if a.Manifest, a.Files, err = s.compose(d, a, releases); err != nil {
			return d, a, err
		}
	}
	frozen := d
	frozen.Number = len(releases) + 1
	err = s.deps.Drafts.Atomically(ctx, func(tx Tx) error {
		current, err := tx.Draft(ctx, d.ID)
		if err != nil {
			return err
		}
		if current.Version != d.Version || current.State != Approved {
			return fault.New(fault.Stale, CodeDraftChanged)
		}
		if err := s.current(ctx, made); err != nil {
			return err
		}
		if current.Number == frozen.Number && !anew {
			return nil
		}
		frozen.Version = current.Version + 1
		if err := tx.SaveDraft(ctx, frozen); err != nil {
			return err
		}
		return tx.SaveArtefacts(ctx, d.ID, a)
	})
	return frozen, a, err
}

// retired says whether a draft was frozen by a key that has handed over since:
// it was not added in its time, and is signed anew.
func (s *Service) retired(manifest []byte) bool {
	_, err := signed.Open(signed.Pin(s.signer().Key()), signed.KindManifest, manifest)
	return fault.CodeOf(err) == signed.CodeKeyUnknown
}

// compose renders and signs a draft as the release after those there are.
func (s *Service) compose(d Draft, a Artefacts, releases []*shelf.Release) (manifest, files []byte, err error) {
	defer fault.Wrap(&err, "compose the release")
	content, err := s.protected(a)
	if err != nil {
		return nil, nil, err
	}
	m := plan.Manifest{
		Format: plan.ManifestFormat, Number: len(releases) + 1, Kind: d.Kind, Published: s.today(), Software: s.deps.Software,
		Waivers: len(d.Submission.Waivers), Certificate: signed.HashOf(a.Certificate), Content: content.Content(), Files: []plan.File{},
	}
	rendered, err := s.render(content, m)
	if err != nil {
		return nil, nil, err
	}
	if n := len(releases); n > 0 {
		m.Previous = releases[n-1].Hash
	}
	for _, r := range releases {
		if d.Kind != plan.First && shareYear(m.Content, r) {
			m.Replaces = append(m.Replaces, r.Manifest.Number)
		}
	}
	for _, f := range rendered {
		m.Files = append(m.Files, plan.File{Name: f.Name, Media: f.Media, Size: len(f.Content), SHA256: signed.HashOf(f.Content)})
	}
	if manifest, err = s.signer().Sign(signed.KindManifest, m); err != nil {
		return nil, nil, err
	}
	review, err := s.sealReview(d, m)
	if err != nil {
		return nil, nil, err
	}
	files, err = pack(rendered, review)
	return manifest, files, err
}

func (s *Service) render(content *disclosure.Protected, m plan.Manifest) ([]RenderedFile, error) {
	edition := export.Edition{Number: m.Number, Published: m.Published, Publisher: s.signer().Key().Name()}
	files, err := export.Render(content, s.deps.Figures, edition)
	out := make([]RenderedFile, len(files))
	for i, f := range files {
		out[i] = RenderedFile(f)
	}
	return out, err
}

func shareYear(c plan.Content, r *shelf.Release) bool {
	for _, y := range c.Years {
		if _, ok := speaks(r, y.Year); ok {
			return true
		}
	}
	return false
}

// protected gives a computed draft's content as the type that may leave the
// house. Only a signed manifest decodes into one, so one is made for it here,
// of a number that no release has, and goes nowhere. That these are the bytes
// which were protected, thaw has checked.
func (s *Service) protected(a Artefacts) (*disclosure.Protected, error) {
	content, err := decode(a)
	if err != nil {
		return nil, err
	}
	raw, err := s.signer().Sign(signed.KindManifest, plan.Manifest{Format: plan.ManifestFormat, Content: content})
	if err != nil {
		return nil, err
	}
	verified, err := signed.Open(signed.Pin(s.signer().Key()), signed.KindManifest, raw)
	if err != nil {
		return nil, err
	}
	protected, _, err := disclosure.Decode(verified)
	return protected, err
}

// add puts a frozen release into the archive.
func (s *Service) add(ctx context.Context, p access.Principal, number int, a Artefacts) error {
	verified, err := signed.Open(signed.Pin(s.signer().Key()), signed.KindManifest, a.Manifest)
	if err != nil {
		return fault.Because(err, fault.Conflict, CodeTampered)
	}
	var m plan.Manifest
	if err := verified.Decode(&m); err != nil {
		return fault.Because(err, fault.Conflict, CodeTampered)
	}
	files, err := unpack(a.Files, m.Files)
	if err != nil {
		return err
	}
	return s.deps.Archive.Publish(ctx, Publication{
		Number: number, Manifest: a.Manifest, Files: files,
		Deed: s.noted(p, DeedPublished, number, verified.Hash()),
	})
}

// noted is the deed of an addition to the archive, with the signed checkpoint
// of the ledger that it leads to.
func (s *Service) noted(p access.Principal, what ledger.Deed, number int, manifest signed.Hash) Deed {
	return Deed{
		Entries: []ledger.Entry{s.deed(p, what, strconv.Itoa(number), manifest.String())},
		Checkpoint: func(h ledger.Head) ([]byte, error) {
			text, err := h.Checkpoint(s.deps.Origin).MarshalText()
			if err != nil {
				return nil, err
			}
			return s.signer().SignCheckpoint(text)
		},
	}
}

// published marks the draft as the release that it is.
func (s *Service) published(ctx context.Context, p access.Principal, d Draft) (Draft, error) {
	return s.change(ctx, d.ID, func(now *Draft) (step, error) {
		if now.Version != d.Version {
			return step{}, fault.New(fault.Stale, CodeDraftChanged)
		}
		now.State = Published
		return step{deed: s.deed(p, DeedPublished, string(d.ID), strconv.Itoa(d.Number))}, nil
	})
}

// outdated takes a draft back to its plan, because what was approved is not
// what there is now.
func (s *Service) outdated(ctx context.Context, p access.Principal, d Draft, reason error) error {
	err := s.refused(ctx, p, &computation{draft: d}, fault.CodeOf(reason))
	if errors.Is(err, fault.New(fault.Stale, CodeDraftChanged)) {
		return reason
	}
	if err != nil {
		return fmt.Errorf("take the draft back: %w", err)
	}
	return reason
}
