// Command casestat runs the service and everything around it: it serves, sets
// up and migrates, imports files, manages organisations, clients, years and
// keys, verifies the ledger, and plays a demo.
//
// A command exits with 0 when it did what it was asked, with 1 when it ran and
// the answer is no (a row was refused, the ledger is broken, the demo's figures
// differ), and with 2 when it could not run. Every flag can be set in the
// environment: --metrics-listen is CASESTAT_METRICS_LISTEN. Secrets are never
// flags: they come from files that only their owner can read, or from the
// environment.
package main
