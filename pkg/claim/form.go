package claim

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
)

// form is one way to say a statement in one language.
type form struct {
	about subject
	lang  codelist.Lang
	keys  []string // stems that a clause must have, sorted, each once
	// order are keys and holes as they follow each other, of a form with several
	// numbers that are no share; nil: any order.
	order []string
	holes []slot
	// whole are the stems that name the universe, and head those of the pair of
	// nouns that its label begins with: all of either, or none.
	whole, head []string
}

// choice is a part of a template that a number chooses: see figure.Wording.
var choice = regexp.MustCompile(`\{(n|of|sum|least)(?::([^{}|]*)(?:\|([^{}|]*))?)?\}`)

// runeOf is what stands in a scanned template for each number.
var runeOf = map[string]rune{"n": holeN, "of": holeOf, "sum": holeSum}

// variants are a template with every choice made in every way.
func variants(template string) [][]rune {
	var names []string
	for _, m := range choice.FindAllStringSubmatch(template, -1) {
		if m[1] != "least" && strings.Contains(m[0], ":") && !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	var all [][]rune
	for bits := range 1 << len(names) {
		text := choice.ReplaceAllStringFunc(template, func(found string) string {
			m := choice.FindStringSubmatch(found)
			i := slices.Index(names, m[1])
			switch {
			case m[1] == "least":
				return ""
			case !strings.Contains(found, ":"):
				return string(runeOf[m[1]])
			case bits>>i&1 == 1:
				return m[2]
			}
			return m[3]
		})
		all = append(all, []rune(text))
	}
	return all
}

// formOf reads a template or a label; one that says too little is none.
func formOf(about subject, lang codelist.Lang, text []rune) (form, bool) {
	f := form{about: about, lang: lang}
	for _, t := range sense(scan(text, 0, true), true) {
		switch {
		case t.kind == hole:
			f.holes = append(f.holes, slot(t.value-holeN))
			f.order = append(f.order, string(rune(t.value)))
		case t.kind == word && t.text != "" && !functional[lang][t.text]:
			f.keys = append(f.keys, stem(lang, t.text))
			f.order = append(f.order, stem(lang, t.text))
		}
	}
	slices.Sort(f.keys)
	f.keys = slices.Compact(f.keys)
	if len(f.holes) == 0 {
		f.holes = []slot{slotN}
	}
	if !slices.Contains(f.holes, slotSum) || len(f.holes) < 2 {
		f.order = nil
	}
	return f, len(f.keys) > 0
}

// of gives the form its universe.
func (f form) of(label codelist.Text) form {
	var before token
	tokens := sense(scan([]rune(label.In(f.lang)), 0, true), true)
	for i, t := range tokens {
		if t.kind == word && conjunctions[t.text] && len(f.whole) == 1 && before.kind == word && i+1 < len(tokens) {
			f.head = []string{f.whole[0], stem(f.lang, tokens[i+1].text)}
		}
		if before = t; t.kind == word && !functional[f.lang][t.text] && !filling[f.lang][stem(f.lang, t.text)] {
			f.whole = append(f.whole, stem(f.lang, t.text))
		}
	}
	return f
}

// forms are the ways to say everything that a release says, by the stems in
// their keys.
type forms struct {
	all     []form
	by      map[codelist.Lang]map[string][]int
	allowed map[codelist.Lang]map[string]bool // stems of any key or universe
}

// formsOf collects them over the years of a release.
func formsOf(set *figure.Set, years []plan.Publication) *forms {
	fs := &forms{by: make(map[codelist.Lang]map[string][]int), allowed: make(map[codelist.Lang]map[string]bool)}
	for _, lang := range languages {
		fs.by[lang], fs.allowed[lang] = make(map[string][]int), maps.Clone(filling[lang])
	}
	for _, y := range years {
		fs.year(set, y)
	}
	return fs
}

func (fs *forms) year(set *figure.Set, y plan.Publication) {
	for _, f := range y.Figures {
		about := subject{Figure, f.Name}
		own, known := set.Figure(figure.Name(f.Name))
		if known && string(own.Kind) == f.Kind {
			fs.template(about, own.Universe.Label, func(lang codelist.Lang) string { return own.Template(lang) })
		}
		if f.Sum == plan.NoCell { // the label of a total names two things at once
			fs.template(about, own.Universe.Label, f.Label.In)
		}
	}
	for _, s := range y.Sums {
		fs.template(subject{Sum, s.Name}, codelist.Text{}, s.Title.In)
	}
	for _, p := range y.Prose {
		fs.template(subject{Prose, p.Name}, codelist.Text{}, p.Sentence.In)
	}
	for _, u := range y.Universes {
		fs.template(subject{Universe, u.Name}, codelist.Text{}, u.Label.In)
	}
}

func (fs *forms) template(about subject, universe codelist.Text, in func(codelist.Lang) string) {
	for _, lang := range languages {
		for _, text := range variants(in(lang)) {
			if f, ok := formOf(about, lang, text); ok {
				fs.add(f.of(universe))
			}
		}
	}
}

func (fs *forms) add(f form) {
	for _, i := range fs.by[f.lang][f.keys[0]] {
		if there := fs.all[i]; there.about == f.about && slices.Equal(there.keys, f.keys) && slices.Equal(there.holes, f.holes) {
			return
		}
	}
	for _, key := range f.keys {
		fs.by[f.lang][key] = append(fs.by[f.lang][key], len(fs.all))
	}
	for _, s := range slices.Concat(f.keys, f.whole) {
		fs.allowed[f.lang][s] = true
	}
	fs.all = append(fs.all, f)
}
