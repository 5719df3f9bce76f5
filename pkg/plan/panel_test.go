package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// id is the id of an organisation that a letter stands for.
func id(letter rune) string {
	return fmt.Sprintf("%08x-0000-4000-8000-000000000000", letter)
}

// ids writes the organisations that letters stand for as a list in YAML.
func ids(letters string) string {
	var all []string
	for _, l := range letters {
		all = append(all, `"`+id(l)+`"`)
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// compared is a small plan with two panels: abcd took part in both years, and
// abc in the year before as well.
func compared() string {
	return `title: {sv: Plan, en: Plan}
years: [2024, 2025]
universes: [directly_exploited]
figures: [{name: undocumented}, {name: children}]
participation:
  - {year: 2025, organisations: ` + ids("gfedcba") + `}
  - {year: 2024, organisations: ` + ids("abcdxyz") + `}
  - {year: 2023, organisations: ` + ids("abcdpqr") + `}
panels:
  - {name: since_2024, years: [2024, 2025], figures: [children, undocumented]}
  - {name: since_2023, years: [2023, 2024, 2025], figures: [undocumented]}
intervals: wilson
`
}

func TestAPanelIsWhoTookPartInAllOfItsYears(t *testing.T) {
	p := read(t, compared())
	want := []string{id('a'), id('b'), id('c'), id('d')}
	for _, panel := range p.Panels {
		if diff := cmp.Diff(want, p.Members(panel)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", panel.Name, diff)
		}
	}
	if got := p.TookPart(2025); len(got) != 7 || got[0] != id('a') {
		t.Errorf("in 2025 took part %v", got)
	}
	if p.TookPart(2022) != nil {
		t.Error("somebody took part in a year of which nothing is said")
	}
	if diff := cmp.Diff([]int{0, 1}, p.PanelsOf(2024)); diff != "" || len(p.PanelsOf(2023)) != 1 {
		t.Errorf("panels of 2024 (-want +got)\n%s", diff)
	}
	if p.Intervals != plan.Wilson {
		t.Errorf("intervals %q", p.Intervals)
	}
}

func TestAPlanWithPanelsIsTheSameInJSON(t *testing.T) {
	p := read(t, compared())
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
}

// What a plan without a panel says, it says in the same bytes as ever: their
// hash stands in what earlier releases keep.
func TestAPlanWithoutPanelsIsWrittenAsEver(t *testing.T) {
	text, err := read(t, "title: {sv: P, en: P}\nyears: [2025]\nuniverses: [parents]\nfigures: [{name: undocumented}]\n").JSON()
	want := `{"figures":[{"name":"undocumented"}],"policy":{"coalition":1,"conjunction":3,"contributors":5,"matching":3,` +
		`"organisations_fail":1,"organisations_review":2,"p":15,"posterior":90,"sensitive_share":3,"t":5,"t_org":3,"zeros_are_public":false},` +
		`"title":{"en":"P","sv":"P"},"universes":["parents"],"years":[2025]}`
	if err != nil || string(text) != want {
		t.Errorf("%v\n%s", err, cmp.Diff(want, string(text)))
	}
}

// The refusals follow from the lists alone.
func TestAPanelThatSinglesOrganisationsOutIsRefused(t *testing.T) {
	one := strings.Replace(compared(), "  - {name: since_2023, years: [2023, 2024, 2025], figures: [undocumented]}\n", "", 1)
	for _, c := range []struct {
		name, document, from, to string
		code                     fault.Code
		pointer                  string
	}{
		{"two organisations in all years", one, ids("abcdxyz"), ids("abwxyz"), plan.CodePanelTooFew, "/panels/0"},
		{"one newcomer", one, ids("gfedcba"), ids("edcba"), plan.CodePanelOutside, "/panels/0/years/1"},
		{"two newcomers", one, ids("gfedcba"), ids("fedcba"), plan.CodePanelOutside, "/panels/0/years/1"},
		{"one leaver", one, ids("abcdxyz"), ids("abcdx"), plan.CodePanelOutside, "/panels/0/years/0"},
		{"one between two panels", compared(), ids("abcdpqr"), ids("abcpqr"), plan.CodePanelOutside, "/panels/0/years/0"},
		{"a year of which nothing is said", one, "[2024, 2025], figures: [c", "[2022, 2024, 2025], figures: [c", plan.CodePanelParticipation, "/panels/0/years/0"},
		{"one year", one, "[2024, 2025], figures: [c", "[2024], figures: [c", plan.CodePanelYears, "/panels/0/years"},
		{"years out of order", one, "[2024, 2025], figures: [c", "[2025, 2024], figures: [c", plan.CodePanelYears, "/panels/0/years/1"},
		{"no year of the plan", one, "years: [2024, 2025]\n", "years: [2026]\n", plan.CodePanelYears, "/panels/0/years"},
		{"a figure that is none of the plan's", one, "[children, undocumented]", "[asylum_seekers]", plan.CodePanelFigure, "/panels/0/figures/0"},
		{"a figure twice", one, "[children, undocumented]", "[children, children]", plan.CodeDuplicateName, "/panels/0/figures/1"},
		{"no figure", one, "[children, undocumented]", "[]", plan.CodeEmpty, "/panels/0/figures"},
		{"a panel's name", one, "since_2024", "Since", plan.CodeName, "/panels/0/name"},
		{"a panel twice", compared(), "since_2023", "since_2024", plan.CodeDuplicateName, "/panels/1/name"},
		{"a year twice", one, "year: 2024", "year: 2025", plan.CodeYears, "/participation/1/year"},
		{"a year of no records", one, "year: 2023", "year: 23", plan.CodeYears, "/participation/2/year"},
		{"nobody took part", one, ids("abcdpqr"), "[]", plan.CodeEmpty, "/participation/2/organisations"},
		{"an organisation twice", one, ids("abcdpqr"), ids("aa"), plan.CodeDuplicateName, "/participation/2/organisations/1"},
		{"an organisation's name", one, ids("abcdpqr"), "[Kvinnojouren]", plan.CodeOrganisation, "/participation/2/organisations/0"},
		{"another interval", one, "wilson", "wald", plan.CodeIntervals, "/intervals"},
		{"an unknown key", one, "name: since_2024", "title: x, name: since_2024", plan.CodeUnknownKey, "/panels/0/title"},
	} {
		t.Run(c.name, func(t *testing.T) {
			document := strings.Replace(c.document, c.from, c.to, 1)
			if document == c.document {
				t.Fatal("the change changes nothing")
			}
			_, err := plan.Read([]byte(document), codelist.Current())
			found := details(err)
			is := func(d fault.Detail) bool { return d.Code == c.code && d.Pointer == c.pointer }
			if fault.KindOf(err) != fault.Invalid || !slices.ContainsFunc(found, is) {
				t.Errorf("got %v, want %s at %s", found, c.code, c.pointer)
			}
		})
	}
}

func TestTooManyPanelsAreRefused(t *testing.T) {
	panel := "  - {name: since_2024, years: [2024, 2025], figures: [children]}\n"
	document := strings.Replace(compared(), "panels:\n", "panels:\n"+strings.Repeat(panel, plan.MaxPanels), 1)
	if _, err := plan.Read([]byte(document), codelist.Current()); fault.CodeOf(err) != plan.CodeLimit {
		t.Errorf("got %v", err)
	}
}

// Whatever panels a plan that was taken has, every group that they divide a
// year's organisations into is none or three at least, and so is every
// difference of two of its counts.
func TestNoDifferenceOfPanelsIsTheCaseloadOfOneOrTwo(t *testing.T) {
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		years := []int{2023, 2024, 2025}
		p := plan.Plan{
			Title: codelist.Text{SV: "P", EN: "P"}, Years: years, Universes: []plan.Name{"directly_exploited"},
			Figures: []plan.Wanted{{Name: "undocumented"}}, Policy: plan.Defaults(),
		}
		for _, y := range years {
			took := plan.Participation{Year: y}
			for i := range 14 {
				if i < 3 || rapid.IntRange(0, 3).Draw(t, "took part") > 0 {
					took.Organisations = append(took.Organisations, id('a'+rune(i)))
				}
			}
			p.Participation = append(p.Participation, took)
		}
		for i, of := range [][]int{{2024, 2025}, years}[:rapid.IntRange(1, 2).Draw(t, "panels")] {
			p.Panels = append(p.Panels, plan.Panel{Name: plan.Name(fmt.Sprint("p", i)), Years: of, Figures: []plan.Name{"undocumented"}})
		}
		if p.Check(codelist.Current()) != nil {
			return
		}
		taken++
		for _, y := range years {
			took := p.TookPart(y)
			sets := [][]string{took}
			for _, i := range p.PanelsOf(y) {
				sets = append(sets, p.Members(p.Panels[i]))
			}
			for _, a := range sets {
				for _, b := range sets {
					rest := slices.DeleteFunc(slices.Clone(a), func(o string) bool { return slices.Contains(b, o) })
					if n := len(rest); n > 0 && n < plan.MinPanel {
						t.Fatalf("a difference of %d organisations in %d", n, y)
					}
				}
			}
		}
	})
	if taken == 0 {
		t.Error("no plan was taken, so nothing was tried")
	}
}
