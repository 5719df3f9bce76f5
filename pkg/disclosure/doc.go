// Package disclosure protects a plan of tables so that no published cell tells
// about a person, and writes the certificate.
//
// It decides which cells of a [plan.System] are shown. A cell is shown exactly
// or not at all. Every small count, complement and nested difference that is
// withheld is deniable from every viewpoint: for each there are two whole
// populations that agree with everything shown, one in which it is 0 and one in
// which it reaches the threshold. These witnesses drive the decision: whatever
// a witness has to change is withheld. They are also the proof, and package
// auditor, which shares no code with this one, checks it.
//
// # How it searches
//
// Axes that no cell and no ban ties together are protected apart. A witness is
// sought by moving persons along a functional's own axes, then along those that
// bans tie to them, then along those that share a cell with these, and at last
// in the whole component. Nobody is moved out of a population of published size.
// Sizes at several moments say how many were there, and not how many came and
// went: a witness may have somebody who stayed be one who went and another,
// alike in everything, who came; or the other way round, where it is credible
// that so few came.
// Each search is an integer programme or, where that would be large, a series of
// swaps; each is limited, and whatever is not found counts as not there. What is
// found is added up again over whole records before it is believed.
//
// # Names
//
// The functionals derived from a system have canonical names, so that the
// auditor arrives at the same ones on its own:
//
//	count:<cell>           every counted cell that is neither a structural zero
//	                       nor of rank Total
//	rest:<parent>-<child>  every pair of counted cells of which the child's
//	                       selection implies the parent's and differs from it;
//	                       a child that is a structural zero makes no pair
//
// What several releases tell together is declared besides; see [Differences]. So
// is what panels leave of cells; see [Outsiders].
//
// A selection implies another if, on every axis that the other names, it
// allows only categories that the other allows as well. A functional in which
// no valid record can stand (the bans rule all its atoms out) is known to be 0
// by everybody and is not sensitive.
package disclosure
