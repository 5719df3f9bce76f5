package release

import (
	"context"
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/shelf"
)

// CheckKept refuses an archive that lacks a release which its draft says was
// published. A disk that spoils the end of the archive takes the newest release
// along, and what is left fits together: the chain holds, it is only shorter.
// Nobody would miss the release, and its number would be given to another. Do
// not serve or publish then; put the archive's backup back.
func CheckKept(ctx context.Context, drafts Drafts, archive shelf.Source) (err error) {
	defer fault.Wrap(&err, "look for every published release")
	all, err := drafts.Drafts(ctx) // before the archive, which is written first
	if err != nil {
		return err
	}
	stored, err := archive.Stored(ctx)
	if err != nil {
		return err
	}
	for _, d := range all {
		there := slices.ContainsFunc(stored, func(s shelf.Stored) bool { return s.Number == d.Number })
		if d.State == Published && !there {
			return fmt.Errorf("release %d was published, and the releases store does not have it: put back the backup", d.Number)
		}
	}
	return nil
}
