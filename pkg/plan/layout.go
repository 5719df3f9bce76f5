package plan

// The names of the hidden axes.
const (
	// OrganisationAxis says which organisation submitted a record.
	OrganisationAxis = "organisation"
	// BatchAxis says in which release a record entered.
	BatchAxis = "batch"
)

// PanelAxis says which panels the organisation that submitted a record is in. It
// is not hidden, because cells name it; bans tie it to the organisation, and
// those are not published.
const PanelAxis = "panel"

// Ladder says how the categories of an axis may be merged.
type Ladder struct {
	Axis int
	// Rungs are groupings from fine to coarse. Each divides all categories of the
	// axis, and every group is a union of groups of the rung before.
	Rungs []Grouping
	// Residual is the category ("other or unknown") into whose group single
	// groups may be merged besides; -1 if there is none.
	Residual int
}

// Grouping divides categories into groups, each in increasing order.
type Grouping [][]int

// Table is one table on paper, before it is decided how fine it is shown.
type Table struct {
	Name string
	// Universe is whom the table is about; its size is a cell of the base.
	Universe Selection
	// Axes are the dimensions, increasing. Where Universe names one of them as
	// well, a cell holds the categories that both allow, and a group of which
	// nothing is left is no cell.
	Axes []int
	// Finest is, for each of Axes, the rung of its ladder that the plan asks for:
	// finer ones are not to be shown. Nil stands for the first rung of each.
	Finest []int
}

// Layout is what recoding starts from.
type Layout struct {
	// Base holds the axes, the bans and every cell that is no table's: the sizes
	// of populations, figures, sums, options of multi-valued fields.
	Base    System
	Tables  []Table
	Ladders []Ladder // at most one an axis; an axis without one is never merged
}

// Presentation is how a table is shown, once that is decided.
type Presentation struct {
	Table  string
	Groups []Grouping // per axis of the table
	Cells  []int      // into the cells of the recoded system, the last axis running fastest
	// Dropped: no presentation leaves enough that is safe. All cells of the table
	// are withheld, and the table has to be published so, not omitted.
	Dropped bool
}
