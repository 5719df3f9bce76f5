// Package servertest starts a whole service for tests: a real store, seeded
// organisations and clients of every role, and a caller that holds every
// exchange against the contract.
package servertest
