package plan

import (
	"fmt"
	"regexp"
	"slices"
)

func (c *checker) intervals() {
	switch c.plan.Intervals {
	case "", NoInterval, Wilson:
	default:
		c.refuse(CodeIntervals, "/intervals")
	}
}

// comparisons checks who took part and what is compared over whom. How panels
// divide the organisations is only looked at when all else is right.
func (c *checker) comparisons() {
	for i, t := range c.plan.Participation {
		at := fmt.Sprintf("/participation/%d", i)
		c.participation(at, t)
		if slices.ContainsFunc(c.plan.Participation[:i], func(o Participation) bool { return o.Year == t.Year }) {
			c.refuse(CodeYears, "%s/year", at)
		}
	}
	for i, p := range c.plan.Panels {
		at := fmt.Sprintf("/panels/%d", i)
		c.panel(at, p)
		if slices.ContainsFunc(c.plan.Panels[:i], func(o Panel) bool { return o.Name == p.Name }) {
			c.refuse(CodeDuplicateName, "%s/name", at)
		}
	}
	if len(c.wrong) > 0 {
		return
	}
	for i, p := range c.plan.Panels {
		at := fmt.Sprintf("/panels/%d", i)
		if len(c.plan.Members(p)) < MinPanel {
			c.refuse(CodePanelTooFew, "%s", at)
		}
		c.outside(at, p)
	}
}

// organisationPattern is that of an organisation's id, a UUIDv4.
var organisationPattern = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func (c *checker) participation(at string, t Participation) {
	if t.Year < FirstYear || t.Year > LastYear {
		c.refuse(CodeYears, "%s/year", at)
	}
	here := at + "/organisations"
	c.limit(here, len(t.Organisations), MaxTookPart)
	if len(t.Organisations) == 0 {
		c.refuse(CodeEmpty, "%s", here)
	}
	seen := make(map[string]bool)
	for i, o := range t.Organisations {
		if !organisationPattern.MatchString(o) {
			c.refuse(CodeOrganisation, "%s/%d", here, i)
		}
		if seen[o] {
			c.refuse(CodeDuplicateName, "%s/%d", here, i)
		}
		seen[o] = true
	}
}

func (c *checker) panel(at string, p Panel) {
	c.wellNamed(at+"/name", p.Name)
	c.panelYears(at+"/years", p.Years)
	c.limit(at+"/figures", len(p.Figures), MaxFigures)
	if len(p.Figures) == 0 {
		c.refuse(CodeEmpty, "%s/figures", at)
	}
	for i, name := range p.Figures {
		if !slices.ContainsFunc(c.plan.Figures, func(w Wanted) bool { return w.Name == name }) {
			c.refuse(CodePanelFigure, "%s/figures/%d", at, i)
		}
		if slices.Contains(p.Figures[:i], name) {
			c.refuse(CodeDuplicateName, "%s/figures/%d", at, i)
		}
	}
}

func (c *checker) panelYears(at string, years []int) {
	c.limit(at, len(years), MaxYears)
	if len(years) < 2 || !slices.ContainsFunc(years, func(y int) bool { return slices.Contains(c.plan.Years, y) }) {
		c.refuse(CodePanelYears, "%s", at)
	}
	for i, y := range years {
		if i > 0 && y <= years[i-1] {
			c.refuse(CodePanelYears, "%s/%d", at, i)
		}
		if !slices.ContainsFunc(c.plan.Participation, func(t Participation) bool { return t.Year == y }) {
			c.refuse(CodePanelParticipation, "%s/%d", at, i)
		}
	}
}

// outside refuses a panel's years in which the panels of the year leave one or
// two organisations by themselves.
func (c *checker) outside(at string, p Panel) {
	for i, y := range p.Years {
		if slices.Contains(c.plan.Years, y) && c.plan.alone(y) {
			c.refuse(CodePanelOutside, "%s/years/%d", at, i)
		}
	}
}

// alone says whether the panels of a year single fewer than MinPanel
// organisations out.
func (p *Plan) alone(year int) bool {
	var members [][]string
	for _, i := range p.PanelsOf(year) {
		members = append(members, p.Members(p.Panels[i]))
	}
	return slices.ContainsFunc(Apart(p.TookPart(year), members...), func(g []string) bool { return len(g) < MinPanel })
}
