package figure_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
)

func current(t testing.TB) *figure.Set {
	t.Helper()
	set, err := figure.Current(codelist.Current())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestTheSlideHasItsEightFiguresInOrder(t *testing.T) {
	var names []figure.Name
	for _, f := range current(t).Slide {
		names = append(names, f.Name)
		if f.Universe.Name != "sexual_exploitation_women_girls" {
			t.Errorf("%s is counted among %s", f.Name, f.Universe.Name)
		}
	}
	if diff := cmp.Diff([]figure.Name{
		"women_girls_sexual_exploitation", "first_contact_civil_society", "never_dared_to_report", "undocumented",
		"forced_by_violence", "relation_to_perpetrator", "children", "minors_themselves",
	}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheSixRecommendationsHaveIndicators(t *testing.T) {
	set := current(t)
	if len(set.Recommendations) != 6 {
		t.Fatalf("%d recommendations", len(set.Recommendations))
	}
	for _, r := range set.Recommendations {
		if len(r.Indicators) == 0 {
			t.Errorf("recommendation %d has no indicator", r.Number)
		}
		for _, f := range r.Indicators {
			if found, ok := set.Figure(f.Name); !ok || found.Name != f.Name {
				t.Errorf("%s is not found by its name", f.Name)
			}
		}
	}
	if _, ok := set.Figure("nobody"); ok {
		t.Error("found a figure that is not there")
	}
}

// Groups come from the codebook: a code added there is counted here.
func TestGroupsAreTheCodebooks(t *testing.T) {
	f, _ := current(t).Figure("relation_to_perpetrator")
	known, _ := codelist.Current().Group("perpetrator_relation", "known")
	if diff := cmp.Diff([]codelist.Condition{{Field: "perpetrator_relation", Codes: known}}, f.Where); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, code := range known {
		if code == "stranger" || code == codelist.Unknown {
			t.Errorf("%s is no relation", code)
		}
	}
}

func TestSentences(t *testing.T) {
	set := current(t)
	for _, test := range []struct {
		name   figure.Name
		n      figure.Numbers
		sv, en string
	}{
		{"relation_to_perpetrator", figure.Numbers{N: 26, Of: 35}, "26 av 35 har någon relation till förövaren", "26 of 35 have some relation to the perpetrator"},
		{"relation_to_perpetrator", figure.Numbers{N: 1, Of: 1}, "1 av 1 har någon relation till förövaren", "1 of 1 has some relation to the perpetrator"},
		{"undocumented", figure.Numbers{N: 1}, "1 är papperslös", "1 is undocumented"},
		{"undocumented", figure.Numbers{}, "0 är papperslösa", "0 are undocumented"},
		{"children", figure.Numbers{N: 16, Sum: 24}, "16 har barn; 24 barn totalt", "16 have children; 24 children in total"},
		{"children", figure.Numbers{N: 1, Sum: 1, AtLeast: true}, "1 har barn; minst 1 barn totalt", "1 has children; at least 1 child in total"},
		{"minors_themselves", figure.Numbers{N: 1, Of: 35}, "1 av 35 är själv minderårig", "1 of 35 is herself a minor"},
		{"first_contact_civil_society", figure.Numbers{N: 12345}, "12\u00a0345 hade sin första kontakt i Sverige med civilsamhället", "for 12,345, the first contact in Sweden was with civil society"},
	} {
		f, _ := set.Figure(test.name)
		if got := f.Sentence(codelist.Swedish, test.n); got != test.sv {
			t.Errorf("%q, want %q", got, test.sv)
		}
		if got := f.Sentence(codelist.English, test.n); got != test.en {
			t.Errorf("%q, want %q", got, test.en)
		}
	}
}

func TestRangeSpeaksOnlyOfWhatIsOpen(t *testing.T) {
	set := current(t)
	if got := set.Range(codelist.Swedish, figure.Numbers{N: 26, Of: 35}); got != "" {
		t.Errorf("nothing is open, yet %q", got)
	}
	if got, want := set.Range(codelist.Swedish, figure.Numbers{N: 26, Of: 35, Undetermined: 4}), "mellan 26 och 30 om de 4 okända räknas med"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestPersonsSentence(t *testing.T) {
	set := current(t)
	for _, test := range []struct {
		contacts, low, high int
		want                string
	}{
		{1_234_322, 253, 271, "1,234,322 contacts, between 253 and 271 persons"},
		{3, 3, 3, "3 contacts, 3 persons"},
		{1, 1, 1, "1 contact, 1 person"},
	} {
		if got := set.PersonsSentence(codelist.English, test.contacts, test.low, test.high); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// A sentence is read without its neighbours: who the denominator is stands in it.
func TestSentencesSayWhoseShareTheyAre(t *testing.T) {
	set := current(t)
	for _, test := range []struct {
		name   figure.Name
		n      figure.Numbers
		sv, en string
	}{
		{
			"missed_identification",
			figure.Numbers{N: 31, Of: 32},
			"31 av 32 som är asylsökande eller saknar rätt att vistas, och som haft kontakt med en myndighet, är inte formellt identifierade",
			"31 of 32 who seek asylum or have no right to stay, and have had contact with an authority, are not formally identified",
		},
		{
			"asylum_seekers",
			figure.Numbers{N: 1, Of: 1},
			"1 av 1 direkt utsatt är asylsökande", "1 of 1 directly exploited persons is an asylum seeker",
		},
		{
			"threat_from_own_family",
			figure.Numbers{N: 17, Of: 92},
			"17 av 92 med bedömd hotbild hotas av sin egen familj eller släkt", "17 of 92 assessed persons are threatened by their own family",
		},
		{
			"children_outside_own_care",
			figure.Numbers{N: 1, Of: 35},
			"1 av 35 föräldrar har barn utanför sin egen omsorg", "1 of 35 parents has children outside their own care",
		},
	} {
		f, _ := set.Figure(test.name)
		if got := f.Sentence(codelist.Swedish, test.n); got != test.sv {
			t.Errorf("%q, want %q", got, test.sv)
		}
		if got := f.Sentence(codelist.English, test.n); got != test.en {
			t.Errorf("%q, want %q", got, test.en)
		}
	}
}

// Every figure can be said in plain words, in both languages, without a code
// or a brace showing.
func TestDefinitionsAreInPlainWords(t *testing.T) {
	set := current(t)
	for _, f := range set.All() {
		d := set.Definition(f)
		for _, text := range []string{d.SV, d.EN, f.Sentence(codelist.Swedish, figure.Numbers{N: 2}), f.Sentence(codelist.English, figure.Numbers{N: 2})} {
			if text == "" || strings.ContainsAny(text, "_{}|") {
				t.Errorf("%s: %q", f.Name, text)
			}
		}
	}
	f, _ := set.Figure("minors_unaccompanied")
	want := "Among: Earlier contact with other members: not “One”, “Two” or “Three or more”; " +
		"Age at contact: “0–8 years”, “9–11 years”, “12–14 years”, “15–17 years” or “Under 18, exact age unknown”. " +
		"Counted when: Accompanying adult (minors): “Unaccompanied” or “With another adult, separated from the parents”."
	if got := set.Definition(f).EN; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	f, _ = set.Figure("children_whereabouts_known")
	if got := set.Definition(f).EN; !strings.Contains(got, ": a known answer, but not “The person does not know where the children are”.") {
		t.Error(got)
	}
}

// The contrast to every refusal: the file itself, with one thing spoilt.
func TestLoadRefuses(t *testing.T) {
	data, err := os.ReadFile("figures.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string][2]string{
		"an unknown key":               {"count_only:", "count_onlyy:"},
		"an unknown field":             {"field: first_contact, in", "field: first_contract, in"},
		"a field without codes":        {"{field: first_contact, in: [civil_society]}", "{field: children_count, in: [civil_society]}"},
		"an unknown code":              {"in: [civil_society]", "in: [civil_societies]"},
		"a code twice":                 {"in: [civil_society]", "in: [civil_society, civil_society]"},
		"an unknown group":             {"groups: [known]", "groups: [knwon]"},
		"no codes":                     {"in: [civil_society]", "in: []"},
		"in and not_in":                {"in: [civil_society]", "in: [civil_society], not_in: [police]"},
		"an unknown universe":          {"universe: sexual_exploitation_women_girls", "universe: everybody"},
		"a universe not yet declared":  {"within: persons_met", "within: parents"},
		"a name twice":                 {"name: undocumented", "name: forced_by_violence"},
		"a bad name":                   {"name: undocumented", "name: Undocumented"},
		"an unknown kind":              {"kind: share", "kind: ratio"},
		"a sum without a field":        {"    sum: children_count\n", ""},
		"a sum of codes":               {"sum: children_count", "sum: gender"},
		"a summand of codes":           {"{field: children_count, or_more: 15}", "{field: gender}"},
		"a concern that is no field":   {"concerns: age_band", "concerns: age"},
		"a missing translation":        {`sv: "{n} vågade aldrig polisanmäla"`, `sv: ""`},
		"a missing label":              {"{sv: Papperslösa, en: Undocumented}", "{sv: Papperslösa}"},
		"a sentence without its n":     {`"{n} vågade aldrig polisanmäla"`, `"vågade aldrig polisanmäla"`},
		"a share without its of":       {`"{n} av {of} har någon relation till förövaren"`, `"{n} har någon relation till förövaren"`},
		"a value that is not there":    {`"{n} vågade aldrig polisanmäla"`, `"{n} av {total} vågade aldrig polisanmäla"`},
		"an of that a count has not":   {`"{n} vågade aldrig polisanmäla"`, `"{n} av {of} vågade aldrig polisanmäla"`},
		"an open brace":                {`"{n} vågade aldrig polisanmäla"`, `"{n} vågade {aldrig polisanmäla"`},
		"a closing brace":              {`"{n} vågade aldrig polisanmäla"`, `"{n} vågade} aldrig polisanmäla"`},
		"a choice of one":              {"{n:papperslös|papperslösa}", "{n:papperslös}"},
		"a choice of three":            {"{n:papperslös|papperslösa}", "{n:papperslös|papperslösa|papperslösas}"},
		"a lower bound of two":         {"{least:minst }", "{least:minst |högst }"},
		"an ask rate with a condition": {"kind: ask_rate\n        universe: directly_exploited\n", "kind: ask_rate\n        universe: directly_exploited\n        where: [{field: gender, in: [man]}]\n"},
		"recommendations out of order": {"- number: 2", "- number: 3"},
		"a second document":            {"count_only:", "a: b\n---\ncount_only:"},
		"no earlier members":           {"earlier: {field: earlier_member_contacts, none: none", "earlier: {field: earlier_member_contacts, none: nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			spoilt := strings.Replace(string(data), spoil[0], spoil[1], 1)
			if spoilt == string(data) {
				t.Fatal("nothing was spoilt")
			}
			if _, err := figure.Load([]byte(spoilt), codelist.Current()); err == nil {
				t.Error("loaded")
			}
		})
	}
	if _, err := figure.Load(append(data, "\n---\n{}\n"...), codelist.Current()); err == nil {
		t.Error("loaded two documents")
	}
	if _, err := figure.Load(data, codelist.Current()); err != nil {
		t.Errorf("the file itself: %v", err)
	}
}

func TestAFigureNeedsNoGo(t *testing.T) {
	data, err := os.ReadFile("figures.yaml")
	if err != nil {
		t.Fatal(err)
	}
	more := strings.Replace(string(data), "recommendations:\n", `  - name: met_police_first
    label: {sv: Polisen först, en: The police first}
    kind: share
    universe: sexual_exploitation_women_girls
    where:
      - {field: first_contact, in: [police]}
    sentence: {sv: "{n} av {of} mötte polisen först", en: "{n} of {of} met the police first"}
recommendations:
`, 1)
	set, err := figure.Load([]byte(more), codelist.Current())
	if err != nil {
		t.Fatal(err)
	}
	f, ok := set.Figure("met_police_first")
	if got := f.Sentence(codelist.English, figure.Numbers{N: 2, Of: 3}); !ok || got != "2 of 3 met the police first" {
		t.Error(got)
	}
}

func FuzzLoad(f *testing.F) {
	data, err := os.ReadFile("figures.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("slide: [{sentence: {sv: '{n:|}', en: '{'}}]"))
	book := codelist.Current()
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := figure.Load(data, book)
		if err != nil {
			return
		}
		for _, fig := range set.All() {
			_ = fig.Sentence(codelist.Swedish, figure.Numbers{N: 1})
			_ = set.Definition(fig)
		}
	})
}
