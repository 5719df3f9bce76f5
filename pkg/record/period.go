package record

// FirstYear and LastYear bound the reporting years there can be. Whether one
// was opened (rule R10) is decided where records are stored.
const (
	FirstYear = 2000
	LastYear  = 2099
)

// PeriodState says whether a reporting year takes records.
type PeriodState string

// The states of a reporting year. A year nobody opened has none. It goes from
// open to closed, and between closed and correcting; it never opens again. When
// its records are over their years it is erased, which is for good.
const (
	PeriodOpen       PeriodState = "open"       // takes records
	PeriodClosed     PeriodState = "closed"     // takes none but withdrawals; may be counted
	PeriodCorrecting PeriodState = "correcting" // was closed, takes records again; is not counted meanwhile
	PeriodErased     PeriodState = "erased"     // was closed; its records are being erased or are; is never counted again
)

// TakesRecords says whether records of such a year may be submitted and
// corrected. A withdrawal always may.
func (s PeriodState) TakesRecords() bool { return s == PeriodOpen || s == PeriodCorrecting }

// Period is one reporting year.
type Period struct {
	Year  int
	State PeriodState
}
