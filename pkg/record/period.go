package record

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
