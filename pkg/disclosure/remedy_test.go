package disclosure

import (
	"context"
	"errors"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

func remediesOf(t *testing.T, l plan.Layout, p Problem) map[RemedyKind]map[string]Remedy {
	t.Helper()
	list, err := Remedies(t.Context(), l, p, Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[RemedyKind]map[string]Remedy)
	for _, r := range list {
		if out[r.Kind] == nil {
			out[r.Kind] = make(map[string]Remedy)
		}
		out[r.Kind][r.Scope] = r
	}
	return out
}

func TestRemediesArePricedInCells(t *testing.T) {
	base, data := slide(3, 4)
	l := slideLayout(base, 1)
	p := Problem{Data: data, Policy: plan.Defaults()}
	all := remediesOf(t, l, p)
	if len(all[Withhold]) != 0 || len(all[AsPlanned]) != 1 || len(all[Drop]) != len(l.Tables) || len(all[Coarsen]) != len(l.Tables) {
		t.Fatalf("%v", all)
	}
	planned := all[AsPlanned][""]
	prepared, err := Prepare(t.Context(), l, p, Seed{1})
	if err != nil || planned.Shown != prepared.Solution.Shown() || planned.Refused != "" {
		t.Errorf("as planned: %+v, protected: %d shown, %v", planned, prepared.Solution.Shown(), err)
	}
	for i, table := range l.Tables {
		if i < 2 { // the pair's own axes: without them more of the pair may be shown
			continue
		}
		own := 0
		for _, c := range prepared.Tables[i].Cells {
			own += int(bit(prepared.Solution.Pattern[c]))
		}
		if dropped := all[Drop][table.Name]; own > 0 && dropped.Shown >= planned.Shown {
			t.Errorf("without %s, of which %d cells are shown, %d instead of %d are", table.Name, own, dropped.Shown, planned.Shown)
		}
		if coarser := all[Coarsen][table.Name]; coarser.Refused != "" || coarser.Shown+coarser.Withheld == 0 {
			t.Errorf("%+v", coarser)
		}
	}
}

// A plan that insists on 33 of 35 is refused; of all remedies only to insist no
// longer helps, and costs that one figure.
func TestRemediesOfARefusedPlan(t *testing.T) {
	p := nearlyAll(t)
	relation := cellNamed(t, p.System, "relation")
	p.System.Cells = slices.Clone(p.System.Cells)
	p.System.Cells[relation].Required = true
	p.System.Cells[relation-1].Required = true
	l := slideLayout(p.System, 0)
	all := remediesOf(t, l, Problem{Data: p.Data, Policy: p.Policy})
	if got := all[AsPlanned][""]; got.Refused != CodeNotDeniable {
		t.Errorf("%+v", got)
	}
	if got := all[Withhold][p.System.Cells[relation-1].Name]; got.Refused != CodeNotDeniable {
		t.Errorf("%+v", got)
	}
	if got := all[Withhold]["relation"]; got.Refused != "" || got.Withheld != 1 || got.Shown != len(p.System.Cells)-1 {
		t.Errorf("%+v", got)
	}
}

func TestRemediesEndWithTheirContext(t *testing.T) {
	base, data := slide(3, 4)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Remedies(ctx, slideLayout(base, 1), Problem{Data: data, Policy: plan.Defaults()}, Seed{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := Remedies(t.Context(), plan.Layout{}, Problem{Policy: plan.Defaults()}, Seed{}); fault.CodeOf(err) != CodeSystemMalformed {
		t.Error(err)
	}
}

// A table of which something cannot be made deniable is dropped, in its place,
// and the rest is protected without it.
func TestATableThatCannotBeProtectedIsDropped(t *testing.T) {
	base, data := slide(3, 2)
	l := slideLayout(base, 0)
	out := Prepared{Problem: Problem{System: base}, Tables: []plan.Presentation{{Table: l.Tables[0].Name}, {Table: l.Tables[1].Name}}}
	out.Tables[1].Cells = addCells(&out.Problem.System, l.Tables[1], []plan.Grouping{l.Ladders[1].Rungs[0]})
	out.Problem.Functionals = Derive(out.Problem.System)
	cell := out.Problem.System.Cells[out.Tables[1].Cells[0]]
	dropped := make(map[string]bool)
	if blame(out, dropped) {
		t.Error("nothing failed, and a table is dropped")
	}
	out.Solution.Findings = []Finding{{Rule: RuleDeniable, Class: Fail, Scope: "rest:persons-" + cell.Name}}
	if !blame(out, dropped) || !dropped[l.Tables[1].Name] || len(dropped) != 1 {
		t.Errorf("dropped: %v", dropped)
	}
	p, err := prepare(t.Context(), without(l, dropped), Problem{Data: data, Policy: plan.Defaults()}, Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	tables := withDropped(l, p.Tables, dropped)
	if len(tables) != 2 || tables[0].Dropped || !tables[1].Dropped || tables[1].Cells != nil || tables[1].Table != l.Tables[1].Name || len(tables[1].Groups) != 1 {
		t.Errorf("%+v", tables)
	}
}
