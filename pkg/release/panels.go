package release

import (
	"context"
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

// known refuses a plan that names as having taken part what is no member
// organisation: "9 of 12 reported" would be false, and a panel of three might be
// one of two. Members that are closed by now took part in their years.
func known(ctx context.Context, tx Tx, p *plan.Plan) error {
	if len(p.Participation) == 0 {
		return nil
	}
	members, err := tx.Members(ctx)
	if err != nil {
		return err
	}
	var unknown []fault.Detail
	for i, t := range p.Participation {
		for k, o := range t.Organisations {
			if !slices.Contains(members, access.OrganisationID(o)) {
				unknown = append(unknown, fault.Detail{Code: CodeTookPartUnknown, Pointer: fmt.Sprintf("/participation/%d/organisations/%d", i, k)})
			}
		}
	}
	if len(unknown) > 0 {
		return fault.New(fault.Invalid, CodeTookPartUnknown, unknown...)
	}
	return nil
}

// recall reads who took part, and the panels, of the plan that a release was
// made from, and makes sure that they are those of which the release speaks. The
// plan was checked then; whether today's codebook would still take it does not
// matter.
func recall(document []byte, said []plan.Publication) (plan.Plan, error) {
	var p plan.Plan
	if err := json.Unmarshal(document, &p); err != nil {
		return plan.Plan{}, fault.Because(err, fault.Conflict, CodeHistory)
	}
	for _, y := range said {
		for _, panel := range y.Panels {
			is := func(o plan.Panel) bool { return o.Name == panel.Name && slices.Equal(o.Years, panel.Years) }
			i := slices.IndexFunc(p.Panels, is)
			if i < 0 || len(p.Members(p.Panels[i])) != panel.Organisations || len(p.TookPart(y.Year)) != panel.Reporting {
				return plan.Plan{}, conflict(CodePanelHistory)
			}
		}
	}
	return plan.Plan{Participation: p.Participation, Panels: p.Panels}, nil
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
