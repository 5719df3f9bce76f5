package attack

import (
	"context"
	"slices"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/plan"
)

// singleton targets each planted person with up to three things known of her.
var singleton = adversary{
	11, "singleton targeting", "knows up to three answers of a person who is in the release and infers a fourth with certainty",
	func(ctx context.Context, s *session) (outcome, error) {
		if len(s.target.Truth) == 0 {
			return notRun("needs planted persons"), nil
		}
		var persons, tried, certain, exposed, undecided int
		for _, y := range s.latest {
			people := s.personsOf(y.knows)
			persons += len(people)
			limited, cancel := s.within(ctx, 2, 1)
			h := y.knows.imagine(limited, s)
			for _, p := range people {
				t := h.target(limited, p)
				tried, certain, undecided = tried+t.tried, certain+t.certain, undecided+t.undecided
				exposed += one(t.certain > 0)
			}
			cancel()
		}
		if persons == 0 {
			return notRun("no planted person is in the release"), nil
		}
		if 2*undecided > tried {
			return notRun("no population that agrees with the release was found in the time given"), nil
		}
		return verdict(certain, share("persons of whom something is certain", exposed, persons),
			share("certain inferences", certain, tried), figure("not decided", undecided)), nil
	},
}

// imagination is what certainty is held against: populations that agree with
// everything, or else all the records that can be there.
type imagination struct {
	k          *knowledge
	worlds     []world
	candidates *candidates
	present    [][]int // candidates that are certainly there, where that was asked
	prober     *auditor.Prober
	asked      int
	answers    map[string]inferred // by what is given and what is inferred
	// common is the population that the persons are known to belong to.
	common box
}

func (k *knowledge) imagine(ctx context.Context, s *session) *imagination {
	narrowed := k.clone()
	pairs, _ := narrowed.nested()
	narrowed.propagate(narrowed.lines(), pairs)
	h := &imagination{k: narrowed, answers: map[string]inferred{}}
	h.common, _ = k.population()
	if c, few := narrowed.enumerate(ctx); few {
		h.candidates = c
	} else {
		h.worlds = narrowed.worlds(ctx, 3*enoughWorlds, s.random(11))
	}
	h.prober, _ = auditor.Probe(ctx, narrowed.published()) //nolint:errcheck // nil: nothing is confirmed
	return h
}

// inferred says whether an inference is certain, if that could be decided.
type inferred struct{ certain, decided bool }

// proberLimit bounds how often a target is checked by linear programming.
const proberLimit = 60

// nobody says whether it is certain that nobody is in given and not in then.
func (h *imagination) nobody(given, then box) (certain, decided bool) {
	given, possible := given.meet(h.common)
	if !possible {
		return false, true
	}
	outside := func(atom []int) bool { return atom != nil && given.holds(atom) && !then.holds(atom) }
	for _, w := range h.worlds {
		if slices.ContainsFunc(w, outside) {
			return false, true
		}
	}
	if h.candidates != nil {
		return !slices.ContainsFunc(h.candidates.atoms, outside), true
	}
	both, overlap := given.meet(then)
	if !overlap {
		return false, true
	}
	key := given.key() + "|" + then.key()
	if known, asked := h.answers[key]; asked {
		return known.certain, known.decided
	}
	answer := h.ask(given, both)
	h.answers[key] = answer
	return answer.certain, answer.decided
}

// ask has the auditor's prober decide whether given holds nobody outside both.
func (h *imagination) ask(given, both box) inferred {
	if h.asked++; h.prober == nil || h.asked > proberLimit {
		return inferred{}
	}
	except := both.selection(h.k.sizes)
	in, err := h.prober.Functional(plan.Functional{Name: "inference", Within: given.selection(h.k.sizes), Except: &except})
	if err != nil || !in.Bounded {
		return inferred{}
	}
	return inferred{!in.Open && in.Most == 0, true}
}

// targeted is what came of targeting one person.
type targeted struct{ tried, certain, undecided int }

func (h *imagination) target(ctx context.Context, person box) targeted {
	var out targeted
	choose(len(person), 3, func(picked []int) {
		if ctx.Err() != nil {
			out.tried, out.undecided = out.tried+1, out.undecided+1
			return
		}
		given := make(box, len(picked))
		for i, p := range picked {
			given[i] = person[p]
		}
		for i, s := range person {
			if slices.Contains(picked, i) {
				continue
			}
			out.tried++
			certain, decided := h.nobody(given, box{s})
			out.certain, out.undecided = out.certain+one(certain), out.undecided+one(!decided)
		}
	})
	return out
}
