package claim

import (
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
)

// Checker checks texts against one release. It is read-only.
type Checker struct {
	asked int
	years []int
	// said is what every release up to now says, by its number and year.
	said  map[edition]speaker
	forms *forms
	own   map[string][]sentenceOf
	// editions are the asked release's, and those of releases that may have said
	// before what it does not: earlier ones and withdrawn ones. The newest first.
	editions []edition
	withdrew map[int]bool
	newer    int  // the newest release in its place, 0 if there is none
	telling  bool // tests alone: what is withheld is compared with its range
}

// edition is a year as a release gives it.
type edition struct{ release, year int }

// sentenceOf is whose sentence something is.
type sentenceOf struct {
	about subject
	year  int
	lang  codelist.Lang
}

// New makes a checker against the release of that number, fault.NotFound with
// shelf.CodeNotPublished if there is none. releases are all that there are, in
// their order; set words their figures.
func New(set *figure.Set, releases []*shelf.Release, number int) (*Checker, error) {
	if number < 1 || number > len(releases) {
		return nil, fault.New(fault.NotFound, shelf.CodeNotPublished)
	}
	c := &Checker{asked: number, said: make(map[edition]speaker), own: make(map[string][]sentenceOf), withdrew: make(map[int]bool)}
	for i, r := range slices.Backward(releases) {
		c.withdrew[i+1] = r.Withdrawal != nil
		if r.Withdrawal == nil && slices.Contains(r.Manifest.Replaces, number) && c.newer == 0 {
			c.newer = i + 1
		}
		for _, y := range slices.Backward(r.Manifest.Content.Years) {
			at := edition{i + 1, y.Year}
			c.said[at] = speaker{set, y}
			if at.release <= number || r.Withdrawal != nil {
				c.editions = append(c.editions, at)
			}
		}
	}
	asked := releases[number-1]
	c.years = asked.Years()
	c.forms = formsOf(set, asked.Manifest.Content.Years)
	for _, y := range asked.Manifest.Content.Years {
		c.learn(y)
	}
	return c, nil
}

// learn keeps the sentences that the release itself writes.
func (c *Checker) learn(y plan.Publication) {
	for _, about := range subjects(y) {
		s, _ := c.said[edition{c.asked, y.Year}].say(about)
		for _, lang := range languages {
			key := spoken(sense(scan([]rune(s.sentence.In(lang)), 0, false), false))
			if key == "" {
				continue
			}
			c.own[key] = append(c.own[key], sentenceOf{about, y.Year, lang})
		}
	}
}

// subjects are all that a year speaks of.
func subjects(y plan.Publication) []subject {
	var all []subject
	for _, f := range y.Figures {
		all = append(all, subject{Figure, f.Name})
	}
	for _, s := range y.Sums {
		all = append(all, subject{Sum, s.Name})
	}
	for _, p := range y.Prose {
		all = append(all, subject{Prose, p.Name})
	}
	for _, u := range y.Universes {
		all = append(all, subject{Universe, u.Name})
	}
	return all
}

// spoken is a sentence as it is compared with another one, word by word; "" if
// it has a number that no release writes.
func spoken(tokens []token) string {
	var b strings.Builder
	for _, t := range tokens {
		switch t.kind {
		case word:
			b.WriteString(t.text)
		case odd:
			return ""
		case number:
			b.WriteString(literal(t.value))
		case percent:
			b.WriteString(literal(t.value) + "%")
		default:
			continue
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// Check checks a text. The checker may be used again.
func (c *Checker) Check(d *Document) (Report, error) {
	run := &check{Checker: c, d: d, report: Report{
		Release: c.asked, Withdrawn: c.withdrew[c.asked], ReplacedBy: c.newer, Paragraphs: len(d.paragraphs),
	}}
	for _, u := range d.units() {
		if err := run.unit(u); err != nil {
			return Report{}, err
		}
	}
	return run.report, nil
}

// same says whether two readings mean the same numbers, whatever they are
// called.
func (c *Checker) same(a, b reading) bool {
	if a.form.about == b.form.about {
		return len(a.says) == len(b.says)
	}
	for _, y := range c.years {
		of := c.said[edition{c.asked, y}]
		left, l := of.say(a.form.about)
		right, r := of.say(b.form.about)
		if l != r || len(a.says) != len(b.says) {
			return false
		}
		for i := range a.says {
			if l && (a.says[i].token != b.says[i].token || left.cells[a.says[i].slot] != right.cells[b.says[i].slot]) {
				return false
			}
		}
	}
	return true
}

// judge compares what a text states with what a saying has. ok is false where
// the saying has no such number.
func judge(s saying, says []stated, telling bool) (v Verdict, ok bool) {
	v = Right
	for _, one := range says {
		n, of := s.numbers[one.slot], s.numbers[slotOf]
		share := one.kind == percent
		switch {
		case n == nil || share && of == nil:
			return "", false
		case n.Status != report.Exact || share && of.Status != report.Exact:
			if !telling {
				v = Withheld
				continue
			}
			if n.Range == nil || one.value < n.Range.From || !n.Range.Open && one.value > n.Range.To {
				v = Wrong
			}
		case v == Right && !one.agrees(*n, of):
			v = Wrong
		}
	}
	return v, true
}

func (s stated) agrees(n report.Number, of *report.Number) bool {
	if s.kind != percent {
		return s.value == n.Value
	}
	whole, beyond, ok := wholePercent(n.Value, of.Value)
	return ok && s.value == whole && s.beyond == beyond
}

// wholePercent is the percentage that report.Percent words: whole, halves
// upwards, and beyond 1 or 99 (see token) where that would say none or all.
func wholePercent(n, of int) (whole, beyond int, ok bool) {
	if of < report.MinPercentBase || n < 0 || n > of {
		return 0, 0, false
	}
	// Beyond a million persons, a person more or less is no matter of a per cent.
	for of > 1<<40 {
		n, of = n/2, of/2
	}
	switch whole = (200*n + of) / (2 * of); {
	case n > 0 && whole == 0:
		return 1, -1, true
	case n < of && whole == 100:
		return 99, 1, true
	}
	return whole, 0, true
}
