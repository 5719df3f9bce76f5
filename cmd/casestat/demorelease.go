package main

import (
	"context"
	"errors"
	"fmt"

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
	return d.verify(ctx, address, released)
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

// verify proves the release again, as a stranger with the public key would.
func (d *show) verify(ctx context.Context, address string, r demo.Released) error {
	keys, err := d.folder.keys(d.session).releases()
	if err != nil {
		return err
	}
	command := verifyReleaseCommand{From: address, Number: r.Number}
	published, err := command.open(ctx, d.session, signed.Pin(keys.Signer.Key()))
	if err != nil {
		return explainRelease(err)
	}
	held, err := attackRelease(ctx, d.session, published)
	if err != nil {
		return err
	}
	if !held {
		return no("the release does not hold")
	}
	fmt.Fprintln(d.session.out)
	return nil
}
