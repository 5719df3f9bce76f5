package attack

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/signed"
)

// Target is the service that is attacked, and what the attacker holds.
type Target struct {
	URL   string
	Trust signed.Trust
	// HTTP sends requests without a login. Nil: the default client.
	HTTP api.HttpRequestDoer
	// Members are organisations that may read their own records.
	Members []Party
	// Others are accounts that may not change releases: researchers, reviewers.
	Others []Party
	// Twin is a service with the same releases, whose records differ in one. ""
	// if there is none.
	Twin string
	// Truth are the planted records, if the attacker planted any. What an attack
	// finds out never comes from there: it says how good a guess was, and stands
	// in for the records of members whose credentials are not given.
	Truth []Person
	// Bit is a field of the planted records that half of them answer one way,
	// whatever else they answer.
	Bit codelist.FieldName
	// Poisoner names the organisation whose records were crafted to be subtracted.
	Poisoner string
}

// Party is an account that is signed in.
type Party struct {
	Name string
	HTTP api.HttpRequestDoer
}

// Person is one planted record.
type Person struct {
	Organisation string
	Year         int
	Answers      Answers
}

// Answers are what a record says: the codes of each field, or its number.
type Answers map[codelist.FieldName][]codelist.Code

// Options say how hard to try. The zero value tries for a few minutes in all.
type Options struct {
	// Short tries for a few seconds.
	Short bool
	// Seconds bounds each attack that searches; 0 stands for 20, or 4 when Short.
	Seconds int
	// Steps bounds each attack that searches by its work instead of by time, so
	// that what it finds is the same on any machine; 0 bounds it by time.
	Steps int
	// Repeats is how often a request is repeated; 0 stands for 50, or 5 when Short.
	Repeats int
	// Timing measures how long public answers take, on Target and its Twin.
	Timing bool
	// Seed makes the searches reproducible: with Steps wholly, else as far as time allows.
	Seed uint64
}

func (o Options) limit() time.Duration {
	switch {
	case o.Seconds > 0:
		return time.Duration(o.Seconds) * time.Second
	case o.Short:
		return 4 * time.Second
	}
	return 20 * time.Second
}

func (o Options) repeats() int {
	switch {
	case o.Repeats > 0:
		return o.Repeats
	case o.Short:
		return 5
	}
	return 50
}

// adversary is one of the eighteen attacks.
type adversary struct {
	number   int
	name     string
	sentence string
	attack   func(ctx context.Context, s *session) (outcome, error)
}

// adversaries are all of them; each stands in a file of its own.
func adversaries() []adversary {
	all := []adversary{
		differencing, lines, elimination, reconstruction, inversion, series, overlaps, member, coalition, sybil,
		singleton, group, repetition, matching, sideChannels, oracles, freeze, search,
	}
	slices.SortFunc(all, func(a, b adversary) int { return cmp.Compare(a.number, b.number) })
	return all
}

// Run reads the service's releases and runs every attack. An error says that
// the releases could not be read or verified; an attack that cannot be run says
// so in the report.
func Run(ctx context.Context, target Target, options Options) (Report, error) {
	if target.HTTP == nil {
		target.HTTP = http.DefaultClient
	}
	s, err := visit(ctx, target, options)
	if err != nil {
		return Report{}, err
	}
	report := Report{URL: target.URL, Releases: len(s.releases)}
	for _, y := range s.latest {
		report.Years = append(report.Years, y.knows.year)
	}
	for _, a := range adversaries() {
		got, err := a.attack(ctx, s)
		if err != nil {
			return Report{}, err
		}
		report.Results = append(report.Results, Result{
			Number: a.number, Name: a.name, Sentence: a.sentence,
			Status: got.status, Reason: got.reason, Figures: got.figures,
		})
	}
	return report, ctx.Err()
}

// outcome is what came of one attack.
type outcome struct {
	status  Status
	reason  string
	figures []Figure
}

// notRun says why an attack was not run.
func notRun(reason string) outcome { return outcome{status: NotRun, reason: reason} }

// verdict is broken if anything was found.
func verdict(found int, figures ...Figure) outcome {
	if found > 0 {
		return outcome{status: Broken, figures: figures}
	}
	return outcome{status: Held, figures: figures}
}

func figure(name string, n int) Figure { return Figure{Name: name, N: n} }

func share(name string, n, of int) Figure { return Figure{Name: name, N: n, Of: &of} }

// noRelease is why attacks on what is published are not run.
const noRelease = "nothing is published"
