package plan

// System is everything that is published or withheld about one population, as
// linear functionals over its atoms. An atom is one category of every axis; how
// many persons stand in it is a whole number from 0 up.
type System struct {
	Axes []Axis `json:"axes"`
	// Bans are combinations that no valid record has. Atoms inside one of them
	// are structural zeros, known to everybody.
	Bans []Selection `json:"bans,omitzero"`
	// Cells are the published and withheld quantities, the population's size
	// among them if it is published.
	Cells []Cell `json:"cells"`
}

// Axis is one attribute of a person. A Hidden axis (the organisation that
// submitted the record, the release in which it entered) is in no public cell
// but in every audit.
type Axis struct {
	Name       string   `json:"name"`
	Categories []string `json:"categories"`
	Hidden     bool     `json:"hidden,omitzero"`
	Role       Role     `json:"role,omitzero"`
}

// Role is what a condition on an axis can do to a person.
type Role uint8

// The roles. What nobody classified does both.
const (
	Both        Role = iota
	Identifying      // somebody who knows her may know it, and recognise her by it
	Sensitive        // it says of her what she would not have told
)

// Selection is a set of atoms: those with, on each named axis, one of the named
// categories. The empty Selection is everybody. Axes stand in increasing order,
// each at most once.
type Selection []Subset

// Subset names categories of one axis, by index, in increasing order.
type Subset struct {
	Axis       int   `json:"axis"`
	Categories []int `json:"categories"`
}

// Cell is one quantity: how many persons its selection holds, or, with weights,
// the sum of a number over them.
type Cell struct {
	Name  string    `json:"name"` // stable; unique in its System
	Where Selection `json:"where,omitzero"`
	// Weighted sums Weights[category of WeightAxis] over the selection's persons
	// instead of counting them.
	Weighted   bool  `json:"weighted,omitzero"`
	WeightAxis int   `json:"weight_axis,omitzero"`
	Weights    []int `json:"weights,omitzero"`
	// Rank says how much is lost when the cell is withheld; see the constants.
	Rank Rank `json:"rank,omitzero"`
	// Required: the release fails rather than withhold this cell.
	Required bool `json:"required,omitzero"`
	// StructuralZero: everybody knows that the cell is 0; it is never sensitive.
	StructuralZero bool `json:"structural_zero,omitzero"`
}

// Rank orders cells by how much is lost when they are withheld.
type Rank uint8

// The ranks, most expendable first.
const (
	Inner    Rank = iota // a cell of two or more dimensions
	OneWay               // a category of one dimension
	Figure               // a figure of the plan
	Headline             // a headline figure
	Total                // the size of a population: never withheld
)

// TiesPanel says whether a ban says no more than which organisations are in
// which panels. Such bans are not published.
func (s *System) TiesPanel(ban Selection) bool {
	return len(ban) == 2 && s.Axes[ban[0].Axis].Name == PanelAxis && s.Axes[ban[1].Axis].Name == OrganisationAxis
}

// Count is how many persons stand in one atom. In a witness it is signed.
type Count struct {
	Atom []int `json:"atom"` // a category of every axis of the System
	N    int   `json:"n"`
}

// Pattern says of each cell of a System, by index, whether its value is shown.
type Pattern []bool

// View is one reader's knowledge: the persons she can subtract, and the atoms
// that she knows to hold nobody else (an organisation knows that every record
// of its own is among Known).
type View struct {
	Name  string      `json:"name"`
	Known []Count     `json:"known,omitzero"`
	Empty []Selection `json:"empty,omitzero"`
	// Threshold is how many others a quantity must still be able to hold: t for
	// the public, t_org for an organisation or a coalition.
	Threshold int `json:"threshold"`
	// ZeroIsSafe: of a count, a remainder of 0 tells nothing (it only says that
	// nobody else has the property). It never holds for a difference.
	ZeroIsSafe bool `json:"zero_is_safe,omitzero"`
}

// Functional is a quantity that must stay deniable: the persons of Within who
// are not in Except. With no Except it is a count (S1); otherwise a complement,
// a nested difference or a declared difference of siblings (S2).
type Functional struct {
	Name   string     `json:"name"`
	Within Selection  `json:"within,omitzero"`
	Except *Selection `json:"except,omitzero"`
}

// Goal is one of the two ends that a deniable quantity must be able to take.
type Goal uint8

// The goals.
const (
	None   Goal = iota // the quantity is 0
	Enough             // the quantity is at least the view's threshold
)

// Witness is one population that agrees with everything shown and in which a
// functional takes a goal: the truth changed by Moves. Witnesses lie near the
// truth and are as secret as the records.
type Witness struct {
	View       string  `json:"view"`
	Functional string  `json:"functional"`
	Goal       Goal    `json:"goal,omitzero"`
	Moves      []Count `json:"moves,omitzero"` // signed; atoms in increasing order, none twice, no N of 0
}
