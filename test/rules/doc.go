// Package rules holds two rules that every package of the product keeps, as
// analyses of its types. Sources that break one are found before they run.
//
// StatementText: what reaches a database as SQL text is a constant of the
// program. Untold: what a person answered, and what opens a door, is never part
// of a log line or of an error.
package rules
