package release

import (
	"context"
	"fmt"
	"strconv"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/signed"
)

// Compute freezes the plan's years, protects them together with everything ever
// published about them, and has the auditor prove and attack the result. It
// takes seconds to minutes, and one draft is computed at a time: another answers
// CodeBusy.
//
// A refusal takes the draft back to its plan, with the findings that say why to
// the desk; nothing else of the computation is kept.
func (s *Service) Compute(ctx context.Context, p access.Principal, id DraftID) (_ Draft, err error) {
	defer fault.Wrap(&err, "compute a draft")
	if err := p.Require(access.ReleasesPrepare); err != nil {
		return Draft{}, err
	}
	if !s.computing.TryLock() {
		return Draft{}, fault.New(fault.Unavailable, CodeBusy)
	}
	defer s.computing.Unlock()
	d, err := s.deps.Drafts.Draft(ctx, id)
	if err != nil {
		return Draft{}, err
	}
	if err := d.in(Planned, Computed); err != nil {
		return Draft{}, err
	}
	c, err := s.compute(ctx, d)
	switch {
	case err == nil:
		return s.computed(ctx, p, c)
	case !isRefusal(ctx, err):
		return Draft{}, err
	}
	if failed := s.refused(ctx, p, c, fault.CodeOf(err)); failed != nil {
		return Draft{}, failed
	}
	return Draft{}, err
}

// isRefusal tells a refusal, after which the plan has to change, from a failure,
// after which the same may be tried again.
func isRefusal(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	kind := fault.KindOf(err)
	return kind != fault.Internal && kind != fault.Unavailable
}

// computation is a draft while it is computed.
type computation struct {
	draft     Draft
	plan      *plan.Plan
	history   []past
	kind      plan.Kind
	years     []*year
	findings  findings
	artefacts Artefacts
	made      frozen // as it is sealed in the artefacts, and open
}

// compute does everything that Compute keeps. With an error the computation
// holds findings alone.
func (s *Service) compute(ctx context.Context, d Draft) (*computation, error) {
	c := &computation{draft: d}
	done, err := s.work(ctx, c)
	if err != nil {
		return c, err
	}
	content := disclosure.Compose(plan.Content{Title: c.plan.Title, Policy: c.plan.Policy, Intervals: c.plan.Intervals}, done...).Content()
	return c, s.freeze(c, content)
}

// work protects every year of a plan.
func (s *Service) work(ctx context.Context, c *computation) (done []disclosure.Year, err error) {
	if err := s.prepare(ctx, c); err != nil {
		return nil, err
	}
	for _, y := range c.years {
		published, err := s.protect(ctx, y)
		c.findings.add(y.findings...)
		if err != nil {
			return nil, fmt.Errorf("year %d: %w", y.story.year, err)
		}
		done = append(done, published)
	}
	return done, nil
}

// prepare reads what is to be protected, and lays out every year of it.
func (s *Service) prepare(ctx context.Context, c *computation) (err error) {
	if c.plan, err = plan.ReadJSON(c.draft.Plan, s.deps.Figures.Book); err != nil {
		return err
	}
	if err := s.closed(ctx, c.plan.Years); err != nil {
		return err
	}
	if c.history, err = s.history(ctx, c.plan.Years); err != nil {
		return err
	}
	stories, err := s.stories(ctx, c.plan.Years, c.history)
	if err != nil {
		return err
	}
	c.kind = kindOf(stories)
	for _, t := range stories {
		if err := s.checks.enough(&t, c.plan.Policy.Threshold); err != nil {
			added, removed := changes(t.moments[t.now()-1], t.moments[t.now()])
			c.findings.add(tooFew(t.year, "added", added, c.plan.Policy), tooFew(t.year, "removed", removed, c.plan.Policy))
			return fmt.Errorf("year %d: %w", t.year, err)
		}
	}
	for _, t := range stories {
		y, err := s.lay(c.plan, t)
		if err != nil {
			return fmt.Errorf("year %d: %w", t.year, err)
		}
		y.seed = s.seed(c.draft.Plan, t)
		c.years = append(c.years, y)
	}
	return nil
}

// stories tells what the records of each year were and are.
func (s *Service) stories(ctx context.Context, years []int, history []past) ([]story, error) {
	var out []story
	for i, y := range years {
		now, err := s.snapshot(ctx, y)
		if err != nil {
			return nil, err
		}
		t, err := tell(y, history, now)
		if fault.CodeOf(err) == CodeHistoryErased {
			return nil, historyErased(i)
		}
		if err != nil {
			return nil, err
		}
		for _, m := range t.moments {
			if err := m.countable(s.deps.Figures.Book.Version); err != nil {
				return nil, err
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// seed is what the protector draws from: the steward can make it again, nobody
// else, and it does not depend on a record.
func (s *Service) seed(document []byte, t story) disclosure.Seed {
	parts := [][]byte{document, []byte(strconv.Itoa(t.year))}
	for _, h := range hashes(t.releases) {
		parts = append(parts, h[:])
	}
	return disclosure.Seed(s.mac("seed", parts...))
}

// freeze writes what is kept of the computation, sealed where it is secret.
func (s *Service) freeze(c *computation, content plan.Content) (err error) {
	defer fault.Wrap(&err, "freeze the computation")
	if c.artefacts.Content, err = signed.Canonical(content); err != nil {
		return err
	}
	c.findings = c.findings.settled()
	if c.artefacts.Certificate, err = s.certify(c); err != nil {
		return err
	}
	c.made = frozen{
		Draft: c.draft.ID, Plan: signed.HashOf(c.draft.Plan),
		Content: signed.HashOf(c.artefacts.Content), Certificate: signed.HashOf(c.artefacts.Certificate),
	}
	for _, y := range c.years {
		c.made.Years = append(c.made.Years, y.story.frozen())
	}
	closed := c.made
	if closed.Years, c.artefacts.Years, err = s.sealYears(c.draft.ID, c.made.Years); err != nil {
		return err
	}
	c.artefacts.Frozen, err = s.seal(closed)
	return err
}

// frozen is the story's end: the records now, and what was said before.
func (t *story) frozen() frozenYear {
	return frozenYear{Year: t.year, History: hashes(t.releases), Records: t.moments[t.now()]}
}

// computed saves the computation, unless the draft was changed meanwhile, or
// records were: one that was withdrawn while the computation ran would come back
// with it. No withdrawal overlaps the transaction in which that is looked at.
func (s *Service) computed(ctx context.Context, p access.Principal, c *computation) (Draft, error) {
	return s.change(ctx, c.draft.ID, func(d *Draft) (step, error) {
		if d.Version != c.draft.Version {
			return step{}, fault.New(fault.Stale, CodeDraftChanged)
		}
		if err := s.checks.unchanged(ctx, s, c); err != nil {
			return step{}, err
		}
		*d = d.replanned()
		d.State, d.Kind, d.Findings, d.Summary = Computed, c.kind, c.findings, c.summary()
		return step{deed: s.deed(p, DeedComputed, string(d.ID)), artefacts: &c.artefacts}, nil
	})
}

// refused keeps the findings that fail and the code of the reason; a reason
// that says a number would be a leak.
func (s *Service) refused(ctx context.Context, p access.Principal, c *computation, reason fault.Code) error {
	_, err := s.change(ctx, c.draft.ID, func(d *Draft) (step, error) {
		if d.Version != c.draft.Version {
			return step{}, fault.New(fault.Stale, CodeDraftChanged)
		}
		*d = d.replanned()
		d.Findings = c.findings.settled().of(Fail)
		deed := s.deed(p, DeedRefused, string(d.ID))
		deed.Reason = string(reason)
		return step{deed: deed, artefacts: &Artefacts{}}, nil
	})
	return err
}

// replanned is the draft with its plan alone.
func (d *Draft) replanned() Draft {
	return Draft{ID: d.ID, State: Planned, Version: d.Version, Plan: d.Plan, Author: d.Author}
}

// in refuses a draft in any other state.
func (d *Draft) in(states ...State) error {
	for _, s := range states {
		if d.State == s {
			return nil
		}
	}
	if d.erased() {
		return conflict(CodeOutdated)
	}
	return conflict(CodeDraftState)
}

// unchanged refuses a computation whose records are not those of now, or whose
// history was erased.
func unchanged(ctx context.Context, s *Service, c *computation) error {
	if err := s.current(ctx, c.made); err != nil {
		return err
	}
	return s.remembered(ctx, c)
}

// summary counts what is shown of the years' own cells.
func (c *computation) summary() Summary {
	var out Summary
	for _, y := range c.years {
		for _, cell := range y.published.Cells {
			out.Cells++
			if cell.Shown {
				out.Shown++
			}
		}
		out.Witnesses += len(y.solution.Witnesses)
	}
	out.Waivable = len(c.findings.of(ForReview))
	return out
}
