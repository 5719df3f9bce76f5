// Package contract sends what the contract allows, and what it does not, to the
// real server: requests made from openapi.yaml, and long sequences whose
// answers a model foretells.
package contract
