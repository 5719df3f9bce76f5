package servertest

import (
	"strconv"
	"testing"

	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
)

// Publish puts made-up content into the archive as the next release, past the
// protection and the review.
func (s *Service) Publish(t testing.TB, content plan.Content) plan.Manifest {
	t.Helper()
	m := s.Books.Publish(content)
	stored, err := s.Books.Source().Stored(t.Context())
	check(t, err)
	p := release.Publication{Number: m.Number, Manifest: stored[m.Number-1].Manifest, Deed: s.deed(release.DeedPublished, m.Number)}
	for _, f := range m.Files {
		content, err := s.Books.Source().File(t.Context(), m.Number, f.Name)
		check(t, err)
		p.Files = append(p.Files, release.RenderedFile{Name: f.Name, Media: f.Media, Content: content})
	}
	check(t, s.Out.Archive().Publish(t.Context(), p))
	return m
}

// Withdraw takes a release of Publish back.
func (s *Service) Withdraw(t testing.TB, number int) plan.Withdrawal {
	t.Helper()
	w := s.Books.Withdraw(number)
	stored, err := s.Books.Source().Stored(t.Context())
	check(t, err)
	notice := release.Notice{Number: number, Withdrawal: stored[number-1].Withdrawal, Deed: s.deed(release.DeedWithdrawn, number)}
	check(t, s.Out.Archive().Withdraw(t.Context(), notice))
	return w
}

func (s *Service) deed(what ledger.Deed, number int) release.Deed {
	return release.Deed{
		Entries: []ledger.Entry{{Day: Today.Format("2006-01-02"), Actor: string(s.Cast.Desk.ID), Deed: what, Subjects: []string{strconv.Itoa(number)}}},
		Checkpoint: func(h ledger.Head) ([]byte, error) {
			text, err := h.Checkpoint("casestat.test/releases").MarshalText()
			if err != nil {
				return nil, err
			}
			return s.Books.Signer().SignCheckpoint(text)
		},
	}
}
