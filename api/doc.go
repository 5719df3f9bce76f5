// Package api is the contract as Go: the server's interface, the wire types and
// a client, generated from openapi.yaml. It imports nothing of ours.
package api

//go:generate go tool oapi-codegen -config oapi-codegen.yaml ../openapi.yaml
