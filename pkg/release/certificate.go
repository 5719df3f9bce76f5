package release

import (
	"encoding/json"
	"slices"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/signed"
)

// Certificate is the sealed part of a release: that it is safe, and why. It is
// as secret as the records.
//
// It is sealed when the draft is computed. What was decided afterwards, the
// waivers and by whom, is sealed in the Review when the release is frozen.
type Certificate struct {
	Format   int               `json:"format"` // CertificateFormat
	Software string            `json:"software"`
	Plan     json.RawMessage   `json:"plan"` // as it was submitted
	Kind     plan.Kind         `json:"kind"`
	Years    []CertificateYear `json:"years"`
	Findings []Finding         `json:"findings"`
}

// CertificateYear is the proof of one year.
type CertificateYear struct {
	Year int             `json:"year"`
	Seed disclosure.Seed `json:"seed"` // that the protector drew from
	// Inputs authenticates the records under the release secret. A plain hash of
	// answers that few persons can have given would tell who did.
	Inputs []byte              `json:"inputs"`
	Proof  auditor.Certificate `json:"proof"`
}

// CertificateFormat is the version of Certificate that this program writes.
const CertificateFormat = 1

// certificateContext is under which certificates are sealed. To which release
// one belongs is said by the manifest, which holds its hash.
const certificateContext = "casestat certificate of a release, format 1"

func (s *Service) certify(c *computation) (_ []byte, err error) {
	defer fault.Wrap(&err, "seal the certificate")
	out := Certificate{
		Format: CertificateFormat, Software: s.deps.Software, Plan: c.draft.Plan, Kind: c.kind, Findings: c.findings,
	}
	for _, y := range c.years {
		records, err := signed.Canonical(y.story.frozen())
		if err != nil {
			return nil, err
		}
		inputs := s.mac("inputs", records)
		out.Years = append(out.Years, CertificateYear{Year: y.story.year, Seed: y.seed, Inputs: inputs[:], Proof: y.proof})
	}
	text, err := signed.Canonical(out)
	if err != nil {
		return nil, err
	}
	return s.deps.Keys.Certificates.Seal(certificateContext, text)
}

// OpenCertificate opens the sealed certificate of a release with the key that
// it was sealed to, which no serving process holds.
func OpenCertificate(key signed.Unsealer, sealed []byte, m plan.Manifest) (Certificate, error) {
	if signed.HashOf(sealed) != m.Certificate {
		return Certificate{}, fault.New(fault.Invalid, CodeCertificate)
	}
	text, err := key.Unseal(certificateContext, sealed)
	if err != nil {
		return Certificate{}, err
	}
	var c Certificate
	if json.Unmarshal(text, &c) != nil || c.Format != CertificateFormat {
		return Certificate{}, fault.New(fault.Invalid, CodeCertificate)
	}
	return c, nil
}

// Verify holds the certificate against what the release says, and every
// witness in it against the records. The findings of each year are those of
// [auditor.Verify]; a certificate of anything else is CodeCertificate.
func (c Certificate) Verify(content plan.Content) (map[int][]auditor.Finding, error) {
	if len(c.Years) != len(content.Years) {
		return nil, fault.New(fault.Invalid, CodeCertificate)
	}
	out := make(map[int][]auditor.Finding)
	for i, y := range c.Years {
		if y.Year != content.Years[i].Year || y.Proof.Policy != content.Policy || !y.proves(content.Years[i]) {
			return nil, fault.New(fault.Invalid, CodeCertificate)
		}
		out[y.Year] = auditor.Verify(y.Proof)
	}
	return out, nil
}

// proves says whether the proof is about what is published: the same cells,
// shown with the same values.
func (y CertificateYear) proves(said plan.Publication) bool {
	system, ok := veil(y.Proof.System)
	n := len(said.Cells)
	if !ok || len(y.Proof.Shown) != n || len(y.Proof.Values) != n || !sameSystem(system, AsPublished(said).System) {
		return false
	}
	for i, c := range said.Cells {
		if c.Shown != y.Proof.Shown[i] || c.Shown && c.Value != y.Proof.Values[i] {
			return false
		}
	}
	return true
}

// sameSystem compares what two systems say, by their canonical bytes.
func sameSystem(a, b plan.System) bool {
	x, err := signed.Canonical(a)
	if err != nil {
		return false
	}
	y, err := signed.Canonical(b)
	return err == nil && slices.Equal(x, y)
}

// veil is a system as it is published: without the organisations, and without
// the bans that say which of them are in a panel. ok is false if anything else
// in it names them.
func veil(s plan.System) (out plan.System, ok bool) {
	hidden := slices.IndexFunc(s.Axes, func(a plan.Axis) bool { return a.Name == plan.OrganisationAxis })
	if hidden < 0 {
		return s, true
	}
	ok = true
	below := func(s plan.Selection) (out plan.Selection) {
		for _, part := range s {
			ok = ok && part.Axis != hidden
			if part.Axis > hidden {
				part.Axis--
			}
			out = append(out, part)
		}
		return out
	}
	for i, a := range s.Axes {
		if a.Hidden = false; i != hidden {
			out.Axes = append(out.Axes, a)
		}
	}
	for _, b := range s.Bans {
		if !s.TiesPanel(b) {
			out.Bans = append(out.Bans, below(b))
		}
	}
	for _, c := range s.Cells {
		ok = ok && !(c.Weighted && c.WeightAxis == hidden)
		if c.Where = below(c.Where); c.Weighted && c.WeightAxis > hidden {
			c.WeightAxis--
		}
		out.Cells = append(out.Cells, c)
	}
	return out, ok
}
