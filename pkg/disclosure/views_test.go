package disclosure

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// viewed is a figure of eight that four organisations share 5, 1, 1, 1, among
// twenty persons, five of each.
func viewed() (plan.System, []plan.Count) {
	s := plan.System{
		Axes: []plan.Axis{
			{Name: plan.OrganisationAxis, Categories: []string{"A", "B", "C", "D", "idle"}, Hidden: true},
			{Name: "figure", Categories: []string{"no", "yes"}},
		},
		Cells: []plan.Cell{
			{Name: "persons", Rank: plan.Total},
			{Name: "figure", Rank: plan.Headline, Where: plan.Selection{{Axis: 1, Categories: []int{1}}}},
		},
	}
	var data []plan.Count
	for org, yes := range []int{5, 1, 1, 1} {
		data = append(data, plan.Count{Atom: []int{org, 1}, N: yes})
		if yes < 5 {
			data = append(data, plan.Count{Atom: []int{org, 0}, N: 5 - yes})
		}
	}
	return s, data
}

func names(views []plan.View) (out []string) {
	for _, v := range views {
		out = append(out, v.Name)
	}
	return out
}

func TestViews(t *testing.T) {
	s, data := viewed()
	views, err := Views(s, data, plan.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	// A holds five of the eight: whoever there recognises one of the other three
	// is left with two. The others leave more than t_org each.
	want := []string{
		"public", "organisation:A", "organisation:A+duplicate:1", "organisation:A+duplicate:2",
		"organisation:A+duplicate:3", "organisation:B", "organisation:C", "organisation:D",
	}
	if d := cmp.Diff(want, names(views)); d != "" {
		t.Error(d)
	}
	if v := views[0]; v.Threshold != 5 || v.ZeroIsSafe || v.Known != nil {
		t.Errorf("the public: %+v", v)
	}
	own := plan.View{
		Name: "organisation:A", Threshold: 3, ZeroIsSafe: true, Known: []plan.Count{{Atom: []int{0, 1}, N: 5}},
		Empty: []plan.Selection{{{Axis: 0, Categories: []int{0}}}},
	}
	if d := cmp.Diff(own, views[1]); d != "" {
		t.Error(d)
	}
	own.Name = "organisation:A+duplicate:1"
	own.Known = append(own.Known, plan.Count{Atom: []int{1, 1}, N: 1})
	if d := cmp.Diff(own, views[2]); d != "" {
		t.Error(d)
	}
}

func TestViewsOfCoalitions(t *testing.T) {
	s, data := viewed()
	policy := plan.Defaults()
	policy.Coalition, policy.ZerosArePublic = 3, true
	views, err := Views(s, data, policy)
	if err != nil {
		t.Fatal(err)
	}
	if !views[0].ZeroIsSafe {
		t.Error("zeros are public, but not to the public")
	}
	want := []string{
		"coalition:A+B", "coalition:A+C", "coalition:A+D", "coalition:B+C", "coalition:B+D", "coalition:C+D",
		"coalition:A+B+C", "coalition:A+B+D", "coalition:A+C+D", "coalition:B+C+D",
	}
	if d := cmp.Diff(want, names(views[8:])); d != "" {
		t.Error(d)
	}
	policy.Coalition = 9
	if all, err := Views(s, data, policy); err != nil || len(all) != len(views) {
		t.Errorf("coalitions of everybody: %d views, %v", len(all), err)
	}
}

func TestViewsWithoutOrganisations(t *testing.T) {
	s, data := viewed()
	s.Axes[0].Hidden = false
	views, err := Views(s, data, plan.Defaults())
	if d := cmp.Diff([]string{"public"}, names(views)); d != "" || err != nil {
		t.Error(d, err)
	}
}

func TestViewsRefuse(t *testing.T) {
	s, data := viewed()
	weak := plan.Defaults()
	weak.Threshold = 2
	if _, err := Views(s, data, weak); fault.CodeOf(err) != CodePolicyTooWeak {
		t.Error(err)
	}
	if _, err := Views(plan.System{}, data, plan.Defaults()); fault.CodeOf(err) != CodeSystemMalformed {
		t.Error(err)
	}
	if _, err := Views(s, []plan.Count{{Atom: []int{9, 9}, N: 1}}, plan.Defaults()); fault.CodeOf(err) != CodeDataOutsideSystem {
		t.Error(err)
	}
	many := plan.Defaults()
	many.Coalition = 4
	for o := range 40 {
		s.Axes[0].Categories = append(s.Axes[0].Categories, string(rune('a'+o)))
		data = append(data, plan.Count{Atom: []int{5 + o, 0}, N: 1})
	}
	if _, err := Views(s, data, many); fault.CodeOf(err) != CodeTooLarge {
		t.Error(err)
	}
}
