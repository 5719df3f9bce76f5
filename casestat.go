// Package casestat is the front door of the service with which civil-society
// organisations that meet victims of human trafficking pool anonymised contact
// records and turn them into figures.
//
// The service is the program in cmd/casestat. This package embeds its contract,
// openapi.yaml, from which the Go types of package api are generated and
// against which every answer of the server is tested.
package casestat

import _ "embed"

// Contract is the OpenAPI 3.0.3 description of the whole HTTP interface, in
// YAML. Callers must not change it.
//
//go:embed openapi.yaml
var Contract []byte
