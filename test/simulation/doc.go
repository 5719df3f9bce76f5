// Package simulation plays the core of the service, over its real store, from
// one number: what members, desk and reviewer do, how the clock goes, and where
// the storage fails or the process dies, all of it follows from the seed.
//
// Intake, membership, the desk, releases, their ledgers and the tokens are the
// product's own, and so is SQLite; what stands between the two is a driver that
// refuses, does not answer, or ends the process at any statement, leaving what
// the disk holds at that moment. Time, randomness and keys are given, and the
// goroutines run in a bubble of testing/synctest, so a run is a pure function
// of its seed.
//
// Beside it runs a model, in memory and small enough to be right by looking at
// it. It foretells every answer. After every operation the tables are read past
// the product and held against it: what was acknowledged is there, once, and
// nothing else is; what was refused left nothing; of what went unanswered there
// is all or nothing; each deed is in the ledger; what was withdrawn stands
// nowhere in the files.
//
// A failure prints its seed and the shortest list of operations that still
// fails, which -seed and -only play again. Contrasts break one promise each and
// must be found.
package simulation
