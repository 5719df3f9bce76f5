package intake

import (
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
)

// The reasons for which records are refused here.
const (
	CodePeriodClosed         fault.Code = "period_closed"         // the year of the record, or of the version it replaces, is closed
	CodePeriodErased         fault.Code = "period_erased"         // the year of the record, or of the version it replaces, was erased when its time was over
	CodeYearKept             fault.Code = "year_kept"             // the records of a year go only after it was marked as erased
	CodeOutsideWindow        fault.Code = "R10"                   // the year was never opened
	CodeWithdrawn            fault.Code = "record_withdrawn"      // the id belongs to a withdrawn record and cannot be used again
	CodePreconditionRequired fault.Code = "precondition_required" // the record exists with other content: say which version is corrected
	CodeStale                fault.Code = "version_stale"         // the version that the correction names is not the current one
	CodeRecordNotFound       fault.Code = "not_found"             // absent, or somebody else's
	CodeDuplicateRow         fault.Code = "duplicate_row"         // the id stands in an earlier row of the same batch
	CodeBatchRefused         fault.Code = "batch_refused"         // all or nothing, and a row was refused
	CodeLedgerUnavailable    fault.Code = "ledger_unavailable"    // the deed could not be written down, so nothing was done
	CodeBusy                 fault.Code = "intake_busy"           // the queue is full or too many batches are under way; retry
)

// The deeds this package writes to the ledger.
const (
	DeedAccepted    ledger.Deed = "record.accepted"
	DeedCorrected   ledger.Deed = "record.corrected"
	DeedWithdrawn   ledger.Deed = "record.withdrawn"
	DeedExpired     ledger.Deed = "record.expired" // withdrawn by the passing of its time
	DeedRead        ledger.Deed = "record.read"
	DeedListed      ledger.Deed = "record.listed"
	DeedHistoryRead ledger.Deed = "record.history_read"
)
