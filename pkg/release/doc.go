// Package release freezes protected tables, has them reviewed, signs and
// publishes them.
//
// A draft goes one way:
//
//	draft -> computed -> submitted -> approved -> published
//	                        \-> rejected
//
// A new plan takes a draft that is not yet submitted, or was rejected, back to
// the beginning. Whoever approves is another person than whoever submitted or
// planned it.
//
// # Computing
//
// Every year of the plan has to be closed. Its records are taken as they are
// now, beside what every earlier release of the year was made from: each record
// stands in the batch of those that entered with the same snapshot and were last
// there with the same one. What earlier releases said is laid beside the plan's
// own cells; package disclosure decides what is shown of both together, and
// package auditor holds the proof against the records, attacks the publication
// from outside and from every organisation, and has the last word. A refusal
// leaves the plan and the failed findings, and the code of the reason in the
// ledger.
//
// # What is kept
//
// Nothing that follows from the records is kept in clear but the content itself
// and the findings, which desk and reviewer read. The [Certificate] is sealed to
// a key that this process does not hold; its hash stands in the manifest. What
// was decided after it was sealed, the waivers and by whom, is the [Review],
// signed and sealed to the same key and kept with the frozen files. The records
// without their names are sealed to the history's key, for the releases to come.
// Everything of a draft is tied together under the release secret, so that what
// lies in the store is not believed but checked.
//
// # Publishing
//
// The signed manifest is kept beside the draft before it goes to the archive.
// Publishing again after a failure goes on from there.
package release
