// Package auditor checks certificates and attacks published tables as an
// outsider would; it shares no code with the protector.
//
// [Verify] is the trusted base: integer additions that hold a certificate
// against the records it was made from. [Bounds] and [Prober] know nothing but
// what is published and establish, with proof, between which values every other
// quantity lies; populations that reach those values they make up themselves.
// [Attack] uses them as an outsider would, [AttackAs] as an organisation that
// subtracts its own records, and both say what they could find out; [FindAs] is
// the latter without the ranges of what is withheld.
//
// [Posterior] and [Matching] warn the reviewer of what no proof speaks about:
// that somebody might guess right.
//
// Whatever cannot be established is reported as such, and never as safe.
package auditor
