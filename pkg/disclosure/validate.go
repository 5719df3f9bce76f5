package disclosure

import (
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// Limits of a problem. They keep every sum far from overflow and memory bounded.
const (
	maxAxes     = 256
	maxCells    = 20_000
	maxPersons  = 50_000_000
	maxWeight   = 1_000
	floorPublic = 3 // the floor of t
)

func malformed() error { return fault.New(fault.Invalid, CodeSystemMalformed) }

// validate refuses a problem that cannot mean anything, before any of it is
// believed.
func (p *Problem) validate() error {
	if err := validSystem(p.System); err != nil {
		return err
	}
	if len(p.Views) == 0 {
		return malformed()
	}
	if err := p.validData(); err != nil {
		return err
	}
	names := make(map[string]bool, len(p.Views))
	for _, v := range p.Views {
		if names[v.Name] {
			return malformed()
		}
		names[v.Name] = true
		if err := p.validView(v); err != nil {
			return err
		}
	}
	for _, f := range p.Functionals {
		if !validSelection(p.System, f.Within) || f.Except != nil && !validSelection(p.System, *f.Except) {
			return malformed()
		}
	}
	for _, e := range p.Earlier {
		if len(e) > len(p.System.Cells) {
			return malformed()
		}
	}
	return nil
}

func validSystem(s plan.System) error {
	if len(s.Axes) == 0 || len(s.Axes) > maxAxes || len(s.Cells) == 0 {
		return malformed()
	}
	if len(s.Cells) > maxCells {
		return fault.New(fault.TooLarge, CodeTooLarge)
	}
	for _, a := range s.Axes {
		if len(a.Categories) == 0 || len(a.Categories) > 1<<16-1 {
			return malformed()
		}
	}
	for _, b := range s.Bans {
		if len(b) == 0 || !validSelection(s, b) {
			return malformed()
		}
	}
	names := make(map[string]bool, len(s.Cells))
	for _, c := range s.Cells {
		if names[c.Name] || !validCell(s, c) {
			return malformed()
		}
		names[c.Name] = true
	}
	return nil
}

func validCell(s plan.System, c plan.Cell) bool {
	if c.Name == "" || c.Rank > plan.Total || !validSelection(s, c.Where) {
		return false
	}
	if !c.Weighted {
		return true
	}
	if c.WeightAxis < 0 || c.WeightAxis >= len(s.Axes) || len(c.Weights) != len(s.Axes[c.WeightAxis].Categories) {
		return false
	}
	for _, w := range c.Weights {
		if w < 0 || w > maxWeight {
			return false
		}
	}
	return c.Rank != plan.Total
}

// validSelection checks what [plan.Selection] promises: axes and categories
// exist, stand in increasing order, and no subset is empty.
func validSelection(s plan.System, sel plan.Selection) bool {
	last := -1
	for _, part := range sel {
		if part.Axis <= last || part.Axis >= len(s.Axes) || len(part.Categories) == 0 {
			return false
		}
		last = part.Axis
		before := -1
		for _, c := range part.Categories {
			if c <= before || c >= len(s.Axes[part.Axis].Categories) {
				return false
			}
			before = c
		}
	}
	return true
}

func (p *Problem) validData() error {
	outside := fault.New(fault.Invalid, CodeDataOutsideSystem)
	persons := 0
	for _, d := range p.Data {
		if d.N < 0 || d.N > maxPersons || !validAtom(p.System, d.Atom) {
			return outside
		}
		if persons += d.N; persons > maxPersons {
			return fault.New(fault.TooLarge, CodeTooLarge)
		}
	}
	return nil
}

func (p *Problem) validView(v plan.View) error {
	if v.Name == "" || v.Threshold < 1 {
		return malformed()
	}
	for _, e := range v.Empty {
		if !validSelection(p.System, e) {
			return malformed()
		}
	}
	for _, k := range v.Known {
		if k.N < 0 || k.N > maxPersons || !validAtom(p.System, k.Atom) {
			return fault.New(fault.Invalid, CodeDataOutsideSystem)
		}
	}
	return nil
}

func validAtom(s plan.System, atom []int) bool {
	if len(atom) != len(s.Axes) {
		return false
	}
	for i, c := range atom {
		if c < 0 || c >= len(s.Axes[i].Categories) {
			return false
		}
	}
	for _, b := range s.Bans {
		if holds(b, atom) {
			return false
		}
	}
	return true
}

// validPolicy refuses parameters below the floors of the design.
func validPolicy(p plan.Policy) error {
	if p.Threshold < floorPublic || p.OrganisationThreshold < 1 || p.Coalition < 1 {
		return fault.New(fault.Invalid, CodePolicyTooWeak)
	}
	return nil
}
