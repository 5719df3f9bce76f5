package release

import (
	"context"
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/shelf"
)

// RuleErased is the rule of the finding that a draft is left with when a record
// that it was computed from is erased. It says nothing of the record.
const RuleErased = "records_erased"

// Frozen says whether the draft is a release or may be one: it was signed as
// one, and only the archive knows whether it arrived.
func (d Draft) Frozen() bool { return d.State == Published || d.Number > 0 }

// Forgotten is the draft after what it was computed from in a year was erased.
// A frozen one stays what it is, without the findings and waivers, which may
// tell of single persons. Any other is back at its plan, in a new version;
// of a rejected one the reviewer's word stays.
func (d Draft) Forgotten(year int) Draft {
	if d.Frozen() {
		d.Findings, d.Submission = nil, d.Submission.unwaived()
		return d
	}
	out := d.replanned()
	if d.State == Rejected {
		out.State, out.Submission, out.Decision = d.State, d.Submission.unwaived(), d.Decision
	}
	out.Findings = findings{{Year: year, Class: Fail, Rule: RuleErased}}.settled()
	out.Version++
	return out
}

func (s *Submission) unwaived() *Submission {
	if s == nil {
		return nil
	}
	return &Submission{By: s.By}
}

// lost is why what a draft was computed from cannot be had any more.
func (d *Draft) lost() fault.Code {
	if d.State == Published {
		return CodeHistoryErased
	}
	return CodeOutdated
}

// erased says whether it is an erasure that took the draft back.
func (d *Draft) erased() bool {
	return slices.ContainsFunc(d.Findings, func(f Finding) bool { return f.Rule == RuleErased })
}

// forgotten says whether all that was kept of the records is erased: of what an
// earlier version sealed no year is left, and no proof.
func (a *Artefacts) forgotten() bool {
	return a.Frozen == nil && a.Snapshot == nil && a.Certificate == nil
}

// tie is the sealed part that ties the others together. An earlier version that
// runs beside this one knows Snapshot alone, so where there is one it is newer.
func (a *Artefacts) tie() []byte {
	if a.Snapshot != nil {
		return a.Snapshot
	}
	return a.Frozen
}

// recollect opens what a release was made from, as far as it was not erased.
func (s *Service) recollect(d Draft, a Artefacts, r *shelf.Release) (f frozen, err error) {
	if !a.forgotten() {
		return s.thaw(d, a)
	}
	for _, y := range r.Protected.Content().Years {
		f.Years = append(f.Years, frozenYear{Year: y.Year, forgotten: true})
	}
	return f, nil
}

// remembered refuses a computation whose history was erased while it ran: it
// would bring back what was just erased.
func (s *Service) remembered(ctx context.Context, c *computation) error {
	for _, p := range c.history {
		a, err := s.deps.Drafts.Artefacts(ctx, p.draft)
		if err != nil {
			return err
		}
		for i, year := range c.plan.Years {
			if _, ok := speaks(p.release, year); ok && !a.remembers(year) {
				return historyErased(i)
			}
		}
	}
	return nil
}

// remembers says whether the records of a year are there.
func (a *Artefacts) remembers(year int) bool {
	return a.Snapshot != nil || slices.ContainsFunc(a.Years, func(y SealedYear) bool { return y.Year == year && y.Records != nil })
}

// historyErased refuses the year of a plan at a place.
func historyErased(place int) error {
	return fault.New(fault.Conflict, CodeHistoryErased, fault.Detail{Code: CodeHistoryErased, Pointer: fmt.Sprintf("/years/%d", place)})
}
