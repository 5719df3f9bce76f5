package attack

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
)

// search breeds combinations of released counts that guess an answer of a
// person whose other answers are known.
var search = adversary{
	18, "automatic attack search", "breeds combinations of released counts that guess a balanced answer of planted persons",
	func(ctx context.Context, s *session) (outcome, error) {
		if len(s.target.Truth) == 0 || s.target.Bit == "" {
			return notRun("needs planted persons with a balanced answer that hangs together with no other"), nil
		}
		var sum guesses
		broken := 0
		for _, y := range s.latest {
			limited, cancel := s.within(ctx, 2, 1)
			g := y.knows.guess(limited, s)
			cancel()
			sum.right, sum.persons, sum.bred, sum.allowed = sum.right+g.right, sum.persons+g.persons, sum.bred+g.bred, sum.allowed+g.allowed
			broken += one(g.right > g.allowed)
		}
		if sum.persons == 0 {
			return notRun("no published answer divides the planted persons"), nil
		}
		return verdict(broken, share("guesses that are right", sum.right, sum.persons),
			figure("right by the published share alone, and three standard deviations", sum.allowed),
			figure("combinations bred", sum.bred)), nil
	},
}

// guesses is how well the best combination did.
type guesses struct{ right, persons, allowed, bred int }

// guess trains on possible populations and guesses the planted answer.
func (k *knowledge) guess(ctx context.Context, s *session) guesses {
	people := s.personsOf(k)
	bit, ok := k.divides(people, s.target.Bit)
	if !ok {
		return guesses{}
	}
	h := k.imagine(ctx, s)
	if h.candidates != nil {
		h.present = h.candidates.provable(ctx).present
	}
	b := &breeder{k: h.k, bit: bit, rng: s.random(18), common: h.common}
	weights, bred := b.breed(ctx, h)
	out := guesses{persons: len(people), bred: bred}
	have := 0
	for _, p := range people {
		truth := p.implies(box{bit})
		have += one(truth)
		out.right += one(b.says(h, p.without(bit.axis), weights) == truth)
	}
	majority := float64(max(have, len(people)-have)) / float64(len(people))
	n := float64(len(people))
	out.allowed = int(n*majority + 3*math.Sqrt(n*majority*(1-majority)))
	return out
}

// divides finds the published group of the planted answer.
func (k *knowledge) divides(people []box, field codelist.FieldName) (side, bool) {
	for _, c := range k.cells {
		if !c.counts() || len(c.quantity.Where) != 1 || c.quantity.Where[0].Field != field {
			continue
		}
		for _, s := range c.where {
			have := 0
			for _, p := range people {
				have += one(p.implies(box{s}))
			}
			if have > 0 && have < len(people) {
				return s, true
			}
		}
	}
	return side{}, false
}

// breeder improves combinations: a weight for each axis, with which the counts
// of the persons who share the target's answer on it, with and without the bit,
// speak for or against.
type breeder struct {
	k   *knowledge
	bit side
	rng *rand.Rand
	// common is the population that the counts are about.
	common box
}

const (
	brood       = 24
	generations = 40
	pupils      = 400
)

// breed trains on the persons of possible populations.
func (b *breeder) breed(ctx context.Context, h *imagination) (weights []float64, bred int) {
	pool := h.atoms()
	b.rng.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
	pool = pool[:min(len(pool), pupils)]
	best := make([]float64, len(b.k.sizes))
	for i := range best {
		best[i] = 1
	}
	lessons := b.lessons(pool)
	score := right(lessons, best)
	for range generations {
		for range brood {
			if ctx.Err() != nil {
				return best, bred
			}
			child := slices.Clone(best)
			child[b.rng.IntN(len(child))] += b.rng.NormFloat64()
			bred++
			if got := right(lessons, child); got >= score {
				best, score = child, got
			}
		}
	}
	return best, bred
}

// atoms are all records that the imagination holds possible.
func (h *imagination) atoms() [][]int {
	var out [][]int
	for _, w := range h.worlds {
		for _, atom := range w {
			if atom != nil {
				out = append(out, atom)
			}
		}
	}
	return append(out, h.possible()...)
}

// possible are the only records that can be there, if they are few enough to list.
func (h *imagination) possible() [][]int {
	if h.candidates == nil {
		return nil
	}
	return h.candidates.atoms
}

// lesson is a pupil: what the released counts say for the bit, all together and
// by each of her answers, and whether she has it.
type lesson struct {
	all   float64
	about []opinion
	has   bool
}

// opinion is what the counts of one answer say for the bit.
type opinion struct {
	axis int
	odds float64
}

// lessons are worked out once: every combination weighs the same counts.
func (b *breeder) lessons(pool [][]int) []lesson {
	out := make([]lesson, len(pool))
	for i, atom := range pool {
		out[i] = b.lesson(b.k.atomBox(atom).without(b.bit.axis))
		out[i].has = b.bit.in.has(atom[b.bit.axis])
	}
	return out
}

func (b *breeder) lesson(target box) lesson {
	l := lesson{all: b.odds(nil)}
	for _, s := range target {
		l.about = append(l.about, opinion{s.axis, b.odds(box{s})})
	}
	return l
}

// leans adds up what the released counts say for the bit.
func (l lesson) leans(weights []float64) float64 {
	sum := l.all
	for _, o := range l.about {
		sum += weights[o.axis] * o.odds
	}
	return sum
}

// right counts the pupils of whom a combination says the truth.
func right(lessons []lesson, weights []float64) (n int) {
	for _, l := range lessons {
		n += one((l.leans(weights) > 0) == l.has)
	}
	return n
}

// says decides about a target: by what is certain of her, otherwise by the
// combination.
func (b *breeder) says(h *imagination, target box, weights []float64) bool {
	for _, possible := range [][][]int{h.present, h.possible()} {
		if has, unanimous := b.unanimous(possible, target); unanimous {
			return has
		}
	}
	return b.lesson(target).leans(weights) > 0
}

// unanimous says whether all records that could be the target's agree.
func (b *breeder) unanimous(records [][]int, target box) (has, unanimous bool) {
	with, without := false, false
	for _, atom := range records {
		if target.holds(atom) {
			in := b.bit.in.has(atom[b.bit.axis])
			with, without = with || in, without || !in
		}
	}
	return with, with != without
}

// odds are those of the bit among the persons of a group, as far as the release
// tells, 0 if it does not.
func (b *breeder) odds(of box) float64 {
	with, ok := of.meet(box{b.bit})
	if !ok {
		return 0
	}
	n, published := b.middle(with)
	all, size := b.middle(of)
	if !published || !size {
		return 0
	}
	return math.Log((n + 0.5) / (max(0, all-n) + 0.5))
}

// middle is the middle of what is known of a published count.
func (b *breeder) middle(of box) (float64, bool) {
	if of, published := of.meet(b.common); published {
		return b.middleOf(of)
	}
	return 0, false
}

func (b *breeder) middleOf(of box) (float64, bool) {
	i, published := b.k.byKey[of.key()]
	if !published || b.k.cells[i].hi == unbounded {
		return 0, false
	}
	return float64(b.k.cells[i].lo+b.k.cells[i].hi) / 2, true
}
