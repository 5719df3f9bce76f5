// Package plan says what a release is to contain, under which policy, and what
// a certificate looks like on paper; it holds no algorithm.
//
// Everything published about one population is a System: axes, the
// combinations of categories that no valid record has, and cells. The
// protector decides which cells are shown and proves its choice with
// witnesses; the auditor checks the proof. Both read this package and neither
// reads the other.
package plan
