// Package auditor checks certificates and attacks published tables as an
// outsider would; it shares no code with the protector.
//
// It has three tools. [Verify] is the trusted base: integer additions that
// hold a certificate against the records it was made from. [Bounds] and
// [Prober] know nothing but what is published and establish, with proof,
// between which values every other quantity lies. [Attack] uses them as an
// outsider would, and says what it could find out.
//
// Whatever cannot be established is reported as such, and never as safe.
package auditor
