package release_test

import (
	"context"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

// cutOff is an archive that has lost its newest releases, as a damaged log does.
type cutOff struct {
	shelf.Source
	left int
}

func (c cutOff) Stored(ctx context.Context) ([]shelf.Stored, error) {
	all, err := c.Source.Stored(ctx)
	return all[:c.left], err
}

func TestF13_APublishedReleaseThatIsLostIsMissed(t *testing.T) {
	h := open(t)
	h.published(draftA, tiny(t))
	h.approved(draftB, tiny(t)) // it has no release, and need not
	if err := release.CheckKept(t.Context(), h.memory, h.archive); err != nil {
		t.Errorf("nothing is lost: %v", err)
	}
	err := release.CheckKept(t.Context(), h.memory, cutOff{h.archive, 0})
	if err == nil || !strings.Contains(err.Error(), "release 1 was published") {
		t.Errorf("release 1 is lost: %v", err)
	}
	// Contrast: to the shelf, which sees the archive alone, nothing is wrong.
	books := shelf.New(cutOff{h.archive, 0}, signed.Pin(keysOf(t).Signer.Key()))
	if shown, err := books.Releases(t.Context()); err != nil || len(shown) != 0 || books.Stale() != nil {
		t.Errorf("the shelf sees %d releases, %v, %v", len(shown), err, books.Stale())
	}
}
