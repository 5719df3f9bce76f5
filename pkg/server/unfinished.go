package server

import "manniskohandel.se/casestat/api"

// unfinished serves what its Server has; the rest is not in the table.
type unfinished struct {
	rest
	*Server
}

type rest struct{ api.ServerInterface }
