package disclosure

import "manniskohandel.se/casestat/pkg/plan"

// safeguards are the decisions that safety rests on, each a function of its own.
// Production knows the strict ones alone; tests put a weaker one in the place of
// a single one, or of two that cover for each other, and show who notices.
type safeguards struct {
	// sensitive: a remainder must be deniable in a view.
	sensitive func(plan.View, plan.Functional, int) bool
	// habitable: somebody unknown to a view can stand in a functional.
	habitable func(*space, plan.Functional, plan.View) bool
	// publishable: a sum gives no contributor away.
	publishable func(plan.Cell, []plan.Count, int, plan.Policy) bool
	// few: too few organisations contribute to a cell for it to be shown.
	few func(organisations int, p plan.Policy) bool
	// lone: too few organisations make up what a panel leaves of a cell.
	lone func(organisations int) bool
	// shownBefore: what earlier releases show, by cell.
	shownBefore func(*Problem) []bool
	// serves: moves are possible and reach a task's goal.
	serves func(*task, []move) bool
	// redeem: a withheld cell is shown again, with new witnesses.
	redeem func(*engine, int) bool
	// proves: a witness holds, over whole records.
	proves func(*engine, plan.Witness, *sight, plan.Functional, plan.Pattern) bool
}

func strict() safeguards {
	return safeguards{
		sensitive: sensitive, habitable: (*space).habitable, publishable: sumPublishable, few: fewOrganisations, lone: loneOutsiders,
		shownBefore: (*Problem).shownBefore, serves: (*task).serves, redeem: (*engine).redeem, proves: (*engine).proves,
	}
}
