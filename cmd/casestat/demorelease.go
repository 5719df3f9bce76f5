package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"manniskohandel.se/casestat/pkg/attack"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/demo"
	"manniskohandel.se/casestat/pkg/signed"
)

// release publishes the slide through author and reviewer, prints it as
// everybody reads it, and proves it again.
func (d *show) release(ctx context.Context, stage demo.Stage, address string) error {
	started := d.session.now()
	released, err := stage.Release(ctx)
	if errors.Is(err, demo.ErrMismatch) {
		return no(err.Error())
	}
	if err != nil {
		return fmt.Errorf("the demo could not publish: %w", err)
	}
	d.tellReleased(released, d.session.now().Sub(started).Seconds())
	return d.verify(ctx, stage, address, released)
}

func (d *show) tellReleased(r demo.Released, seconds float64) {
	out := d.session.out
	if r.Before {
		fmt.Fprintf(out, "  The trend report was published before, as release %d. Everybody reads:\n\n", r.Number)
	} else {
		fmt.Fprintf(out, "  The desk plans the trend report, a reviewer approves it, and it is published as release %d, in %.1f s:\n", r.Number, seconds)
		fmt.Fprintf(out, "  %d of %d cells are shown, and %d witnesses prove that the others are deniable. Everybody reads:\n\n",
			r.Summary.Shown, r.Summary.Cells, r.Summary.Witnesses)
	}
	for _, f := range r.Figures {
		fmt.Fprintf(out, "    %-8s  %s\n", f.Status, inLanguage(f.Sentence, codelist.Swedish))
	}
	fmt.Fprintln(out)
}

// verify proves the release again: as a stranger with the public key, and as the
// steward with the sealed certificate and the key to it.
func (d *show) verify(ctx context.Context, stage demo.Stage, address string, r demo.Released) error {
	sealed, err := stage.Certificate(ctx, r.Draft)
	if err != nil {
		return err
	}
	name := filepath.Join(string(d.folder), fmt.Sprintf("certificate-%d.sealed", r.Number))
	if err := os.WriteFile(name, sealed, 0o600); err != nil {
		return err
	}
	keys := d.folder.keys(d.session)
	command := verifyReleaseCommand{
		From: address, Number: r.Number, Key: keys.file(signingPublic), Certificate: name, CertificateKey: keys.file(certificateFile),
	}
	if err := command.Run(ctx, d.session); err != nil {
		return err
	}
	trust, err := readTrust(command.Key)
	if err != nil {
		return err
	}
	return d.attack(ctx, address, trust)
}

// attack plays the short attacks, as everybody and as the five organisations.
func (d *show) attack(ctx context.Context, address string, trust signed.Trust) error {
	target := attack.Target{URL: address, Trust: trust}
	for _, r := range d.script.Records {
		target.Truth = append(target.Truth, attack.Person{Organisation: r.Member, Year: r.Year, Answers: attack.Answers(r.Answers)})
	}
	report, err := attack.Run(ctx, target, attack.Options{Short: true, Seconds: 1})
	if err != nil {
		return err
	}
	fmt.Fprintln(d.session.out)
	for _, r := range report.Results {
		fmt.Fprintf(d.session.out, "  %2d  %-8s  %s\n", r.Number, r.Status, r.Sentence)
		for _, f := range r.Figures {
			if r.Status == attack.Broken {
				fmt.Fprintf(d.session.out, "%16s%s\n", "", f)
			}
		}
	}
	fmt.Fprintln(d.session.out)
	if report.Broken() {
		return no("an attack broke the release")
	}
	return nil
}
