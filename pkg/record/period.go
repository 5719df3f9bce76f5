package record

// FirstYear and LastYear bound the reporting years there can be. Whether one
// was opened (rule R10) is decided where records are stored.
const (
	FirstYear = 2000
	LastYear  = 2099
)

// PeriodState says whether a reporting year takes records.
type PeriodState string

// The states of a reporting year. A year nobody opened has none.
const (
	PeriodOpen   PeriodState = "open"
	PeriodClosed PeriodState = "closed"
)

// Period is one reporting year.
type Period struct {
	Year  int
	State PeriodState
}
