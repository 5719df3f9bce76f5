package frame

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// circle are the organisations of a panel.
type circle struct {
	panel   plan.Name
	members []access.OrganisationID
}

// convene finds the panels of the year and the groups that they divide the
// organisations into. It gives every organisation that has a place, those of the
// records first.
func (f *framer) convene(h Hidden) (names []string) {
	for _, p := range h.Past {
		for _, name := range slices.Sorted(maps.Keys(p.Panels)) {
			f.enrol(circle{name, p.Panels[name]}, CodePastUnreadable, "")
		}
	}
	took := f.tookPart(h)
	if h.Year != 0 {
		for _, i := range f.plan.PanelsOf(h.Year) {
			panel := f.plan.Panels[i]
			members := organisations(f.plan.Members(panel))
			f.enrol(circle{panel.Name, members}, CodePanelChanged, fmt.Sprintf("/panels/%d/name", i))
			f.frame.Panels = append(f.frame.Panels, Panel{
				Wanted: panel, Organisations: len(members), Reporting: len(f.plan.TookPart(h.Year)),
			})
		}
	}
	all := slices.Clone(h.Organisations)
	for _, o := range took {
		if !slices.Contains(all, o) {
			all = append(all, o)
		}
	}
	f.divide(all, took)
	return texts(all)
}

// enrol notes a panel. One of a name that there is has the same organisations.
func (f *framer) enrol(c circle, other fault.Code, at string) {
	i := slices.IndexFunc(f.frame.circles, func(o circle) bool { return o.panel == c.panel })
	c.members = slices.Sorted(slices.Values(c.members))
	switch {
	case i < 0:
		f.frame.circles = append(f.frame.circles, c)
	case !slices.Equal(f.frame.circles[i].members, c.members):
		f.refuse(other, at)
	}
}

// tookPart are those whom this plan or, if it had panels, an earlier one named
// for the year.
func (f *framer) tookPart(h Hidden) (out []access.OrganisationID) {
	if h.Year != 0 && len(f.plan.PanelsOf(h.Year)) > 0 {
		out = organisations(f.plan.TookPart(h.Year))
	}
	for _, p := range h.Past {
		if len(p.Panels) > 0 {
			out = slices.Concat(out, p.TookPart)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// divide makes the groups. Earlier panels and the plan's own must not single out
// fewer than [plan.MinPanel] of those who took part.
func (f *framer) divide(all, took []access.OrganisationID) {
	var members [][]string
	for _, c := range f.frame.circles {
		members = append(members, texts(c.members))
	}
	groups := plan.Apart(texts(all), members...)
	if len(groups) < 2 {
		return
	}
	for _, g := range groups {
		f.frame.groups = append(f.frame.groups, organisations(g))
	}
	small := func(g []string) bool { return len(g) < plan.MinPanel }
	if len(f.frame.Panels) > 0 && slices.ContainsFunc(plan.Apart(texts(took), members...), small) {
		f.refuse(plan.CodePanelOutside, "/panels")
	}
}

// panelAxis is the axis of the groups; none if nothing divides them.
func (f *framer) panelAxis() []plan.Axis {
	if f.frame.groups == nil {
		return nil
	}
	axis := plan.Axis{Name: plan.PanelAxis, Role: plan.Identifying}
	for _, g := range f.frame.groups {
		var names []string
		for _, c := range f.frame.circles {
			if slices.Contains(c.members, g[0]) {
				names = append(names, string(c.panel))
			}
		}
		name := strings.Join(names, "&")
		if len(names) == 0 {
			name = rest
		}
		axis.Categories = append(axis.Categories, name)
	}
	return []plan.Axis{axis}
}

// panels asks for the figures of every panel of the year.
func (f *framer) panels() {
	for i := range f.frame.Panels {
		p := &f.frame.Panels[i]
		place := slices.IndexFunc(f.plan.Panels, func(o plan.Panel) bool { return o.Name == p.Wanted.Name })
		p.Figures = make([]Figure, len(p.Wanted.Figures))
		for k, name := range p.Wanted.Figures {
			f.figure(fmt.Sprintf("/panels/%d/figures/%d", place, k), plan.Wanted{Name: name}, p.Wanted.Name, &p.Figures[k])
		}
	}
}

// organisations is the place of the organisations' axis; the batches' is next.
func (f *Frame) organisations() int {
	if f.groups != nil {
		return len(f.axes) + 1
	}
	return len(f.axes)
}

// groupOf is the category of an organisation on the panels' axis.
func (f *Frame) groupOf(organisation string) int {
	return slices.IndexFunc(f.groups, func(g []access.OrganisationID) bool {
		return slices.Contains(g, access.OrganisationID(organisation))
	})
}

// knowsPanel says whether a panel's organisations are known; "" is everybody.
func (f *Frame) knowsPanel(name plan.Name) bool {
	return name == "" || slices.ContainsFunc(f.circles, func(c circle) bool { return c.panel == name })
}

// parts are the groups that are in a panel, increasing; nil if all are.
func (f *Frame) parts(panel plan.Name) (out []int) {
	i := slices.IndexFunc(f.circles, func(c circle) bool { return c.panel == panel })
	if i < 0 {
		return nil
	}
	for g, members := range f.groups {
		if slices.Contains(f.circles[i].members, members[0]) {
			out = append(out, g)
		}
	}
	if len(out) == len(f.groups) {
		return nil
	}
	return out
}

// within cuts a selection down to the records of a panel's organisations.
func (f *Frame) within(panel plan.Name, where plan.Selection) plan.Selection {
	if in := f.parts(panel); in != nil {
		return append(where, plan.Subset{Axis: len(f.axes), Categories: in})
	}
	return where
}

// panelBans say which organisations make up each group.
func (f *Frame) panelBans() (out []plan.Selection) {
	for g := range f.groups {
		var others []int
		for i, o := range f.Layout.Base.Axes[f.organisations()].Categories {
			if f.groupOf(o) != g {
				others = append(others, i)
			}
		}
		out = append(out, plan.Selection{
			{Axis: len(f.axes), Categories: []int{g}}, {Axis: f.organisations(), Categories: others},
		})
	}
	return out
}

// panel writes what is published of a panel: how many organisations, not which.
func (f *Frame) panel(p Panel) plan.PublishedPanel {
	out := plan.PublishedPanel{
		Name: p.Wanted.Name, Years: slices.Clone(p.Wanted.Years), Organisations: p.Organisations, Reporting: p.Reporting,
	}
	for _, fig := range p.Figures {
		out.Figures = append(out.Figures, f.published(fig))
	}
	return out
}

// panelLabel says of a cell of one of the plan's panels whom it counts.
func (f *Frame) panelLabel(panel plan.Name, of codelist.Text) codelist.Text {
	i := slices.IndexFunc(f.Panels, func(p Panel) bool { return p.Wanted.Name == panel })
	var years []string
	for _, y := range f.Panels[i].Wanted.Years {
		years = append(years, fmt.Sprint(y))
	}
	list := strings.Join(years, ", ")
	return codelist.Text{
		SV: of.SV + " (de organisationer som deltog " + list + ")",
		EN: of.EN + " (the organisations that took part in " + list + ")",
	}
}

func organisations(ids []string) []access.OrganisationID {
	out := make([]access.OrganisationID, len(ids))
	for i, o := range ids {
		out[i] = access.OrganisationID(o)
	}
	return out
}

func texts(ids []access.OrganisationID) []string {
	out := make([]string, len(ids))
	for i, o := range ids {
		out[i] = string(o)
	}
	return out
}
