package frame_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// A table is admitted by its coarsest presentation. An option and a filter are
// each a dimension more, of two categories, unless the filter's field is a
// dimension already: then the whole of it is one.
func TestShapesCountFiltersAndOptionsAsDimensions(t *testing.T) {
	age := plan.Dimension{Field: "age_band"}
	report := plan.Dimension{Field: "police_report", Rung: "stated"}
	means := plan.Dimension{Field: "entry_means", Rung: "agg_force"}
	perpetrator := plan.Dimension{Field: "perpetrator_relation", Rung: "agg_perpetrator_known"}
	undocumented := plan.Condition{Field: "residence_status", In: []codelist.Code{"undocumented"}}
	young := plan.Condition{Field: "age_band", In: []codelist.Code{"18_20"}}
	for name, c := range map[string]struct {
		dims        []plan.Dimension
		filters     []plan.Condition
		ways, cells int
	}{
		"one way":                         {[]plan.Dimension{age}, nil, 1, 2},
		"two ways":                        {[]plan.Dimension{age, report}, nil, 2, 4},
		"options":                         {[]plan.Dimension{means}, nil, 1, 2},
		"options of two fields":           {[]plan.Dimension{means, perpetrator}, nil, 2, 4},
		"options by age":                  {[]plan.Dimension{means, age}, nil, 2, 4},
		"filtered":                        {[]plan.Dimension{age}, []plan.Condition{undocumented}, 2, 4},
		"filtered twice":                  {[]plan.Dimension{report}, []plan.Condition{undocumented, young}, 3, 8},
		"filtered by a dimension":         {[]plan.Dimension{age}, []plan.Condition{young}, 2, 2},
		"filtered twice by the one field": {[]plan.Dimension{age}, []plan.Condition{undocumented, undocumented}, 3, 4},
	} {
		t.Run(name, func(t *testing.T) {
			p := slideOnly(t)
			p.Tables = []plan.Tabulation{{
				Name: "one", Title: codelist.Text{SV: "T", EN: "T"}, Universe: p.Universes[0], Dimensions: c.dims, Filters: c.filters,
			}}
			want := []plan.Shape{{Universe: p.Universes[0], Ways: c.ways, Cells: c.cells}}
			if diff := cmp.Diff(want, lay(t, p).Shapes()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A universe leaves out what nobody in it can answer: of minors there is one
// group of ages, and a guardian's question always applies.
func TestShapesCountWhatTheUniverseLeaves(t *testing.T) {
	p := slideOnly(t)
	p.Universes = []plan.Name{"minors", "persons_met"}
	for _, u := range p.Universes {
		p.Tables = append(p.Tables, plan.Tabulation{
			Name: "age_" + u, Title: codelist.Text{SV: "T", EN: "T"}, Universe: u, Dimensions: []plan.Dimension{{Field: "age_band"}, {Field: "guardian"}},
		})
	}
	var cells []int
	for _, s := range lay(t, p).Shapes() {
		cells = append(cells, s.Cells)
	}
	if diff := cmp.Diff([]int{2, 6}, cells); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
