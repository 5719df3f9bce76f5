package table_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/table"
)

// read is what Columns.Read must find, by decoding each record.
func (r reference) read(f figure.Figure) figure.Numbers {
	universe, counted := r.where(f.Universe.Where), r.where(f.Universe.Where, f.Where)
	if f.Kind == figure.AskRate {
		c := r.coverage(f.Concerns, f.Universe.Where)
		return figure.Numbers{N: c.Asked, Of: c.Eligible}
	}
	n := figure.Numbers{N: len(counted), Of: len(universe)}
	var sum table.Cell
	for _, a := range counted {
		r.add(&sum, a, f.Sum.Field)
	}
	n.Sum, n.AtLeast = sum.Sum, sum.AtLeast
	for _, a := range universe {
		if r.open(a, f.Where) {
			n.Undetermined++
		}
	}
	return n
}

var gaps = []codelist.Code{codelist.Unknown, codelist.NotAsked, codelist.Declined, codelist.NotRecorded}

// open says whether what is missing could make the record meet the conditions.
func (r reference) open(a record.Answers, where []codelist.Condition) bool {
	undecided := false
	for _, c := range where {
		switch answer := r.codes(a, c.Field)[0]; {
		case slices.Contains(gaps, answer) && slices.Contains(c.Codes, answer) == c.Not:
			undecided = true
		case answer == codelist.NotApplicable || r.meets(a, []codelist.Condition{c}):
		default:
			return false
		}
	}
	return undecided
}

func (r reference) coverage(field codelist.FieldName, where []codelist.Condition) table.Coverage {
	c := table.Coverage{Field: field}
	for _, a := range r.where(where) {
		switch r.codes(a, field)[0] {
		case codelist.NotApplicable:
		case codelist.Unknown:
			c.Unknown++
		case codelist.Declined:
			c.Declined++
		case codelist.NotRecorded:
			c.NotRecorded++
		case codelist.NotAsked:
			if !r.meets(a, []codelist.Condition{r.set.Excused}) {
				c.NotAsked++
			}
		default:
			c.Answered++
		}
	}
	c.Asked = c.Answered + c.Unknown + c.Declined
	c.Eligible = c.Asked + c.NotAsked + c.NotRecorded
	return c
}

func TestReadingAgreesWithDecodingEachRecord(t *testing.T) {
	set := figures(t)
	rapid.Check(t, func(rt *rapid.T) {
		r := generated(t, set, rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(0, 300).Draw(rt, "records"))
		c := columns(t, r, table.Fields(set)...)
		f := rapid.SampledFrom(set.All()).Draw(rt, "figure")
		got, err := c.Read(f)
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(r.read(f), got.Numbers); diff != "" {
			rt.Fatalf("%s (-want +got):\n%s", f.Name, diff)
		}
		if f.Concerns == "" {
			return
		}
		if diff := cmp.Diff(r.coverage(f.Concerns, f.Universe.Where), *got.Coverage); diff != "" {
			rt.Fatalf("%s (-want +got):\n%s", f.Name, diff)
		}
	})
}

// person is a record by its answers; what is not given is not recorded, as in
// the platform's slide.
type person map[codelist.FieldName][]codelist.Code

func (p person) with(field codelist.FieldName, codes ...codelist.Code) person {
	changed := person{field: codes}
	for f, c := range p {
		if f != field {
			changed[f] = c
		}
	}
	return changed
}

func pack(t *testing.T, schema *record.Schema, p person) record.Answers {
	t.Helper()
	a := schema.Blank()
	for _, c := range schema.Columns {
		codes, given := p[c.Field.Name]
		switch {
		case c.Field.Kind == codelist.Number && given && codes[0] >= "0" && codes[0] <= "99":
			n := int(codes[0][0] - '0')
			if len(codes[0]) == 2 {
				n = 10*n + int(codes[0][1]-'0')
			}
			if err := schema.SetNumber(a, c, n); err != nil {
				t.Fatal(err)
			}
			continue
		case !given:
			codes = []codelist.Code{codelist.NotRecorded}
		}
		if err := schema.Set(a, c, codes...); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// victim is one of those whom the slide counts, without any of its properties.
func victim() person {
	return person{
		"consent_statistics": {"yes"}, "person_role": {"directly_exploited"}, "earlier_member_contacts": {"none"},
		"gender": {"woman"}, "age_band": {"21_23"}, "exploitation_types": {"sexual", "forced_begging"},
		"identification_status": {"presumed"}, "residence_status": {"asylum_seeker"}, "has_children": {"no"},
		"children_count": {codelist.NotApplicable}, "perpetrator_relation": {"stranger"}, "entry_means": {"deception"},
		"first_contact": {"police"}, "police_report": {"yes_self"}, "police_report_barriers": {codelist.NotApplicable},
	}
}

// slide gives the 35 persons of the platform's slide.
func slide() []person {
	persons := make([]person, 35)
	for i := range persons {
		p := victim()
		if i < 26 {
			p = p.with("perpetrator_relation", "stranger", "intimate_partner")
		}
		if i < 16 { // 8 with one child and 8 with two
			p = p.with("has_children", "yes").with("children_count", codelist.Code(rune('1'+i/8)))
		}
		if i >= 28 {
			p = p.with("age_band", []codelist.Code{"15_17", "minor_unspecified"}[i%2]).with("gender", "trans_woman")
		}
		if i%7 == 0 || i == 1 || i == 2 { // 7 of them
			p = p.with("residence_status", "undocumented")
		}
		if i < 9 {
			p = p.with("entry_means", "threats", "physical_violence")
		}
		if i < 15 {
			p = p.with("first_contact", "civil_society")
		}
		if i >= 20 && i < 30 {
			p = p.with("police_report", "no").with("police_report_barriers", "shame_or_stigma", "fear_for_family")
		}
		persons[i] = p
	}
	return persons
}

// decoys must not count: each differs in one thing from one who does.
func decoys() []person {
	all := victim().with("perpetrator_relation", "friend_acquaintance").with("has_children", "yes").with("children_count", "9")
	return []person{
		all.with("person_role", "child_of_exploited"),
		all.with("exploitation_types", "forced_labour"),
		all.with("exploitation_types", codelist.Unknown),
		all.with("gender", "man"),
		all.with("gender", codelist.Declined),
		all.with("earlier_member_contacts", "one"),
		all.with("earlier_member_contacts", "three_or_more"),
		all.with("identification_status", "ruled_out"),
		all.with("consent_statistics", "minimal"),
	}
}

func packed(t *testing.T, set *figure.Set, groups ...[]person) reference {
	t.Helper()
	r := reference{set: set, schema: record.NewSchema(set.Book)}
	for _, p := range slices.Concat(groups...) {
		r.records = append(r.records, pack(t, r.schema, p))
	}
	return r
}

func TestTheSlideToTheDigit(t *testing.T) {
	set := figures(t)
	c := columns(t, packed(t, set, slide(), decoys()), table.Fields(set)...)
	var sv, en []string
	for _, f := range set.Slide {
		r, err := c.Read(f)
		if err != nil {
			t.Fatal(err)
		}
		sv = append(sv, f.Sentence(codelist.Swedish, r.Numbers))
		en = append(en, f.Sentence(codelist.English, r.Numbers))
	}
	if diff := cmp.Diff([]string{
		"35 kvinnor och flickor utsattes för sexuell exploatering",
		"15 hade sin första kontakt i Sverige med civilsamhället",
		"10 vågade aldrig polisanmäla",
		"7 är papperslösa",
		"9 tvingades in i handeln genom fysiskt våld",
		"26 av 35 har någon relation till förövaren",
		"16 har barn; 24 barn totalt",
		"7 av 35 är själva minderåriga",
	}, sv); diff != "" {
		t.Errorf("Swedish (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"35 women and girls were exploited for sexual purposes",
		"for 15, the first contact in Sweden was with civil society",
		"10 never dared to report to the police",
		"7 are undocumented",
		"9 were forced into the trade by physical violence",
		"26 of 35 have some relation to the perpetrator",
		"16 have children; 24 children in total",
		"7 of 35 are minors themselves",
	}, en); diff != "" {
		t.Errorf("English (-want +got):\n%s", diff)
	}
	if c.CountOnly() != 1 || c.Contacts() != 44 || c.Records() != 43 {
		t.Errorf("%d count-only of %d contacts", c.CountOnly(), c.Contacts())
	}
}

func TestMissingAnswersBesideAFigure(t *testing.T) {
	set := figures(t)
	relation := func(code codelist.Code) person { return victim().with("perpetrator_relation", code) }
	persons := []person{
		relation("friend_acquaintance"), relation("stranger"),
		relation(codelist.Unknown), relation(codelist.Declined), relation(codelist.NotAsked),
		relation(codelist.NotAsked).with("went_missing", "yes_found"), relation(codelist.NotRecorded),
		relation("stranger").with("went_missing", "yes_found"),
	}
	f, _ := set.Figure("relation_to_perpetrator")
	r, err := columns(t, packed(t, set, persons)).Read(f)
	if err != nil {
		t.Fatal(err)
	}
	want := table.Coverage{
		Field: "perpetrator_relation", Eligible: 7, Asked: 5, Answered: 3, Unknown: 1, Declined: 1, NotAsked: 1, NotRecorded: 1,
	}
	if diff := cmp.Diff(want, *r.Coverage); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	if got := set.Range(codelist.English, r.Numbers); got != "between 1 and 6 if the 5 unknown are counted" {
		t.Errorf("range: %s", got)
	}
}

func TestASumWithAMissingOrOpenNumberIsALowerBound(t *testing.T) {
	set := figures(t)
	f, _ := set.Figure("children")
	parent := victim().with("has_children", "yes")
	for name, test := range map[string]struct {
		counts []codelist.Code
		want   string
	}{
		"known":   {[]codelist.Code{"2", "3"}, "2 har barn; 5 barn totalt"},
		"unknown": {[]codelist.Code{"2", codelist.Unknown}, "2 har barn; minst 2 barn totalt"},
		"15":      {[]codelist.Code{"15"}, "1 har barn; minst 15 barn totalt"},
		"14":      {[]codelist.Code{"14"}, "1 har barn; 14 barn totalt"},
	} {
		var persons []person
		for _, n := range test.counts {
			persons = append(persons, parent.with("children_count", n))
		}
		// Another person's missing number is not among those who have children.
		persons = append(persons, victim().with("has_children", codelist.Unknown).with("children_count", codelist.Unknown))
		r, err := columns(t, packed(t, set, persons)).Read(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Sentence(codelist.Swedish, r.Numbers); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// A person whose report is unknown could have been afraid: the barriers, which
// do not apply then, must not settle it.
func TestAnUnknownReportLeavesTheFearOpen(t *testing.T) {
	set := figures(t)
	f, _ := set.Figure("never_dared_to_report")
	report := func(report, barriers codelist.Code) person {
		return victim().with("police_report", report).with("police_report_barriers", barriers)
	}
	r, err := columns(t, packed(t, set, []person{
		report("no", "fear_of_deportation"),
		report(codelist.Unknown, codelist.NotApplicable), // open
		report("no", codelist.Declined),                  // open
		report("no", "did_not_want"),
		report("yes_self", codelist.NotApplicable),
		report("considering", codelist.Unknown),
	})).Read(f)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(figure.Numbers{N: 1, Of: 6, Undetermined: 2}, r.Numbers); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPersonsBesideContacts(t *testing.T) {
	set := figures(t)
	met := func(code codelist.Code) person { return victim().with("earlier_member_contacts", code) }
	persons := []person{
		met("none"), met("none"), met("none"), met("none").with("consent_statistics", "minimal"),
		met("one"), met("one").with("person_role", "partner_or_relative"), met("two"), met("three_or_more"),
		met(codelist.Declined), met(codelist.NotAsked).with("consent_statistics", "minimal"),
	}
	c := columns(t, packed(t, set, persons))
	got, err := c.Persons()
	if err != nil {
		t.Fatal(err)
	}
	want := table.Persons{AtLeast: 4, AtMost: 10, IfFirstReported: 6, MetByOne: 2, MetByTwo: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	sentence := set.PersonsSentence(codelist.Swedish, c.Contacts(), got.AtLeast, got.IfFirstReported)
	if sentence != "10 kontakter, mellan 4 och 6 personer" {
		t.Error(sentence)
	}
}
