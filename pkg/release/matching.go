package release

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"reflect"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/plan"
)

// How often the protector is run on other records to see what its pattern gives
// away. It is counted and not timed, so that the same draft has the same
// findings on every machine: a year whose own protection took many steps has few
// runs, and below the least none at all.
const (
	matchingRuns  = 400    // for a year
	matchingSteps = 20_000 // simplex steps in all of them, taken for as many as the first run's
	leastRuns     = 20     // to try one value
)

// protector is disclosure.Prepare.
type protector func(context.Context, plan.Layout, disclosure.Problem, disclosure.Seed) (disclosure.Prepared, error)

// match has the auditor try whether the pattern gives a small withheld count
// away to somebody who runs the protector on records of their own. A count for
// which there were not enough runs is noted.
func (y *year) match(ctx context.Context, again protector, runs int) error {
	r := rerun{year: y, protect: again, left: min(runs, matchingSteps/(1+y.solution.Stats.Pivots))}
	for _, cell := range y.guarded() {
		var found []auditor.Finding
		err := errSpent
		if r.left >= leastRuns {
			found, err = r.about(ctx, cell)
		}
		switch {
		case errors.Is(err, errSpent):
			y.findings.add(Finding{Year: y.story.year, Class: Note, Rule: RuleNotMatched, Scope: y.problem.System.Cells[cell].Name})
		case err != nil:
			return err
		}
		y.findings.add(fromAuditor(y.story.year, found)...)
	}
	return nil
}

// guarded are the withheld counts that are small for everybody. What is withheld
// for another's sake may be known.
func (y *year) guarded() (out []int) {
	for i, c := range y.problem.System.Cells {
		if !y.proof.Shown[i] && !c.Weighted && !c.StructuralZero && y.proof.Values[i] < y.problem.Policy.Threshold {
			out = append(out, i)
		}
	}
	return out
}

// errSpent ends an examination for which no runs are left.
var errSpent = errors.New("no runs are left")

// rerun protects other records as those of a year were protected.
type rerun struct {
	year    *year
	protect protector
	left    int
}

// about examines one withheld count.
func (r *rerun) about(ctx context.Context, cell int) ([]auditor.Finding, error) {
	y := r.year
	target := auditor.Published{System: y.problem.System, Shown: y.proof.Shown, Values: y.proof.Values}
	return auditor.Matching(ctx, target, y.problem.Data, auditor.MatchingOptions{
		Protect: r.pattern, Cells: []int{cell}, Seeds: leastRuns, Least: y.problem.Policy.MatchingValues,
		Most: 2 * y.problem.Policy.Threshold, Random: rand.NewChaCha8(y.otherSeed(uint64(cell))),
	})
}

// pattern is what would be shown of other records, drawn from another seed; nil
// if nothing would be published of them, or other tables.
func (r *rerun) pattern(ctx context.Context, data []plan.Count, draw uint64) (plan.Pattern, error) {
	if r.left == 0 {
		return nil, errSpent
	}
	r.left--
	p := r.year.problem
	p.Data, p.Functionals = data, earlierDifferences(r.year.layout.Base, r.year.frame.Past)
	again, err := r.protect(ctx, r.year.layout, p, r.year.otherSeed(draw))
	switch {
	case err != nil && isRefusal(ctx, err):
		return nil, nil
	case err != nil:
		return nil, err
	case !reflect.DeepEqual(again.Tables, r.year.tables):
		return nil, nil
	}
	return again.Solution.Pattern, nil
}

// otherSeed is a seed that the protector did not draw from: who tries to match
// its pattern does not know that one.
func (y *year) otherSeed(draw uint64) disclosure.Seed {
	return sha256.Sum256(binary.BigEndian.AppendUint64(append([]byte("matching"), y.seed[:]...), draw))
}
