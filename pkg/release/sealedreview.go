package release

import (
	"encoding/json"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/signed"
)

// Review is the other sealed part of a release: who answers for it, and what
// was waived and why. The certificate is sealed before anybody can waive
// anything, and nobody here can open it again; so this stands beside it and
// names it. It is signed, then sealed to the same key.
type Review struct {
	Number      int             `json:"number"`
	Certificate signed.Hash     `json:"certificate"`
	Plan        json.RawMessage `json:"plan"` // as it was submitted
	Author      Person          `json:"author"`
	Submission  Submission      `json:"submission"`
	Decision    Decision        `json:"decision"`
	Findings    []Finding       `json:"findings"`
}

const reviewContext = "casestat review of a release, format 1"

func (s *Service) sealReview(d Draft, m plan.Manifest) (_ []byte, err error) {
	defer fault.Wrap(&err, "seal the review")
	raw, err := s.signer().Sign(signed.KindPlan, Review{
		Number: m.Number, Certificate: m.Certificate, Plan: d.Plan, Author: d.Author,
		Submission: *d.Submission, Decision: *d.Decision, Findings: d.Findings,
	})
	if err != nil {
		return nil, err
	}
	return s.deps.Keys.Certificates.Seal(reviewContext, raw)
}

// SealedReview finds the sealed review among the files of a frozen draft.
func (a Artefacts) SealedReview() ([]byte, error) { return member(a.Files, reviewName, signed.MaxSize) }

// OpenReview opens the sealed review of a release with the key that it was
// sealed to, and checks who signed it and that it belongs to the release.
func OpenReview(key signed.Unsealer, trust signed.Trust, sealed []byte, m plan.Manifest) (Review, error) {
	raw, err := key.Unseal(reviewContext, sealed)
	if err != nil {
		return Review{}, err
	}
	verified, err := signed.Open(trust, signed.KindPlan, raw)
	if err != nil {
		return Review{}, err
	}
	var r Review
	if err := verified.Decode(&r); err != nil {
		return Review{}, err
	}
	if r.Number != m.Number || r.Certificate != m.Certificate || len(r.Submission.Waivers) != m.Waivers {
		return Review{}, fault.New(fault.Invalid, CodeCertificate)
	}
	return r, verified.Governs(m.Number)
}
