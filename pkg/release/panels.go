package release

import (
	"encoding/json"
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// named refuses a plan that names who took part in the year and leaves out
// somebody who has records of it: "k of K reported" would be false.
func (t *story) named(p *plan.Plan) error {
	took := p.TookPart(t.year)
	if took == nil {
		return nil
	}
	for _, c := range t.moments[t.now()] {
		if !slices.Contains(took, string(c.Organisation)) {
			at := slices.IndexFunc(p.Participation, func(x plan.Participation) bool { return x.Year == t.year })
			return fault.New(fault.Conflict, CodeNotNamed, fault.Detail{
				Code: CodeNotNamed, Pointer: fmt.Sprintf("/participation/%d/organisations", at),
			})
		}
	}
	return nil
}

// recall reads who took part, and the panels, of the plan that a release was
// made from. The plan was checked then; whether today's codebook would still
// take it does not matter.
func (p *past) recall(document []byte) error {
	var all plan.Plan
	if err := json.Unmarshal(document, &all); err != nil {
		return fault.Because(err, fault.Conflict, CodeHistory)
	}
	p.planned = plan.Plan{Participation: all.Participation, Panels: all.Panels}
	for _, y := range p.release.Protected.Content().Years {
		for _, said := range y.Panels {
			is := func(o plan.Panel) bool { return o.Name == said.Name && slices.Equal(o.Years, said.Years) }
			i := slices.IndexFunc(all.Panels, is)
			if i < 0 || len(all.Members(all.Panels[i])) != said.Organisations || len(all.TookPart(y.Year)) != said.Reporting {
				return conflict(CodePanelHistory)
			}
		}
	}
	return nil
}

// tookPart gives who took part in a year of a release with panels, and the
// members of these.
func tookPart(p plan.Plan, said plan.Publication) (took []access.OrganisationID, panels map[plan.Name][]access.OrganisationID) {
	panels = make(map[plan.Name][]access.OrganisationID)
	for _, s := range said.Panels {
		i := slices.IndexFunc(p.Panels, func(o plan.Panel) bool { return o.Name == s.Name })
		for _, o := range p.Members(p.Panels[i]) {
			panels[s.Name] = append(panels[s.Name], access.OrganisationID(o))
		}
	}
	for _, o := range p.TookPart(said.Year) {
		took = append(took, access.OrganisationID(o))
	}
	return took, panels
}
