package release

import "manniskohandel.se/casestat/pkg/plan"

// RequestID names a request: a UUIDv4 that whoever asks chose.
type RequestID string

// Request is a table that a researcher would like to see in a release to come.
type Request struct {
	ID    RequestID       `json:"id"`
	By    Person          `json:"by"`
	Year  int             `json:"year"`
	Table plan.Tabulation `json:"table"`
	// Admitted says whether the plan's structure and the published size of the
	// universe allow the table; Refusal is the code of the reason if not. Nothing
	// else of the records was looked at.
	Admitted bool   `json:"admitted"`
	Refusal  string `json:"refusal,omitzero"`
}
