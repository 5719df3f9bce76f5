// Package release freezes protected tables, has them reviewed, signs and
// publishes them.
//
// A draft goes one way:
//
//	draft -> computed -> submitted -> approved -> published
//	                        \-> rejected
//
// A new plan takes a draft that is not yet submitted, or was rejected, back to
// the beginning. Whoever approves is another person than whoever submitted.
package release
