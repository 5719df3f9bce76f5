package plan_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

const small = `title: {sv: Plan, en: Plan}
years: [2024, 2025]
universes: [directly_exploited]
tables:
  - name: age
    title: {sv: Ålder, en: Age}
    universe: directly_exploited
    dimensions: [{field: age_band, rung: agg_age_platform}, {field: residence_status}]
    filters: [{field: gender, in: [woman], groups: [women_girls]}]
figures:
  - {name: undocumented, headline: true, required: true}
sums:
  - name: all_children
    title: {sv: Barn, en: Children}
    universe: directly_exploited
    where: [{field: age_band, groups: [adult]}]
    field: children_count
prose:
  - name: young_mothers
    universe: parents
    where: [{field: age_band, not_in: ["30_38", "39_47", 48_plus]}]
    sentence: {sv: "{n} av {of} är unga", en: "{n} of {of} {n:is|are} young"}
policy: {t: 6}
`

func read(t testing.TB, document string) *plan.Plan {
	t.Helper()
	p, err := plan.Read([]byte(document), codelist.Current())
	if err != nil {
		t.Fatalf("%v", details(err))
	}
	return p
}

func details(err error) []fault.Detail {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Details
	}
	return nil
}

func TestYAMLAndCanonicalJSONSayTheSame(t *testing.T) {
	p := read(t, small)
	text, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := plan.ReadJSON(text, codelist.Current())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, again); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	second, err := again.JSON()
	if err != nil || !bytes.Equal(text, second) {
		t.Errorf("canonical JSON changes when it is read and written: %v", err)
	}
}

func TestWhatThePolicyLeavesOutHasItsDefault(t *testing.T) {
	want := plan.Defaults()
	want.Threshold = 6
	if diff := cmp.Diff(want, read(t, small).Policy); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	without := strings.Replace(small, "policy: {t: 6}\n", "", 1)
	if diff := cmp.Diff(plan.Defaults(), read(t, without).Policy); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTheDefaultPlanIsSound(t *testing.T) {
	p, err := plan.Default(2031)
	if err != nil {
		t.Fatalf("%v: %v", err, details(err))
	}
	if diff := cmp.Diff([]int{2031}, p.Years); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	headlines := 0
	for _, f := range p.Figures {
		if f.Headline {
			headlines++
		}
	}
	if headlines != 8 || p.Policy != plan.Defaults() {
		t.Errorf("%d headlines, policy %+v", headlines, p.Policy)
	}
	if _, err := plan.Default(1066); fault.CodeOf(err) != plan.CodeYears {
		t.Errorf("a year without records: %v", err)
	}
}

// Each change of the small plan is refused for its own reason at its own place.
func TestWhatIsWrongIsRefusedWhereItStands(t *testing.T) {
	for _, c := range []struct {
		name, from, to string
		code           fault.Code
		pointer        string
	}{
		{"an unknown key", "headline:", "headlines:", plan.CodeUnknownKey, "/figures/0/headlines"},
		{"a key twice", "{t: 6}", "{t: 6, t: 5}", plan.CodeDuplicateKey, "/policy/t"},
		{"null", "headline: true", "headline: null", plan.CodeWrongType, "/figures/0/headline"},
		{"nothing", "headline: true", "headline: ~", plan.CodeWrongType, "/figures/0/headline"},
		{"text for a number", "{t: 6}", `{t: "6"}`, plan.CodeWrongType, "/policy/t"},
		{"a fraction", "{t: 6}", "{t: 6.5}", plan.CodeWrongType, "/policy/t"},
		{"a loose truth", "headline: true", "headline: True", plan.CodeWrongType, "/figures/0/headline"},
		{"an anchor", "title: {sv: Plan", "title: &a {sv: Plan", plan.CodeWrongType, "/title"},
		{"a tag", "title: {sv: Plan", "title: !own {sv: Plan", plan.CodeWrongType, "/title"},
		{"no text", "title: {sv: Plan,", "title: {sv: ' ',", plan.CodeText, "/title/sv"},
		{"a missing language", "title: {sv: Plan, en: Plan}", "title: {sv: Plan}", plan.CodeText, "/title/en"},
		{"a long text", "{sv: Barn", "{sv: " + strings.Repeat("å", plan.MaxText+1), plan.CodeText, "/sums/0/title/sv"},
		{"years out of order", "[2024, 2025]", "[2025, 2024]", plan.CodeYears, "/years/1"},
		{"a year twice", "[2024, 2025]", "[2024, 2024]", plan.CodeYears, "/years/1"},
		{"a year of no records", "[2024, 2025]", "[24]", plan.CodeYears, "/years/0"},
		{"no year", "[2024, 2025]", "[]", plan.CodeEmpty, "/years"},
		{"no universe", "universes: [directly_exploited]", "universes: []", plan.CodeEmpty, "/universes"},
		{"a universe twice", "universes: [", "universes: [directly_exploited, ", plan.CodeDuplicateName, "/universes/1"},
		{"a universe's name", "universes: [", "universes: [Everybody, ", plan.CodeName, "/universes/0"},
		{"a table outside the published sizes", "universe: directly_exploited\n    dimensions", "universe: parents\n    dimensions", plan.CodeUniverseNotListed, "/tables/0/universe"},
		{"a name twice", "name: all_children", "name: age", plan.CodeDuplicateName, "/sums/0/name"},
		{"a figure twice", "figures:\n", "figures:\n  - {name: undocumented}\n", plan.CodeDuplicateName, "/figures/1/name"},
		{"a bad name", "name: all_children", "name: All children", plan.CodeName, "/sums/0/name"},
		{"no dimension", "[{field: age_band, rung: agg_age_platform}, {field: residence_status}]", "[]", plan.CodeEmpty, "/tables/0/dimensions"},
		{"a dimension twice", "{field: residence_status}]", "{field: age_band}]", plan.CodeDuplicateDimension, "/tables/0/dimensions/1/field"},
		{"five dimensions", "{field: residence_status}]", "{field: gender}, {field: guardian}, {field: pregnant}, {field: case_phase}]", plan.CodeLimit, "/tables/0/dimensions"},
		{"an unknown field", "{field: residence_status}]", "{field: residence}]", plan.CodeUnknownField, "/tables/0/dimensions/1/field"},
		{"a field of no table", "{field: residence_status}]", "{field: consent_statistics}]", plan.CodeUnknownField, "/tables/0/dimensions/1/field"},
		{"the year as a field", "{field: residence_status}]", "{field: contact_year}]", plan.CodeUnknownField, "/tables/0/dimensions/1/field"},
		{"an unknown rung", "agg_age_platform", "agg_age", plan.CodeUnknownGrouping, "/tables/0/dimensions/0/rung"},
		{"another field's rung", "agg_age_platform", "agg_continent", plan.CodeUnknownGrouping, "/tables/0/dimensions/0/rung"},
		{"an overlapping grouping", "{field: residence_status}]", "{field: gender, rung: agg_gender_ctdc}]", plan.CodeOverlapping, "/tables/0/dimensions/1/rung"},
		{"an unknown code", "in: [woman]", "in: [girl]", plan.CodeUnknownCode, "/tables/0/filters/0/in/0"},
		{"an unknown group", "groups: [adult]", "groups: [adults]", plan.CodeUnknownCode, "/sums/0/where/0/groups/0"},
		{"a code twice", "in: [woman]", "in: [woman, woman]", plan.CodeDuplicateName, "/tables/0/filters/0/in/1"},
		{"in and not in", "in: [woman]", "not_in: [man], in: [woman]", plan.CodeCondition, "/tables/0/filters/0"},
		{"neither in nor not in", "{field: gender, in: [woman], groups: [women_girls]}", "{field: gender}", plan.CodeCondition, "/tables/0/filters/0"},
		{"a sum of codes", "field: children_count", "field: age_band", plan.CodeNotSummable, "/sums/0/field"},
		{"a sentence without its number", "{n} av {of} är", "{of} är", plan.CodeSentence, "/prose/0/sentence/sv"},
		{"a sentence with another value", "{n} of {of}", "{n} of {all}", plan.CodeSentence, "/prose/0/sentence/en"},
		{"prose about everybody", `where: [{field: age_band, not_in: ["30_38", "39_47", 48_plus]}]`, "where: []", plan.CodeEmpty, "/prose/0/where"},
		{"t below its floor", "{t: 6}", "{t: 2, t_org: 1}", plan.CodePolicy, "/policy/t"},
		{"t too near t_org", "{t: 6}", "{t: 4}", plan.CodePolicy, "/policy/t"},
		{"a weaker p% rule", "{t: 6}", "{p: 5}", plan.CodePolicy, "/policy/p"},
		{"an unknown parameter", "{t: 6}", "{suppress: false}", plan.CodeUnknownKey, "/policy/suppress"},
	} {
		t.Run(c.name, func(t *testing.T) {
			document := strings.Replace(small, c.from, c.to, 1)
			if document == small {
				t.Fatal("the change changes nothing")
			}
			_, err := plan.Read([]byte(document), codelist.Current())
			want := []fault.Detail{{Code: c.code, Pointer: c.pointer}}
			if diff := cmp.Diff(want, details(err)); diff != "" || fault.KindOf(err) != fault.Invalid {
				t.Errorf("kind %d, %v (-want +got)\n%s", fault.KindOf(err), err, diff)
			}
		})
	}
}

func TestJSONIsReadAsStrictly(t *testing.T) {
	text, err := read(t, small).JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, from, to string
		kind           fault.Kind
		code           fault.Code
		pointer        string
	}{
		{"a key twice", `"t":6`, `"t":6,"t":5`, fault.Invalid, plan.CodeDuplicateKey, "/policy/t"},
		{"an unknown key", `"t":6`, `"T":6`, fault.Invalid, plan.CodeUnknownKey, "/policy/T"},
		{"null", `"t":6`, `"t":null`, fault.Invalid, plan.CodeWrongType, "/policy/t"},
		{"text for a number", `"t":6`, `"t":"6"`, fault.Invalid, plan.CodeWrongType, "/policy/t"},
		{"a fraction", `"t":6`, `"t":6.5`, fault.Invalid, plan.CodeWrongType, "/policy/t"},
		{"an object for a list", `"years":[2024,2025]`, `"years":{}`, fault.Invalid, plan.CodeWrongType, "/years"},
		{"a document cut short", `"t":6`, `"t":`, fault.Malformed, plan.CodeMalformed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			document := strings.Replace(string(text), c.from, c.to, 1)
			_, err := plan.Read([]byte(document), codelist.Current())
			var pointer string
			for _, d := range details(err) {
				pointer = d.Pointer
			}
			if fault.KindOf(err) != c.kind || fault.CodeOf(err) != c.code || pointer != c.pointer {
				t.Errorf("%v at %q", err, pointer)
			}
		})
	}
}

func TestDocumentsBeyondReadingAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		document string
		code     fault.Code
	}{
		"empty":         {"", plan.CodeMalformed},
		"two documents": {small + "---\n" + small, plan.CodeMalformed},
		"two in JSON":   {"{}{}", plan.CodeMalformed},
		"not YAML":      {"title: [", plan.CodeMalformed},
		"a list":        {"- title", plan.CodeWrongType},
		"too deep":      {"title: " + strings.Repeat("[", 40) + strings.Repeat("]", 40), plan.CodeMalformed},
		"too large":     {small + strings.Repeat("#", plan.MaxBytes), plan.CodeTooLarge},
		"nothing asked": {"title: {sv: P, en: P}\nyears: [2025]\nuniverses: [parents]\n", plan.CodeEmpty},
		"an alias":      {"title: &a {sv: P, en: P}\nyears: *a\n", plan.CodeWrongType},
		"a merge":       {"title: {<<: {sv: P}}\n", plan.CodeUnknownKey},
		"a number key":  {"1: 2\n", plan.CodeUnknownKey},
		"too many":      {strings.Replace(small, "figures:\n", "figures:\n"+strings.Repeat("  - {name: x}\n", plan.MaxFigures), 1), plan.CodeLimit},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := plan.Read([]byte(c.document), codelist.Current()); fault.CodeOf(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}

// Whatever is taken survives being written and read again, and nothing panics.
func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	text, err := read(f, small).JSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("? [a]\n: b"))
	f.Fuzz(func(t *testing.T, document []byte) {
		p, err := plan.Read(document, codelist.Current())
		if err != nil {
			if fault.CodeOf(err) == "" {
				t.Fatalf("a refusal without a code: %v", err)
			}
			return
		}
		text, err := p.JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := plan.ReadJSON(text, codelist.Current())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, again); diff != "" {
			t.Fatal(diff)
		}
	})
}
