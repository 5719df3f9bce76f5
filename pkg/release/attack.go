package release

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/plan"
)

// How long the attacks of insiders may take in all. What they look for beyond
// the proof is a bonus; a plan of many tables would take minutes.
const insideTime = 20 * time.Second

// checks are what a computation has to pass. Tests switch them off one by one,
// to see what each holds up.
type checks struct {
	// known refuses a plan that names organisations that are not there.
	known  func(context.Context, Tx, *plan.Plan) error
	enough func(t *story, threshold int) error
	// unchanged refuses to save a computation of records that changed meanwhile.
	unchanged func(context.Context, *Service, *computation) error
	verify    func(auditor.Certificate) []auditor.Finding
	attack    func(context.Context, auditor.Published, plan.Policy) (auditor.Assault, error)
	// findAs is attack by somebody who knows some of the records; nobody is told
	// the ranges that follow from those.
	findAs func(context.Context, auditor.Published, plan.View, plan.Policy) (auditor.Assault, error)
	// separate says whether a reviewer is another person than the others.
	separate func(reviewer Person, others ...Person) bool
	inside   time.Duration // for all insiders together
	// again protects other records, to see what the pattern gives away, so often
	// for a year.
	again protector
	runs  int
}

var standard = checks{
	known: known, enough: enough, unchanged: unchanged, verify: auditor.Verify, attack: auditor.Attack, findAs: auditor.FindAs, separate: separate, inside: insideTime,
	again: disclosure.Prepare, runs: matchingRuns,
}

// AsPublished is a publication as the auditor attacks it: what everybody holds,
// and nothing else.
func AsPublished(y plan.Publication) auditor.Published {
	out := auditor.Published{System: plan.System{Axes: y.Axes, Bans: y.Bans}}
	for _, c := range y.Cells {
		out.System.Cells = append(out.System.Cells, c.Cell)
		out.Shown = append(out.Shown, c.Shown)
		out.Values = append(out.Values, c.Value)
	}
	return out
}

// attack has the auditor find out what it can from the publication alone. What
// it establishes about withheld cells is published with it: everybody could.
func (s *Service) attack(ctx context.Context, y *year, published disclosure.Year) (disclosure.Year, error) {
	target := AsPublished(published.Publication())
	assault, err := s.checks.attack(ctx, target, y.problem.Policy)
	if err != nil {
		return disclosure.Year{}, err
	}
	if err := y.judge(slices.Concat(assault.Findings, y.against(target.System, assault))); err != nil {
		return disclosure.Year{}, err
	}
	if err := s.attackInside(ctx, y); err != nil {
		return disclosure.Year{}, err
	}
	if err := y.guess(target); err != nil {
		return disclosure.Year{}, err
	}
	if err := y.match(ctx, s.checks.again, s.checks.runs); err != nil {
		return disclosure.Year{}, err
	}
	ranges := make(map[string]plan.Range)
	for _, r := range assault.Ranges {
		if r.Known {
			ranges[r.Cell] = plan.Range{From: r.From, To: r.To, Open: r.Open}
		}
	}
	return published.WithRanges(ranges), nil
}

// attackInside has the auditor attack as each organisation would. That every
// small quantity is deniable for them is proved already; this looks for what
// the proof does not speak of, combinations of answers.
func (s *Service) attackInside(ctx context.Context, y *year) error {
	inside, cancel := context.WithTimeout(ctx, s.checks.inside)
	defer cancel()
	target := auditor.Published{System: y.problem.System, Shown: y.proof.Shown, Values: y.proof.Values}
	for _, v := range y.problem.Views {
		if len(v.Empty) == 0 || len(v.Known) != len(own(y.problem, v)) {
			continue // the public, or an organisation that recognises somebody besides
		}
		if inside.Err() != nil {
			y.findings.add(notFinished(y.story.year, v))
			continue
		}
		assault, err := s.checks.findAs(inside, target, v, y.problem.Policy)
		if err != nil {
			return err
		}
		if err := y.judgeInside(v, assault.Findings, inside.Err() == nil); err != nil {
			return err
		}
	}
	return nil
}

// own are the records of the organisations whose view it is.
func own(p disclosure.Problem, v plan.View) []plan.Count {
	return slices.DeleteFunc(slices.Clone(p.Data), func(d plan.Count) bool {
		return !slices.ContainsFunc(v.Empty, func(e plan.Selection) bool { return holds(e, d.Atom) })
	})
}

// judgeInside keeps what an insider found. Of one who did not get to the end
// only the combinations count: each was established, while that a quantity is
// determined may only mean that there was no time to see that it is large.
func (y *year) judgeInside(v plan.View, found []auditor.Finding, finished bool) error {
	kept := slices.DeleteFunc(slices.Clone(found), func(f auditor.Finding) bool {
		return f.Rule == auditor.RuleTruncated || f.Class == auditor.Pass || !finished && f.Rule != auditor.RuleConjunction
	})
	if !finished || slices.ContainsFunc(found, func(f auditor.Finding) bool { return f.Rule == auditor.RuleTruncated }) {
		y.findings.add(notFinished(y.story.year, v))
	}
	if len(kept) == 0 {
		return nil
	}
	return y.judge(kept)
}

// How many changes of persons the walk through populations that fit may make,
// and how many populations it looks at.
const (
	guessChanges = 20_000_000
	guessSamples = 2_000
	guessThin    = 10 // changes between two of them, for each person
)

// guess warns of small quantities that somebody would guess right too often.
// With more persons than the walk has changes for, which are many, it is noted
// that nobody looked.
func (y *year) guess(target auditor.Published) error {
	if !slices.Contains(target.Shown, false) {
		return nil // nothing is left to be guessed
	}
	records, policy := y.veiled(), y.problem.Policy
	persons := size(plan.Functional{}, records)
	thin := min(guessThin, guessChanges/(guessSamples*max(1, persons)))
	if thin == 0 {
		y.findings.add(Finding{Year: y.story.year, Class: Note, Rule: RuleNotGuessed})
		return nil
	}
	small := slices.DeleteFunc(disclosure.Derive(target.System), func(f plan.Functional) bool {
		return size(f, records) >= policy.Threshold
	})
	found, err := auditor.Posterior(target, records, small, auditor.PosteriorOptions{
		Samples: guessSamples, Thin: thin, Percent: policy.PosteriorPercent, Random: rand.NewChaCha8(y.seed),
	})
	y.findings.add(fromAuditor(y.story.year, found)...)
	return err
}

// size is how many persons a functional counts.
func size(f plan.Functional, records []plan.Count) (n int) {
	for _, r := range records {
		if holds(f.Within, r.Atom) && (f.Except == nil || !holds(*f.Except, r.Atom)) {
			n += r.N
		}
	}
	return n
}

// against holds what the attack left undecided against the records, and says of
// each finding which combination it is about.
func (y *year) against(system plan.System, assault auditor.Assault) (out []auditor.Finding) {
	records := y.veiled()
	for _, c := range assault.Present {
		alone := auditor.Assault{Present: []auditor.Conjunction{c}}
		for _, f := range alone.Against(records, y.problem.Policy.Threshold) {
			f.Scope = describe(system, c.Where)
			out = append(out, f)
		}
	}
	return out
}

// describe names a selection by its axes and categories.
func describe(system plan.System, where plan.Selection) string {
	var parts []string
	for _, s := range where {
		var names []string
		for _, c := range s.Categories {
			names = append(names, system.Axes[s.Axis].Categories[c])
		}
		parts = append(parts, system.Axes[s.Axis].Name+"="+strings.Join(names, "|"))
	}
	return strings.Join(parts, " & ")
}

// veiled are the records over the axes that are published: without the
// organisations.
func (y *year) veiled() []plan.Count {
	hidden := slices.IndexFunc(y.problem.System.Axes, func(a plan.Axis) bool { return a.Name == plan.OrganisationAxis })
	out := make([]plan.Count, len(y.problem.Data))
	for i, d := range y.problem.Data {
		out[i] = plan.Count{Atom: slices.Delete(slices.Clone(d.Atom), hidden, hidden+1), N: d.N}
	}
	return out
}
