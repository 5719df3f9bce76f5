package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

type verifyReleaseCommand struct {
	From           string `arg:"" placeholder:"FILE|DIR|URL" help:"A signed manifest, a folder of exported releases, or the address of a service."`
	Key            string `required:"" placeholder:"FILE" help:"Public key of whoever publishes, which has come to you by a way that you trust."`
	Number         int    `placeholder:"N" help:"Of a folder or a service: the release to attack. Default: the newest."`
	Certificate    string `placeholder:"FILE" help:"The sealed certificate of that release. With --certificate-key."`
	CertificateKey string `name:"certificate-key" placeholder:"FILE" help:"The private key that certificates are sealed to."`
}

// Run proves what can be proved from what is there, and says what that was. It
// needs no database.
func (c *verifyReleaseCommand) Run(ctx context.Context, s *session) error {
	if (c.Certificate == "") != (c.CertificateKey == "") {
		return errors.New("--certificate and --certificate-key belong together")
	}
	trust, err := readTrust(c.Key)
	if err != nil {
		return err
	}
	r, err := c.open(ctx, s, trust)
	if err != nil {
		return explainRelease(err)
	}
	held, err := attackRelease(ctx, s, r)
	if err != nil {
		return err
	}
	proved, err := c.prove(s, r)
	if err != nil {
		return err
	}
	if !held || !proved {
		return no("the release does not hold; what is printed says where")
	}
	return nil
}

// explainRelease says in words what did not hold. What failed is an answer,
// not a failure of the command.
func explainRelease(err error) error {
	code := fault.CodeOf(err)
	if code == "" || fault.KindOf(err) == fault.NotFound {
		return err
	}
	return no("the release does not hold: " + string(code))
}

// open verifies the signature and, where the releases before it are at hand,
// the chain and every file.
func (c *verifyReleaseCommand) open(ctx context.Context, s *session, trust signed.Trust) (*shelf.Release, error) {
	info, err := os.Stat(c.From)
	switch {
	case strings.HasPrefix(c.From, "http://") || strings.HasPrefix(c.From, "https://"):
		source, err := newRemoteShelf(c.From)
		if err != nil {
			return nil, err
		}
		return c.take(ctx, s, shelf.New(source, trust))
	case err != nil:
		return nil, err
	case info.IsDir():
		return c.take(ctx, s, shelf.New(shelf.Folder(c.From), trust))
	}
	return openManifest(s, c.From, trust)
}

func openManifest(s *session, name string, trust signed.Trust) (*shelf.Release, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	verified, err := signed.Open(trust, signed.KindManifest, raw)
	if err != nil {
		return nil, err
	}
	protected, manifest, err := disclosure.Decode(verified)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(s.out, "Release %d of %s is signed by %s.\n", manifest.Number, manifest.Published, verified.Key().Name())
	fmt.Fprintln(s.out, "Not checked: the chain to the releases before it, and its files; give a folder or an address for that.")
	return &shelf.Release{Manifest: manifest, Hash: verified.Hash(), Raw: raw, Protected: protected}, nil
}

// take has the shelf verify everything, and reads every file of the release.
func (c *verifyReleaseCommand) take(ctx context.Context, s *session, from *shelf.Shelf) (*shelf.Release, error) {
	all, err := from.Releases(ctx)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, errors.New("there are no releases")
	}
	number := c.Number
	if number == 0 {
		number = len(all)
	}
	r, err := from.Release(ctx, number)
	if err != nil {
		return nil, err
	}
	for _, f := range r.Manifest.Files {
		if _, _, err := from.File(ctx, number, f.Name); err != nil {
			return nil, err
		}
	}
	fmt.Fprintf(s.out, "%s, each signed and chained to the one before it.\n", counting(int64(len(all)), "release", "releases"))
	fmt.Fprintf(s.out, "Release %d of %s: %s, all as the manifest names them.\n", number, r.Manifest.Published, counting(int64(len(r.Manifest.Files)), "file", "files"))
	if r.Withdrawal != nil {
		fmt.Fprintf(s.out, "It was withdrawn on %s.\n", r.Withdrawal.Withdrawn)
	}
	return r, nil
}

// attackRelease attacks what is published as an outsider would, and holds the
// published ranges against what it finds.
func attackRelease(ctx context.Context, s *session, r *shelf.Release) (held bool, err error) {
	held = true
	content := r.Protected.Content()
	for _, y := range content.Years {
		assault, err := auditor.Attack(ctx, release.AsPublished(y), content.Policy)
		if err != nil {
			return false, err
		}
		ok := tellAudit(s, fmt.Sprintf("%d, attacked from the published numbers alone", y.Year), assault.Findings)
		held = ok && held
		if wrong := unfounded(y, assault.Ranges); wrong > 0 {
			fmt.Fprintf(s.out, "  fail    %s more than can be proved\n", counting(int64(wrong), "published range says", "published ranges say"))
			held = false
		}
	}
	return held, nil
}

// unfounded counts published ranges that say more than could be proved again.
func unfounded(y plan.Publication, found []auditor.Range) (wrong int) {
	known := make(map[string]auditor.Range, len(found))
	for _, r := range found {
		known[r.Cell] = r
	}
	for _, c := range y.Cells {
		if c.Range == nil {
			continue
		}
		r := known[c.Name]
		above := !c.Range.Open && (r.Open || r.To > c.Range.To)
		if !r.Known || r.From < c.Range.From || above {
			wrong++
		}
	}
	return wrong
}

// tellAudit prints the findings of one examination, the like of them once.
func tellAudit(s *session, what string, findings []auditor.Finding) (held bool) {
	fmt.Fprintf(s.out, "%s: %s\n", what, auditor.Worst(findings))
	count := make(map[string]int)
	var order []string
	for _, f := range findings {
		line := fmt.Sprintf("  %-6s  %s", f.Class, f.Rule)
		if count[line]++; count[line] == 1 {
			order = append(order, line)
		}
	}
	for _, line := range order {
		fmt.Fprintf(s.out, "%s (%d)\n", line, count[line])
	}
	return auditor.Worst(findings) != auditor.Fail
}

// prove opens the certificate, if it was given, and adds every witness up.
func (c *verifyReleaseCommand) prove(s *session, r *shelf.Release) (proved bool, err error) {
	if c.Certificate == "" {
		fmt.Fprintln(s.out, "Proved from the release alone: its signature, its form, and that the attack on it fails.")
		fmt.Fprintln(s.out, "Not proved: that every withheld number is deniable to every organisation; that takes the sealed certificate and its key.")
		return true, nil
	}
	key, err := signed.ReadUnsealer(c.CertificateKey)
	if err != nil {
		return false, err
	}
	sealed, err := os.ReadFile(c.Certificate)
	if err != nil {
		return false, err
	}
	certificate, err := release.OpenCertificate(key, sealed, r.Manifest)
	if err != nil {
		return false, explainRelease(err)
	}
	findings, err := certificate.Verify(r.Protected.Content())
	if err != nil {
		return false, explainRelease(err)
	}
	proved = true
	for _, y := range certificate.Years {
		what := fmt.Sprintf("%d, with the certificate: %s for %s", y.Year,
			counting(int64(len(y.Proof.Witnesses)), "witness", "witnesses"), counting(int64(len(y.Proof.Views)), "viewpoint", "viewpoints"))
		ok := tellAudit(s, what, findings[y.Year])
		proved = ok && proved
	}
	fmt.Fprintln(s.out, "Proved: every witness was added up again, for every viewpoint, against the records that the certificate holds.")
	return proved, nil
}
